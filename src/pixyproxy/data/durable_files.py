"""What it takes for a file to outlast a power cut, and what an operating system's refusals mean to us."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Self

from pixyproxy.core.exceptions import StorageFull, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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


def write_durably(path: Path, content: bytes) -> None:
    with path.open("xb", buffering=0) as file:
        write_all(file, content)
        os.fsync(file.fileno())


def write_all(file: RawIOBase, content: bytes) -> None:
    """A disk that is nearly full takes a part only."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) or 0 :]


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
