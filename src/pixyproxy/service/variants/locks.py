"""Locks between the processes of one machine; the kernel lets go of those of a process that dies."""

import asyncio
import fcntl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_FILES = 64
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.05


class Locks:
    """Few files for all names, so some names share a lock: they wait for each other, no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def held(self, kind: str, name: str, *, shared: bool = False) -> AsyncIterator[None]:
        """Asks again and again: a thread that waits would be kept from others, and could not be ended.

        Raises `OSError` where the folder cannot be used.
        """
        path = self._folder / f"{kind}-{zlib.crc32(name.encode()) % _FILES:02}"
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        with path.open("ab") as file:
            pause_s = _FIRST_PAUSE_S
            while not _taken(file.fileno(), fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            yield


def _taken(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
