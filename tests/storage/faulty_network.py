"""A faithful forwarder of HTTP/1.1 in front of a real server, and what can go wrong on the way."""

import asyncio
import random
import re
import secrets
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What happens to one request."""

    ERROR = "500, not forwarded"
    SLOW_DOWN = "503 SlowDown, not forwarded"
    FULL = "507, not forwarded"
    CUT_BEFORE = "cut before it is forwarded"
    CUT_IN_REQUEST = "cut in the middle of what is sent"
    CUT_AFTER = "forwarded, and cut before the answer"
    CUT_IN_ANSWER = "cut in the middle of the answer"
    ENDED_IN_ANSWER = "ended, as if it were all, in the middle of the answer"
    STALL = "no answer until the caller leaves"
    LIE = "another ETag is told than it has"
    FLIP_STORED = "other bytes are stored than were sent"
    FLIP_READ = "other bytes arrive than are stored"


ANY = [
    *[Fault.ERROR, Fault.SLOW_DOWN, Fault.CUT_BEFORE, Fault.CUT_IN_REQUEST, Fault.CUT_AFTER],
    *[Fault.CUT_IN_ANSWER, Fault.ENDED_IN_ANSWER, Fault.STALL],
]
OF_METHOD = {"PUT": [*ANY, Fault.LIE, Fault.FLIP_STORED], "GET": [*ANY, Fault.FLIP_READ]}
_REFUSALS = {
    Fault.ERROR: ("500 Internal Server Error", "InternalError"),
    Fault.SLOW_DOWN: ("503 Slow Down", "SlowDown"),
    Fault.FULL: ("507 Insufficient Storage", "InsufficientStorage"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer."""

    head: bytes
    body: bytes

    @classmethod
    async def read(cls, reader: asyncio.StreamReader, *, to_end: bool = False) -> Self:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await (reader.read() if to_end else reader.readexactly(int(length[1]) if length else 0))
        return cls(head, body)

    @property
    def method(self) -> str:
        return self.head.partition(b" ")[0].decode()

    def header(self, name: str) -> str | None:
        found = re.search(rf"(?i)\r\n{name}: *([^\r]*)".encode(), self.head)
        return found[1].decode() if found else None

    def with_header(self, name: str, value: str) -> "Message":
        head = self.without_header(name).head
        return replace(self, head=head[:-2] + f"{name}: {value}\r\n\r\n".encode())

    def without_header(self, name: str) -> "Message":
        return replace(self, head=re.sub(rf"(?i)\r\n{name}:[^\r]*".encode(), b"", self.head))

    def flipped(self) -> "Message":
        """One byte of it, wherever."""
        body = bytearray(self.body)
        if body:
            body[secrets.randbelow(len(body))] ^= 1
        return replace(self, body=bytes(body))

    @property
    def bytes_(self) -> bytes:
        return self.head + self.body


Choice = Callable[[Message], Fault | None]


@dataclass(slots=True)
class FaultyNetwork:
    """One request to a connection. `choose` says what happens to each."""

    upstream: tuple[str, int]
    choose: Choice = lambda _: None
    always: Callable[[Message], Message] = lambda answer: answer
    endpoint: str = ""
    requests: list[Message] = field(default_factory=list)
    happened: Counter[Fault] = field(default_factory=Counter)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            request = await Message.read(reader)
            self.requests.append(request)
            fault = self.choose(request)
            if fault is not None:
                self.happened[fault] += 1
            answer = await self._answer(request, fault, reader)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            if answer is None or fault is Fault.CUT_IN_ANSWER:
                _reset(writer)

    async def _answer(
        self, request: Message, fault: Fault | None, reader: asyncio.StreamReader
    ) -> bytes | None:
        """None where the connection breaks."""
        if fault in _REFUSALS:
            return _refusal(*_REFUSALS[fault])
        if fault is Fault.STALL:
            await reader.read()
        if fault in {Fault.STALL, Fault.CUT_BEFORE}:
            return None
        if fault is Fault.FLIP_STORED:
            request = request.flipped().without_header("Content-MD5")
        answer = await self._forwarded(request, cut=fault is Fault.CUT_IN_REQUEST)
        return None if answer is None or fault is Fault.CUT_AFTER else _spoilt(answer, fault)

    async def _forwarded(self, request: Message, *, cut: bool) -> Message | None:
        reader, writer = await asyncio.open_connection(*self.upstream)
        with closing(writer):
            sent = request.with_header("Connection", "close").bytes_
            writer.write(sent[: len(sent) - len(request.body) // 2 - 1] if cut else sent)
            await writer.drain()
            if not cut:
                return self.always(await Message.read(reader, to_end=True))
            _reset(writer)
            return None

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def end(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


@asynccontextmanager
async def faulty_network(upstream: str, choose: Choice = lambda _: None) -> AsyncIterator[FaultyNetwork]:
    """At `endpoint`, in front of that one."""
    parts = urlsplit(upstream)
    network = FaultyNetwork((parts.hostname or "", parts.port or 80), choose)
    server = await asyncio.start_server(network.begin, "127.0.0.1", 0)
    network.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        server.close()
        await network.end()


def now_and_then(share: float, seed: int) -> Choice:
    """A fault that can happen to such a request, to that share of them."""
    dice = random.Random(seed)  # noqa: S311 - so that a run can be repeated

    def choose(request: Message) -> Fault | None:
        return dice.choice(OF_METHOD.get(request.method, ANY)) if dice.random() < share else None

    return choose


def first(count: int, fault: Fault, method: str) -> Choice:
    """To the first requests of that method, and to no other."""
    left = [count]

    def choose(request: Message) -> Fault | None:
        if request.method != method or left[0] == 0:
            return None
        left[0] -= 1
        return fault

    return choose


def _spoilt(answer: Message, fault: Fault | None) -> bytes:
    if fault in {Fault.CUT_IN_ANSWER, Fault.ENDED_IN_ANSWER}:
        whole = answer.bytes_
        return whole[: len(whole) - len(answer.body) // 2 - 1]
    if fault is Fault.LIE:
        return answer.with_header("ETag", f'"{secrets.token_hex(16)}"').bytes_
    return (answer.flipped() if fault is Fault.FLIP_READ else answer).bytes_


def _refusal(status: str, code: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Told by a test.</Message></Error>"
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST, not FIN."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
