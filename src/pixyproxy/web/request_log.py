"""Two lines for every request: REQUEST START and REQUEST END, whatever happens between.

The dependency writes START once the request has been matched to the resource method that answers it. What a
dependency cannot see (no route, a body that does not parse, the final status, a caller that hung up) is the
middleware's part: it gives the request its id, writes START where the dependency was not reached, and END.
"""

import inspect
import logging
import socket
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("pixyproxy.request")
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")

_KEY = "pixyproxy.request_record"
_HOST = socket.gethostname()


class _RequestIds:
    """host-datetime-threadid; the clock is nudged on where two requests share a microsecond."""

    def __init__(self) -> None:
        self._last_us = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        with self._lock:
            self._last_us = max(time.time_ns() // 1000, self._last_us + 1)
            second, microsecond = divmod(self._last_us, 1_000_000)
        return f"{_HOST}-{_second(second)}{microsecond:06}-{threading.get_native_id()}"


@lru_cache(maxsize=2)
def _second(timestamp: int) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y%m%dT%H%M%S}"


_ids = _RequestIds()


@dataclass(slots=True)
class _RequestRecord:
    """What the two lines of one request have in common."""

    request_id: str
    started: float
    otherwise: Callable[..., object]
    start_written: bool = False
    status: int | None = None

    def write_start(self, scope: Scope) -> None:
        if not self.start_written:
            self.start_written = True
            self._write(scope, "REQUEST START", None)

    def write_end(self, scope: Scope) -> None:
        facts = {
            "http_method": scope["method"],
            "path": quote(scope["path"]),
            "status": self.status or "-",
            "milliseconds": round((time.perf_counter() - self.started) * 1000, 1),
        }
        self._write(scope, "REQUEST END", facts)

    def _write(self, scope: Scope, message: str, facts: dict[str, object] | None) -> None:
        """Without the search for the calling line that Logger.info makes: the place is the resource's."""
        if log.isEnabledFor(logging.INFO):
            record = log.makeRecord(log.name, logging.INFO, "", 0, message, (), None)
            record.request_id = self.request_id
            record.place = _place_of(scope.get("endpoint") or self.otherwise)
            record.facts = facts
            log.handle(record)


async def log_request(request: Request) -> None:
    """The universal logging dependency of every resource."""
    record: _RequestRecord | None = request.scope.get(_KEY)
    if record is not None:
        record.write_start(request.scope)


@dataclass(frozen=True, slots=True)
class RequestLog:
    """The outermost middleware. Plain ASGI: it neither hides a caller's hanging up nor cancels anything."""

    app: ASGIApp
    otherwise: Callable[..., object]  # what answers where no route matched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = _RequestRecord(_ids.next(), time.perf_counter(), self.otherwise)
        scope[_KEY] = record
        header = (b"x-request-id", record.request_id.encode())

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        async def receive_noted() -> Message:
            record.write_start(scope)  # The route is known by now, and a body may take its time.
            return await receive()

        token = current_request_id.set(record.request_id)
        try:
            await self.app(scope, receive_noted, send_noted)
        finally:
            record.write_start(scope)
            record.write_end(scope)
            current_request_id.reset(token)


@lru_cache(maxsize=256)
def _place_of(answerer: Callable[..., object]) -> str:
    """The name of what answers, and its line."""
    function = inspect.unwrap(answerer)
    code = getattr(function, "__code__", None)
    return f"{getattr(function, '__name__', type(function).__name__)}:{code.co_firstlineno if code else 0}"
