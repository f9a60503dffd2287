"""OpenAI's Images API through its official SDK, and whatever speaks it at OPENAI_BASE_URL.

The SDK's own retries are off: they repeat calls that may have been billed.
"""

import asyncio
import binascii
import json
from collections.abc import Mapping
from typing import Any

import pybase64
from httpx2 import HTTPError
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
from pydantic_core import from_json

from pixyproxy.core.exceptions import FieldError, InvalidRequest, OutcomeUnknown, UnreadablePicture
from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.generators.many_pools import many_pools
from pixyproxy.service.generators.openai_errors import translated
from pixyproxy.service.generators.prices import openai_image_cost

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
# An event loop that is busy is late to see that a connection is there.
DEADLINE_S, _CONNECT_S, _POOL_S = 600.0, 15.0, 30.0
_REPORTED = ("size", "quality", "background")
_MOST_SIDE, _FEWEST_PIXELS, _MOST_PIXELS = 3840, 655_360, 8_294_400


class OpenAIImages:
    name = "openai"
    models = MODELS

    def __init__(self, api_key: str, base_url: str | None, deadline_s: float = DEADLINE_S) -> None:
        timeout = Timeout(deadline_s, connect=_CONNECT_S, pool=_POOL_S)
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAsyncHttpxClient(transport=many_pools()),
        )
        self._deadline_s = deadline_s

    def check(self, request: PictureRequest) -> None:
        if request.seed is not None:
            _refuse("seed", "this generator knows no seeds")
        if request.size is not None and not _is_allowed(request.size):
            rules = "sides divisible by 16, up to 3840, 0.66 to 8.3 megapixels, ratio 1:3 to 3:1"
            _refuse("size", f"this generator makes {rules}")
        if request.background == "transparent" and request.output_format not in {None, "png", "webp"}:
            _refuse("background", "a transparent background needs png or webp")

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._client.images.with_streaming_response.generate(**_arguments(request)) as answer,
            ):
                receiver.note_request_id(answer.request_id)
                async for chunk in answer.iter_bytes():
                    await receiver.write(chunk)
        except TimeoutError as error:
            raise OutcomeUnknown from error
        except (APIConnectionError, APIStatusError) as error:
            receiver.note_request_id(getattr(error, "request_id", None))
            raise translated(error) from error
        except HTTPError as error:  # while the answer was on its way
            raise OutcomeUnknown from error

    def read(self, answer: bytes, model: str) -> GeneratedPicture:
        data = _parsed(answer)
        item = _first(data)
        revised, usage = item.get("revised_prompt"), data.get("usage")
        return GeneratedPicture(
            content=_content(item),
            revised_prompt=revised if isinstance(revised, str) else None,
            parameters={name: value for name in _REPORTED if isinstance(value := data.get(name), str)},
            cost=openai_image_cost(model, data),
            usage=usage if _can_be_kept(usage) else None,
        )

    async def check_reachable(self) -> None:
        try:
            await self._client.models.list(timeout=10)
        except (APIConnectionError, APIStatusError) as error:
            raise translated(error) from error

    async def close(self) -> None:
        await self._client.close()


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


def _arguments(request: PictureRequest) -> dict[str, Any]:
    asked = {
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
        raise UnreadablePicture("The generator's answer is not JSON.") from error
    if not isinstance(answer, dict):
        raise UnreadablePicture("The generator's answer is not what its API promises.")
    return answer


def _can_be_kept(usage: object) -> bool:
    """JSON has no NaN, though this parser reads one; a database refuses it."""
    try:
        json.dumps(usage, allow_nan=False)
    except ValueError:
        return False
    return isinstance(usage, dict)


def _first(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}


def _content(item: Mapping[str, Any]) -> bytes | None:
    text = item.get("b64_json")
    try:
        return pybase64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None
