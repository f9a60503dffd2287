"""A client in a process of its own: several connections ask for many things, each of them once.

    python -m benchmarks.once < asked.json

Reads `{"url": "http://127.0.0.1:8000", "key": KEY, "paths": [PATH, …], "connections": 4, "seconds": 5}`; the
key may be null. It ends after so many seconds, or with the last path. Prints one line of JSON.
"""

import asyncio
import json
import sys
import time

from benchmarks.load import Tally, get_requests, send_for, summary


def main() -> None:
    asked = json.load(sys.stdin)
    tally, requests = Tally(200), get_requests(asked["url"], asked["key"], asked["paths"])
    cpu_before = time.process_time()
    seconds = asyncio.run(send_for(asked["url"], requests, asked["connections"], asked["seconds"], tally))
    print(json.dumps(summary(tally, seconds, time.process_time() - cpu_before)))


if __name__ == "__main__":
    main()
