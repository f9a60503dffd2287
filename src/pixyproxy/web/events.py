"""An image's life as server-sent events: `status` at each step, `partial` previews, `done` at its end."""

import asyncio
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from pybase64 import b64encode

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Image
from pixyproxy.service.making.watching import Preview
from pixyproxy.web.previews import media_type_of
from pixyproxy.web.schemas import ImageDetail, Partial
from pixyproxy.web.server_sent import SILENCE_S as _SILENCE_S
from pixyproxy.web.server_sent import STILL_HERE, STREAM_HEADERS


def answer_events(steps: AsyncIterator[Image | Preview]) -> StreamingResponse:
    return StreamingResponse(_stream(steps), headers=STREAM_HEADERS, media_type="text/event-stream")


async def _stream(steps: AsyncIterator[Image | Preview]) -> AsyncIterator[bytes]:
    """A comment now and then keeps those between us from closing a connection that is silent."""
    coming: asyncio.Task[Image | Preview] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(steps))
            done, _ = await asyncio.wait({coming}, timeout=_SILENCE_S)
            if not done:
                yield STILL_HERE
                continue
            finished, coming = coming, None
            yield _event(finished.result())
    except (StopAsyncIteration, PixyProxyException):
        return  # Its last event is out; or it was deleted, or cannot be looked up: the caller asks again.
    finally:
        if coming is not None:
            coming.cancel()


def _event(step: Image | Preview) -> bytes:
    if isinstance(step, Preview):
        content = step.content
        text = b64encode(content).decode()
        partial = Partial(number=step.number, media_type=media_type_of(content), b64=text)
        return _written("partial", partial.model_dump_json())
    status = _written("status", ImageDetail.of(step).model_dump_json())
    return (
        status + _written("done", ImageDetail.of(step).model_dump_json())
        if is_settled(step.status)
        else status
    )


def _written(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
