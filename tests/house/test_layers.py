"""Each rule of the house is broken on purpose in a copy of the source, and import-linter must see it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.live.service import clean_environment

CHECKOUT = Path(__file__).parents[2]
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))

LAYERS = "A floor imports only the floors below it"
SETTINGS = "Only the composition root and the command line read settings"
FASTAPI = "FastAPI is the web floor's business"
DRIVERS = "Database drivers are the data floor's business"
CORE = "The core is pure"
CYCLES = "No cycles"

BREACHES = [
    ("service/keys.py", "from pixyproxy.web import errors", LAYERS),
    ("data/library.py", "from pixyproxy.service import keys", LAYERS),
    ("core/words.py", "from pixyproxy.data import values", LAYERS),
    ("web/images.py", "from pixyproxy import app", LAYERS),
    ("app.py", "from pixyproxy import cli", LAYERS),
    ("helpers.py", "", LAYERS),
    ("web/images.py", "from pixyproxy.settings import Settings", SETTINGS),
    ("service/keys.py", "from pixyproxy.settings import Settings", SETTINGS),
    ("service/keys.py", "import fastapi", FASTAPI),
    ("data/library.py", "from starlette.exceptions import HTTPException", FASTAPI),
    ("core/models.py", "import granian", FASTAPI),
    ("service/keys.py", "import asyncmy", DRIVERS),
    ("web/images.py", "import sqlite3", DRIVERS),
    ("cli/keys.py", "from asyncmy.errors import MySQLError", DRIVERS),
    ("core/words.py", "import os", CORE),
    ("core/requests.py", "from pathlib import Path", CORE),
    ("core/models.py", "import logging", CORE),
    ("data/values.py", "from pixyproxy.data import image_repository", CYCLES),
    ("service/cursors.py", "from pixyproxy.service import services", CYCLES),
]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package that the tests change and put back."""
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "src" / "pixyproxy", folder / "pixyproxy", ignore=ignored)
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def broken_contracts(copy: Path) -> set[str]:
    done = subprocess.run(
        [LINT_IMPORTS, "--config", "pyproject.toml", "--cache-dir", ".cache"],
        cwd=copy,
        env=clean_environment() | {"PYTHONPATH": str(copy), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = [line.rpartition(" ") for line in done.stdout.splitlines()]
    broken = {name for name, _, verdict in verdicts if verdict == "BROKEN"}
    kept = {name for name, _, verdict in verdicts if verdict == "KEPT"}
    assert broken | kept == contracts(), done.stdout + done.stderr
    assert (done.returncode == 0) == (not broken)
    return broken


def contracts() -> set[str]:
    configured = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"] for contract in configured["tool"]["importlinter"]["contracts"]}


def test_as_it_is_no_rule_is_broken(original: Path) -> None:
    assert broken_contracts(original) == set()


@pytest.mark.parametrize(("module", "line", "contract"), BREACHES)
def test_a_breach_is_seen_by_the_rule_it_breaks(
    original: Path, module: str, line: str, contract: str
) -> None:
    file = original / "pixyproxy" / module
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        assert contract in broken_contracts(original)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, encoding="utf-8")


def test_every_rule_is_broken_by_one_of_these() -> None:
    assert {contract for _, _, contract in BREACHES} == contracts()
