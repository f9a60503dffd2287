"""What must never get into the repository, and what its lock files promise."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from .reading import CHECKOUT, repository_files, text_of

# Put together here, so that this file itself contains none of them.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "index" + "-url",
    "registry" + ".npmjs",
    "proxy.go" + "lang.org",
    "arti" + "factory",
    "jfrog" + ".io",
    "nex" + "us/repository",
    "code" + "artifact",
]
MACHINES = [
    re.compile("/" + "home" + r"/\w"),
    re.compile("/" + "Users" + r"/\w"),
    re.compile("/" + "root" + r"/"),
    re.compile("/" + "work" + "/" + r"\w"),
    re.compile("[A-Z]:" + r"\\Users"),
]
# tools/lock tells uv not to write the address down; the option's name is the only place it may stand.
ALLOWED = {("tools/lock", "index" + "-url")}


def texts() -> Iterator[tuple[str, str]]:
    for name in repository_files():
        content = (CHECKOUT / name).read_bytes()
        if b"\0" not in content[:8000]:
            yield name, content.decode()


def test_no_file_names_a_registry() -> None:
    found = {(name, needle) for name, text in texts() for needle in REGISTRIES if needle in text.lower()}
    assert found - ALLOWED == set()


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = {
        (name, match[0]) for name, text in texts() for needle in MACHINES if (match := needle.search(text))
    }
    assert found == set()


def test_the_files_are_found() -> None:
    """So that the tests above do not pass by looking nowhere."""
    assert {"README.md", "requirements/run.txt", "tools/lock", "src/pixyproxy/cli/keys.py"} <= set(
        repository_files()
    )
    assert Path(__file__).relative_to(CHECKOUT).as_posix() in dict(texts())


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    joined = text_of(f"requirements/{name}.txt").replace("\\\n", " ")
    requirements = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.!+]+ ", requirement), requirement
        assert re.search(r" --hash=sha256:[0-9a-f]{64}(\s|$)", requirement), requirement


def pinned(name: str) -> dict[str, str]:
    return dict(
        re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", text_of(f"requirements/{name}.txt"), re.MULTILINE)
    )


def test_the_lock_files_hold_every_dependency_and_agree() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    run, dev = pinned("run"), pinned("dev")
    assert run.items() <= dev.items()
    assert {bare(each) for each in project["project"]["dependencies"]} <= run.keys()
    groups = project["dependency-groups"]["dev"]
    assert {bare(each) for each in groups if isinstance(each, str)} <= dev.keys()
    assert all(first < second for first, second in pairwise(run))


def bare(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0]
