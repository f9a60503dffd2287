"""Who may make a copy now: few, as each holds an original in memory; others wait, and not many."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pixyproxy.core.exceptions import Unavailable

MOST_WAITING = 200
_PATIENCE_S = 30.0
_DETAIL = "Too many pictures are being resized; try again soon."


class Turns:
    def __init__(
        self, at_once: int, *, most_waiting: int = MOST_WAITING, patience_s: float = _PATIENCE_S
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._patience_s = patience_s
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises `Unavailable` at once where too many wait, and later where that takes too long."""
        await self._wait()
        try:
            yield
        finally:
            self._turns.release()

    async def _wait(self) -> None:
        if self._turns.locked() and self._waiting >= self._most_waiting:
            raise Unavailable(_DETAIL, retry_after_s=2)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable(_DETAIL, retry_after_s=10) from None
        finally:
            self._waiting -= 1
