"""Connections to a provider in many small pools: one large pool looks at each of them for every request."""

import asyncio
from itertools import cycle
from urllib.request import getproxies

from httpx2 import (
    AsyncBaseTransport,
    AsyncHTTPTransport,
    Limits,
    Request,
    Response,
    create_ssl_context,
)

_POOLS = 64


class ManyPools(AsyncBaseTransport):
    """How many calls are under way at once is limited before they come here."""

    def __init__(self) -> None:
        limits = Limits(max_connections=None, max_keepalive_connections=20)
        trusted = create_ssl_context()  # Each would take 20 ms to make one of its own.
        self._pools = [AsyncHTTPTransport(verify=trusted, limits=limits) for _ in range(_POOLS)]
        self._turns = cycle(self._pools)

    async def handle_async_request(self, request: Request) -> Response:
        return await next(self._turns).handle_async_request(request)

    async def aclose(self) -> None:
        await asyncio.gather(*(pool.aclose() for pool in self._pools))


def many_pools() -> ManyPools | None:
    """None where the environment names a proxy: the client's own transport finds it."""
    return None if getproxies() else ManyPools()
