"""Disks that are small, or read-only, where we may mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(disk: Path, options: str) -> Iterator[Path]:
    """A disk in memory. Not everybody may mount one; `tests/faults` sets limits instead."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    outcome = subprocess.run(mount, capture_output=True, check=False, text=True)
    if outcome.returncode:
        pytest.skip(f"no disk can be mounted here: {outcome.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
