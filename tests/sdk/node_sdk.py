"""OpenAI's SDK for Node: installed as its lock file says, and run once for all checks."""

import json
import re
import shutil
from base64 import b64encode
from itertools import chain
from pathlib import Path

from tests.live.service import ADMIN_KEY
from tools.folders import LOCAL
from tools.node_package import installed, run_node

from .pictures import CAT, DOG, MASK
from .tables import BROKEN_STREAMS, REFUSALS, TABLES, names, of_resource

SCRIPTS = Path(__file__).with_name("node")


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
    package = installed(SCRIPTS, LOCAL / "openai-node")
    (folder / "node_modules").symlink_to(package / "node_modules")
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
    printed = run_node(folder / "run.mjs", folder=folder, given=json.dumps(setting))
    outcomes: dict[str, str | None] = json.loads(printed)
    return outcomes
