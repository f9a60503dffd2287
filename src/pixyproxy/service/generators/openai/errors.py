"""What OpenAI's errors mean to us, above all whether the call can have begun."""

import math
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIError, APIStatusError

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
from pixyproxy.core.requests import GENERATOR_FIELDS

_NOT_SENT = (ConnectError, ConnectTimeout, PoolTimeout)
_REFUSALS = {"moderation_blocked", "content_policy_violation", "content_filter"}
_OUT_OF_MONEY = {"billing_hard_limit_reached", "insufficient_quota"}
_OUR_FIELDS = {name: name for name in (*GENERATOR_FIELDS, "prompt", "images", "mask")} | {"image": "images"}
# An event has no status of its own: the one that the same error has as an answer.
_STATUS_OF_CODE = {
    "invalid_api_key": HTTPStatus.UNAUTHORIZED,
    "model_not_found": HTTPStatus.NOT_FOUND,
    "rate_limit_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
}
_STATUS_OF_TYPE = {
    "invalid_request_error": HTTPStatus.BAD_REQUEST,
    "image_generation_user_error": HTTPStatus.BAD_REQUEST,
}


def translated(error: APIError) -> PixyProxyException:
    if isinstance(error, APIStatusError):
        return _meaning(error, error.status_code)
    if isinstance(error, APIConnectionError) and isinstance(error.__cause__, _NOT_SENT):
        return GeneratorTimeout(retry_after_s=5)
    return OutcomeUnknown()


def translated_event(error: APIError, *, has_begun: bool) -> PixyProxyException:
    """Once something of a picture has come, nobody may say that nothing was sent: it may be billed."""
    status = _STATUS_OF_CODE.get(error.code or "") or _STATUS_OF_TYPE.get(_type_of(error) or "")
    meaning = _meaning(error, status or HTTPStatus.INTERNAL_SERVER_ERROR)
    return GeneratorFailed() if has_begun and meaning.nothing_was_sent else meaning


def _type_of(error: APIError) -> str | None:
    return error.type if isinstance(error.type, str) else None


def _meaning(error: APIError, status: int) -> PixyProxyException:
    if error.code in _REFUSALS:
        return PromptRefused(moderation=_moderation(error.body))
    if error.code in _OUT_OF_MONEY:
        return GeneratorRefused("The account with the generator's provider has reached its limit.")
    if status in _BY_STATUS:
        return _BY_STATUS[status](error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and error.type is None:
        return OutcomeUnknown()  # A gateway speaks, not the provider: what became of the call, nobody says.
    return GeneratorFailed("The provider answered with an error of its own.")


def _moderation(body: object) -> Mapping[str, object] | None:
    details = body.get("moderation_details") if isinstance(body, dict) else None
    if not isinstance(details, dict):
        return None
    stage, categories = details.get("moderation_stage"), details.get("categories")
    kept: dict[str, object] = {"moderation_stage": stage} if isinstance(stage, str) else {}
    if isinstance(categories, list):
        kept["categories"] = [each for each in categories if isinstance(each, str)]
    return kept or None


def _refused(error: APIError) -> PixyProxyException:
    field = _field(error.param)
    errors = [FieldError(field, "the provider refused it")] if field else []
    return InvalidRequest(f"The provider refused {field or 'the request'}.", errors=errors)


def _field(param: object) -> str | None:
    """Ours for what the provider calls `size`, `image[]` or `svg.model`."""
    return _OUR_FIELDS.get(re.split(r"[.\[]", param)[0]) if isinstance(param, str) else None


def _key_refused(_: APIError) -> PixyProxyException:
    return GeneratorRefused("The provider refused the key this service calls it with.")


def _not_allowed(_: APIError) -> PixyProxyException:
    return GeneratorRefused("The provider does not allow this key to make that picture.")


def _no_model(_: APIError) -> PixyProxyException:
    return ModelNotFound("The provider has no such model.")


def _limited(error: APIError) -> PixyProxyException:
    return RateLimited(retry_after_s=math.ceil(_retry_after_s(error) or 10))


def _retry_after_s(error: APIError) -> float | None:
    if not isinstance(error, APIStatusError):
        return None
    try:
        seconds = float(error.response.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 < seconds < math.inf else None


_BY_STATUS: dict[int, Callable[[APIError], PixyProxyException]] = {
    HTTPStatus.BAD_REQUEST: _refused,
    HTTPStatus.UNAUTHORIZED: _key_refused,
    HTTPStatus.FORBIDDEN: _not_allowed,
    HTTPStatus.NOT_FOUND: _no_model,
    HTTPStatus.UNPROCESSABLE_ENTITY: _refused,
    HTTPStatus.TOO_MANY_REQUESTS: _limited,
}
