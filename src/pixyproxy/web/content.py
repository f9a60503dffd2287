"""Sends a picture's bytes: whole, a range of them, or word that the caller has them already."""

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from pixyproxy.core.models import Visibility
from pixyproxy.service.links import LASTS_S
from pixyproxy.service.reading import Picture

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_UNSATISFIABLE = (-1, -1)
# Whoever has a link may show the picture on their own page, until it is over; nobody between us keeps it.
_BY_LINK = {
    "Cache-Control": f"private, max-age={LASTS_S}",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
}


async def answer_content(
    request: Request, picture: Picture, *, download: bool, by_link: bool = False
) -> Response:
    headers = _headers(picture, download=download) | (_BY_LINK if by_link else {})
    if _has_it_already(request, headers["ETag"], headers["Last-Modified"]):
        return Response(status_code=304, headers=headers)
    size = picture.content.size_bytes
    wanted = _wanted_range(request, headers, size)
    if wanted == _UNSATISFIABLE:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers |= {"Content-Length": str(end - start), "Content-Type": picture.content.media_type}
    status = 206 if wanted else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return await _body(request, picture, start, end, status, headers)


async def answer_unread(chunks: AsyncIterator[bytes]) -> Response:
    """Nobody knows what it is, so nothing is shown of it."""
    headers = {
        "Content-Disposition": 'attachment; filename="answer"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    first = await anext(chunks)
    return StreamingResponse(
        _continued(first, chunks), headers=headers, media_type="application/octet-stream"
    )


async def _body(
    request: Request, picture: Picture, start: int, end: int, status: int, headers: dict[str, str]
) -> Response:
    path = picture.local_path
    if (
        status == HTTPStatus.OK
        and path is not None
        and "http.response.pathsend" in request.scope.get("extensions", ())
    ):
        return _SentByServer(path, headers)
    chunks = picture.read(start, end)
    first = await anext(chunks)  # Where the bytes are missing, this is the last moment to say so.
    return StreamingResponse(_continued(first, chunks), status, headers)


async def _continued(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


class _SentByServer(Response):
    """The server sends the file itself, without the event loop and without asking for its size again."""

    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        self._path = str(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - a server passes all three
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.pathsend", "path": self._path})


def _headers(picture: Picture, *, download: bool) -> dict[str, str]:
    image, content = picture.image, picture.content
    public = image.visibility is Visibility.PUBLIC
    # A drawing may carry scripts: it is never shown in our name.
    attached = download or content.media_type == "image/svg+xml"
    return {
        "ETag": f'"{content.sha256}"',
        "Last-Modified": format_datetime(image.created_at, usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": f"{'public' if public else 'private'}, max-age=31536000, immutable",
        "Content-Disposition": _disposition("attachment" if attached else "inline", image.filename),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-origin",
        "Vary": "Authorization, X-API-Key",
    }


def _disposition(kind: str, filename: str) -> str:
    """RFC 6266: the true name for those who read it, an ASCII one for the others."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    exact = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'{kind}; filename="{plain}"{exact}'


def _has_it_already(request: Request, etag: str, last_modified: str) -> bool:
    known = request.headers.get("if-none-match")
    if known is None:
        return request.headers.get("if-modified-since") == last_modified
    return known.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in known.split(",")}


def _wanted_range(request: Request, headers: dict[str, str], size: int) -> tuple[int, int] | None:
    """Start and end of one range; None for the whole, also for what is no range we serve."""
    if request.method != "GET":
        return None
    asked = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    condition = request.headers.get("if-range")
    if not asked or not (asked[1] or asked[2]):
        return None
    if condition is not None and condition not in {headers["ETag"], headers["Last-Modified"]}:
        return None
    if not asked[1]:
        start, end = max(size - int(asked[2]), 0), size
    else:
        start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else size, size)
        if asked[2] and int(asked[2]) < start:
            return None
    return (start, end) if start < end else _UNSATISFIABLE
