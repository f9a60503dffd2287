"""Bytes on their way into the store, looked at as they pass: what is not as it was is not kept."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from io import FileIO
from pathlib import Path

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.data.image_store import ImageStore
from pixyproxy.service.transfer.beneath import open_beneath
from pixyproxy.service.transfer.lists import why_not

_CHUNK_BYTES = 1024**2


class Placing:
    """Nothing that lies in the store is ever written over. Raises what keeps the store from being asked.

    `check_room`, asked before each of them, raises while nothing more may be kept.
    """

    def __init__(self, store: ImageStore, root: Path, check_room: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._root = root
        self._check_room = check_room

    async def place(self, path: str, key: str, size_bytes: int, sha256: str) -> str | None:
        """Returns when they are in the store; why they cannot be, where something is wrong with them."""
        if await self._store.size_of(key) is not None:
            is_same = await self._hash_of(key) == sha256
            return None if is_same else "has its place in the store taken by other bytes"
        await self._check_room()
        try:
            with await asyncio.to_thread(open_beneath, self._root, path) as file:
                await self._store.put(key, _checked(file, size_bytes, sha256))
        except OSError as error:
            return f"has its bytes in a file that {why_not(error)}"
        except InvalidRequest as error:
            return error.detail
        return None

    async def _hash_of(self, key: str) -> str:
        digest = hashlib.sha256()
        async for chunk in self._store.read(key):
            await asyncio.to_thread(digest.update, chunk)
        return digest.hexdigest()


async def _checked(file: FileIO, size_bytes: int, sha256: str) -> AsyncIterator[bytes]:
    """What raises here keeps the store from keeping anything."""
    digest, size = hashlib.sha256(), 0
    while chunk := await asyncio.to_thread(_read, file):
        size += len(chunk)
        if size > size_bytes:
            break
        await asyncio.to_thread(digest.update, chunk)
        yield chunk
    if size != size_bytes:
        raise InvalidRequest("has its bytes in a file of the wrong size")
    if digest.hexdigest() != sha256:
        raise InvalidRequest("has its bytes in a file with the wrong hash")


def _read(file: FileIO) -> bytes:
    try:
        return file.read(_CHUNK_BYTES)
    except OSError as error:
        raise InvalidRequest(f"has its bytes in a file that {why_not(error)}") from error
