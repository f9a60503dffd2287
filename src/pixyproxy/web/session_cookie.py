"""The cookie of a session: when it counts, how it is set and removed.

A browser sends it along, whosever page it is that asks. It counts for our pages alone: by what the browser
says of the page, and, where something is to be changed, by a header that no page from elsewhere can send,
since we allow none to (docs/decisions/0019-sessions.md).
"""

from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import Response

from pixyproxy.core.exceptions import Forbidden
from pixyproxy.service.sessions import FreshSession

HEADER, OURS = "X-Requested-With", "PixyProxy"
_CHANGE_NOTHING = {"GET", "HEAD"}
_FROM_HERE = {"same-origin", "none"}


def token_in(request: Request, cookie: str) -> str | None:
    """None without one, and where it does not count. Raises `Forbidden` where something would be changed."""
    token = request.cookies.get(cookie)
    if not token:
        return None
    if request.method in _CHANGE_NOTHING:
        return token if _is_of_our_page(request) or _is_walked_to(request) else None
    check_page(request)
    return token


def check_page(request: Request) -> None:
    """Raises `Forbidden` where it may be a page from elsewhere that asks."""
    if not _is_of_our_page(request):
        raise Forbidden("A page from elsewhere may not do that in your name.")
    if request.headers.get(HEADER) != OURS:
        raise Forbidden(f"With a session this needs the header {HEADER}: {OURS}.")


def set_token(request: Request, answer: Response, cookie: str, fresh: FreshSession) -> None:
    """Without a path: it is that of the folder we are at, also where a proxy has put a prefix before it."""
    left = fresh.signed_in.expires_at - datetime.now(UTC)
    answer.set_cookie(
        cookie,
        fresh.token,
        max_age=round(left.total_seconds()),
        path=None,
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def remove_token(request: Request, answer: Response, cookie: str, path: str | None = None) -> None:
    """Without a path, as it is set: from `/session` alone."""
    answer.set_cookie(
        cookie, "", max_age=0, path=path, secure=_is_secure(request), httponly=True, samesite="lax"
    )


def is_opened_by_itself(request: Request) -> bool:
    """Not by one of our pages, that would ask `/session` when it is refused, and tell it."""
    return "text/html" in request.headers.get("accept", "")


def _is_of_our_page(request: Request) -> bool:
    """Older browsers, and all of them on plain HTTP, do not say."""
    return request.headers.get("sec-fetch-site", "none") in _FROM_HERE


def _is_walked_to(request: Request) -> bool:
    """A link on a page from elsewhere, that somebody follows to us. A frame in that page is none."""
    is_a_document = request.headers.get("sec-fetch-dest", "document") == "document"
    return is_a_document and request.headers.get("sec-fetch-mode") == "navigate"


def _is_secure(request: Request) -> bool:
    public_url: str | None = request.app.state.public_url
    return request.url.scheme == "https" or (public_url or "").startswith("https:")
