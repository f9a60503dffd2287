"""Every error under /v1, in the envelope that OpenAI's clients read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from pixyproxy.core import exceptions as our
from pixyproxy.service.inputs import IMAGES
from pixyproxy.web.openai.multipart import is_form

PREFIX = "/v1/"
_INVALID, _SERVER = "invalid_request_error", "server_error"


@dataclass(frozen=True, slots=True)
class Told:
    """How an exception of ours is told; with our own code where OpenAI has none for it."""

    status: int
    type: str
    code: str | None = None
    param: str | None = None


TOLD: Mapping[type[our.PixyProxyException], Told] = {
    our.InvalidRequest: Told(400, _INVALID),
    our.RequestTimedOut: Told(408, _INVALID),
    our.PayloadTooLarge: Told(413, _INVALID),
    our.ModelNotFound: Told(404, _INVALID, param="model"),
    our.PromptRefused: Told(400, "image_generation_user_error", "moderation_blocked"),
    our.IdempotencyMismatch: Told(400, "idempotency_error", param="Idempotency-Key"),
    our.ImageNotFound: Told(404, _INVALID),
    our.ImageNotReady: Told(409, _SERVER),
    our.ImageFailed: Told(409, _SERVER),
    our.GeneratorFailed: Told(502, _SERVER),
    our.GeneratorTimeout: Told(504, _SERVER),
    our.RateLimited: Told(429, "requests", "rate_limit_exceeded"),
    our.OutcomeUnknown: Told(424, _SERVER),
    our.StorageFull: Told(507, _SERVER),
    our.Unauthenticated: Told(401, _INVALID, "invalid_api_key"),
    our.Forbidden: Told(403, "permission_error"),
    our.Unavailable: Told(503, _SERVER),
    our.InternalError: Told(500, _SERVER),
    our.CannotStart: Told(500, _SERVER),
}
_TOLD_HERE = {
    our.ModelNotFound.default_detail: "No configured generator has this model; GET /v1/models lists them."
}
STATUS_OF = {kind: told.status for kind, told in TOLD.items()}


def envelope(request: Request, problem: our.PixyProxyException) -> dict[str, Any]:
    told = next(TOLD[kind] for kind in type(problem).__mro__ if kind in TOLD)
    wrong = _named_as_sent(request, problem)
    error: dict[str, Any] = {
        "message": _message(problem, wrong),
        "type": told.type,
        "param": next(iter(wrong), told.param),
        "code": told.code or problem.code,
    }
    if problem.guid is not None:
        error["guid"] = problem.guid
    if isinstance(problem, our.PromptRefused) and problem.moderation is not None:
        error["moderation_details"] = dict(problem.moderation)
    return {"error": error}


def retry_headers(problem: our.PixyProxyException) -> dict[str, str]:
    """OpenAI's clients ask again by themselves, after 409 and 5xx too: it would be paid once more."""
    return {"x-should-retry": "false"} if may_have_cost(problem) else {}


def may_have_cost(problem: our.PixyProxyException) -> bool:
    """Where there is an image, or may be one, only a call that surely did not begin has cost nothing."""
    if problem.guid is not None or isinstance(problem, our.CommitLost):
        return not problem.nothing_was_sent
    refused_before = isinstance(problem, our.ImagePromptException | our.AccessException)
    waits_for_an_image = isinstance(problem, our.ImageNotReady | our.ImageFailed)
    return waits_for_an_image or not (refused_before or problem.may_be_asked_again)


def _named_as_sent(request: Request, problem: our.PixyProxyException) -> dict[str, str]:
    """What is wrong with which parameter, by the name the caller knows it by."""
    if not isinstance(problem, our.InvalidRequest):
        return {}
    renamed = {IMAGES: "image"} if is_form(request) else {}
    return {
        re.sub(r"\.(\d+)", r"[\1]", renamed.get(each.field, each.field)): each.message
        for each in problem.errors
    }


def _message(problem: our.PixyProxyException, wrong: Mapping[str, str]) -> str:
    if not wrong:
        return _TOLD_HERE.get(problem.detail, problem.detail)
    told = "; ".join(f"{name}: {message}" for name, message in list(wrong.items())[:5])
    return f"The request is not valid: {told}."
