"""A client in a process of its own: one connection that asks for one thing after another.

    python -m benchmarks.series < asked.json

Reads `{"url": "http://127.0.0.1:8000", "seconds": 5, "series": {NAME: {"key": KEY, "paths": [PATH, …]}, …}}`.
Each series ends after so many seconds at the latest. Prints one line of JSON: of each the number of requests,
p50 and p95.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from benchmarks.load import connect, exchange, get_requests, percentile_ms


async def ask_all(asked: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(asked["url"])
    with await connect(parts.hostname or "", parts.port or 80) as connection:
        return {
            name: await _ask(connection, get_requests(asked["url"], **series), asked["seconds"])
            for name, series in asked["series"].items()
        }


async def _ask(connection: socket, requests: Iterable[bytes], seconds: float) -> dict[str, Any]:
    latencies, unexpected, end = [], Counter[int](), time.perf_counter() + seconds
    for request in requests:
        began = time.perf_counter()
        if began > end:
            break
        status = (await exchange(connection, request)).status
        if status == 200:
            latencies.append(time.perf_counter() - began)
        else:
            unexpected[status] += 1
    latencies.sort()
    return {
        "requests": len(latencies),
        "p50_ms": percentile_ms(latencies, 0.5),
        "p95_ms": percentile_ms(latencies, 0.95),
        "unexpected": dict(unexpected),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask_all(json.load(sys.stdin)))))
