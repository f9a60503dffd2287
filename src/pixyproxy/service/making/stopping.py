"""Ending tasks that would go on for ever."""

import asyncio
from collections.abc import Iterable
from typing import Any

_WISH_AGAIN_S = 0.5


async def stop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Returns when they have ended, with an error or without.

    One wish may go unheard: before Python 3.12 `wait_for`, with which connections are opened, loses a
    cancellation that comes at the moment it is done.
    """
    tasks = list(tasks)
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_WISH_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
