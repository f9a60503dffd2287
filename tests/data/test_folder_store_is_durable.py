"""The order of system calls that makes a file last through a power cut, as the kernel saw it."""

import pytest

from tests.data.tracing import calls_of

SCRIPT = """
import asyncio, sys
from pathlib import Path
from pixyproxy.data.folder_store import FolderStore
asyncio.run(FolderStore(Path(sys.argv[1]) / "images").put("ab/picture.png", b"x" * 300_000))
"""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one put into a new folder asked of the kernel."""
    return calls_of(SCRIPT, tmp_path_factory.mktemp("traced"))


def test_the_bytes_are_flushed_before_the_name_and_the_name_before_the_answer(calls: list[str]) -> None:
    beside, target = "images/ab/.picture.png.N.part", "images/ab/picture.png"
    steps = [
        f"open {beside} new",
        f"write {beside}",
        f"fsync {beside}",
        f"rename {beside} {target}",
        "fsync images/ab",
    ]
    places = [calls.index(step) for step in steps]
    assert places == sorted(places)
    assert f"write {beside}" not in calls[places[2] :]


def test_a_new_folder_is_flushed_into_the_one_it_lies_in(calls: list[str]) -> None:
    steps = ["mkdir images", "fsync .", "mkdir images/ab", "fsync images"]
    places = [calls.index(step) for step in steps]
    assert places == sorted(places)


def test_the_file_never_has_its_name_before_it_is_whole(calls: list[str]) -> None:
    assert not [
        call for call in calls if call.startswith(("open", "write")) and call.endswith("ab/picture.png")
    ]
