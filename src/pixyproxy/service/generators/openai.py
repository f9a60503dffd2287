"""OpenAI's Images API through its official SDK, and whatever speaks it at OPENAI_BASE_URL.

The SDK's own retries are off: they repeat calls that may have been billed. Repeated is only what surely was
not: a connection that was never made, a request that the provider turned away for its rate.
"""

import asyncio
import binascii
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pybase64
from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, RateLimitError, Timeout
from pydantic_core import from_json

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
from pixyproxy.core.models import JsonValue, Size
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.generators.prices import openai_image_cost

log = logging.getLogger(__name__)

MODELS = (
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
)
# The SDK's timeout is for each read; a trickle never meets it, so the whole answer has its own deadline.
DEADLINE_S, _CONNECT_S, _POOL_S = 600.0, 5.0, 30.0
_NOT_SENT = (ConnectError, ConnectTimeout, PoolTimeout)
_PAUSES_S = (0.5, 2.0)
_LONGEST_PAUSE_S = 20.0
_REFUSALS = {"moderation_blocked", "content_policy_violation", "content_filter"}
_OUT_OF_MONEY = {"billing_hard_limit_reached", "insufficient_quota"}
_MOST_SIDE, _FEWEST_PIXELS, _MOST_PIXELS = 3840, 655_360, 8_294_400
_SENTENCES = {
    401: "The provider refused the key this service calls it with.",
    403: "The provider does not allow this key to make that picture.",
}
_OUR_FIELDS = {"prompt", "model", "size", "quality", "background", "output_format"}


class OpenAIImages:
    name = "openai"
    models = MODELS

    def __init__(self, api_key: str, base_url: str | None, deadline_s: float = DEADLINE_S) -> None:
        timeout = Timeout(deadline_s, connect=_CONNECT_S, pool=_POOL_S)
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, timeout=timeout)
        self._deadline_s = deadline_s

    def check(self, request: PictureRequest) -> None:
        if request.seed is not None:
            _refuse("seed", "this generator knows no seeds")
        if request.size is not None and not _is_allowed(request.size):
            rules = "sides divisible by 16, up to 3840, 0.66 to 8.3 megapixels, ratio 1:3 to 3:1"
            _refuse("size", f"this generator makes {rules}")
        if request.background == "transparent" and request.output_format not in {None, "png", "webp"}:
            _refuse("background", "a transparent background needs png or webp")

    async def generate(self, request: PictureRequest) -> GeneratedPicture:
        answer = await self._ask(_arguments(request))
        content = _content(answer.data)
        reported = {
            name: answer.data[name] for name in ("size", "quality", "background") if answer.data.get(name)
        }
        return GeneratedPicture(
            content=content,
            revised_prompt=_first(answer.data).get("revised_prompt"),
            parameters=reported,
            cost=openai_image_cost(request.model, answer.data),
            usage=answer.data.get("usage"),
            provider_request_id=answer.request_id,
        )

    async def check_reachable(self) -> None:
        try:
            await self._client.models.list(timeout=10)
        except (APIConnectionError, APIStatusError) as error:
            raise _translated(error) from error

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, arguments: dict[str, Any]) -> "_Answer":
        for pause in (*_PAUSES_S, None):
            try:
                async with asyncio.timeout(self._deadline_s):
                    raw = await self._client.images.with_raw_response.generate(**arguments)
            except TimeoutError as error:
                raise OutcomeUnknown from error
            except (APIConnectionError, APIStatusError) as error:
                if pause is None or (wait := _wait_before_repeating(error, pause)) is None:
                    raise _translated(error) from error
                log.warning("openai: %s; trying again in %.1f s", type(error).__name__, wait)
                await asyncio.sleep(wait)
            else:
                return _Answer(_parsed(raw.content), raw.request_id)
        raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class _Answer:
    data: Mapping[str, Any]
    request_id: str | None


def _refuse(field: str, message: str) -> None:
    raise InvalidRequest(f"The generator cannot do that: {message}.", errors=[FieldError(field, message)])


def _is_allowed(size: Size) -> bool:
    pixels, longer, shorter = size.width * size.height, max(size), min(size)
    return (
        size.width % 16 == size.height % 16 == 0
        and longer <= _MOST_SIDE
        and longer <= 3 * shorter
        and _FEWEST_PIXELS <= pixels <= _MOST_PIXELS
    )


def _arguments(request: PictureRequest) -> dict[str, JsonValue]:
    asked: dict[str, JsonValue] = {
        "prompt": request.prompt,
        "model": request.model,
        "size": None if request.size is None else str(request.size),
        "quality": request.quality,
        "background": request.background,
        "output_format": request.output_format,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        answer = from_json(body)
    except ValueError as error:
        raise GeneratorFailed("The generator's answer is not JSON.") from error
    if not isinstance(answer, dict):
        raise GeneratorFailed("The generator's answer is not what its API promises.")
    return answer


def _first(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    if not isinstance(data, list) or not data or not isinstance(data[0], dict):
        raise GeneratorFailed("The generator answered without a picture.")
    return data[0]


def _content(answer: Mapping[str, Any]) -> bytes:
    text = _first(answer).get("b64_json")
    if not isinstance(text, str) or not text:
        raise GeneratorFailed("The generator answered without a picture.")
    try:
        return pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise GeneratorFailed("The generator's picture is not valid base64.") from error


def _wait_before_repeating(error: APIConnectionError | APIStatusError, pause: float) -> float | None:
    """How long to wait, or None when the call may have been billed or will fail again."""
    if isinstance(error, RateLimitError):
        if error.code in _OUT_OF_MONEY:
            return None
        wait = max(_retry_after_s(error) or pause, pause)
        return wait if wait <= _LONGEST_PAUSE_S else None
    return pause if isinstance(error.__cause__, _NOT_SENT) else None


def _retry_after_s(error: APIStatusError) -> float | None:
    try:
        return float(error.response.headers["retry-after"])
    except (KeyError, ValueError):
        return None


def _translated(error: APIConnectionError | APIStatusError) -> PixyProxyException:
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
        return RateLimited(retry_after_s=int(_retry_after_s(error) or 10))
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
