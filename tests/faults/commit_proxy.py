"""Between the service and MySQL: cuts connections in the moment of a COMMIT."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

_COMMIT = b"\x07\x00\x00\x00\x03COMMIT"
"""A packet of seven bytes, the first of its command: a query, and its text."""
_HEADER_BYTES = 4


class Cut(StrEnum):
    """When the connection ends, seen from the COMMIT."""

    BEFORE = "before it is passed on"
    MEANWHILE = "as it is passed on"
    AFTER = "when it is done, before its answer"


class CommitProxy:
    def __init__(self, mysql_port: int, chance: random.Random) -> None:
        self.share = 0.0
        """Of the commits, how many are cut."""
        self.cuts: Counter[Cut] = Counter()
        self._mysql_port = mysql_port
        self._chance = chance
        self._attended: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def close(self) -> None:
        for writer in self._attended.values():
            writer.transport.abort()
        await asyncio.gather(*self._attended)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._attend(reader, writer))
        self._attended[task] = writer
        task.add_done_callback(self._attended.pop)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._mysql_port)
        except OSError:
            writer.transport.abort()
            return
        answers = asyncio.create_task(_pass_on(there_reader, writer))
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._pass_requests(reader, there_writer, answers, there_reader)
        finally:
            answers.cancel()
            await asyncio.gather(answers, return_exceptions=True)
            for each in (writer, there_writer):
                each.transport.abort()

    async def _pass_requests(
        self,
        reader: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        answers: "asyncio.Task[None]",
        there_reader: asyncio.StreamReader,
    ) -> None:
        """Returns when the connection is to be cut."""
        while not answers.done():
            head = await reader.readexactly(_HEADER_BYTES)
            packet = head + await reader.readexactly(int.from_bytes(head[:3], "little"))
            is_cut = packet.upper() == _COMMIT and self._chance.random() < self.share
            cut = self._chance.choice(list(Cut)) if is_cut else None
            if cut is not None:
                self.cuts[cut] += 1
            if cut is Cut.BEFORE:
                return
            if cut is Cut.AFTER:
                answers.cancel()
                await asyncio.gather(answers, return_exceptions=True)
            there.write(packet)
            await there.drain()
            if cut is Cut.AFTER:
                await there_reader.read(1)
            if cut is not None:
                return


@asynccontextmanager
async def running_commit_proxy(mysql_port: int, seed: int) -> AsyncIterator[tuple[CommitProxy, int]]:
    """The proxy and where it listens."""
    proxy = CommitProxy(mysql_port, random.Random(seed))  # noqa: S311 - so that a run can be repeated
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await proxy.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
