"""Work that goes on for as long as the process does, and its end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pixyproxy.core.exceptions import PixyProxyException

log = logging.getLogger(__name__)

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


async def again_and_again(work: Callable[[], Awaitable[None]], pause: Callable[[], Awaitable[None]]) -> None:
    """Whatever goes wrong once is tried again after the next pause."""
    while True:
        try:
            await work()
        except PixyProxyException as error:
            log.warning("%s: %s (%s)", work.__name__.strip("_"), error.detail, error.origin)
        except Exception:  # one bad row or file must not end what is done for all the others
            log.exception("%s", work.__name__.strip("_"))
        await pause()
