import os
import shutil
from pathlib import Path

import pytest

from tools.chromium import PATH_VARIABLE, WAYS, Chromium, NoChromiumError, first_open_way, found_chromium
from tools.debian_archive import private_apt, unpack
from tools.ways import WayClosedError


def test_the_ways_are_in_order_of_preference() -> None:
    assert list(WAYS) == [PATH_VARIABLE, "chromium on PATH", "Debian's package"]


def test_a_machine_that_offers_nothing_is_told_so_way_by_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoChromiumError) as caught:
        found_chromium()
    assert str(caught.value).splitlines()[1:] == [
        f"  - {PATH_VARIABLE}: it is not set.",
        "  - chromium on PATH: there is none.",
        "  - Debian's package: this machine has no apt-get.",
    ]


def test_a_path_that_is_no_program_is_told_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / "nothing"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoChromiumError, match="nothing is no program"):
        found_chromium()


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_what_is_installed_is_taken_with_the_machines_own_libraries(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / name)
    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert first_open_way(WAYS) == Chromium(tmp_path / name)


def test_where_our_fonts_cannot_be_had_the_machines_are_taken_and_it_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PATH_VARIABLE, program(tmp_path / "mine"))
    monkeypatch.setenv("PATH", str(tmp_path))
    chromium = found_chromium()
    assert chromium.fonts == "the machine's, for this machine has no apt-get."
    assert "FONTCONFIG_FILE" not in chromium.launching()["env"]


def test_a_package_comes_with_all_it_needs_but_for_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    planned = ["Inst libc6 (2.41-1 Debian [amd64])", "Inst browser (9:1.0 Debian [amd64]) []", "Conf browser"]
    program(
        tmp_path / "bin" / "apt-get",
        f'case "$*" in *simulate*) printf "%s\\n" {" ".join(map(repr, planned))};; '
        f'*) echo "$*" > {asked}; : > browser.deb;; esac',
    )
    program(tmp_path / "bin" / "dpkg", 'mkdir -p "$3" && : > "$3/unpacked"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    root = unpack(("browser",), tmp_path, private_apt(tmp_path), without=r"libc6|libllvm.*")
    assert (root / "unpacked").exists()
    assert asked.read_text().split()[-2:] == ["download", "browser=9:1.0"]


def test_what_apt_says_last_is_why_a_way_is_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "echo 'E: Unable to locate package browser' >&2; exit 100")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(WayClosedError, match="Unable to locate package browser"):
        unpack(("browser",), tmp_path, private_apt(tmp_path), without="")


def program(path: Path, script: str = "") -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
    path.chmod(0o755)
    return str(path)
