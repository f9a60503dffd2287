"""The built-in generator: draws a picture of what the prompt names, without a key and without a network."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import TypeVar

import pyvips

from pixyproxy.core.exceptions import GeneratorFailed, Unavailable
from pixyproxy.core.models import Cost, JsonValue, Task
from pixyproxy.service.generators import own_answers
from pixyproxy.service.generators.abilities import Abilities
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.generators.sketch import asked
from pixyproxy.service.generators.sketch.compose import scene_of
from pixyproxy.service.generators.sketch.drawn import Drawn
from pixyproxy.service.generators.sketch.inputs.loading import natural_size
from pixyproxy.service.generators.sketch.inputs.repainting import Repainted
from pixyproxy.service.generators.sketch.inputs.retouching import Retouched
from pixyproxy.service.generators.sketch.inputs.variation import Varied
from pixyproxy.service.generators.sketch.motif import Motif
from pixyproxy.service.generators.sketch.output.animation import animated, overscan
from pixyproxy.service.generators.sketch.output.formats import encoded
from pixyproxy.service.generators.sketch.previews import begun, glimpse

T = TypeVar("T")
DEFAULT_SEED = 0


class Sketch:
    """Makes the same picture for the same request, on threads of its own."""

    name = "sketch"
    models = ("sketch",)

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="sketch")

    def abilities(self, _model: str, /) -> Abilities:
        return asked.ABILITIES

    def check(self, request: PictureRequest) -> None:
        asked.check(request)

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        motif = await self._in_thread(lambda: _motif(request))
        await self._show_previews(motif, request, receiver)
        await receiver.write(await self._in_thread(lambda: _answer(motif, request)))

    async def _show_previews(self, motif: Motif, request: PictureRequest, receiver: Receiver) -> None:
        count, output_format = request.partial_images or 0, asked.format_of(request)
        for index in range(count):
            receiver.preview(await self._in_thread(partial(begun, motif, index, count, output_format)))
        if not count and receiver.is_watched:
            receiver.preview(await self._in_thread(lambda: glimpse(motif)))

    def read(self, answer: bytes, model: str) -> GeneratedPicture:  # noqa: ARG002 - the protocol passes it; sketch has one
        return own_answers.read(answer)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except pyvips.Error as error:
            raise GeneratorFailed from error
        except RuntimeError as error:  # the executor's word for closed
            raise Unavailable(retry_after_s=5) from error

    async def check_reachable(self) -> None:
        """It is always here."""

    async def close(self) -> None:
        """Waits for the pictures in the making."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


def _motif(request: PictureRequest) -> Motif:
    prompt, seed = request.prompt, _seed(request)
    transparent = request.background == "transparent"
    if request.task is Task.GENERATE:
        size = request.size or asked.DEFAULT_SIZE
        scene = scene_of(prompt, seed, size, transparent=transparent)
        return Drawn(scene.drawing, size, transparent)
    size = request.size or natural_size(request.inputs[0], upright=request.mask is None)
    if request.task is Task.VARY:
        return Varied(request.inputs[0], prompt, seed, size, request.background)
    if request.mask is None:
        return Repainted(request.inputs, prompt, seed, size, transparent)
    return Retouched(request.inputs, request.mask, prompt, seed, size, request.background)


def _seed(request: PictureRequest) -> int:
    """Of several that are asked for at once, each its own."""
    return (DEFAULT_SEED if request.seed is None else request.seed) + request.number


def _answer(motif: Motif, request: PictureRequest) -> bytes:
    parameters: dict[str, JsonValue] = {
        "size": str(motif.size), "seed": _seed(request), "output_format": asked.format_of(request),
    }  # fmt: skip
    asked_for = {
        "quality": request.quality,
        "background": request.background,
        "output_compression": request.options.get("output_compression"),
    }
    parameters |= {name: value for name, value in asked_for.items() if value is not None}
    if asked.format_of(request) == "gif":
        parameters["frame_count"], parameters["frame_duration_ms"] = asked.frames_of(request)
    cost = Cost(Decimal(0), "built-in")
    return own_answers.written(GeneratedPicture(_content(motif, request), parameters=parameters, cost=cost))


def _content(motif: Motif, request: PictureRequest) -> bytes:
    output_format = asked.format_of(request)
    if output_format == "gif":
        return animated(motif.planes(overscan(motif.size)), motif.size, *asked.frames_of(request))
    if output_format == "svg" and isinstance(motif, Drawn):
        return motif.svg().encode()
    return encoded(motif.painted(), output_format, asked.whole_number(request, "output_compression"))
