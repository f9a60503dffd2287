"""Refuses a body that is too large: by its announced length before a byte is read, else while it arrives."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixyproxy.core.exceptions import PayloadTooLarge

MOST_BYTES = 1024 * 1024
_BODILESS = {"GET", "HEAD"}  # No resource reads a body there.


@dataclass(frozen=True, slots=True)
class BodyLimit:
    app: ASGIApp
    most_bytes: int = MOST_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self.app(scope, receive, send)
            return
        self._check(_announced_bytes(scope))
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            self._check(received)
            return message

        await self.app(scope, receive_counted, send)

    def _check(self, size: int) -> None:
        if size > self.most_bytes:
            raise PayloadTooLarge(f"The body of a request may have {self.most_bytes} bytes.")


def _announced_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
