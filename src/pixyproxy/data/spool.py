"""Answers that were paid for, kept on the local disk from their first byte until their image is safe.

    <spool>/<name>.part     arriving, or cut off by the end of its process
    <spool>/<name>.answer   whole and flushed to the disk

The first line says in JSON which attempt it belongs to, the rest is the answer as it came. Whoever works on a
file holds its lock; the lock of a process that is gone is free, and its file may be taken.
"""

import asyncio
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from secrets import token_hex
from typing import Self

from pixyproxy.core.exceptions import OutcomeUnknown, Unavailable
from pixyproxy.data.durable_files import (
    Space,
    errors_translated,
    flush_folder,
    make_folder,
    write_all,
    write_durably,
)

log = logging.getLogger(__name__)

_BUFFER_BYTES = 128 * 1024
_PART, _WHOLE = ".part", ".answer"
_USUAL_S = 5
_THREADS = ThreadPoolExecutor(4, thread_name_prefix="spool")
"""Of its own: a store that hangs may hold all those that everybody shares."""


@dataclass(frozen=True, slots=True)
class AnswerAbout:
    """Which attempt an answer belongs to, and who can read it."""

    storage_key: str
    generator: str
    model: str
    provider_request_id: str | None = None

    @property
    def name(self) -> str:
        return self.storage_key.rpartition("/")[2]


class Spool:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Make the folder, its owner's alone: prompts and pictures lie in it."""
        if self._folder.is_dir():
            return
        around = self._folder.absolute().parent
        with errors_translated():
            make_folder(around)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            flush_folder(around)

    async def check(self) -> None:
        """Raises what keeps it from taking an answer now."""
        await _in_thread(self._check)

    def _check(self) -> None:
        probe = self._folder / f".check-{token_hex(8)}"
        with errors_translated():
            try:
                write_durably(probe, bytes(4096))
            finally:
                with suppress(OSError):
                    probe.unlink(missing_ok=True)

    def begin(self, about: AnswerAbout) -> "SpooledAnswer":
        return SpooledAnswer(self._folder, about)

    def find(self, storage_key: str) -> "SpooledAnswer | None":
        """What a process that is gone left of an answer; None also while a living one holds it."""
        name = storage_key.rpartition("/")[2]
        whole = _taken(self._folder / f"{name}{_WHOLE}")
        return whole or _taken(self._folder / f"{name}{_PART}")

    def abandoned(self) -> Iterator["SpooledAnswer"]:
        """Everything that nobody works on, the oldest first; each is held until it is closed."""
        for path in self.files():
            answer = _taken(path)
            if answer is not None:
                yield answer

    def files(self) -> list[Path]:
        """Their names begin with the time at which they were begun."""
        with suppress(FileNotFoundError):
            return sorted(path for path in self._folder.iterdir() if path.suffix in {_PART, _WHOLE})
        return []

    def count_waiting(self) -> int:
        """Whole answers that have been here for longer than it takes to store one."""
        with suppress(OSError):  # a spool that is broken is told of by its check
            return sum(path.suffix == _WHOLE and _age_s(path) > _USUAL_S for path in self.files())
        return 0

    def space(self) -> Space | None:
        return Space.at(self._folder)


class SpooledAnswer:
    """One answer: written as it arrives, then read, then discarded.

    Where the disk fails it goes on in memory: the answer is paid for, and the store may still take it.
    """

    def __init__(self, folder: Path, about: AnswerAbout) -> None:
        self.about = about
        self.size_bytes = 0
        self.is_whole = False
        self._path = folder / f"{about.name}{_PART}"
        self._file: FileIO | None = None
        self._body_at = 0
        self._buffer = bytearray()
        self._in_memory = False
        self._writing = threading.Lock()
        """A deadline that cuts the arrival short does not wait for a thread that still writes."""

    @classmethod
    def of_file(cls, path: Path, file: FileIO) -> Self:
        head = file.readline()
        answer = cls(path.parent, AnswerAbout(**json.loads(head)))
        answer.is_whole = path.suffix == _WHOLE
        answer._path, answer._file, answer._body_at = path, file, len(head)
        answer.size_bytes = os.fstat(file.fileno()).st_size - len(head)
        return answer

    async def write(self, chunk: bytes) -> None:
        self._buffer += chunk
        self.size_bytes += len(chunk)
        if len(self._buffer) >= _BUFFER_BYTES and not self._in_memory:
            await _in_thread(self._flush_buffer)

    async def complete(self) -> None:
        """The answer is whole. From here on it survives a power cut, unless the disk fails."""
        await _in_thread(self._complete)
        self.is_whole = True

    def read(self) -> bytes:
        """All that came. Blocks; raises `Unavailable` while the disk does not give it back."""
        with self._writing:
            return self._written() if not self._buffer else self._written() + self._buffer

    @property
    def is_on_disk(self) -> bool:
        """The next process finds it; not so where the disk has failed it."""
        return not (self._in_memory or self._buffer)

    def discard(self) -> None:
        """Its picture is safe, or nobody wants it."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave the file to whoever comes for it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _flush_buffer(self) -> None:
        with self._writing:
            self._flush()

    def _flush(self) -> None:
        try:
            file = self._file or self._create()
            while self._buffer:
                del self._buffer[: file.write(self._buffer)]
        except OSError as error:
            self._go_on_in_memory(error)

    def _complete(self) -> None:
        with self._writing:
            if not self._in_memory:
                self._flush()
            self._make_durable()

    def _make_durable(self) -> None:
        if self._file is None:
            return
        try:
            os.fsync(self._file.fileno())
            whole = self._path.with_suffix(_WHOLE)
            self._path = self._path.rename(whole)
            flush_folder(self._path.parent)
        except OSError as error:
            self._go_on_in_memory(error)

    def _create(self) -> FileIO:
        """Who looks for abandoned files may hold its lock for a moment, and leaves it, for it is empty."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = FileIO(handle, "r+")
        fcntl.flock(handle, fcntl.LOCK_EX)
        head = json.dumps(asdict(self.about)).encode() + b"\n"
        self._body_at = len(head)
        write_all(self._file, head)
        return self._file

    def _written(self) -> bytes:
        if self._file is None:
            return b""
        try:
            self._file.seek(self._body_at)
            return self._file.read()
        except OSError as error:
            raise Unavailable(retry_after_s=5) from error

    def _go_on_in_memory(self, error: OSError) -> None:
        """Not asked to flush once more: what a failed flush left behind may pass for written."""
        log.error("the spool failed, an answer goes on in memory (%s %s)", type(error).__name__, error.errno)
        try:
            self._buffer[:0] = self._written()
        except Unavailable as lost:
            raise OutcomeUnknown from lost
        self._in_memory = True
        self.discard()


async def _in_thread(work: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(_THREADS, work)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _taken(path: Path) -> SpooledAnswer | None:
    try:
        file = FileIO(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("a file in the spool cannot be opened (%s)", type(error).__name__)
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_nlink and path.exists():
            return SpooledAnswer.of_file(path, file)
    except (OSError, ValueError, TypeError):
        pass  # Held by a living process, or cut off within its first line: nothing of the answer is there.
    file.close()
    return None
