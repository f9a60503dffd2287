"""A client in a process of its own: a crowd of callers whose connections are open before the first one asks.

    python -m benchmarks.crowd --url http://127.0.0.1:8000/image --key KEY --way burst --expect 201

    loop    each caller asks again when it is answered, `--times` in all; the first requests are spread over
            two seconds; only the middle half of the answers counts
    paced   requests come at random, `--rate` a second on average, whether or not earlier ones are answered
    burst   each caller asks once, all at the same moment

A latency begins when a request was due, not when the client came round to sending it. Prints one line of
JSON; `client_cpu` is its own share of one core.
"""

import argparse
import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from benchmarks.load import connect, exchange, percentile_ms, post_requests

_SPREAD_SECONDS = 2.0
_CONNECTING_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What only some of the ways need."""

    times: int
    rate: float
    seconds: float


@dataclass
class Crowd:
    """The connections, and what all of them saw."""

    url: str
    key: str
    expected_status: int
    connections: list[socket.socket] = field(default_factory=list)
    answered: list[tuple[float, float]] = field(default_factory=list)
    """Due and answered, in seconds since the start."""
    unexpected: Counter[int] = field(default_factory=Counter)
    began: float = 0.0

    def __post_init__(self) -> None:
        self._requests = post_requests(self.url, self.key)

    async def gather(self, callers: int) -> None:
        parts = urlsplit(self.url)
        while missing := min(callers - len(self.connections), _CONNECTING_AT_ONCE):
            new = (connect(parts.hostname or "", parts.port or 80) for _ in range(missing))
            self.connections += await asyncio.gather(*new)
        self.began = time.perf_counter()

    def now(self) -> float:
        return time.perf_counter() - self.began

    async def ask(self, connection: socket.socket, due: float) -> None:
        """0 stands for a connection that was lost."""
        try:
            status = (await exchange(connection, next(self._requests))).status
        except OSError:
            status = 0
        if status == self.expected_status:
            self.answered.append((due, self.now()))
        else:
            self.unexpected[status] += 1


async def burst(crowd: Crowd, _plan: Plan) -> None:
    await asyncio.gather(*(crowd.ask(each, 0.0) for each in crowd.connections))


async def loop(crowd: Crowd, plan: Plan) -> None:
    apart = _SPREAD_SECONDS / len(crowd.connections)

    async def call_again(number: int, connection: socket.socket) -> None:
        await asyncio.sleep(number * apart)
        for _ in range(plan.times):
            await crowd.ask(connection, crowd.now())

    await asyncio.gather(*(call_again(number, each) for number, each in enumerate(crowd.connections)))


async def paced(crowd: Crowd, plan: Plan) -> None:
    """When no connection is free the next request waits, and its waiting counts."""
    free: asyncio.Queue[socket.socket] = asyncio.Queue()
    random, due = Random(1), 0.0  # noqa: S311 - the same arrivals in every run
    for each in crowd.connections:
        free.put_nowait(each)

    async def call(connection: socket.socket, due: float) -> None:
        await crowd.ask(connection, due)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as calls:
        while (due := due + random.expovariate(plan.rate)) < plan.seconds:
            await asyncio.sleep(due - crowd.now())
            calls.create_task(call(await free.get(), due))


Way = Callable[[Crowd, Plan], Awaitable[None]]
WAYS: Mapping[str, Way] = {way.__name__: way for way in (burst, loop, paced)}


def _counted(crowd: Crowd, way: str) -> list[tuple[float, float]]:
    """In the order they were answered."""
    answered = sorted(crowd.answered, key=lambda each: each[1])
    quarter = len(answered) // 4
    return answered[quarter : len(answered) - quarter] if way == "loop" else answered


def _rate(counted: Sequence[tuple[float, float]], way: str) -> float:
    """Of a burst until all are there; otherwise of the time between the first and the last that count."""
    if len(counted) < 2:
        return 0.0
    first, last = counted[0][1], counted[-1][1]
    return len(counted) / last if way == "burst" else (len(counted) - 1) / (last - first)


def _summary(crowd: Crowd, way: str, cpu_seconds: float) -> dict[str, object]:
    counted = _counted(crowd, way)
    latencies = sorted(done - due for due, done in counted)
    return {
        "requests": len(crowd.answered),
        "per_second": _rate(counted, way),
        "p50_ms": percentile_ms(latencies, 0.5),
        "p99_ms": percentile_ms(latencies, 0.99),
        "unexpected": dict(crowd.unexpected),
        "client_cpu": cpu_seconds / crowd.now(),
    }


async def _gather_and_call(crowd: Crowd, callers: int, call: Callable[[], Awaitable[None]]) -> float:
    """The CPU it took to call, without gathering."""
    await crowd.gather(callers)
    cpu_before = time.process_time()
    await call()
    return time.process_time() - cpu_before


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--way", required=True, choices=WAYS)
    parser.add_argument("--callers", type=int, default=1000)
    parser.add_argument("--times", type=int, default=2, help="of `loop`")
    parser.add_argument("--rate", type=float, default=50.0, help="of `paced`, requests a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="of `paced`, how long is asked")
    parser.add_argument("--expect", type=int, default=200, help="the status of a success")
    asked = parser.parse_args()
    crowd, plan = Crowd(asked.url, asked.key, asked.expect), Plan(asked.times, asked.rate, asked.seconds)
    cpu_seconds = asyncio.run(_gather_and_call(crowd, asked.callers, lambda: WAYS[asked.way](crowd, plan)))
    print(json.dumps(_summary(crowd, asked.way, cpu_seconds)))


if __name__ == "__main__":
    main()
