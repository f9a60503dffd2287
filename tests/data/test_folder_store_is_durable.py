"""The order of system calls that makes a file last through a power cut, as the kernel saw it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TRACED = "trace=openat,write,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,close"
SCRIPT = """
import asyncio, sys
from pathlib import Path
from pixyproxy.data.folder_store import FolderStore
asyncio.run(FolderStore(Path(sys.argv[1])).put("ab/picture.png", b"x" * 300_000))
"""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one put into a new folder asked of the kernel, in order: `open NAME`, `write NAME` and so on."""
    if not shutil.which("strace"):
        pytest.skip("there is no strace here")
    folder = tmp_path_factory.mktemp("traced")
    subprocess.run(
        [
            "strace",
            "-ff",
            "-o",
            folder / "trace",
            "-e",
            TRACED,
            sys.executable,
            "-c",
            SCRIPT,
            folder / "images",
        ],
        check=True,
        timeout=60,
    )
    (trace,) = [text for path in folder.glob("trace.*") if ".part" in (text := path.read_text())]
    return in_words(trace, folder)


def in_words(trace: str, folder: Path) -> list[str]:
    """Only what happens below the folder, each call with the name of its file in place of its number."""
    names: dict[str, str] = {}
    calls = []
    for line in trace.splitlines():
        call, _, rest = line.partition("(")
        result = rest.rpartition(" = ")[2]
        paths = [short(path, folder) for path in re.findall(r'"([^"]*)"', rest) if str(folder) in path]
        number = re.match(r"\d+", rest)
        if call == "openat" and paths:
            names[result] = paths[0]
            calls.append(f"open {paths[0]}{' new' if 'O_CREAT|O_EXCL' in rest else ''}")
        elif call.startswith(("rename", "mkdir")) and paths and result == "0":
            calls.append(f"{call.rstrip('at2')} {' '.join(paths)}")
        elif number and number[0] in names:
            calls.append(f"{call} {names[number[0]]}")
            if call == "close":
                del names[number[0]]
    return calls


def short(path: str, folder: Path) -> str:
    return (
        re.sub(r"[0-9a-f]{8}\.part", "N.part", path.removeprefix(f"{folder}/").removeprefix(str(folder)))
        or "."
    )


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
