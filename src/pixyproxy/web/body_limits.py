"""Refuses a body that is too large, by its announced length before a byte is read, or that takes too long.

Until it is whole, a request holds a connection and may be anybody's: the key is looked at afterwards. Where
pictures may come along, and more than a prompt is sent, it is looked at before.
"""

import asyncio
import re
from dataclasses import dataclass, field

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixyproxy.core.exceptions import PayloadTooLarge, RequestTimedOut, Unauthenticated
from pixyproxy.web.auth import recognise_caller

MEGABYTE = 1024 * 1024
_BODILESS = {"GET", "HEAD"}  # No resource reads a body there.
_WITH_PICTURES = re.compile(r"/image|/v1/images/(edits|variations)")


@dataclass(frozen=True, slots=True)
class Limit:
    most_bytes: int
    most_seconds: float


FOR_ANYBODY = Limit(MEGABYTE, 30)
FOR_JSON_WITH_PICTURES = Limit(32 * MEGABYTE, 120)  # It is held whole.
FOR_FORMS_WITH_PICTURES = Limit(100 * MEGABYTE, 300)


@dataclass(frozen=True, slots=True)
class BodyLimits:
    app: ASGIApp
    for_anybody: Limit = FOR_ANYBODY
    for_json: Limit = FOR_JSON_WITH_PICTURES
    for_forms: Limit = FOR_FORMS_WITH_PICTURES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self.app(scope, receive, send)
            return
        body = _Body(scope, receive, self.for_anybody, self._if_known(scope))
        await body.check(_announced_bytes(scope))
        await self.app(scope, body.receive, send)

    def _if_known(self, scope: Scope) -> Limit | None:
        """Where pictures may come along."""
        if scope["method"] != "POST":
            return None
        if not _WITH_PICTURES.fullmatch(scope["path"]):
            return None
        return self.for_forms if _is_form(scope) else self.for_json


@dataclass(slots=True)
class _Body:
    """One that arrives."""

    scope: Scope
    source: Receive
    limit: Limit
    if_known: Limit | None
    received: int = 0
    is_whole: bool = False
    begun_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def receive(self) -> Message:
        # Once it is whole, it is the caller's hanging up that is waited for.
        deadline = None if self.is_whole else self.begun_at + self.limit.most_seconds
        try:
            async with asyncio.timeout_at(deadline):
                message = await self.source()
        except TimeoutError as error:
            raise RequestTimedOut from error
        self.received += len(message.get("body", b""))
        await self.check(self.received)
        self.is_whole = self.is_whole or not message.get("more_body")
        return message

    async def check(self, size: int) -> None:
        if size > self.limit.most_bytes and self.if_known is not None:
            await self._check_caller()
            self.limit = self.if_known
        if size > self.limit.most_bytes:
            raise PayloadTooLarge(f"The body of a request may have {self.limit.most_bytes} bytes.")

    async def _check_caller(self) -> None:
        if self.limit is not self.if_known and await recognise_caller(Request(self.scope)) is None:
            raise Unauthenticated


def _is_form(scope: Scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(b"multipart/form-data")
        for name, value in scope["headers"]
    )


def _announced_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
