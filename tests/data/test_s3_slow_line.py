"""On a line that is slow everything is stored still; one that stands still is given up."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from urllib.parse import urlsplit

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.data.s3.bucket import PART_BYTES
from pixyproxy.data.s3.location import Patience
from pixyproxy.data.s3.store import S3Store
from tests.contracts.stores import s3_store
from tools.s3_server import S3Server

BYTES_PER_S = 8_000_000
WITHOUT_SIZE = Patience(
    connect_s=1, read_s=0.5, request_s=0.6, tries=2, pause_s=0.01, slowest_bytes_per_s=1e12
)
HASTY = Patience(connect_s=1, read_s=0.5, request_s=0.6, tries=2, pause_s=0.01, slowest_bytes_per_s=4_000_000)


@asynccontextmanager
async def slow_line(endpoint: str, stops_after: int | None = None) -> AsyncIterator[str]:
    """Its endpoint. Towards the store only so many bytes go a second, over all connections, and then none."""
    store, gone, turn = urlsplit(endpoint), 0, asyncio.Lock()
    tasks: set[asyncio.Task[None]] = set()

    async def up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal gone
        while piece := await reader.read(50_000):
            async with turn:
                await asyncio.sleep(len(piece) / BYTES_PER_S)
            gone += len(piece)
            if stops_after is not None and gone > stops_after:
                await asyncio.Event().wait()
            writer.write(piece)
            await writer.drain()

    async def down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(50_000):
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            theirs, ours = await asyncio.open_connection(store.hostname, store.port)
            with closing(ours):
                await asyncio.gather(up(reader, ours), down(theirs, writer))

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(both(reader, writer))
        tasks.add(task)

    async with await asyncio.start_server(begin, "127.0.0.1", 0, limit=50_000) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read(store: S3Store, key: str) -> bytes:
    return b"".join([chunk async for chunk in store.read(key)])


@pytest.mark.parametrize("size", [PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
async def test_the_time_there_is_grows_with_the_size(s3: S3Server, size: int) -> None:
    prefix, content = secrets.token_hex(8), secrets.token_bytes(size)
    async with slow_line(s3.address.endpoint) as endpoint:
        store = s3_store(s3, prefix, endpoint=endpoint, patience=HASTY)
        await store.put("ab/picture.png", content)
        await store.close()
        impatient = s3_store(s3, prefix, endpoint=endpoint, patience=WITHOUT_SIZE)
        with pytest.raises(Unavailable):
            await impatient.put("ab/another.png", content)
        await impatient.close()
    beside = s3_store(s3, prefix)
    assert await read(beside, "ab/picture.png") == content
    await beside.close()


@pytest.mark.parametrize(("size", "within_s"), [(PART_BYTES, 4), (3 * PART_BYTES, 25)])
async def test_a_line_that_stands_still_is_given_up(s3: S3Server, size: int, within_s: float) -> None:
    """Within a small object soon, within a part when that should have been sent long ago."""
    async with slow_line(s3.address.endpoint, stops_after=2_000_000) as endpoint:
        store = s3_store(s3, secrets.token_hex(8), endpoint=endpoint, patience=HASTY)
        began_at = time.monotonic()
        with pytest.raises(Unavailable):
            await store.put("ab/picture.png", bytes(size))
        assert time.monotonic() - began_at < within_s
        await store.close()
