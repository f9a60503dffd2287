"""An answer on its way: first to whoever keeps it, then looked at, if it is a stream."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from httpx2 import HTTPError, Request
from openai import APIError, AsyncAPIResponse
from pydantic_core import from_json

from pixyproxy.core.exceptions import OutcomeUnknown
from pixyproxy.service.generators.generator import Receiver
from pixyproxy.service.generators.openai.answers import content_of
from pixyproxy.service.generators.openai.errors import translated_event
from pixyproxy.service.generators.openai.events import Event, EventReader, Kind

_LINGER_S = 1.0


async def hand_on(answer: AsyncAPIResponse[Any], receiver: Receiver) -> None:
    """Raises what an event says went wrong; `OutcomeUnknown` for a stream that ends without its picture."""
    chunks = answer.iter_bytes()
    if "text/event-stream" in answer.headers.get("content-type", ""):
        await _until_complete(chunks, receiver, answer.http_request)
        # The picture is here: a connection that does not end in order is no reason to wait, or to fail.
        with suppress(TimeoutError, HTTPError):
            async with asyncio.timeout(_LINGER_S):
                await _to_the_end(chunks, receiver)
    else:
        await _to_the_end(chunks, receiver)


async def _to_the_end(chunks: AsyncIterator[bytes], receiver: Receiver) -> None:
    async for chunk in chunks:
        await receiver.write(chunk)


async def _until_complete(chunks: AsyncIterator[bytes], receiver: Receiver, request: Request) -> None:
    stream = _Stream(receiver, request)
    async for chunk in chunks:
        await receiver.write(chunk)
        stream.take(chunk)
        if stream.is_complete:
            return
    raise OutcomeUnknown


class _Stream:
    """What its events mean so far. The picture itself stays as it came: `read` decodes it."""

    def __init__(self, receiver: Receiver, request: Request) -> None:
        self._events = EventReader()
        self._receiver = receiver
        self._request = request
        self._has_begun = False
        self.is_complete = False

    def take(self, chunk: bytes) -> None:
        for event in self._events.feed(chunk):
            match event.kind:
                case Kind.COMPLETED:
                    self.is_complete = True
                    return
                case Kind.PARTIAL:
                    self._has_begun = True
                    self._show(event)
                case Kind.OTHER:
                    self._raise_if_error(event)

    def _show(self, event: Event) -> None:
        """A preview that cannot be read is missed by nobody."""
        content = content_of(_object_in(event))
        if content:
            self._receiver.preview(content)

    def _raise_if_error(self, event: Event) -> None:
        error = _error_in(event)
        if error is not None:
            cause = APIError("an event told of an error", self._request, body=error)
            raise translated_event(cause, has_begun=self._has_begun) from cause


def _error_in(event: Event) -> object | None:
    """`{"type": "error", "error": {…}}`, `{"error": {…}}`, or all of it in one object."""
    said = _object_in(event)
    error: object = said.get("error")
    if error:
        return error
    if said.get("type") == "error":
        return {**said, "type": None}
    return said if event.name == b"error" else None


def _object_in(event: Event) -> Mapping[str, Any]:
    try:
        said = from_json(event.data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
