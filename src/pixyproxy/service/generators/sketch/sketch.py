"""The built-in generator: draws a picture of what the prompt names, without a key and without a network."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TypeVar

from pixyproxy.core.exceptions import FieldError, InvalidRequest, Unavailable
from pixyproxy.core.models import Cost, JsonValue, Size
from pixyproxy.service.generators import own_answers
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.generators.sketch.compose import compose
from pixyproxy.service.generators.sketch.render import render, render_preview

T = TypeVar("T")
DEFAULT_SIZE = Size(1024, 1024)
DEFAULT_SEED = 0
_QUALITIES = (None, "auto", "low", "medium", "high")
_BACKGROUNDS = (None, "auto", "opaque", "transparent")
_FORMATS = (None, "png", "webp", "jpeg")


class Sketch:
    """Draws the same picture for the same prompt, seed and size, on threads of its own."""

    name = "sketch"
    models = ("sketch",)

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="sketch")

    def check(self, request: PictureRequest) -> None:
        errors = [
            FieldError(field, f"sketch takes {', '.join(value for value in allowed if value)}.")
            for field, value, allowed in (
                ("quality", request.quality, _QUALITIES),
                ("background", request.background, _BACKGROUNDS),
                ("output_format", request.output_format, _FORMATS),
            )
            if value not in allowed
        ]
        if request.background == "transparent" and request.output_format == "jpeg":
            errors.append(FieldError("background", "A transparent background needs png or webp."))
        if errors:
            raise InvalidRequest(errors=errors)

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        size = request.size or DEFAULT_SIZE
        seed = DEFAULT_SEED if request.seed is None else request.seed
        transparent = request.background == "transparent"
        svg = await self._in_thread(lambda: compose(request.prompt, seed, size, transparent=transparent))
        if receiver.is_watched:
            receiver.preview(await self._in_thread(lambda: render_preview(svg)))
        await receiver.write(await self._in_thread(lambda: _answer(request, svg, size, seed)))

    def read(self, answer: bytes, model: str) -> GeneratedPicture:  # noqa: ARG002 - the protocol passes it; sketch has one
        return own_answers.read(answer)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except RuntimeError as error:  # the executor's word for closed
            raise Unavailable(retry_after_s=5) from error

    async def check_reachable(self) -> None:
        """It is always here."""

    async def close(self) -> None:
        """Waits for the pictures in the making."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


def _answer(request: PictureRequest, svg: str, size: Size, seed: int) -> bytes:
    output_format = request.output_format or "png"
    parameters: dict[str, JsonValue] = {"size": str(size), "seed": seed, "output_format": output_format}
    asked = {"quality": request.quality, "background": request.background}
    parameters |= {name: value for name, value in asked.items() if value is not None}
    content = render(svg, output_format, transparent=request.background == "transparent")
    cost = Cost(Decimal(0), "built-in")
    return own_answers.written(GeneratedPicture(content, parameters=parameters, cost=cost))
