"""A small disk that can be full or read-only: a tmpfs where we may mount one, else limits of the process."""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from tests.faults.replicas import Replica

_BUSY_SECONDS = 20


class Disk(Protocol):
    """What a kind of experiment asks of it."""

    name: str

    def fill(self) -> None: ...
    def make_room(self) -> None: ...
    def make_read_only(self) -> None: ...
    def make_writable(self) -> None: ...


class SmallDisk:
    """A tmpfs of a few megabytes; of many once it has been full or read-only."""

    name = "a tmpfs of 6 MB"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / ".ballast.part"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)
        self._remount("size=1g")

    def make_read_only(self) -> None:
        """As soon as nothing is open for writing."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                return self._remount("ro")
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)

    def make_writable(self) -> None:
        self._remount("rw,size=1g")

    def _remount(self, option: str) -> None:
        subprocess.run(("mount", "-o", f"remount,{option}", self.folder), check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    folder.mkdir(parents=True)
    subprocess.run(
        ("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder), check=True, capture_output=True
    )
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(("umount", "-l", folder), check=True, capture_output=True)


def can_mount(folder: Path) -> bool:
    """Whether we may: mostly as root only."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    try:
        with small_disk(folder / f"may-we-mount-{token_hex(4)}"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


class Limits:
    """Without a disk of our own: files that may not grow, and folders that may not be written to.

    To the service EFBIG is as good as a full disk.
    """

    name = "a limit on the size of files, and folders without write permission"

    def __init__(self, folder: Path, replicas: Sequence[Replica]) -> None:
        self.folder = folder
        self._replicas = replicas

    def fill(self) -> None:
        self._limit(64 * 1024)

    def make_room(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def make_read_only(self) -> None:
        self._allow(0o500)

    def make_writable(self) -> None:
        self._allow(0o700)

    def _limit(self, size_bytes: int) -> None:
        for replica in self._replicas:
            resource.prlimit(replica.worker(), resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))

    def _allow(self, mode: int) -> None:
        for folder in (self.folder, *(path for path in self.folder.rglob("*") if path.is_dir())):
            folder.chmod(mode)
