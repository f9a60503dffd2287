"""`pixyproxy import`, as a person or a script meets it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.scenery import PNG, picture

from .conftest import pixyproxy, refused
from .test_export import killed

LIBRARY = (
    r"{new} images? taken in, \d+\.\d MB at \d+\.\d MB/s; {there} were there already; \d+ attempts?; "
    r"{keys}( of administrators\)){more}\.\n"
)
PICTURES = (
    r"{new} pictures? taken in, \d+\.\d MB; {there} were there already; {others} other files? passed over; "
    r"{links} links? not followed; {left_out} left out\.\n"
)


def of_library(new: int, there: int, keys: str = r"0 keys \(0", more: str = "") -> str:
    return LIBRARY.format(new=new, there=there, keys=keys, more=more)


def of_pictures(new: int, there: int = 0, others: int = 0, links: int = 0, left_out: int = 0) -> str:
    return PICTURES.format(new=new, there=there, others=others, links=links, left_out=left_out)


@pytest.fixture
def exported(with_library: dict[str, str], in_own_folder: Path) -> Path:
    """A library of three images and one key, taken along."""
    for seed in range(3):
        words = ("generate", "a red fox", "--size", "64x64", "--seed", str(seed), "-o", f"{seed}.png")
        assert pixyproxy(with_library, *words).exit_code == 0
    assert pixyproxy(with_library, "export", "library").exit_code == 0
    return in_own_folder / "library"


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """Where there is no library yet."""
    return {"PIXYPROXY_DATA_DIR": str(tmp_path / "elsewhere")}


@pytest.fixture
def pictures(in_own_folder: Path) -> Path:
    folder = in_own_folder / "pictures"
    folder.mkdir()
    (folder / "fox.png").write_bytes(PNG)
    (folder / "cat.jpg").write_bytes(picture("jpg"))
    return folder


def listed(environment: dict[str, str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in pixyproxy(environment, "list", "--json").stdout.splitlines()]


def test_a_library_comes_back_into_an_empty_one_and_a_second_time_adds_nothing(
    environment: dict[str, str], with_library: dict[str, str], exported: Path
) -> None:
    result = pixyproxy(environment, "import", str(exported))
    assert re.fullmatch(of_library(3, 0, r"1 key \(1"), result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert listed(environment) == listed(with_library)
    again = pixyproxy(environment, "import", str(exported))
    assert re.fullmatch(of_library(0, 3), again.stdout)
    assert again.exit_code == 0
    assert pixyproxy(environment, "doctor").exit_code == 0


def test_keys_may_be_left_out(elsewhere: dict[str, str], exported: Path) -> None:
    pixyproxy(elsewhere, "import", str(exported), "--no-keys")
    assert pixyproxy(elsewhere, "key", "list").stdout == ""


def test_what_cannot_come_is_printed_as_plain_text_and_the_exit_code_says_so(
    elsewhere: dict[str, str], exported: Path
) -> None:
    lines = (exported / "images.jsonl").read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), "\x1b[2J\nok": 1})
    (exported / "images.jsonl").write_text("\n".join(lines) + "\n")
    result = pixyproxy(elsewhere, "import", str(exported))
    assert result.exit_code == 1
    first, _, rest = result.stdout.partition("\n")
    assert first == "images.jsonl line 2: \ufffd[2J\ufffdok: is not known here."
    assert re.fullmatch(of_library(2, 0, r"1 key \(1", "; 1 problem"), rest)


@pytest.mark.parametrize(
    "words", [("--tag", "x"), ("--author", "x"), ("--owner", "x"), ("--public",)], ids=lambda words: words[0]
)
def test_a_library_is_not_labelled(elsewhere: dict[str, str], exported: Path, words: tuple[str, ...]) -> None:
    assert pixyproxy(elsewhere, "import", str(exported), *words).exit_code == 2


@pytest.mark.parametrize(("point", "number"), [("put", 1), ("put", 3), ("transact", 1)])
def test_killed_among_a_library_it_goes_on_when_it_is_run_again(
    with_library: dict[str, str], elsewhere: dict[str, str], exported: Path, point: str, number: int
) -> None:
    assert pixyproxy(elsewhere, "init").exit_code == 0
    killed(elsewhere, point, number, "import", str(exported))
    result = pixyproxy(elsewhere, "import", str(exported))
    assert result.exit_code == 0
    assert re.match(r"3 images taken in", result.stdout)
    assert listed(elsewhere) == listed(with_library)
    assert pixyproxy(elsewhere, "doctor", "--grace-hours", "0").exit_code == 0


def test_a_folder_of_pictures_comes_with_labels_and_a_second_time_adds_nothing(
    environment: dict[str, str], pictures: Path
) -> None:
    words = ("import", str(pictures), "--tag", "Sea", "--tag", "2020", "--author", "Ann", "--public")
    result = pixyproxy(environment, *words)
    assert re.fullmatch(of_pictures(2), result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    for image in listed(environment):
        assert (image["tags"], image["author"], image["visibility"]) == (["Sea", "2020"], "Ann", "public")
    assert re.fullmatch(of_pictures(0, 2), pixyproxy(environment, *words).stdout)
    assert pixyproxy(environment, "doctor", "--grace-hours", "0").exit_code == 0


def test_pictures_may_belong_to_the_holder_of_a_key(environment: dict[str, str], pictures: Path) -> None:
    pixyproxy(environment, "key", "create", "Bob")
    key_id = pixyproxy(environment, "key", "list").stdout.split()[0]
    run = pixyproxy(environment, "import", str(pictures / "fox.png"), "--owner", key_id)
    assert run.exit_code == 0
    [image] = listed(environment)
    assert image["author"] == "Bob"
    for nobody in ("x", f"{key_id[:-1]}~", "\x1b[2J"):
        sentence = refused(environment, "import", str(pictures), "--owner", nobody)
        assert sentence.startswith("There is no key ")
        assert sentence.isprintable()


def test_what_is_left_out_is_named(on_sqlite: dict[str, str], pictures: Path) -> None:
    (pictures / "broken.png").write_bytes(PNG[:-1])
    (pictures / "link.png").symlink_to("fox.png")
    (pictures / "notes.txt").write_text("mine")
    (pictures / os.fsdecode(b"a\n\xff.png")).write_bytes(b"")
    result = pixyproxy(on_sqlite, "import", str(pictures))
    assert result.exit_code == 1
    *named, last = result.stdout.splitlines(keepends=True)
    assert [each.partition(": ")[0] for each in named] == ["link.png", "broken.png", "a\ufffd\ufffd.png"]
    assert re.fullmatch(of_pictures(2, 0, 1, 1, 2), last)


def test_links_and_other_files_are_no_failure(on_sqlite: dict[str, str], pictures: Path) -> None:
    (pictures / "link.png").symlink_to("fox.png")
    (pictures / "notes.txt").write_text("mine")
    assert pixyproxy(on_sqlite, "import", str(pictures)).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [("--tag", "x" * 65), ("--author", "x" * 201), ("--author", " \u200b")],
    ids=lambda words: words[0],
)
def test_labels_have_the_usual_limits(
    on_sqlite: dict[str, str], pictures: Path, words: tuple[str, str]
) -> None:
    assert refused(on_sqlite, "import", str(pictures), *words).startswith("The request is not valid: ")


def test_no_keys_goes_with_a_library_and_a_path_must_be_there(
    on_sqlite: dict[str, str], pictures: Path
) -> None:
    assert pixyproxy(on_sqlite, "import", str(pictures), "--no-keys").exit_code == 2
    assert pixyproxy(on_sqlite, "import", str(pictures / "gone")).exit_code == 2


def test_a_disk_that_is_nearly_full_takes_nothing(on_sqlite: dict[str, str], pictures: Path) -> None:
    full = on_sqlite | {"PIXYPROXY_RESERVE_MB": str(10**12)}
    assert refused(full, "import", str(pictures)) == "There is no room to keep another image."


@pytest.mark.parametrize(("point", "number"), [("put", 2), ("transact", 1)])
def test_killed_among_pictures_it_goes_on_when_it_is_run_again(
    on_sqlite: dict[str, str], pictures: Path, point: str, number: int
) -> None:
    killed(on_sqlite, point, number, "import", str(pictures))
    assert re.fullmatch(of_pictures(2), pixyproxy(on_sqlite, "import", str(pictures)).stdout)
    assert pixyproxy(on_sqlite, "doctor", "--grace-hours", "0").exit_code == 0


def test_names_are_printed_whatever_the_terminal_can_show(on_sqlite: dict[str, str], pictures: Path) -> None:
    """As a process: the encoding of a real stream decides."""
    (pictures / "赤い.png").write_bytes(b"")
    command = [str(Path(sys.executable).with_name("pixyproxy")), "import", str(pictures)]
    given = {**os.environ, **on_sqlite, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=given, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.decode().startswith("赤い.png: is damaged")
