"""Types and style of the gallery's plain JavaScript and CSS: `python -m tools.web check`.

TypeScript reads the types that comments say, Biome sees to the rest. Nothing is built, and whoever runs the
service needs none of it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tools.folders import CHECKOUT, LOCAL
from tools.node_package import NODE, NodeError, environment, installed

_CONFIGURATION = Path(__file__).parent
_STYLE = (f"--config-path={_CONFIGURATION / 'style.json'}", "--colors=off", "--log-level=warn")
_LOOKED_AT = ("src/pixyproxy/web/static", "tests/gallery", "tools/web")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.web", description=__doc__)
    parser.add_argument("what", choices=["check", "format"])
    wanted = parser.parse_args().what
    try:
        modules = installed(_CONFIGURATION, LOCAL / "web-tools") / "node_modules"
    except NodeError as error:
        sys.exit(f"The gallery's tools cannot be installed: {error}")
    sys.exit(check(modules) if wanted == "check" else style(modules, "--write"))


def check(modules: Path) -> int:
    """Both, so that one run tells all."""
    return style(modules, "--error-on-warnings") | types(modules)


def style(modules: Path, how: str) -> int:
    return _run(_biome(modules), "check", how, *_STYLE, *_LOOKED_AT)


def types(modules: Path) -> int:
    return _run(NODE, modules / "typescript/bin/tsc", "--project", _CONFIGURATION / "tsconfig.json")


def _biome(modules: Path) -> Path:
    """A program of its own for each kind of machine; npm has installed the one for this."""
    found = sorted(modules.glob("@biomejs/cli-*/biome"))
    if not found:
        sys.exit("Biome is not made for this kind of machine.")
    return found[0]


def _run(*words: str | Path) -> int:
    return subprocess.run(words, cwd=CHECKOUT, env=environment(), check=False).returncode


if __name__ == "__main__":
    main()
