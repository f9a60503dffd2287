"""A body that does not come is waited for only so long; what comes after it, as long as it takes."""

import asyncio
import gc
import json
import weakref

import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from pixyproxy.web.body_limits import MEGABYTE, BodyLimits, Limit
from tests.service.scenery import ON_SQLITE
from tests.web.driven import drive, scope_of

JSON = {"content-type": "application/json"}


@ON_SQLITE
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_body_that_does_not_come_to_its_end_is_not_waited_for_for_ever(
    app: FastAPI, method: str
) -> None:
    begun: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        return begun.pop() if begun else await asyncio.Future()

    path = "/image" if method == "POST" else "/image/some-guid"
    limited = BodyLimits(app, for_anybody=Limit(MEGABYTE, 0.01))
    async with asyncio.timeout(10):
        exchange = await drive(limited, scope_of(method, path, {**JSON, "content-length": "400"}), receive)
    assert exchange.status == 408
    assert exchange.headers["content-type"] == "application/problem+json"
    problem = json.loads(exchange.body)
    assert (problem["code"], problem["detail"]) == (
        "invalid_request",
        "The body of the request did not arrive in time.",
    )


@ON_SQLITE
async def test_a_body_that_comes_byte_by_byte_has_no_more_time_than_another(app: FastAPI) -> None:
    async def receive() -> Message:
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b" ", "more_body": True}

    limited = BodyLimits(app, for_anybody=Limit(MEGABYTE, 0.05))
    async with asyncio.timeout(10):
        assert (await drive(limited, scope_of("POST", "/image", JSON), receive)).status == 408


@ON_SQLITE
async def test_what_the_server_gave_to_read_it_with_is_let_go_at_once(app: FastAPI) -> None:
    """The server keeps the connection, and does not end, for as long as anything holds on to it."""

    async def receive() -> Message:
        return await asyncio.Future()

    held = weakref.ref(receive)
    gc.disable()
    try:
        exchange = await drive(
            BodyLimits(app, for_anybody=Limit(MEGABYTE, 0.01)), scope_of("POST", "/image", JSON), receive
        )
        del receive
        await asyncio.sleep(0)  # a turn of the loop, which ends what was cancelled
        assert held() is None
    finally:
        gc.enable()
    assert exchange.status == 408


async def test_once_the_body_is_whole_the_caller_may_be_listened_to_for_as_long_as_it_takes() -> None:
    seen: list[str] = []
    coming: list[Message] = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive() -> Message:
        if coming:
            return coming.pop()
        await asyncio.sleep(0.05)  # longer than a body may take
        return {"type": "http.disconnect"}

    async def listening(_: Scope, receive_limited: Receive, __: Send) -> None:
        seen.extend([(await receive_limited())["type"] for _ in range(2)])

    await drive(BodyLimits(listening, for_anybody=Limit(MEGABYTE, 0.01)), scope_of("POST", "/image"), receive)
    assert seen == ["http.request", "http.disconnect"]
