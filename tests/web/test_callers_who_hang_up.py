"""A caller who leaves early is still two lines in the log, and takes nothing away with them."""

import asyncio
import logging
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.types import Message

from pixyproxy.core.models import Status
from pixyproxy.logs import TextLines
from pixyproxy.service.services import Services
from tests.service.scenery import ON_SQLITE, Easel, Gate, rows, shelve, with_generator
from tests.web.driven import Exchange, drive, receiving, scope_of

pytestmark = ON_SQLITE
BODY: Message = {"type": "http.request", "body": b'{"prompt": "a cat"}', "more_body": False}
JSON = {"content-type": "application/json"}


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.written: list[str] = []
        self.setFormatter(TextLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))

    def status(self) -> str:
        """What the two lines end in."""
        start, end = self.written
        assert start.endswith("REQUEST START")
        match = re.search(r" (\S+) \S+ REQUEST END \w+ \S+ (\d{3}|-) [\d.]+ms$", end)
        assert match
        return match[2]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, log = Lines(), logging.getLogger("pixyproxy.request")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)


async def _wait_in_vain() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("It never comes.")


async def test_who_leaves_before_the_body_is_sent(app: FastAPI, lines: Lines, services: Services) -> None:
    part: Message = {"type": "http.request", "body": b'{"prompt":', "more_body": True}
    await drive(app, scope_of("POST", "/image", JSON), receiving(part))
    assert lines.status()
    assert await rows(services, "image") == []


async def test_who_is_cut_off_while_the_picture_is_made_finds_it_later(app: FastAPI, lines: Lines) -> None:
    gate = Gate()
    services = app.state.services = with_generator(app.state.services, Easel(gate))
    exchange = Exchange()
    request = asyncio.create_task(app(scope_of("POST", "/image", JSON), receiving(BODY), exchange.send))
    await gate.reached.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert lines.status() == "-"
    assert exchange.sent == []
    gate.opened.set()
    await services.generation.drain()
    assert [row["status"] for row in await rows(services, "image")] == [Status.READY]


async def test_who_hangs_up_while_the_picture_is_made_finds_it_later(app: FastAPI, lines: Lines) -> None:
    """The server tells that the caller is gone and lets the application finish."""
    gate = Gate()
    services = app.state.services = with_generator(app.state.services, Easel(gate))
    request = asyncio.create_task(drive(app, scope_of("POST", "/image", JSON), receiving(BODY)))
    await gate.reached.wait()
    gate.opened.set()
    await request
    assert lines.status() == "201"
    assert [row["status"] for row in await rows(services, "image")] == [Status.READY]


@pytest.mark.parametrize("how", ["told", "cut off", "error of the connection"])
async def test_who_leaves_while_the_bytes_are_sent(app: FastAPI, lines: Lines, how: str) -> None:
    image = await shelve(app.state.services, bytes(3_000_000))
    exchange, first_bytes = Exchange(), asyncio.Event()

    async def send(message: Message) -> None:
        await exchange.send(message)
        if message["type"] == "http.response.body":
            first_bytes.set()
            if how == "error of the connection":
                raise OSError("The connection is gone.")
            await asyncio.sleep(0)

    async def receive() -> Message:
        await first_bytes.wait()
        return {"type": "http.disconnect"} if how == "told" else await _wait_in_vain()

    request = asyncio.create_task(app(scope_of("GET", f"/image/{image.guid}/content"), receive, send))
    await first_bytes.wait()
    if how == "cut off":
        request.cancel()
    [end] = await asyncio.gather(request, return_exceptions=True)
    assert (end is None) == (how == "told"), end
    assert lines.status() == "200"
    assert len(exchange.body) < 3_000_000


async def test_who_leaves_does_not_disturb_the_next(app: FastAPI, lines: Lines) -> None:
    for _ in range(3):
        await drive(app, scope_of("POST", "/image", JSON), receiving())
    lines.written.clear()
    exchange = await drive(app, scope_of("GET", "/image"), receiving())
    assert (exchange.status, exchange.body, lines.status()) == (200, b"[]", "200")
