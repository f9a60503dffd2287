"""A command that only reads makes no library where there is none: one stands in the wrong folder, mostly."""

import os
from pathlib import Path

import pytest

from .conftest import pixyproxy, refused

GUID = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"


@pytest.mark.parametrize("words", [("list",), ("show", GUID), ("key", "list"), ("key", "revoke", "abc")])
def test_a_command_that_reads_names_the_file_that_is_not_there(
    in_own_folder: Path, words: tuple[str, ...]
) -> None:
    sentence = refused({}, *words)
    assert sentence == (
        f"There is no library at {in_own_folder}/pixyproxy-data/pixyproxy.db yet; "
        "`pixyproxy init` or `pixyproxy serve` makes it."
    )
    assert list(in_own_folder.iterdir()) == []


def test_a_name_with_special_characters_is_that_of_the_file(
    on_sqlite: dict[str, str], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/100%25%20mine%3F.db"
    named = on_sqlite | {"PIXYPROXY_DATABASE_URL": url}
    assert f"at {tmp_path}/100% mine?.db yet" in refused(named, "list")
    assert pixyproxy(named, "init").exit_code == 0
    assert pixyproxy(named, "list").exit_code == 0


@pytest.mark.parametrize("words", [("init",), ("generate", "a fox"), ("key", "create", "ops")])
def test_a_command_that_writes_makes_the_library(in_own_folder: Path, words: tuple[str, ...]) -> None:
    assert pixyproxy({}, *words).exit_code == 0
    assert (in_own_folder / "pixyproxy-data" / "pixyproxy.db").is_file()
    assert pixyproxy({}, "list").exit_code == 0


def test_a_new_data_folder_is_its_owners_alone(in_own_folder: Path) -> None:
    before = os.umask(0)
    try:
        assert pixyproxy({}, "init").exit_code == 0
    finally:
        os.umask(before)
    assert (in_own_folder / "pixyproxy-data").stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_is_there_keeps_its_mode(in_own_folder: Path) -> None:
    folder = in_own_folder / "pixyproxy-data"
    folder.mkdir()
    folder.chmod(0o755)
    assert pixyproxy({}, "init").exit_code == 0
    assert folder.stat().st_mode & 0o777 == 0o755
