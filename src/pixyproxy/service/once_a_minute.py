"""What is dear to find out, found out once for all who ask within a minute."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_HOLDS_S = 60.0
_TIMES_ITS_LENGTH = 20


class OnceAMinute(Generic[T]):
    """Who asks while it is being found out waits for that. What took long holds for longer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._finding_out = asyncio.Lock()
        self._found: tuple[float, T] | None = None
        """Until when it holds, and what it is."""

    async def get(self, find_out: Callable[[], Awaitable[T]]) -> T:
        """What goes wrong is told to who asked, and holds for nobody else."""
        async with self._finding_out:
            if self._found is None or self._clock() >= self._found[0]:
                begun_at = self._clock()
                found = await find_out()
                now = self._clock()
                self._found = now + max(_HOLDS_S, (now - begun_at) * _TIMES_ITS_LENGTH), found
            return self._found[1]
