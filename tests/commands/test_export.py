"""`pixyproxy export`, as a person or a script meets it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.data.folder_store import FolderStore

from .conftest import Run, pixyproxy, refused

NUMBERS = (
    r"{images} images? \({trash} in the trash\); \d attempts?, \d keys?; {copied} of {files} files? written; "
    r"\d+\.\d MB at \d+\.\d MB/s{more}\.\n"
)


def numbers(images: int, copied: int, files: int, more: str = "", trash: int = 0) -> str:
    return NUMBERS.format(images=images, copied=copied, files=files, more=more, trash=trash)


def made(run: Run, seed: int = 1) -> str:
    return str(run("generate", "a red fox", "--size", "64x64", "--seed", str(seed)).stdout.strip())


def made_in(environment: Mapping[str, str], seed: int) -> None:
    words = ("generate", "a red fox", "--size", "64x64", "--seed", str(seed))
    assert pixyproxy(environment, *words).exit_code == 0


def killed(environment: Mapping[str, str], point: str, number: int, *words: str) -> None:
    """The command, killed at that point."""
    command = [sys.executable, "-m", "tests.commands.killed", point, str(number), *words]
    folder = Path(__file__).parents[2]
    given = {**os.environ, **environment, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=given, cwd=folder, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_the_whole_library_is_written_and_numbers_are_printed(run: Run, in_own_folder: Path) -> None:
    guids = [made(run, seed) for seed in range(2)]
    result = run("export", "library")
    assert re.fullmatch(numbers(2, 2, 2), result.stdout)
    assert result.stderr == ""
    text = (in_own_folder / "library" / "images.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["guid"] for line in lines] == guids
    assert all((in_own_folder / "library" / line["file"]).is_file() for line in lines)
    made(run, 3)
    assert re.fullmatch(numbers(3, 1, 3), run("export", "library", "--quick").stdout)


def test_a_damaged_image_is_named_and_the_exit_code_says_so(
    run: Run, environment: dict[str, str], in_own_folder: Path
) -> None:
    guid = made(run)
    [file] = Path(environment["PIXYPROXY_DATA_DIR"], "images").rglob("*.png")
    file.write_bytes(file.read_bytes()[::-1])
    result = pixyproxy(environment, "export", "library")
    assert result.exit_code == 1
    assert re.fullmatch(f"{guid}  wrong hash\n" + numbers(1, 0, 0, "; 1 missing or damaged"), result.stdout)
    assert (in_own_folder / "library" / "pixyproxy-library.json").is_file()


def test_a_folder_with_something_else_in_it_is_refused(with_library: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine.txt").write_text("mine")
    sentence = refused(with_library, "export", str(tmp_path / "x"))
    assert sentence == f"{tmp_path}/x is not empty, and holds no library that was exported."


def test_without_a_library_there_is_nothing_to_export(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    assert refused(on_sqlite, "export", str(tmp_path / "x")).startswith("There is no library at ")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(("point", "number"), [("rename", 1), ("rename", 3), ("rename", 5), ("rename", 7)])
def test_killed_it_goes_on_when_it_is_run_again(
    with_library: dict[str, str], in_own_folder: Path, point: str, number: int
) -> None:
    """Before the first file, among files, among lists, before the manifest: three files and four of ours."""
    for seed in range(3):
        made_in(with_library, seed)
    folder = in_own_folder / "library"
    killed(with_library, point, number, "export", str(folder))
    assert not (folder / "pixyproxy-library.json").exists()
    assert "is not finished" in refused(with_library, "import", str(folder))
    there = min(number - 1, 3)
    assert re.fullmatch(numbers(3, 3 - there, 3), pixyproxy(with_library, "export", str(folder)).stdout)
    assert sorted(path.name for path in folder.iterdir()) == [
        "attempts.jsonl", "files", "images.jsonl", "keys.jsonl", "pixyproxy-library.json",
    ]  # fmt: skip
    other = {"PIXYPROXY_DATA_DIR": str(in_own_folder / "other")}
    assert pixyproxy(other, "import", str(folder)).exit_code == 0
    assert pixyproxy(other, "doctor").exit_code == 0


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_killed_among_new_lists_what_is_old_is_no_library_any_more(
    with_library: dict[str, str], in_own_folder: Path, number: int
) -> None:
    """The manifest goes before the first list is replaced, so that no two exports are taken for one."""
    folder = in_own_folder / "library"
    assert pixyproxy(with_library, "export", str(folder)).exit_code == 0
    assert pixyproxy(with_library, "key", "create", "Bob").exit_code == 0
    killed(with_library, "rename", number, "export", str(folder))
    assert not (folder / "pixyproxy-library.json").exists()
    elsewhere = {"PIXYPROXY_DATA_DIR": str(in_own_folder / "other")}
    assert "is not finished" in refused(elsewhere, "import", str(folder))
    shutil.rmtree(folder / ".pixyproxy-export")
    assert "is not finished" in refused(elsewhere, "import", str(folder))
    (folder / ".pixyproxy-export").mkdir()
    assert pixyproxy(with_library, "export", str(folder)).exit_code == 0
    assert pixyproxy(elsewhere, "import", str(folder)).exit_code == 0
    assert pixyproxy(elsewhere, "key", "list").stdout == pixyproxy(with_library, "key", "list").stdout


def test_an_export_that_is_begun_again_is_not_imported_before_it_ends(
    with_library: dict[str, str], in_own_folder: Path
) -> None:
    """Killed among its files: the lists are still those of the one before."""
    made_in(with_library, 1)
    folder = in_own_folder / "library"
    assert pixyproxy(with_library, "export", str(folder)).exit_code == 0
    made_in(with_library, 2)
    killed(with_library, "rename", 1, "export", str(folder))
    assert (folder / "pixyproxy-library.json").exists()
    assert "is not finished" in refused(with_library, "import", str(folder))


def test_a_store_that_is_away_cuts_it_off_with_one_sentence(
    with_library: dict[str, str], in_own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(3):
        made_in(with_library, seed)

    async def away(*_: object) -> None:
        raise Unavailable

    async def broken(*_: object) -> AsyncIterator[bytes]:
        yield b"x"
        raise Unavailable

    monkeypatch.setattr(FolderStore, "check", away)
    monkeypatch.setattr(FolderStore, "read", broken)
    sentence = refused(with_library, "export", "library")
    assert sentence == (
        "The images cannot be read just now: the export is cut off. Run it again, it goes on."
    )
    assert not (in_own_folder / "library" / "pixyproxy-library.json").exists()
