"""Pictures as server-sent events: previews as they come, each picture when it is kept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from pybase64 import b64encode
from pydantic_core import to_json

from pixyproxy.core.exceptions import ImageNotFound, InternalError, PixyProxyException
from pixyproxy.core.models import Image
from pixyproxy.service.making.generation import Batch
from pixyproxy.service.making.watched import Preview
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import Picture
from pixyproxy.web.openai.answers import created, facts_of, format_of, guid_header
from pixyproxy.web.openai.arrivals import arrival
from pixyproxy.web.openai.base64_text import base64_of
from pixyproxy.web.openai.errors import envelope
from pixyproxy.web.previews import media_type_of
from pixyproxy.web.server_sent import SILENCE_S, STILL_HERE, STREAM_HEADERS

log = logging.getLogger(__name__)

_LAST_PREVIEWS_S = 1.0
_REQUIRED = {"background": "auto", "quality": "auto"}


@dataclass(frozen=True, slots=True)
class Stream:
    """What is streamed, to whom, and what its events are called."""

    request: Request
    images: PrivateImages
    batch: Batch
    events: str
    most_previews: int


def answer_stream(stream: Stream, headers: Mapping[str, str]) -> StreamingResponse:
    headers = {**STREAM_HEADERS, **guid_header(stream.batch.images), **headers}
    return StreamingResponse(_events(stream), headers=headers, media_type="text/event-stream")


@dataclass(frozen=True, slots=True)
class _Completed:
    picture: Picture


_Step = bytes | _Completed | PixyProxyException | None
_Tell = Callable[[_Step], Awaitable[None]]


async def _events(stream: Stream) -> AsyncIterator[bytes]:
    """A failure is told when all that succeed have been: the SDKs stop reading at the first."""
    steps: asyncio.Queue[_Step] = asyncio.Queue(maxsize=4)
    tellers = [asyncio.create_task(_follow(stream, image, steps.put)) for image in stream.batch.images]
    failures: list[PixyProxyException] = []
    at_work = len(tellers)
    try:
        while at_work:
            step = await _next(steps)
            if step is None:
                at_work -= 1
            elif isinstance(step, PixyProxyException):
                failures.append(step)
            elif isinstance(step, _Completed) and await step.picture.is_there():
                async for piece in _completed(stream, step.picture):
                    yield piece
            elif isinstance(step, _Completed):
                failures.append(ImageNotFound(guid=step.picture.image.guid))
            else:
                yield step
        for failure in failures:
            told = {"type": "error", **envelope(stream.request, failure)}
            yield b"event: error\ndata: " + to_json(told) + b"\n\n"
    finally:
        for teller in tellers:
            teller.cancel()


async def _next(steps: asyncio.Queue[_Step]) -> _Step:
    """A comment now and then keeps those between us from closing a connection that is silent."""
    try:
        async with asyncio.timeout(SILENCE_S):
            return await steps.get()
    except TimeoutError:
        return STILL_HERE


async def _follow(stream: Stream, image: Image, tell: _Tell) -> None:
    arriving = asyncio.create_task(arrival(stream.images, image, is_replay=stream.batch.is_replay))
    try:
        async for preview in _previews(stream, image, arriving):
            await tell(_partial(stream, image, preview))
        await tell(_Completed(await arriving))
    except PixyProxyException as error:
        await tell(error)
    except Exception:  # the answer has begun, so no handler above could tell the caller any more
        log.exception("image %s cannot be told of", image.guid)
        await tell(InternalError(guid=image.guid))
    finally:
        arriving.cancel()
    await tell(None)


async def _previews(stream: Stream, image: Image, arriving: asyncio.Task[Picture]) -> AsyncIterator[Preview]:
    """Until there are no more, or the picture has come to its end and no more follow at once."""
    if not stream.most_previews:
        return
    coming: asyncio.Future[Image | Preview] | None = None
    try:
        steps = await stream.images.follow(image.guid)
        while await _has_next(coming := asyncio.ensure_future(anext(steps)), arriving):
            step = coming.result()
            if isinstance(step, Preview) and step.number < stream.most_previews:
                yield step
    except (StopAsyncIteration, PixyProxyException):
        return  # What became of the image, `arriving` knows.
    finally:
        if coming is not None:
            coming.cancel()


async def _has_next(coming: asyncio.Future[Image | Preview], arriving: asyncio.Task[Picture]) -> bool:
    either: set[asyncio.Future[Any]] = {coming, arriving}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({coming}, timeout=_LAST_PREVIEWS_S)
    return coming.done()


def _partial(stream: Stream, image: Image, preview: Preview) -> bytes:
    kind = f"{stream.events}.partial_image"
    known = {
        "type": kind,
        "partial_image_index": preview.number,
        "created_at": created(image),
        "size": image.parameters.get("size", "auto"),
        **_REQUIRED,
        **{name: value for name in _REQUIRED if (value := image.parameters.get(name))},
        "output_format": format_of(media_type_of(preview.content)),
        "guid": image.guid,
    }
    return _head(kind, known) + b64encode(preview.content) + _TAIL


async def _completed(stream: Stream, picture: Picture) -> AsyncIterator[bytes]:
    kind = f"{stream.events}.completed"
    known = {"type": kind, "created_at": created(picture.image), **_REQUIRED, **facts_of(picture)}
    head = _head(kind, {**known, "guid": picture.image.guid})
    async for text in base64_of(picture):
        yield head + text
        head = b""
    yield _TAIL


def _head(kind: str, known: Mapping[str, Any]) -> bytes:
    """All but the picture's text, which comes last and through no encoder."""
    return f"event: {kind}\ndata: ".encode() + to_json(known)[:-1] + b',"b64_json":"'


_TAIL = b'"}\n\n'
