"""OpenAI's Images API through its official SDK, and whatever speaks it at OPENAI_BASE_URL.

The SDK's own retries are off: they repeat calls that may have been billed.
"""

import asyncio
from typing import Any

from httpx2 import HTTPError
from openai import APIError, AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from pixyproxy.core.exceptions import OutcomeUnknown
from pixyproxy.core.models import Task
from pixyproxy.service.generators.abilities import Abilities
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.generators.many_pools import many_pools
from pixyproxy.service.generators.openai import abilities, answers
from pixyproxy.service.generators.openai.arguments import arguments
from pixyproxy.service.generators.openai.arrival import hand_on
from pixyproxy.service.generators.openai.errors import translated

MODELS = (
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-1.5",
    "gpt-image-1-mini",
    "chatgpt-image-latest",
)
# The SDK's timeout is for each read; a trickle never meets it, so the whole answer has its own deadline.
# An event loop that is busy is late to see that a connection is there.
DEADLINE_S, _CONNECT_S, _POOL_S = 600.0, 15.0, 30.0


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

    def abilities(self, model: str, /) -> Abilities:
        return abilities.abilities_of(model)

    def check(self, request: PictureRequest) -> None:
        abilities.check(request)

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        try:
            async with asyncio.timeout(self._deadline_s), self._asked(request) as answer:
                receiver.note_request_id(answer.request_id)
                await hand_on(answer, receiver)
        except TimeoutError as error:
            raise OutcomeUnknown from error
        except APIError as error:
            receiver.note_request_id(getattr(error, "request_id", None))
            raise translated(error) from error
        except HTTPError as error:  # while the answer was on its way
            raise OutcomeUnknown from error

    def _asked(self, request: PictureRequest) -> Any:
        images = self._client.images.with_streaming_response
        ask: Any = images.edit if request.task is Task.EDIT else images.generate
        return ask(**arguments(request))

    def read(self, answer: bytes, model: str) -> GeneratedPicture:
        return answers.read(answer, model)

    async def check_reachable(self) -> None:
        try:
            await self._client.models.list(timeout=10)
        except APIError as error:
            raise translated(error) from error

    async def close(self) -> None:
        await self._client.close()
