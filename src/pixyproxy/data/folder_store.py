"""Images in a folder: written beside, flushed, renamed, and the folder flushed too."""

import asyncio
import os
import re
import secrets
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from pixyproxy.core.exceptions import BytesMissing
from pixyproxy.data.durable_files import PartFile, Space, errors_translated
from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.seen_whole import SeenWhole
from pixyproxy.data.store_keys import check_key, order

_CHUNK_BYTES = 256 * 1024
_LISTED_AT_ONCE = 500
_UNFINISHED = re.compile(r"\.(?:check-[0-9a-f]{16}|.+\.[0-9a-f]{8}\.part)", re.DOTALL)


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._seen = SeenWhole()

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        if isinstance(content, bytes):
            await asyncio.to_thread(self._put, key, content)
        else:
            await self._put_pieces(key, content)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        with errors_translated(), await self._opened(key) as file:
            file.seek(start)
            left = _CHUNK_BYTES if end is None else max(end - start, 0)
            while chunk := await asyncio.to_thread(file.read, min(left, _CHUNK_BYTES)):
                yield chunk
                left -= len(chunk) if end is not None else 0

    def local_path(self, key: str) -> Path:
        """The folder itself, without a key."""
        return self._path(key) if key else self._folder

    async def check_whole(self, key: str, size_bytes: int) -> None:
        """Never a system call on the event loop, which a disk that hangs would hold."""
        if self._seen.is_trusted(key, size_bytes):
            return
        self._seen.forget(key)
        if await self.size_of(key) != size_bytes:
            raise BytesMissing
        self._seen.note(key, size_bytes)

    async def link_to(self, _key: str, _lasts_s: int, /) -> str | None:
        return None

    async def delete(self, key: str) -> None:
        try:
            with errors_translated(), suppress(NotADirectoryError):
                await asyncio.to_thread(self._path(key).unlink, missing_ok=True)
        finally:
            self._seen.forget(key)

    async def size_of(self, key: str) -> int | None:
        with errors_translated():
            return await asyncio.to_thread(_size_of, self._path(key))

    async def list_(self, after: str = "") -> AsyncIterator[StoredObject]:
        async for each in self._listed(after):
            if not _is_unfinished(each):
                yield each

    async def unfinished(self) -> AsyncIterator[StoredObject]:
        async for each in self._listed(""):
            if _is_unfinished(each):
                yield each

    async def check(self) -> None:
        probe = f".check-{secrets.token_hex(8)}"
        await self.put(probe, bytes(4096))  # an empty file finds room on a full disk
        await self.delete(probe)

    def space(self) -> Space | None:
        return Space.at(self._folder)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _listed(self, after: str) -> AsyncIterator[StoredObject]:
        files = _files_below(self._folder, "", order(after))
        with errors_translated():
            while some := await asyncio.to_thread(lambda: list(islice(files, _LISTED_AT_ONCE))):
                for each in some:
                    yield each

    async def _opened(self, key: str) -> BinaryIO:
        try:
            return await asyncio.to_thread(self._path(key).open, "rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise BytesMissing from None

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._folder / key

    def _put(self, key: str, content: bytes) -> None:
        part = PartFile(self._path(key))
        try:
            with errors_translated():
                part.write(content)
                part.take_place()
        finally:
            part.discard()

    async def _put_pieces(self, key: str, pieces: AsyncIterator[bytes]) -> None:
        """What the iterator raises is none of the disk's errors, and goes on as it is."""
        part = PartFile(self._path(key))
        try:
            async for piece in pieces:
                with errors_translated():
                    await asyncio.to_thread(part.write, piece)
            with errors_translated():
                await asyncio.to_thread(part.take_place)
        finally:
            await asyncio.to_thread(part.discard)


def _size_of(path: Path) -> int | None:
    try:
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None


def _files_below(folder: Path, prefix: str, after: bytes) -> Iterator[StoredObject]:
    """In the order of their keys. No more is held than one folder of each floor: there may be millions."""
    try:
        with os.scandir(folder) as found:
            places = {order(f"{prefix}{_name_in_key(entry)}"): entry for entry in found}
    except FileNotFoundError:
        return
    for place, entry in sorted(places.items(), key=itemgetter(0)):
        key = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if place > after or after.startswith(place):
                yield from _files_below(Path(entry.path), f"{key}/", after)
        elif place > after and entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):
                facts = entry.stat(follow_symlinks=False)
                yield StoredObject(key, facts.st_size, max(time.time() - facts.st_mtime, 0.0))


def _name_in_key(entry: os.DirEntry[str]) -> str:
    """`ab.png` comes before what is in `ab/`, though the name `ab` comes before both."""
    return f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name


def _is_unfinished(each: StoredObject) -> bool:
    """What `_put` writes beside its target, and what a check that was cut off has left."""
    return _UNFINISHED.fullmatch(each.key.rpartition("/")[2]) is not None
