"""What is dear to find out, found out once for all who ask within a minute."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from pixyproxy.core.exceptions import PixyProxyException

T = TypeVar("T")

_HOLDS_S = 60.0
_TIMES_ITS_LENGTH = 20


class OnceAMinute(Generic[T]):
    """Who asks while it is being found out waits for that, and shares what goes wrong.

    What took long holds for longer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._finding_out = asyncio.Lock()
        self._found: tuple[float, T] | None = None
        """Until when it holds, and what it is."""
        self._went_wrong: PixyProxyException | None = None
        """What the last try failed of, if it has."""

    async def get(self, find_out: Callable[[], Awaitable[T]]) -> T:
        """What goes wrong is told to who asked and to who waited for it, and holds for nobody else."""
        known = self._went_wrong
        async with self._finding_out:
            if self._went_wrong is not None and self._went_wrong is not known:
                raise self._went_wrong
            if self._found is None or self._clock() >= self._found[0]:
                self._found = await self._tried(find_out)
            return self._found[1]

    async def _tried(self, find_out: Callable[[], Awaitable[T]]) -> tuple[float, T]:
        begun_at = self._clock()
        try:
            found = await find_out()
        except PixyProxyException as error:
            self._went_wrong = error
            raise
        self._went_wrong = None
        now = self._clock()
        return now + max(_HOLDS_S, (now - begun_at) * _TIMES_ITS_LENGTH), found
