"""A reverse proxy that takes a path off: what `location /pixy/ { proxy_pass http://…/; }` makes of nginx."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PREFIX = b"/pixy"
_LAST_ANSWERS_S = 5
_NOT_OURS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def stripping_proxy(port: int, behind: int) -> AsyncIterator[None]:
    """Hands on what comes to `port` under the prefix, one request for each connection."""
    going: set[asyncio.Task[None] | None] = set()

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        going.add(asyncio.current_task())
        method, path, rest = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
        if path.startswith(PREFIX + b"/"):
            rest = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", rest)
            await _exchange(behind, b" ".join((method, path.removeprefix(PREFIX), rest)), reader, writer)
        else:
            writer.write(_NOT_OURS)
        await _close(writer)

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield
        await asyncio.wait([each for each in going if each], timeout=_LAST_ANSWERS_S)


async def _exchange(behind: int, head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
    answer, service = await asyncio.open_connection("127.0.0.1", behind)
    service.write(head)
    body = asyncio.create_task(_hand_on(reader, service))
    await _hand_on(answer, writer)
    body.cancel()
    await _close(service)


async def _close(writer: StreamWriter) -> None:
    """To the end: a transport that is left behind is complained of, by whichever test comes next."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _hand_on(giver: StreamReader, taker: StreamWriter) -> None:
    while piece := await giver.read(64 * 1024):
        taker.write(piece)
        await taker.drain()
