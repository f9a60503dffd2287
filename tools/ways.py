"""A way to something that tests need: open on this machine, or closed for a reason that is told."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Way = TypeVar("Way")
Had = TypeVar("Had")


class WayClosedError(Exception):
    """One way is closed on this machine; the message is a sentence that says why."""


def first_open(
    ways: Mapping[str, Way], enter: Callable[[Way], Had], all_closed: Callable[[str], Exception]
) -> Had:
    """What the first way that is open leads to; the error is told why each is closed."""
    reasons = []
    for name, way in ways.items():
        try:
            return enter(way)
        except (WayClosedError, OSError, subprocess.SubprocessError) as reason:
            reasons.append(f"\n  - {name}: {reason}")
    raise all_closed("".join(reasons))


def run(*command: str, timeout_seconds: float = 600, folder: Path | None = None) -> str:
    """What the command printed; when it fails, the way is closed with its last words."""
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout_seconds,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip() or "it said nothing").splitlines()
        raise WayClosedError(f"{Path(command[0]).name} failed with {result.returncode}: {said[-1].strip()}")
    return result.stdout
