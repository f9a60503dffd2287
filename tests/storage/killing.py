"""Moves that are killed, each in its turn, in a process of their own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.live.service import clean_environment
from tests.storage import killed
from tests.storage.killed import Killing

_CHECKOUT = Path(__file__).parents[2]


def kill_in_turn(
    folder: Path, points: int, location: str | None = None, settings: Mapping[str, str] | None = None
) -> list[Killing]:
    """At so many points of a move's life, into another folder or into that bucket."""
    folder.mkdir(exist_ok=True)
    reached = {name: value for name, value in (settings or {}).items() if name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", killed.__name__, str(folder), str(points), *([location] if location else [])],
        cwd=_CHECKOUT,
        env=clean_environment() | reached,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [Killing(**json.loads(line)) for line in done.stdout.splitlines()]
