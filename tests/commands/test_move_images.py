"""`pixyproxy move-images`, as an operator meets it."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data.library import Library
from pixyproxy.data.move_journal import opened_journal
from pixyproxy.data.places import name_of
from pixyproxy.settings import Settings
from tests.data.disks import mounted
from tools.mysql_process import free_port
from tools.s3_server import S3Server

from .conftest import Run, pixyproxy, refused
from .test_progress import read_until_hung_up

SPEED = r"at [\d,]+\.\d MB/s"
SIZE = r"[\d,]+\.\d MB"


def made(environment: dict[str, str], folder: Path, seed: int) -> str:
    words = ("--size", "64x64", "--seed", str(seed), "-o", str(folder / "fox.png"))
    result = pixyproxy(environment, "generate", "a red fox", *words)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


@pytest.fixture
def library(on_sqlite: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Three images, an input, and an answer that is no picture."""
    for seed in range(3):
        made(on_sqlite, tmp_path, seed)
    old = old_of(on_sqlite)
    (old / "inputs").mkdir()
    (old / "inputs" / "0.0").write_bytes(b"an input")
    (old / "2026.quarantined").write_bytes(b"an answer")
    return on_sqlite


def old_of(environment: dict[str, str]) -> Path:
    return Path(environment["PIXYPROXY_DATA_DIR"], "images")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def moved(environment: dict[str, str], *words: str) -> str:
    """What it has said, having succeeded."""
    result = pixyproxy(environment, "move-images", *words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def sentence(environment: dict[str, str], *words: str) -> str:
    """The one of a move that had begun and could not go on, or could not even begin."""
    result = pixyproxy(environment, "move-images", *words)
    assert result.exit_code == 1, result.output
    [line] = result.stderr.splitlines()
    return line.removeprefix("Error: ")


def test_everything_is_copied_and_read_back_and_nothing_removed(
    library: dict[str, str], tmp_path: Path
) -> None:
    old, new = old_of(library), tmp_path / "new"
    before = files(old)
    printed = moved(library, "--to", str(new))
    assert re.fullmatch(
        rf"From {old} to {new}\.\n"
        rf"Pass 1: 5 copied, {SPEED}\.\n"
        r"Pass 2: nothing new\.\n"
        rf"5 objects, {SIZE}: all copied and read back\.\n",
        printed,
    )
    assert files(new) == files(old) == before


def test_once_more_it_fetches_what_came_since(library: dict[str, str], tmp_path: Path) -> None:
    moved(library, "--to", f"{tmp_path}/new")
    made(library, tmp_path, 9)
    printed = moved(library, "--to", f"{tmp_path}/new/")
    assert "for what came since it was moved" in printed
    assert "Pass 3: 1 copied" in printed
    assert printed.endswith("all copied and read back.\n")
    assert files(tmp_path / "new") == files(old_of(library))


def test_with_the_old_place_among_the_settings_there_is_nothing_to_say(
    library: dict[str, str], tmp_path: Path
) -> None:
    restarted = library | {
        "PIXYPROXY_IMAGES": f"{tmp_path}/new",
        "PIXYPROXY_IMAGES_BEFORE": str(old_of(library)),
    }
    assert f"From {old_of(library)} to {tmp_path}/new." in moved(restarted)
    assert files(tmp_path / "new") == files(old_of(library))
    words = ("--from", str(old_of(library)), "--to", f"{tmp_path}/new")
    assert "for what came since" in moved(restarted, *words)
    for half in (words[:2], words[2:]):
        result = pixyproxy(restarted, "move-images", *half)
        assert result.exit_code == 2
        assert "give both of --from and --to, or neither" in result.stderr


def test_both_databases_know_what_the_images_are(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    """One was damaged before it was moved. It is copied, told of, and told of again."""
    guid = run("generate", "a red fox", "--size", "64x64").stdout.strip()
    run("generate", "a red fox", "--size", "64x64", "--seed", "5")
    filename = json.loads(run("show", guid, "--json").stdout)["filename"]
    assert filename
    [file, _] = sorted((tmp_path / "images").rglob("*.png"), key=lambda path: path.stat().st_mtime_ns)
    file.write_bytes(file.read_bytes()[::-1])
    key = file.relative_to(tmp_path / "images")
    for _ in range(2):
        result = pixyproxy(environment, "move-images", "--to", f"{tmp_path}/new")
        assert result.exit_code == 1
        wrong, last = result.stdout.splitlines()[-2:]
        assert wrong == f"{key}  is not what its image says; copied as it is"
        assert re.fullmatch(rf"2 objects, {SIZE}: 1 are wrong\.", last)
        assert files(tmp_path / "new") == files(tmp_path / "images")


def test_one_that_was_cut_off_says_that_it_goes_on(library: dict[str, str], tmp_path: Path) -> None:
    (old_of(library) / "2027-large.png").write_bytes(bytes(200_000))
    with mounted(tmp_path / "disk", "size=160k") as disk:
        target = f"{disk}/new"
        said = sentence(library, "--to", target)
        assert said == (
            f"{target} is full. What is copied stays; the same command goes on where this one ended."
        )
        subprocess.run(["mount", "-o", "remount,size=10m", str(disk)], check=True)
        printed = moved(library, "--to", target)
        assert f"From {old_of(library)} to {target}, going on with pass 1 at its beginning." in printed
        assert files(Path(target)) == files(old_of(library))


def test_a_second_one_of_the_same_pair_is_refused(library: dict[str, str], tmp_path: Path) -> None:
    places = (name_of(str(old_of(library))), name_of(f"{tmp_path}/new"))
    with opened_journal(Path(library["PIXYPROXY_DATA_DIR"], "moves"), places):
        said = refused(library, "move-images", "--to", f"{tmp_path}/new")
    assert said == f"Another move from {places[0]} to {places[1]} is under way."


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--to", "{old}"), "Images cannot be moved from {old} to {old}: one is within the other."),
        (("--to", "{old}/more"), "Images cannot be moved from {old} to {old}/more: one is within the other."),
        (("--to", "{here}"), "Images cannot be moved from {old} to {here}: one is within the other."),
        (("--from", "{here}/nowhere", "--to", "{here}/new"), "There is no folder {here}/nowhere."),
        (("--to", "s3://"), "s3:// is no place for images: it must name a bucket: "),
        (("--to", "ftp://host/x"), "ftp://host/x is no place for images: it must name a bucket: "),
        (("--to", "/proc/images"), "Nothing can be written to /proc/images: "),
        (("--to", "{here}/file"), "Nothing can be written to {here}/file: "),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    library: dict[str, str], tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "file").touch()
    names = {"old": str(old_of(library)), "here": str(tmp_path)}
    given = [word.format(**names) for word in words]
    assert refused(library, "move-images", *given).startswith(reason.format(**names))
    assert not (tmp_path / "new").exists()


def test_where_to_must_be_said(library: dict[str, str]) -> None:
    result = pixyproxy(library, "move-images")
    assert result.exit_code == 2
    assert "Say where to: --to LOCATION." in result.stderr


def test_without_a_library_there_is_nothing_to_move(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    old_of(on_sqlite).mkdir(parents=True)
    said = refused(on_sqlite, "move-images", "--to", f"{tmp_path}/new")
    assert said.startswith(f"There is no library at {tmp_path}/data/pixyproxy.db yet;")


def test_a_journal_of_somebody_else_is_told(library: dict[str, str], tmp_path: Path) -> None:
    moved(library, "--to", f"{tmp_path}/new")
    [journal] = Path(library["PIXYPROXY_DATA_DIR"], "moves").glob("*.json")
    journal.write_text("my diary")
    said = refused(library, "move-images", "--to", f"{tmp_path}/new")
    assert said == f"The journal {journal} is none of ours; without it the move begins anew."
    journal.unlink()
    assert "Pass 1: nothing new." in moved(library, "--to", f"{tmp_path}/new")


def test_on_a_terminal_it_shows_how_far_it_is(library: dict[str, str], tmp_path: Path) -> None:
    for number in range(400):
        (old_of(library) / f"{number}.png").write_bytes(bytes(number))
    command = [str(Path(sys.executable).with_name("pixyproxy")), "move-images", "--to", f"{tmp_path}/new"]
    ours, its = pty.openpty()
    given = {**os.environ, **library}
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        seen = read_until_hung_up(ours)
        os.close(ours)
        assert process.stdout is not None
        printed = process.stdout.read().decode()
    assert process.returncode == 0
    assert re.search(rf"\r\033\[K\d+ of [1-9]\d* objects, [\d,]+\.\d MB/s, {SIZE} left", seen)
    assert seen.endswith("\r\033[K")
    assert printed.endswith("all copied and read back.\n")


def bucket(s3: S3Server) -> dict[str, str]:
    return {**s3.address.environment, "PIXYPROXY_IMAGES": f"s3://{s3.address.bucket}/{token_hex(8)}"}


def test_into_a_bucket_and_back_everything_is_as_it_was(
    library: dict[str, str], tmp_path: Path, s3: S3Server
) -> None:
    (old_of(library) / "2025").mkdir()
    (old_of(library) / "2025" / "large.png").write_bytes(os.urandom(9_000_000))
    (old_of(library) / "2025" / "empty.png").touch()
    there = library | bucket(s3)
    place = there["PIXYPROXY_IMAGES"]
    went = moved(there, "--from", str(old_of(library)), "--to", place)
    assert "Pass 1: 7 copied" in went
    assert "Pass 3: nothing new." in moved(there, "--from", str(old_of(library)), "--to", place)
    shutil.rmtree(tmp_path / "data" / "moves")
    assert "Pass 1: nothing new." in moved(there, "--from", str(old_of(library)), "--to", place)
    assert pixyproxy(there, "scrub").exit_code == 0

    back = moved(there, "--to", f"{tmp_path}/back")
    assert f"From {place} to {tmp_path}/back." in back
    assert back.endswith("all copied and read back.\n")
    assert files(tmp_path / "back") == files(old_of(library))


def test_a_name_that_no_bucket_can_have_keeps_no_other_from_being_moved(
    library: dict[str, str], s3: S3Server
) -> None:
    """Of a file that somebody else has put among the images."""
    (old_of(library) / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    there = library | bucket(s3)
    words = ("--from", str(old_of(library)), "--to", there["PIXYPROXY_IMAGES"])
    result = pixyproxy(there, "move-images", *words)
    assert result.exit_code == 1
    refused = "caf\\udce9.png  is not taken, or not given back, where it was to be copied"
    assert result.stdout.splitlines()[-2] == refused
    assert "Pass 1: 5 copied" in result.stdout


def test_a_bucket_that_is_not_there_or_not_ours_is_told(
    library: dict[str, str], tmp_path: Path, s3: S3Server
) -> None:
    there = library | bucket(s3)
    del there["PIXYPROXY_IMAGES"]
    assert sentence(there, "--to", "s3://no-such-bucket/x").startswith(
        "Nothing can be written to s3://no-such-bucket/x: "
    )
    said = refused(there, "move-images", "--from", "s3://no-such-bucket/x", "--to", f"{tmp_path}/new")
    assert said.startswith("Nothing can be read from s3://no-such-bucket/x: ")
    assert not (tmp_path / "new").exists()
    stranger = there | {"AWS_SECRET_ACCESS_KEY": "open-sesame"}
    said = sentence(stranger, "--to", f"s3://{s3.address.bucket}/x")
    assert said.startswith(f"Nothing can be written to s3://{s3.address.bucket}/x: ")
    assert "sesame" not in said


def test_a_store_that_cannot_be_reached_is_told(library: dict[str, str], s3: S3Server) -> None:
    nobody = {**library, **bucket(s3), "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    del nobody["PIXYPROXY_IMAGES"]
    assert sentence(nobody, "--to", "s3://bucket/x").startswith("Nothing can be written to s3://bucket/x: ")


def test_a_disk_that_is_not_mounted_is_not_taken_for_an_empty_place(
    library: dict[str, str], tmp_path: Path
) -> None:
    old_of(library).rename(tmp_path / "disk")
    old_of(library).mkdir()
    result = pixyproxy(library, "move-images", "--to", f"{tmp_path}/new")
    old_of(library).rmdir()
    (tmp_path / "disk").rename(old_of(library))
    assert result.exit_code == 1
    *wrong, last = result.stdout.splitlines()[-4:]
    assert all(line.endswith(".png  its image names it; it is not there") for line in wrong)
    assert last == "0 objects, 0.0 MB: 3 are wrong."
    assert moved(library, "--to", f"{tmp_path}/new").endswith("all copied and read back.\n")


def test_a_year_that_lies_elsewhere_is_told(library: dict[str, str], tmp_path: Path) -> None:
    [year] = [each for each in old_of(library).iterdir() if each.is_dir() and each.name != "inputs"]
    year.rename(tmp_path / "elsewhere")
    year.symlink_to(tmp_path / "elsewhere")
    result = pixyproxy(library, "move-images", "--to", f"{tmp_path}/new")
    assert result.exit_code == 1
    assert f"\n{year.name}  is a link; what lies behind it is not copied\n" in result.stdout
    assert result.stdout.endswith(": 4 are wrong.\n")


def test_no_name_of_a_file_is_obeyed_by_the_terminal(library: dict[str, str], tmp_path: Path) -> None:
    (old_of(library) / "a\x1b]0;gotcha\x07\n\u202e.png").symlink_to("nowhere")
    result = pixyproxy(library, "move-images", "--to", f"{tmp_path}/new")
    assert "a\\x1b]0;gotcha\\x07\\n\\u202e.png  is a link" in result.stdout


def test_half_of_the_credentials_is_told_in_a_sentence(library: dict[str, str]) -> None:
    half = library | {"AWS_ACCESS_KEY_ID": "somebody"}
    said = refused(half, "move-images", "--to", "s3://bucket/x")
    assert said.startswith("AWS_SECRET_ACCESS_KEY is not valid: must be set together")


def test_another_variable_of_aws_that_is_wrong_is_told_in_a_sentence(library: dict[str, str]) -> None:
    said = sentence(library | {"AWS_CHECKSUM_ALGORITHM": "foo"}, "--to", "s3://bucket/x")
    assert said.startswith("S3 cannot be used with the AWS_ variables of the environment: ")


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Library]:
    closed: list[Library] = []
    close = Library.close

    async def noted(library: Library) -> None:
        closed.append(library)
        await close(library)

    monkeypatch.setattr(Library, "close", noted)
    return closed


def test_a_place_that_cannot_be_opened_leaves_no_library_open(
    library: dict[str, str], closed: list[Library]
) -> None:
    closed.clear()
    sentence(library | {"AWS_CHECKSUM_ALGORITHM": "foo"}, "--to", "s3://bucket/x")
    assert len(closed) == 1


async def test_nor_does_a_service_that_cannot_open_its_images(tmp_path: Path, closed: list[Library]) -> None:
    typo = {"PIXYPROXY_DATA_DIR": str(tmp_path), "PIXYPROXY_IMAGES_BEFORE": f"{tmp_path}/imagse"}
    with pytest.raises(CannotStart, match="PIXYPROXY_IMAGES_BEFORE cannot be"):
        await open_services(Settings.from_environment(typo))
    assert len(closed) == 1
