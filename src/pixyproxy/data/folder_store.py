"""Images in a folder: written beside, flushed, renamed, and the folder flushed too."""

import asyncio
import errno
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pixyproxy.core.exceptions import BytesMissing, StorageFull, Unavailable

_CHUNK_BYTES = 256 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, key, content)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        with _errors_translated(), await self._opened(key) as file:
            file.seek(start)
            left = _CHUNK_BYTES if end is None else max(end - start, 0)
            while chunk := await asyncio.to_thread(file.read, min(left, _CHUNK_BYTES)):
                yield chunk
                left -= len(chunk) if end is not None else 0

    def local_path(self, key: str) -> Path:
        return self._path(key)

    def check_whole(self, key: str, size_bytes: int) -> None:
        """On the event loop: a stat takes 2 µs, a thread 50."""
        try:
            whole = self._path(key).stat().st_size == size_bytes
        except OSError as error:
            raise BytesMissing from error
        if not whole:
            raise BytesMissing

    async def delete(self, key: str) -> None:
        with _errors_translated(), suppress(NotADirectoryError):
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def exists(self, key: str) -> bool:
        with _errors_translated():
            return await asyncio.to_thread(self._path(key).is_file)

    async def check(self) -> None:
        probe = f".check-{secrets.token_hex(8)}"
        await self.put(probe, bytes(4096))  # an empty file finds room on a full disk
        await self.delete(probe)

    async def _opened(self, key: str) -> BinaryIO:
        try:
            return await asyncio.to_thread(self._path(key).open, "rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise BytesMissing from None

    def _path(self, key: str) -> Path:
        path = self._folder / key
        if ".." in path.parts or not path.is_relative_to(self._folder):
            raise BytesMissing
        return path

    def _put(self, key: str, content: bytes) -> None:
        target = self._path(key)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        with _errors_translated():
            _make_folder(target.parent)
            try:
                _write_durably(beside, content)
                beside.rename(target)
                _flush_folder(target.parent)
            finally:
                with suppress(OSError):
                    beside.unlink(missing_ok=True)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb", buffering=0) as file:
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    """A new folder lasts only when the one it lies in has been flushed."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(retry_after_s=60) from error
        raise Unavailable(retry_after_s=5) from error
