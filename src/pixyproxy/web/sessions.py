"""The session of a browser: signed in with a key or a code, asked for, ended. It is the cookie's alone."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pixyproxy.core.exceptions import Unauthenticated
from pixyproxy.core.requests import SignInRequest
from pixyproxy.service.sessions import Sessions, SignedIn
from pixyproxy.web.answers import json_answer
from pixyproxy.web.auth import services_of
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import SessionDetail
from pixyproxy.web.session_cookie import check_page, remove_token, set_token, token_in

router = APIRouter(tags=["session"])


@router.get(
    "/session",
    operation_id="get_session",
    summary="Whether this browser is signed in",
    response_model=SessionDetail,
    responses=problems(),
)
async def get_session(request: Request) -> Response:
    """Nobody being signed in is no error. The cookie of a session that has ended is removed."""
    sessions = services_of(request).sessions
    token = token_in(request, sessions.cookie)
    signed_in = await _who(sessions, token)
    answer = _detail(request, signed_in)
    if token is not None and signed_in is None:
        remove_token(request, answer, sessions.cookie)
    return answer


@router.post(
    "/session",
    operation_id="sign_in",
    summary="Sign this browser in",
    status_code=201,
    response_model=SessionDetail,
    responses=problems(401, 403, 408, 413),
)
async def sign_in(request: Request, wanted: SignInRequest) -> Response:
    """Sets the cookie. Needs the header `X-Requested-With: PixyProxy`."""
    check_page(request)
    sessions = services_of(request).sessions
    before = token_in(request, sessions.cookie)
    fresh = await sessions.sign_in(wanted)
    if before is not None:
        await sessions.end(before)  # Nobody has its token any more.
    answer = _detail(request, fresh.signed_in, 201)
    set_token(request, answer, sessions.cookie, fresh)
    return answer


@router.delete(
    "/session",
    operation_id="sign_out",
    summary="Sign this browser out",
    status_code=204,
    responses=problems(401, 403),
)
async def sign_out(request: Request, everywhere: bool = False) -> Response:
    """With `everywhere` all browsers that are signed in with the same key."""
    sessions = services_of(request).sessions
    token = token_in(request, sessions.cookie)
    if everywhere:
        await sessions.end_everywhere(token or "")
    elif token is not None:
        await sessions.end(token)
    answer = Response(status_code=204)
    remove_token(request, answer, sessions.cookie)
    return answer


async def _who(sessions: Sessions, token: str | None) -> SignedIn | None:
    try:
        return None if token is None else await sessions.recognise(token)
    except Unauthenticated:
        return None


def _detail(request: Request, signed_in: SignedIn | None, status: int = 200) -> Response:
    caller = signed_in.caller if signed_in else None
    detail = SessionDetail(
        signed_in=signed_in is not None,
        name=caller.name if caller else None,
        is_admin=caller is not None and caller.is_admin,
        expires_at=signed_in.expires_at if signed_in else None,
        sees_public=request.app.state.gallery == "public",
    )
    return json_answer(detail, status)
