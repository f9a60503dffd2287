"""How much is under way at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Room:
    """So many objects, and so many bytes. What is larger than all of it goes alone."""

    def __init__(self, objects: int, size_bytes: int) -> None:
        self._objects = objects
        self._most_bytes = self._free_bytes = size_bytes
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, size_bytes: int) -> AsyncIterator[None]:
        needed = min(size_bytes, self._most_bytes)
        async with self._changed:
            await self._changed.wait_for(lambda: self._objects > 0 and self._free_bytes >= needed)
            self._objects, self._free_bytes = self._objects - 1, self._free_bytes - needed
        try:
            yield
        finally:
            async with self._changed:
                self._objects, self._free_bytes = self._objects + 1, self._free_bytes + needed
                self._changed.notify_all()
