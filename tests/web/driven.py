"""Requests driven by hand, as a server drives them: whatever a client does to it can be done here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

from tests.conftest import ADMIN_KEY

Receive = Callable[[], Awaitable[Message]]


@dataclass
class Exchange:
    """What the application sent, message by message."""

    sent: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def scope_of(method: str, path: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    given = {"host": "pixyproxy.test", "authorization": f"Bearer {ADMIN_KEY}", **(headers or {})}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("pixyproxy.test", 80),
    }


def receiving(*messages: Message) -> Receive:
    """These, and then that the caller has hung up."""
    coming = list(messages)

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    return receive


async def drive(app: ASGIApp, scope: dict[str, Any], receive: Receive) -> Exchange:
    exchange = Exchange()
    await app(scope, receive, exchange.send)
    return exchange
