"""A client in a process of its own: so many workers, each sending its next POST when the last is answered.

    python -m benchmarks.load --url http://127.0.0.1:8000/image --key KEY --workers 8 --seconds 5 --expect 201

Bare sockets, and all bodies are received into one place and thrown away: the provider's answers are 2 MB
each, and the client must not be what is measured. Prints one line of JSON; `client_cpu` is its own share of
one core.
"""

import argparse
import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from urllib.parse import urlsplit

_HEAD_BYTES = 16 * 1024
_REST = memoryview(bytearray(1024 * 1024))
WORDS = (
    "lighthouse harbour fisherman sunset storm cliff gull wave boat lantern village market street bicycle "
    "cat garden rain umbrella bridge river mountain forest fox snow train station clock tower piano dancer "
    "watercolour charcoal photograph poster portrait landscape misty golden quiet crowded ancient tiny huge"
).split()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is left of an answer when its body has been thrown away."""

    status: int
    body_bytes: int


@dataclass
class Tally:
    """What all workers saw."""

    expected_status: int
    latencies_s: list[float] = field(default_factory=list)
    bodies_bytes: list[int] = field(default_factory=list)
    unexpected: Counter[int] = field(default_factory=Counter)

    def count(self, answer: Answer, seconds: float) -> None:
        if answer.status == self.expected_status:
            self.latencies_s.append(seconds)
            self.bodies_bytes.append(answer.body_bytes)
        else:
            self.unexpected[answer.status] += 1


def post_requests(url: str, key: str, model: str | None = None) -> Iterator[bytes]:
    """Each with a prompt of its own, 6 to 18 words; the model is named where there is one."""
    named = {"model": model} if model else {}
    parts, random = urlsplit(url), Random(1)  # noqa: S311 - the same prompts in every run
    for number in count():
        prompt = " ".join(random.choices(WORDS, k=random.randint(6, 18)))
        body = json.dumps({"prompt": f"{prompt}, number {number}", **named}).encode()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def get_requests(url: str, key: str | None, paths: Iterable[str]) -> Iterator[bytes]:
    """One after the other, with a key where there is one."""
    signed = f"Authorization: Bearer {key}\r\n" if key else ""
    for path in paths:
        yield f"GET {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n{signed}\r\n".encode()


async def send_for(url: str, requests: Iterator[bytes], workers: int, seconds: float, tally: Tally) -> float:
    """How many seconds it took: what was sent before the end is waited for, and counts."""
    parts = urlsplit(url)
    started = time.perf_counter()

    async def work() -> None:
        with await connect(parts.hostname or "", parts.port or 80) as connection:
            while time.perf_counter() < started + seconds and (request := next(requests, None)):
                sent = time.perf_counter()
                answer = await exchange(connection, request)
                tally.count(answer, time.perf_counter() - sent)

    await asyncio.gather(*(work() for _ in range(workers)))
    return time.perf_counter() - started


async def connect(host: str, port: int) -> socket.socket:
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.get_running_loop().sock_connect(connection, (host, port))
    return connection


async def exchange(connection: socket.socket, request: bytes) -> Answer:
    """Sends a request and reads its answer to the end."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, request)
    buffer, filled = bytearray(_HEAD_BYTES), 0
    view = memoryview(buffer)
    while (end_of_head := buffer.find(b"\r\n\r\n", 0, filled)) < 0:
        received = await loop.sock_recv_into(connection, view[filled:])
        if not received:
            raise ConnectionError("The server closed the connection instead of answering.")
        filled += received
    head = bytes(view[:end_of_head])
    body_bytes = _content_length(head)
    left = end_of_head + 4 + body_bytes - filled
    while left > 0:
        received = await loop.sock_recv_into(connection, _REST)
        if not received:
            raise ConnectionError("The server closed the connection in the middle of an answer.")
        left -= received
    return Answer(int(head[9:12]), body_bytes)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ConnectionError("The answer does not tell its length.")


def percentile_ms(ordered_s: Sequence[float], share: float) -> float:
    return 1000 * ordered_s[int(len(ordered_s) * share)] if ordered_s else 0.0


def summary(tally: Tally, seconds: float, cpu_seconds: float) -> dict[str, object]:
    ordered = sorted(tally.latencies_s)
    return {
        "requests": len(ordered),
        "per_second": len(ordered) / seconds,
        "p50_ms": percentile_ms(ordered, 0.5),
        "p95_ms": percentile_ms(ordered, 0.95),
        "p99_ms": percentile_ms(ordered, 0.99),
        "least_body_bytes": min(tally.bodies_bytes, default=0),
        "body_bytes": sum(tally.bodies_bytes),
        "unexpected": dict(tally.unexpected),
        "client_cpu": cpu_seconds / seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--model", default=None, help="named in each request, where it is given")
    parser.add_argument("--expect", type=int, default=200, help="the status of a success")
    asked = parser.parse_args()
    tally, requests = Tally(asked.expect), post_requests(asked.url, asked.key, asked.model)
    cpu_before = time.process_time()
    seconds = asyncio.run(send_for(asked.url, requests, asked.workers, asked.seconds, tally))
    print(json.dumps(summary(tally, seconds, time.process_time() - cpu_before)))


if __name__ == "__main__":
    main()
