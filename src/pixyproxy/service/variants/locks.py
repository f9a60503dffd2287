"""Locks between the processes of one machine; the kernel lets go of those of a process that dies."""

import asyncio
import fcntl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

_FILES = 64
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.05


class Locks:
    """Few files for all names, so some names share a lock: they wait for each other, no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def held(self, kind: str, name: str) -> AsyncIterator[None]:
        """Asks again and again: a thread that waits would be kept from others, and could not be ended.

        Raises `OSError` where the folder cannot be used.
        """
        path = self._folder / f"{kind}-{zlib.crc32(name.encode()) % _FILES:02}"
        pause_s = _FIRST_PAUSE_S
        while (file := await asyncio.to_thread(_taken, path)) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        with file:
            yield


def _taken(path: Path) -> BinaryIO | None:
    """The file whose closing lets go of the lock; None while another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if isinstance(error, BlockingIOError):
            return None
        raise
    return file
