"""`pixyproxy scrub`, as a person or a script meets it."""

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, pixyproxy, refused
from .test_progress import read_until_hung_up

LAST_LINE = r"{images} images?, [\d,]+\.\d MB read at [\d,]+\.\d MB/s, {damaged} damaged\.\n"


def made(run: Run, seed: int = 1) -> str:
    return str(run("generate", "a red fox", "--size", "64x64", "--seed", str(seed)).stdout.strip())


def file_of(run: Run, environment: dict[str, str], guid: str) -> Path:
    sha256 = json.loads(run("show", guid, "--json").stdout)["sha256"]
    files = Path(environment["PIXYPROXY_DATA_DIR"], "images").rglob("*.png")
    [file] = [path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() == sha256]
    return file


def test_a_library_that_is_whole_passes(run: Run) -> None:
    made(run)
    made(run)
    result = run("scrub")
    assert re.fullmatch(LAST_LINE.format(images=2, damaged=0), result.stdout)
    assert result.stderr == ""


def test_each_damaged_image_is_printed_with_what_is_wrong(run: Run, environment: dict[str, str]) -> None:
    gone, cut, changed, whole = (made(run, seed) for seed in range(4))
    files = {guid: file_of(run, environment, guid) for guid in (gone, cut, changed)}
    files[gone].unlink()
    files[cut].write_bytes(files[cut].read_bytes()[:-1])
    files[changed].write_bytes(files[changed].read_bytes()[::-1])
    result = pixyproxy(environment, "scrub")
    assert result.exit_code == 1
    lines = f"{gone}  missing\n{cut}  wrong size\n{changed}  wrong hash\n"
    assert result.stdout.startswith(lines)
    assert re.fullmatch(LAST_LINE.format(images=4, damaged=3), result.stdout.removeprefix(lines))
    assert whole not in result.stdout


def test_only_what_was_made_since_a_day_is_read(run: Run) -> None:
    made(run)
    assert run("scrub", "--since", "2999-01-01").stdout.startswith("0 images")
    assert run("scrub", "--since", "2000-01-01", "--mb-per-s", "100").stdout.startswith("1 image, ")


@pytest.mark.parametrize("words", [("--since", "yesterday"), ("--mb-per-s", "0"), ("--mb-per-s", "fast")])
def test_what_makes_no_sense_is_a_slip_of_the_fingers(
    with_library: dict[str, str], words: tuple[str, ...]
) -> None:
    assert pixyproxy(with_library, "scrub", *words).exit_code == 2


def test_without_a_library_there_is_nothing_to_read(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    assert refused(on_sqlite, "scrub").startswith(f"There is no library at {tmp_path}/data/pixyproxy.db yet;")


def test_on_a_terminal_it_shows_how_far_it_is(run: Run, environment: dict[str, str]) -> None:
    """At such a pace that it takes longer than a person waits without a sign."""
    guid, *_ = (made(run, seed) for seed in range(5))
    size = file_of(run, environment, guid).stat().st_size
    pace = str(size * 5 / 1e6)  # about a second for all five
    command = [str(Path(sys.executable).with_name("pixyproxy")), "scrub", "--mb-per-s", pace]
    ours, its = pty.openpty()
    given = {**os.environ, **environment}
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        seen = read_until_hung_up(ours)
        os.close(ours)
        assert process.stdout is not None
        printed = process.stdout.read().decode()
    assert process.returncode == 0
    assert re.search(r"\r\033\[K\d of 5 images, ", seen)
    assert seen.endswith("\r\033[K")
    assert re.fullmatch(LAST_LINE.format(images=5, damaged=0), printed)
