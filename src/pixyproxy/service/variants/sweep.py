"""The copies brought back under their bound: those that were not used for longest go first.

Any number of processes may read, write and sweep at the same time; files vanish, and that is no error.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SPARED_S = 5.0
"""Longer than a process trusts what it has seen: nobody is promised a file that goes."""
_UNUSED_S = 30 * 24 * 3600.0
_FILLED_TO = 0.9
_BLOCK_BYTES = 512


class _File(NamedTuple):
    used_at: float
    size_bytes: int
    path: str


def sweep(folder: Path, most_bytes: int, now: Callable[[], float] = time.time) -> int:
    """How many bytes are left. Blocks.

    Only one sweeps at a time, so far as the caller sees to it; others would remove the same.
    """
    files = sorted(_files_below(folder))
    total = sum(file.size_bytes for file in files)
    to_be_left = total if total <= most_bytes else most_bytes * _FILLED_TO
    for file in files:
        if (total > to_be_left or _is_useless(file, now())) and _removed(Path(file.path), now() - SPARED_S):
            total -= file.size_bytes
    _remove_empty_folders(folder, now() - SPARED_S)
    return total


def _is_useless(file: _File, now: float) -> bool:
    """Nobody has wanted it for long, or a process has died while it wrote it."""
    is_unfinished = file.path.endswith(".part")
    return file.used_at < now - (SPARED_S if is_unfinished else _UNUSED_S)


def _files_below(folder: Path) -> Iterator[_File]:
    for image in _image_folders(folder):
        with suppress(OSError), os.scandir(image) as entries:
            for entry in entries:
                with suppress(OSError):
                    facts = entry.stat(follow_symlinks=False)
                    size_bytes = max(facts.st_size, facts.st_blocks * _BLOCK_BYTES)
                    yield _File(facts.st_mtime, size_bytes, entry.path)


def _image_folders(folder: Path) -> Iterator[str]:
    """Two floors down; the locks lie on the first."""
    for floor in _folders_in(os.fspath(folder)):
        yield from _folders_in(floor)


def _folders_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _removed(path: Path, unless_used_since: float) -> bool:
    """Looks again: it may have been used since it was listed."""
    try:
        if path.lstat().st_mtime > unless_used_since:
            return False
        path.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _remove_empty_folders(folder: Path, unless_used_since: float) -> None:
    for image in _image_folders(folder):
        with suppress(OSError):
            if Path(image).lstat().st_mtime <= unless_used_since:
                Path(image).rmdir()
