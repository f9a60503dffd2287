"""Opening a database that cannot be opened says why, where, in one sentence, and never the password."""

import asyncio
import re
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data import mysql as mysql_module
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.init import SCHEMA_VERSION, open_database, open_images, open_library, open_store
from tools.mysql_process import free_port

PASSWORD = "hush%40hush"


async def refusal_of(url: str) -> str:
    with pytest.raises(CannotStart) as refusal:
        await open_library(url)
    detail = refusal.value.detail
    assert "hush" not in detail
    assert "\n" not in detail
    assert "Traceback" not in detail
    assert re.match(r"[A-Z]", detail)
    return detail


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres://u:hush@h/d",
        "sqlite:",
        "sqlite://",
        "mysql",
        "pixyproxy.db",
        "sqlite3:///x.db",
        "MYSQLX://h/d",
    ],
)
async def test_a_url_of_no_database_of_ours_is_refused_with_the_name_of_its_setting(url: str) -> None:
    assert "PIXYPROXY_DATABASE_URL must be" in await refusal_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hush#more@127.0.0.1:3306/d",
        "mysql://u:hush/more@127.0.0.1:3306/d",
        "mysql://u:hush?more@127.0.0.1:3306/d",
        "mysql://u:hush@127.0.0.1:port/d",
        "mysql://u:hush@127.0.0.1:99999/d",
        "mysql://u:hush@[::1/d",
    ],
)
async def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    assert "PIXYPROXY_DATABASE_URL must be" in await refusal_of(url)


async def test_a_server_that_refuses_is_named() -> None:
    port = free_port()
    assert f"127.0.0.1:{port}" in await refusal_of(f"mysql://u:{PASSWORD}@127.0.0.1:{port}/d")


async def test_a_server_that_cannot_be_found_is_named() -> None:
    assert "nowhere.invalid:3306" in await refusal_of(f"mysql://u:{PASSWORD}@nowhere.invalid/d")


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql_module, "_CONNECT_TIMEOUT_S", 0.1)
    monkeypatch.setattr(mysql_module, "_STATEMENT_TIMEOUT_S", 0.5)
    release = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert f"127.0.0.1:{port}" in await refusal_of(f"mysql://u:{PASSWORD}@127.0.0.1:{port}/d")
        release.set()


async def test_a_wrong_password_and_an_unknown_user_are_refused_with_the_place(mysql_url: str) -> None:
    user, _, rest = mysql_url.removeprefix("mysql://").partition(":")
    place = rest.partition("@")[2]
    for who in (user, "nobody"):
        detail = await refusal_of(f"mysql://{who}:{PASSWORD}@{place}")
        assert place.partition("/")[0] in detail
        assert "Access denied" in detail


async def test_an_unknown_database_and_none_at_all_are_refused(mysql_url: str) -> None:
    before, _, _ = mysql_url.rpartition("/")
    assert "no_such_database" in await refusal_of(f"{before}/no_such_database")
    assert "127.0.0.1" in await refusal_of(f"{before}/")


@pytest.mark.parametrize("place", ["missing/folder/pixyproxy.db", "a_file/pixyproxy.db", "a_folder"])
async def test_a_place_where_no_file_can_be_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "a_file").write_text("")
    (tmp_path / "a_folder").mkdir()
    assert str(tmp_path / place) in await refusal_of(f"sqlite:///{tmp_path / place}")


async def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Alice, " * 100)
    assert str(letter) in await refusal_of(f"sqlite:///{letter}")
    assert letter.read_text() == "Dear Alice, " * 100


async def test_a_database_of_a_newer_release_is_refused_and_one_of_this_release_is_not(
    database_url: str,
) -> None:
    await (await open_library(database_url)).close()
    database = open_database(database_url)
    try:
        newer = {"version": SCHEMA_VERSION + 1}
        await database.execute("INSERT INTO schema_version (version) VALUES (:version)", newer)
        assert f"schema {SCHEMA_VERSION + 1}, made by a newer release" in await refusal_of(database_url)
        await database.execute("DELETE FROM schema_version WHERE version = :version", newer)
    finally:
        await database.close()
    await (await open_library(database_url)).close()


def test_a_plain_path_opens_the_folder_there(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "images"))
    assert isinstance(store, FolderStore)
    assert store.local_path("a/b") == tmp_path / "images" / "a" / "b"


@pytest.mark.parametrize("name", ["AWS_CHECKSUM_ALGORITHM", "AWS_SKIP_SIGNATURE"])
def test_a_variable_of_aws_that_is_wrong_is_told_in_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "foo")
    with pytest.raises(
        CannotStart, match=r"^S3 cannot be used with the AWS_ variables of the environment: .*foo"
    ):
        open_store("s3://bucket")


@pytest.mark.parametrize(
    ("now", "before", "why"),
    [
        ("new", "odl", "There is no folder {here}/odl."),
        ("new", "file", "There is no folder {here}/file."),
        ("old", "old/", "{here}/old and {here}/old are not apart."),
        ("old/new", "old", "{here}/old and {here}/old/new are not apart."),
        ("old", "old/new", "{here}/old/new and {here}/old are not apart."),
    ],
)
def test_where_images_were_is_another_folder_and_there(
    tmp_path: Path, now: str, before: str, why: str
) -> None:
    (tmp_path / "old" / "new").mkdir(parents=True)
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart) as refusal:
        open_images(f"{tmp_path}/{now}", f"{tmp_path}/{before}")
    sentence = f"PIXYPROXY_IMAGES_BEFORE cannot be {tmp_path}/{before}: {why.format(here=tmp_path)}"
    assert refusal.value.detail == sentence


def test_two_parts_of_one_bucket_are_apart_or_refused() -> None:
    with pytest.raises(CannotStart, match="PIXYPROXY_IMAGES_BEFORE cannot be s3://bucket/x/: "):
        open_images("s3://bucket/x/y", "s3://bucket/x/")
