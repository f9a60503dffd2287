"""A small HTTP/1.1 server on bare sockets.

Bare, because a dropped connection is one of the answers to be given and an ASGI server turns every failure
before the first byte into a 500. Nor is it slower: the pieces of a body go to the socket uncopied.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from typing import Protocol

from .messages import Answer, Ending, Request

HEAD_END = b"\r\n\r\n"
TRICKLES = 40
SMALL = 65536


class Application(Protocol):
    """Answers are complete when they are returned; all waiting is the server's."""

    def answer(self, request: Request) -> Answer: ...

    def client_left(self, call_id: str) -> None: ...


class Connection:
    """One client's socket, with what it sent ahead of our reading."""

    def __init__(self, client: socket.socket) -> None:
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = client
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()

    async def _receive(self) -> bool:
        chunk = await self._loop.sock_recv(self._socket, SMALL)
        self._received += chunk
        return bool(chunk)

    async def request(self) -> Request | None:
        """The next request, read to its end; None when the client is done."""
        while HEAD_END not in self._received:
            if not await self._receive():
                return None
        head, _, rest = bytes(self._received).partition(HEAD_END)
        request = Request.parse_head(head)
        self._received = bytearray(rest)
        while len(self._received) < request.content_length:
            if not await self._receive():
                return None
        body = bytes(self._received[: request.content_length])
        del self._received[: request.content_length]
        return Request(request.method, request.path, request.headers, body)

    async def client_leaves(self, within_seconds: float | None = None) -> bool:
        """Wait, watching whether the client closes its side."""
        try:
            async with asyncio.timeout(within_seconds):
                while await self._receive():
                    pass
        except TimeoutError:
            return False
        return True

    async def send(self, pieces: Iterable[bytes]) -> None:
        """Small pieces go together, so that a head does not travel alone."""
        pending = b""
        for piece in pieces:
            if len(piece) < SMALL:
                pending += piece
                continue
            await self._loop.sock_sendall(self._socket, pending)
            await self._loop.sock_sendall(self._socket, piece)
            pending = b""
        await self._loop.sock_sendall(self._socket, pending)

    def reset(self) -> None:
        """Make the coming close an RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def deliver(answer: Answer, connection: Connection) -> bool:
    """Send an answer as its ending says; true when the connection can serve another request."""
    if answer.delay_seconds and await connection.client_leaves(answer.delay_seconds):
        raise ConnectionResetError
    match answer.ending:
        case Ending.WHOLE:
            await connection.send((answer.encoded_head(), *answer.body))
            return True
        case Ending.SLOW:
            await _trickle(answer, connection)
            return True
        case Ending.HANG:
            await _outwait(connection)
        case Ending.STALL | Ending.CUT:
            await connection.send((answer.encoded_head(), _half(answer)))
            if answer.ending is Ending.STALL:
                await _outwait(connection)
        case Ending.RESET:
            connection.reset()
        case Ending.DROP:
            pass
    return False


def _half(answer: Answer) -> bytes:
    return b"".join(answer.body)[: answer.length // 2]


async def _outwait(connection: Connection) -> None:
    await connection.client_leaves()
    raise ConnectionResetError


async def _trickle(answer: Answer, connection: Connection) -> None:
    body = b"".join(answer.body)
    step = max(1, len(body) // TRICKLES)
    await connection.send((answer.encoded_head(),))
    for start in range(0, len(body), step):
        if await connection.client_leaves(answer.over_seconds / TRICKLES):
            raise ConnectionResetError
        await connection.send((body[start : start + step],))


async def _converse(client: socket.socket, application: Application) -> None:
    connection = Connection(client)
    while request := await connection.request():
        answer = application.answer(request)
        try:
            reusable = await deliver(answer, connection)
        except ConnectionError:
            application.client_left(answer.call_id)
            return
        if not (reusable and request.keeps_alive):
            return


async def _attend(client: socket.socket, application: Application) -> None:
    with client:
        try:
            await _converse(client, application)
        except ConnectionError:
            return  # between two requests anybody may leave


async def serve(listener: socket.socket, application: Application) -> None:
    """Answer on `listener` until cancelled."""
    listener.setblocking(False)
    loop = asyncio.get_running_loop()
    conversations: set[asyncio.Task[None]] = set()
    while True:
        client, _address = await loop.sock_accept(listener)
        conversation = asyncio.create_task(_attend(client, application))
        conversations.add(conversation)
        conversation.add_done_callback(conversations.discard)
