"""What it takes for a file to outlast a power cut, and what an operating system's refusals mean to us."""

import errno
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO, RawIOBase
from pathlib import Path
from typing import Self

from pixyproxy.core.exceptions import StorageFull, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LEAST_RESERVE_BYTES, _RESERVE_SHARE = 2 * 1024**3, 0.05


@dataclass(frozen=True, slots=True)
class Space:
    """The room on a disk."""

    total_bytes: int
    free_bytes: int

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """Of the disk it lies on, or will lie on; None where that cannot be told."""
        while not path.exists() and path != path.parent:
            path = path.parent
        try:
            disk = os.statvfs(path)
        except OSError:
            return None
        return cls(disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize)

    def reserve_bytes(self, wanted: int | None) -> int:
        """What of it is for answers that are paid for already: what the operator wants, or else a share."""
        return max(_LEAST_RESERVE_BYTES, int(self.total_bytes * _RESERVE_SHARE)) if wanted is None else wanted


def write_durably(path: Path, content: bytes) -> None:
    with path.open("xb", buffering=0) as file:
        write_all(file, content)
        os.fsync(file.fileno())


def write_all(file: RawIOBase, content: bytes) -> None:
    """A disk that is nearly full takes a part only."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) or 0 :]


class PartFile:
    """A file that is written beside its place, and takes it whole or not at all.

    Threads may come one after another, and `discard` while one of them still writes.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        self._file: FileIO | None = None
        self._turn = threading.Lock()
        self._is_over = False

    def write(self, content: bytes) -> None:
        with self._turn:
            write_all(self._opened(), content)

    def take_place(self) -> None:
        """When it returns, the file would survive a power cut under its name."""
        with self._turn:
            file = self._opened()
            os.fsync(file.fileno())
            file.close()
            self._beside.rename(self._target)
            self._is_over = True
            flush_folder(self._target.parent)

    def discard(self) -> None:
        """Nothing is left beside the place. Nothing to do when it was taken."""
        with self._turn:
            self._is_over = True
            if self._file is not None:
                with suppress(OSError):
                    self._file.close()
                with suppress(OSError):
                    self._beside.unlink(missing_ok=True)

    def _opened(self) -> FileIO:
        if self._is_over:
            raise InterruptedError
        if self._file is None:
            make_folder(self._target.parent)
            self._file = FileIO(self._beside, "xb")
        return self._file


def make_folder(folder: Path) -> None:
    """A new folder lasts only when the one it lies in has been flushed."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def errors_translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(retry_after_s=60) from error
        raise Unavailable(retry_after_s=5) from error
