"""What lies in the spool, looked at without taking it: whoever holds a file's lock must not meet ours."""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pixyproxy.data.durable_files import errors_translated
from pixyproxy.data.spool import Spool

_LONGEST_HEAD = 4096


@dataclass(frozen=True, slots=True)
class SpooledFile:
    path: Path
    age_s: float
    storage_key: str | None
    """Of its attempt; None when its first line cannot be read."""
    size_bytes: int

    @property
    def is_empty(self) -> bool:
        """Cut off within its first line: nothing of an answer is in it."""
        return self.storage_key is None and self.size_bytes < _LONGEST_HEAD


def spooled_files(spool: Spool) -> list[SpooledFile]:
    """Raises `Unavailable` where one may not look."""
    with errors_translated():
        return list(_files(spool))


def remove_empty(file: SpooledFile) -> bool:
    """False when somebody holds it after all."""
    with suppress(OSError), file.path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _storage_key(file.path) is None and file.path.stat().st_size < _LONGEST_HEAD:
            file.path.unlink()
            return True
    return False


def _files(spool: Spool) -> Iterator[SpooledFile]:
    for path in spool.files():
        with suppress(FileNotFoundError):
            facts = path.stat()
            age_s = max(time.time() - facts.st_mtime, 0.0)
            yield SpooledFile(path, age_s, _storage_key(path), facts.st_size)


def _storage_key(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.readline(_LONGEST_HEAD)
    try:
        return str(json.loads(head)["storage_key"])
    except (ValueError, TypeError, KeyError):
        return None
