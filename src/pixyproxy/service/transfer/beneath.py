"""A folder of somebody's: nothing in it is reached through a symbolic link, nor anything outside of it."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would wait for its writer
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def folder_beneath(root: Path, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """A handle on it. Raises `OSError` where something on the way is no folder, or a link to one."""
    handle = os.open(root, _FOLDER)
    try:
        for name in names:
            if make:
                _make(name, handle)
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def open_beneath(root: Path, path: str) -> FileIO:
    """To be read. Raises `OSError` also for what is no plain file."""
    *folders, name = path.split("/")
    with folder_beneath(root, folders) as folder:
        return plain_file(os.open(name, _READ, dir_fd=folder))


def open_plainly(path: str | Path) -> FileIO:
    """To be read; only what was named may be a link."""
    return plain_file(os.open(path, _READ & ~os.O_NOFOLLOW))


def new_beneath(root: Path, folders: Sequence[str], name: str) -> FileIO:
    """To be written, where nothing is yet; for nobody else to read."""
    with folder_beneath(root, folders) as folder:
        return FileIO(os.open(name, _WRITE, 0o600, dir_fd=folder), "wb")


def plain_file(handle: int) -> FileIO:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise IsADirectoryError("It is no plain file.")
    return FileIO(handle, "rb")


def _make(name: str, folder: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
    except FileExistsError:
        return
    os.fsync(folder)
