"""Folders that hold all of something or nothing, whoever is killed while filling them."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL = CHECKOUT / ".local"


@contextmanager
def workshop(home: Path) -> Iterator[Path]:
    """A folder to work in, beside what it is for. Hold `locked(home)`: what a killed one left goes first."""
    for left in home.glob("unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=home, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # apt downloads as a user of its own
        yield Path(folder)


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the folder against other processes; BlockingIOError if it is held and we do not wait."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
