"""What OpenAI's errors mean to us, above all whether the call can have begun."""

import math
from collections.abc import Callable
from http import HTTPStatus

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIStatusError

from pixyproxy.core.exceptions import (
    FieldError,
    GeneratorFailed,
    GeneratorRefused,
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
_REFUSALS = {"moderation_blocked", "content_policy_violation", "content_filter"}
_OUT_OF_MONEY = {"billing_hard_limit_reached", "insufficient_quota"}
_OUR_FIELDS = {"prompt", "model", "size", "quality", "background", "output_format"}


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
        return GeneratorRefused("The account with the generator's provider has reached its limit.")
    return _BY_STATUS.get(error.status_code, _failed)(error)


def _refused(error: APIStatusError) -> PixyProxyException:
    field = error.param if error.param in _OUR_FIELDS else None
    errors = [FieldError(field, "the provider refused it")] if field else []
    return InvalidRequest(f"The provider refused {field or 'the request'}.", errors=errors)


def _key_refused(_: APIStatusError) -> PixyProxyException:
    return GeneratorRefused("The provider refused the key this service calls it with.")


def _not_allowed(_: APIStatusError) -> PixyProxyException:
    return GeneratorRefused("The provider does not allow this key to make that picture.")


def _no_model(_: APIStatusError) -> PixyProxyException:
    return ModelNotFound("The provider has no such model.")


def _limited(error: APIStatusError) -> PixyProxyException:
    return RateLimited(retry_after_s=math.ceil(_retry_after_s(error) or 10))


def _failed(error: APIStatusError) -> PixyProxyException:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.type is None:
        return OutcomeUnknown()  # A gateway speaks, not the provider: what became of the call, nobody says.
    return GeneratorFailed("The provider answered with an error of its own.")


_BY_STATUS: dict[int, Callable[[APIStatusError], PixyProxyException]] = {
    HTTPStatus.BAD_REQUEST: _refused,
    HTTPStatus.UNAUTHORIZED: _key_refused,
    HTTPStatus.FORBIDDEN: _not_allowed,
    HTTPStatus.NOT_FOUND: _no_model,
    HTTPStatus.UNPROCESSABLE_ENTITY: _refused,
    HTTPStatus.TOO_MANY_REQUESTS: _limited,
}
