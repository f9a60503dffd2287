"""Many puts over a network that fails now and then: each is tried until it is acknowledged, as images are."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pixyproxy.core.exceptions import BytesMissing, Unavailable
from pixyproxy.data.image_store import ImageStore
from tests.storage.faulty_network import FaultyNetwork, now_and_then

_AT_ONCE = 8
_PAUSE_S = 0.05
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failing:
    """What was put, and what was found of it afterwards without the network."""

    puts: int
    lost: list[str]
    """Acknowledged, and not there or other than they were put."""
    strange: list[str]
    """There, and never put."""
    faults: Mapping[str, int]
    requests: int
    seconds: float
    reads: int
    read_wrong: list[str]
    """Over the network, and taken for right."""
    refused: int
    """Of the reads: nothing was given out."""


async def failing(
    store: ImageStore, beside: ImageStore, network: FaultyNetwork, puts: int, share: float = 0.1
) -> Failing:
    """`store` is on the other side of the network, `beside` sees the same objects without it."""
    network.choose = now_and_then(share, seed=7)
    contents = {f"2026/{n:05}.png": secrets.token_bytes(1000 + 20 * n) for n in range(puts)}
    began = time.monotonic()
    await at_once(lambda key: _kept(store, key, contents[key]), contents)
    seconds = time.monotonic() - began
    faults, requests = Counter(map(str, network.happened.elements())), len(network.requests)
    there = await at_once(lambda key: _found(beside, key), contents)
    lost = [key for key, found in zip(contents, there, strict=True) if found != contents[key]]
    strange = [each.key async for each in beside.list_() if each.key not in contents]
    read_again = list(contents)[::3]
    given = await at_once(lambda key: _given(store, key), read_again)
    wrong = [key for key, got in zip(read_again, given, strict=True) if got not in {None, contents[key]}]
    return Failing(puts, lost, strange, faults, requests, seconds, len(read_again), wrong, given.count(None))


async def _kept(store: ImageStore, key: str, content: bytes) -> None:
    """As `service/making/settling.py` does: until it is done."""
    while True:
        try:
            return await store.put(key, content)
        except Unavailable:
            await asyncio.sleep(_PAUSE_S)


async def _found(store: ImageStore, key: str) -> bytes | None:
    try:
        return await read(store, key)
    except BytesMissing:
        return None


async def _given(store: ImageStore, key: str) -> bytes | None:
    try:
        return await read(store, key)
    except Unavailable:
        return None


async def read(store: ImageStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in store.read(key)])


async def at_once(work: Callable[[str], Awaitable[T]], keys: Iterable[str]) -> list[T]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> T:
        async with room:
            return await work(key)

    return await asyncio.gather(*(one(key) for key in keys))
