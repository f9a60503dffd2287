"""The one handler that makes every error, and the one table that gives each its status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixyproxy.core import exceptions as our
from pixyproxy.service.validation import invalid_request
from pixyproxy.web.answers import prefix_of
from pixyproxy.web.openai import errors as openai
from pixyproxy.web.request_log import current_request_id
from pixyproxy.web.session_cookie import is_opened_by_itself, remove_token

log = logging.getLogger(__name__)

STATUS_OF: dict[type[our.PixyProxyException], int] = {
    our.InvalidRequest: 422,
    our.KeyNotFound: 404,
    our.RequestTimedOut: 408,
    our.PayloadTooLarge: 413,
    our.ModelNotFound: 404,
    our.PromptRefused: 422,
    our.IdempotencyMismatch: 422,
    our.ImageNotFound: 404,
    our.ImageNotReady: 409,
    our.ImageFailed: 409,
    our.GeneratorFailed: 502,
    our.GeneratorTimeout: 504,
    our.RateLimited: 429,
    our.OutcomeUnknown: 424,
    our.StorageFull: 507,
    our.Unauthenticated: 401,
    our.Forbidden: 403,
    our.Unavailable: 503,
}


async def answer_error(request: Request, error: Exception) -> Response:
    """Every error of every route ends here."""
    problem = _as_ours(error)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        request.scope["endpoint"] = answer_error  # no resource answers, and the log shall not say so
    speaks_openai = request.scope["path"].startswith(openai.PREFIX)
    status = _status_of(problem, error, openai.STATUS_OF if speaks_openai else STATUS_OF)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and problem.guid is None:
        _log_failure(problem, error)  # what concerns an image was logged where it was made
    _let_go(error)
    headers = _headers(request, problem, error)
    if speaks_openai:
        headers |= openai.retry_headers(problem)
        return Response(to_json(openai.envelope(request, problem)), status, headers, "application/json")
    body = to_json(_body(request, problem, status))
    answer = Response(body, status, headers, "application/problem+json")
    if isinstance(problem, our.SessionEnded) and is_opened_by_itself(request):
        _remove_cookie(request, answer)
    return answer


def _remove_cookie(request: Request, answer: Response) -> None:
    """So that it can be opened again by somebody who has been told."""
    sessions = request.app.state.services.sessions
    remove_token(request, answer, sessions.cookie, prefix_of(request.app) or "/")


def _log_failure(problem: our.PixyProxyException, error: Exception) -> None:
    if isinstance(problem, our.InternalError):
        log.error("%s", problem.detail, exc_info=error)
    else:
        log.warning("%s (%s)", problem.detail, problem.origin)


def _let_go(error: Exception) -> None:
    """FastAPI's frame and its error hold each other, and with them an unfinished body.

    Its connection would stay open, and the server not end, until the next garbage collection.
    """
    chain: BaseException | None = error
    while chain is not None:
        chain.__traceback__ = None
        chain = chain.__cause__ or chain.__context__


def install(app: FastAPI) -> None:
    for kind in (our.PixyProxyException, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer_error)


class UnexpectedErrors:
    """Brings what no route expected to the same handler, inside the request log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            response = await answer_error(Request(scope), error)
            await response(scope, receive, send)


def _as_ours(error: Exception) -> our.PixyProxyException:
    for each in (error, error.__cause__):
        if isinstance(each, our.PixyProxyException):
            return each
    if isinstance(error, RequestValidationError):
        return invalid_request(error.errors())
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.BAD_REQUEST:
        return invalid_request([_UNREADABLE_BODY])
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return our.InvalidRequest(_SENTENCES.get(error.status_code))
    return our.InternalError()


_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method.",
    412: "The picture is not the one that is wanted.",
    416: "The picture has no such bytes.",
}
# FastAPI's 400: bytes that are no UTF-8, numbers and nestings that its parser gives up on.
_UNREADABLE_BODY = {"type": "json_invalid", "loc": ("body",), "msg": ""}


def _status_of(
    problem: our.PixyProxyException,
    error: Exception,
    table: Mapping[type[our.PixyProxyException], int],
) -> int:
    if isinstance(error, HTTPException) and type(problem) is our.InvalidRequest:
        unreadable = error.status_code == HTTPStatus.BAD_REQUEST
        return table[our.InvalidRequest] if unreadable else error.status_code
    kinds = (table.get(kind) for kind in type(problem).__mro__)
    return next((status for status in kinds if status), HTTPStatus.INTERNAL_SERVER_ERROR)


def _headers(request: Request, problem: our.PixyProxyException, error: Exception) -> dict[str, str]:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if isinstance(error, HTTPException):
        headers |= error.headers or {}
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_at(request))
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if isinstance(problem, our.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if problem.is_replay:
        headers["Idempotent-Replayed"] = "true"
    return headers


def _methods_at(request: Request) -> list[str]:
    """What this address does answer; each method is a route of its own."""
    routes = iter_route_contexts(request.app.routes)
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


def _body(request: Request, problem: our.PixyProxyException, status: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": problem.detail,
        "instance": quote(request.scope["path"]),
        "code": problem.code,
        "request_id": current_request_id.get(),
    }
    if problem.guid is not None:
        body["guid"] = problem.guid
    if isinstance(problem, our.InvalidRequest) and problem.errors:
        body["errors"] = [{"field": each.field, "message": each.message} for each in problem.errors]
    return body
