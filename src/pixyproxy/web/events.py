"""An image's life as server-sent events: `status` at each step, `partial` previews, `done` at its end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pybase64 import b64encode
from starlette.types import Receive, Scope, Send

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Image
from pixyproxy.core.requests import FollowedImages
from pixyproxy.service.making.watched import Preview
from pixyproxy.web.auth import VisibleImages
from pixyproxy.web.images import Guid
from pixyproxy.web.previews import media_type_of
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import ImageDetail, Partial
from pixyproxy.web.server_sent import SILENCE_S as _SILENCE_S
from pixyproxy.web.server_sent import STILL_HERE, STREAM_HEADERS

router = APIRouter(tags=["images"])

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get(
    "/image/events",
    operation_id="follow_images",
    summary="The lives of several images, as they happen",
    response_class=Response,
    responses={**_EVENTS, **problems(401, 404)},
)
async def follow_images(followed: Annotated[FollowedImages, Query()], images: VisibleImages) -> Response:
    """The events of each, over one connection; it ends when all of them are done."""
    return _Told(await images.follow_all(followed))


@router.get(
    "/image/{guid}/events",
    operation_id="follow_image",
    summary="The life of an image, as it happens",
    response_class=Response,
    responses={**_EVENTS, **problems(401, 404)},
)
async def follow_image(guid: Guid, images: VisibleImages) -> Response:
    """Server-sent events: `status` now and at each step, `partial` for a preview, `done` at the end."""
    return _Told(await images.follow(guid))


class _Told(StreamingResponse):
    """However it ends, the following ends with it."""

    def __init__(self, steps: AsyncGenerator[Image | Preview, None]) -> None:
        self._steps = steps
        self._coming: asyncio.Task[Image | Preview] | None = None
        super().__init__(self._events(), headers=STREAM_HEADERS, media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._coming is not None:
                self._coming.cancel()
                await asyncio.gather(self._coming, return_exceptions=True)
            await self._steps.aclose()

    async def _events(self) -> AsyncIterator[bytes]:
        """A comment now and then keeps those between us from closing a connection that is silent."""
        try:
            while True:
                self._coming = self._coming or asyncio.ensure_future(anext(self._steps))
                done, _ = await asyncio.wait({self._coming}, timeout=_SILENCE_S)
                if not done:
                    yield STILL_HERE
                    continue
                finished, self._coming = self._coming, None
                yield _event(finished.result())
        except (StopAsyncIteration, PixyProxyException):
            return  # Its last event is out; or it was deleted, or cannot be looked up: the caller asks again.


def _event(step: Image | Preview) -> bytes:
    if isinstance(step, Preview):
        content = step.content
        text = b64encode(content).decode()
        partial = Partial(guid=step.guid, number=step.number, media_type=media_type_of(content), b64=text)
        return _written("partial", partial.model_dump_json())
    status = _written("status", ImageDetail.of(step).model_dump_json())
    return (
        status + _written("done", ImageDetail.of(step).model_dump_json())
        if is_settled(step.status)
        else status
    )


def _written(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
