"""The command line as a person or a script meets it: words in, two streams and an exit code out."""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pixyproxy.cli import main

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command sets up the log of its process, which here is pytest's too."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> dict[str, str]:
    """For what has nothing to do with the database."""
    return {"PIXYPROXY_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def with_library(on_sqlite: dict[str, str]) -> dict[str, str]:
    """The same, after `init`."""
    assert pixyproxy(on_sqlite, "init").exit_code == 0
    return on_sqlite


@pytest.fixture
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands write where they are called."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(environment: dict[str, str], in_own_folder: Path) -> Run:
    """A command that must succeed, on both databases; gives its result."""
    _ = in_own_folder

    def run(*words: str) -> Result:
        result = pixyproxy(environment, *words)
        assert result.exit_code == 0, result.output
        return result

    return run


def pixyproxy(environment: Mapping[str, str], *words: str) -> Result:
    result = CliRunner().invoke(main, words, env=environment, prog_name="pixyproxy")
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception  # A traceback: no command may end so.
    return result


def refused(environment: Mapping[str, str], *words: str) -> str:
    """The one sentence of a command that ends with exit code 1 and prints nothing else."""
    result = pixyproxy(environment, *words)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")
