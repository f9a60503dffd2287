"""What OpenAI's errors mean to us: whether a call may be repeated, and which exception it ends in."""

import math
from http import HTTPStatus

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIStatusError, RateLimitError

from pixyproxy.core.exceptions import (
    FieldError,
    GeneratorFailed,
    GeneratorTimeout,
    InvalidRequest,
    ModelNotFound,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
)

ProviderError = APIConnectionError | APIStatusError

_NOT_SENT = (ConnectError, ConnectTimeout, PoolTimeout)
_LONGEST_PAUSE_S = 20.0
_REFUSALS = {"moderation_blocked", "content_policy_violation", "content_filter"}
_OUT_OF_MONEY = {"billing_hard_limit_reached", "insufficient_quota"}
_SENTENCES = {
    401: "The provider refused the key this service calls it with.",
    403: "The provider does not allow this key to make that picture.",
}
_OUR_FIELDS = {"prompt", "model", "size", "quality", "background", "output_format"}


def wait_before_repeating(error: ProviderError, pause: float) -> float | None:
    """How long to wait, or None when the call may have been billed or will fail again."""
    if isinstance(error, RateLimitError):
        if error.code in _OUT_OF_MONEY:
            return None
        wait = max(_retry_after_s(error) or pause, pause)
        return wait if wait <= _LONGEST_PAUSE_S else None
    return pause if isinstance(error.__cause__, _NOT_SENT) else None


def _retry_after_s(error: APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 < seconds < math.inf else None


def translated(error: ProviderError) -> PixyProxyException:
    if isinstance(error, APIStatusError):
        return _from_status(error)
    if isinstance(error.__cause__, _NOT_SENT):
        return GeneratorTimeout(retry_after_s=5)
    return OutcomeUnknown()


def _from_status(error: APIStatusError) -> PixyProxyException:
    if error.code in _REFUSALS:
        return PromptRefused()
    if error.code in _OUT_OF_MONEY:
        return GeneratorFailed("The account with the generator's provider has reached its limit.")
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(retry_after_s=math.ceil(_retry_after_s(error) or 10))
    if error.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return _provider_refused(error.param)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return ModelNotFound("The provider has no such model.")
    return GeneratorFailed(
        _SENTENCES.get(error.status_code, "The provider answered with an error of its own.")
    )


def _provider_refused(param: str | None) -> InvalidRequest:
    field = param if param in _OUR_FIELDS else None
    errors = [FieldError(field, "the provider refused it")] if field else []
    return InvalidRequest(f"The provider refused {field or 'the request'}.", errors=errors)
