"""Several things at once, none of which is cut off in the middle of a file."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from pixyproxy.core.exceptions import PixyProxyException

T = TypeVar("T")
_AT_ONCE = 4


async def together(work: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """Their results in their order. Once one has failed none is begun, and its error raised at the end."""
    turns = asyncio.Semaphore(_AT_ONCE)
    errors: list[Exception] = []
    done: dict[int, T] = {}

    async def one(number: int, each: Callable[[], Awaitable[T]]) -> None:
        async with turns:
            if errors:
                return
            try:
                done[number] = await each()
            except (PixyProxyException, OSError) as error:
                errors.append(error)

    await asyncio.gather(*(one(number, each) for number, each in enumerate(work)))
    for error in errors:
        raise error
    return [done[number] for number in sorted(done)]
