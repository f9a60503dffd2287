"""The folder that a library is taken to. What has its place in it is whole, whenever one looks.

A file is written in a folder aside, flushed, and moved to its place. When all are there the lists take
theirs, and what says that this is a library comes last.
"""

import fcntl
import hashlib
import os
import secrets
from contextlib import suppress
from io import FileIO
from pathlib import Path

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Content
from pixyproxy.data.durable_files import write_all
from pixyproxy.service.transfer.beneath import folder_beneath, new_beneath, open_beneath
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS, MANIFEST, UNFINISHED, Manifest, file_of

_CHUNK_BYTES = 1024**2


class Part:
    """A file that is being written, and what was written so far. There is none before something was."""

    def __init__(self, root: Path) -> None:
        self.name = secrets.token_hex(8)
        self.size_bytes = 0
        self._root = root
        self._digest = hashlib.sha256()
        self._file: FileIO | None = None

    def write(self, content: bytes) -> None:
        write_all(self._opened(), content)
        self._digest.update(content)
        self.size_bytes += len(content)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def flush(self) -> None:
        os.fsync(self._opened().fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _opened(self) -> FileIO:
        if self._file is None:
            self._file = new_beneath(self._root, [UNFINISHED], self.name)
        return self._file


class Target:
    """All that it does blocks, but to begin a file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None
        self._changed: set[str] = set()
        """The folders in which something has taken its place, as paths below the root."""

    def open(self) -> None:
        """Raises `InvalidRequest` for a folder that holds something else, or is being exported to."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = {path.name for path in self._root.iterdir()}
        if there and MANIFEST not in there and UNFINISHED not in there:
            raise InvalidRequest(f"{self._root} is not empty, and holds no library that was exported.")
        with folder_beneath(self._root, [UNFINISHED], make=True) as aside:
            self._lock = os.dup(aside)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidRequest(f"Another export into {self._root} is under way.") from None
        with os.scandir(self._lock) as left_behind:
            for entry in left_behind:
                os.unlink(entry.name, dir_fd=self._lock)

    def close(self) -> None:
        """Nothing to do when it was not opened."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def has(self, content: Content, *, quick: bool) -> bool:
        """Whether the bytes are there already; quick is to trust their size."""
        self._changed.add(_folder_of(file_of(content.storage_key)))
        try:
            with open_beneath(self._root, file_of(content.storage_key)) as file:
                if os.fstat(file.fileno()).st_size != content.size_bytes:
                    return False
                return quick or hashlib.file_digest(file, "sha256").hexdigest() == content.sha256
        except OSError:
            return False  # then it is written, and whatever is wrong there is told

    def begin(self) -> Part:
        """As yet nothing is written."""
        return Part(self._root)

    def keep(self, part: Part, path: str) -> None:
        """When it returns, the bytes are at that place, whole."""
        part.flush()
        part.close()
        self._move(part.name, path)

    def discard(self, part: Part) -> None:
        """Nothing to do when it was kept."""
        part.close()
        with suppress(FileNotFoundError), folder_beneath(self._root, [UNFINISHED]) as aside:
            os.unlink(part.name, dir_fd=aside)

    def finish(self, lists: dict[str, Part], manifest: Manifest) -> None:
        """All that was kept is on the disk before the lists say so, and these before the manifest does."""
        self._flush_changed()
        with folder_beneath(self._root, []) as root:
            with suppress(FileNotFoundError):
                os.unlink(MANIFEST, dir_fd=root)
            os.fsync(root)
            for name in (IMAGES, ATTEMPTS, KEYS):
                self.keep(lists[name], name)
            os.fsync(root)
            last = self.begin()
            try:
                last.write(manifest.model_dump_json(indent=2).encode() + b"\n")
                self.keep(last, MANIFEST)
            finally:
                self.discard(last)
            os.rmdir(UNFINISHED, dir_fd=root)
            os.fsync(root)

    def _move(self, name: str, path: str) -> None:
        *folders, last = path.split("/")
        with (
            folder_beneath(self._root, [UNFINISHED]) as aside,
            folder_beneath(self._root, folders, make=True) as place,
        ):
            os.rename(name, last, src_dir_fd=aside, dst_dir_fd=place)
        self._changed.add(_folder_of(path))

    def _flush_changed(self) -> None:
        for path in sorted(self._changed):
            names = path.split("/") if path else []
            with suppress(FileNotFoundError), folder_beneath(self._root, names) as folder:
                os.fsync(folder)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]
