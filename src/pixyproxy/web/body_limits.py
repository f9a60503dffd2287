"""Refuses a body that is too large, by its announced length before a byte is read, or that takes too long.

Until it is whole, a request holds a connection and may be anybody's: the key is looked at afterwards.
"""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixyproxy.core.exceptions import PayloadTooLarge, RequestTimedOut

MOST_BYTES = 1024 * 1024
MOST_SECONDS = 30
_BODILESS = {"GET", "HEAD"}  # No resource reads a body there.


@dataclass(frozen=True, slots=True)
class BodyLimits:
    app: ASGIApp
    most_bytes: int = MOST_BYTES
    most_seconds: float = MOST_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self.app(scope, receive, send)
            return
        self._check(_announced_bytes(scope))
        received = 0
        deadline: float | None = asyncio.get_running_loop().time() + self.most_seconds

        async def receive_limited() -> Message:
            nonlocal received, deadline
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                raise RequestTimedOut from error
            received += len(message.get("body", b""))
            self._check(received)
            if not message.get("more_body"):
                deadline = None  # From here on it is the caller's hanging up that is waited for.
            return message

        await self.app(scope, receive_limited, send)

    def _check(self, size: int) -> None:
        if size > self.most_bytes:
            raise PayloadTooLarge(f"The body of a request may have {self.most_bytes} bytes.")


def _announced_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
