"""A database of an older release becomes one of this release, and not a row of it is lost or changed."""

import asyncio
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pixyproxy.core.models import ERASED_AT, Cost
from pixyproxy.data import init, mysql
from pixyproxy.data.database import Database
from pixyproxy.data.init import SCHEMA_VERSION, open_database, open_library
from pixyproxy.data.library import Library
from pixyproxy.data.values import from_timestamp
from tests.data.builders import ADMINISTRATOR, a_job, added, an_attempt, an_image, found
from tests.data.packed import assert_packed, pack_all
from tests.data.test_schema import (
    Columns,
    Indexes,
    mysql_columns,
    mysql_indexes,
    sqlite_columns,
    sqlite_indexes,
)
from tools.mysql_server import MySQLServer

SCHEMAS = Path(__file__).parent / "schemas"
OLD_VERSIONS = range(1, SCHEMA_VERSION)
HAVE_ROWS = (1, 2, 4)
"""The schemas whose rows are written down; those of the ones between look the same."""
FILLS_THE_INDEX, ADDS_COLORS = 4, 5
STATEMENTS = {FILLS_THE_INDEX: 11, ADDS_COLORS: 2}
TABLES = "image attempt api_key secret".split()
OWNERS = {1: "alice", 2: "alice", 3: "bob", 4: "carol", 7: ""}
ALTERED_ONLY = """
    ALTER TABLE attempt
        ADD COLUMN owner VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER image_id,
        ADD COLUMN cost_nano_usd BIGINT NULL AFTER usage_reported,
        ADD COLUMN cost_source VARCHAR(40) NULL AFTER cost_nano_usd
"""
ALL_BUT_NOTED = f"""
    {ALTERED_ONLY};
    UPDATE attempt SET owner = coalesce((SELECT owner FROM image WHERE id = attempt.image_id), '');
    ALTER TABLE image
        ADD COLUMN parents JSON NOT NULL DEFAULT (JSON_ARRAY()) AFTER parameters,
        ADD COLUMN batch CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER parents,
        ADD KEY image_batch (batch),
        ADD KEY image_sha256 (sha256)
"""
# Of the old rows the first is a cat, the second a dog that failed, the third a fox that was deleted for good.
FINDS: list[tuple[dict[str, Any], list[int]]] = [
    ({"prompt": "cat"}, [1]),
    ({"prompt": '"A cat"'}, [1]),
    ({"prompt": "ca*"}, [1]),
    ({"filename": "CAT.png"}, [1]),
    ({"filename": "c*"}, [1]),
    ({"filename": "png"}, [1]),
    ({"tag": ["X"]}, [1]),
    ({"author": "Alice", "model": "gpt-image-2", "min_width": 48, "max_width": 48}, [1]),
    ({"created_after": "2026-11-20", "created_before": "2026-11-21"}, [1]),
    ({"prompt": "dog"}, []),
    ({"prompt": "dog", "filename": "dog", "status": "failed", "visibility": "public"}, [2]),
    ({"prompt": "fox"}, []),
    ({"prompt": "fox", "filename": "f*", "deleted": True}, []),
]
KILLED_WITHIN = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("ALTER TABLE attempt ADD COLUMN owner TEXT NOT NULL DEFAULT ''")
connection.execute("UPDATE attempt SET owner = 'half done'")
print("altered", flush=True)
time.sleep(600)
"""

Rows = dict[str, list[dict[str, Any]]]


def statements_of_upgrade(version: int) -> list[str]:
    script = files("pixyproxy.data") / "sql" / f"upgrade_{version}.mysql.sql"
    return statements_of(script.read_text(encoding="utf-8"))


def statements_of(script: str) -> list[str]:
    without_comments = re.sub(r"--[^\n]*", "", script)
    return [each for each in without_comments.split(";") if each.strip()]


async def run(database: Database, script: str) -> None:
    for statement in statements_of(script):
        await database.execute(statement, {})


async def make_old(url: str, version: int) -> None:
    await make_tables(url, version)
    database = open_database(url)
    script = SCHEMAS / f"{max(each for each in HAVE_ROWS if each <= version)}.rows.sql"
    await run(database, script.read_text(encoding="utf-8"))
    if version > 1:
        await database.execute("INSERT INTO schema_version (version) VALUES (:v)", {"v": version})
    await database.close()


async def make_tables(url: str, version: int) -> None:
    database = open_database(url)
    await run(database, (SCHEMAS / f"{version}.{database.dialect}.sql").read_text(encoding="utf-8"))
    await database.close()


@pytest.fixture(params=["sqlite", "mysql"])
async def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of the first schema, with rows in every table."""
    async with old_database(request, request.param, 1, tmp_path) as url:
        yield url


@pytest.fixture(
    params=[(dialect, version) for dialect in ("sqlite", "mysql") for version in OLD_VERSIONS],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
async def url_of_any_release(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of each schema before this one, with rows in every table."""
    dialect, version = request.param
    async with old_database(request, dialect, version, tmp_path) as url:
        yield url


@asynccontextmanager
async def old_database(
    request: pytest.FixtureRequest, dialect: str, version: int, folder: Path
) -> AsyncIterator[str]:
    if dialect == "sqlite":
        url = f"sqlite:///{folder}/old.db"
        await make_old(url, version)
        yield url
        return
    server: MySQLServer = request.getfixturevalue("mysql")
    administrator, name = open_database(server.url), f"old_{secrets.token_hex(4)}"
    await administrator.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin", {})
    await make_old(f"{server.url.rstrip('/')}/{name}", version)
    yield f"{server.url.rstrip('/')}/{name}"
    await administrator.execute(f"DROP DATABASE {name}", {})
    await administrator.close()


async def rows_of(url: str) -> Rows:
    database = open_database(url)
    found = {table: await database.fetch_all(f"SELECT * FROM {table} ORDER BY 1, 2", {}) for table in TABLES}
    await database.close()
    return {table: [dict(row) for row in rows] for table, rows in found.items()}


async def versions_of(url: str) -> list[int]:
    database = open_database(url)
    rows = await database.fetch_all("SELECT version FROM schema_version ORDER BY version", {})
    await database.close()
    return [row["version"] for row in rows]


async def shape_of(url: str) -> tuple[Columns, Indexes]:
    database = open_database(url)
    on_sqlite = database.dialect == "sqlite"
    columns = await (sqlite_columns if on_sqlite else mysql_columns)(database)
    indexes = await (sqlite_indexes if on_sqlite else mysql_indexes)(database)
    await database.close()
    return columns, indexes


async def open_and_close(url: str) -> None:
    await (await open_library(url)).close()


async def assert_upgraded(url: str, before: Rows) -> None:
    """Every row as it was, and what is new filled in; what was deleted does not come back."""
    after = await rows_of(url)
    for old, new in zip(before["image"], after["image"], strict=True):
        assert (new["deleted_at"] is None) == (old["deleted_at"] is None)
        if new["deleted_at"] is not None:
            assert from_timestamp(new["deleted_at"]) == ERASED_AT
            new["deleted_at"] = old["deleted_at"]
    for table in TABLES:
        columns = set(before[table][0])
        assert [{name: row[name] for name in columns} for row in after[table]] == before[table], table
    assert {row["id"]: row["owner"] for row in after["attempt"]} == OWNERS
    assert {(row["cost_nano_usd"], row["cost_source"]) for row in after["attempt"]} == {(None, None)}
    assert {(row["parents"], row["batch"]) for row in after["image"]} == {("[]", None)}
    assert await versions_of(url) == [*range(1, SCHEMA_VERSION + 1)]


async def test_every_row_is_as_it_was_and_every_attempt_knows_its_owner(old_url: str) -> None:
    before = await rows_of(old_url)
    assert all(before.values())
    await open_and_close(old_url)
    await assert_upgraded(old_url, before)


async def test_opened_again_and_again_nothing_changes_any_more(old_url: str) -> None:
    before = await rows_of(old_url)
    await open_and_close(old_url)
    once = await rows_of(old_url)
    for _ in range(2):
        await open_and_close(old_url)
    assert await rows_of(old_url) == once
    await assert_upgraded(old_url, before)


async def test_an_upgraded_database_has_the_tables_of_a_new_one(
    old_url: str, tmp_path: Path, mysql_url: str
) -> None:
    new_url = mysql_url if old_url.startswith("mysql") else f"sqlite:///{tmp_path}/new.db"
    for url in (old_url, new_url):
        await open_and_close(url)
    columns, indexes = await shape_of(old_url)
    assert (columns, indexes) == await shape_of(new_url)
    assert {"parents", "batch"} <= set(columns["image"])
    assert set(columns["image_parent"]) == {"parent", "image_id"}
    assert indexes["image_batch"] == ["batch"]
    assert indexes["image_sha256"] == ["sha256"]
    assert indexes["image_parent unique"] == ["parent", "image_id"]
    assert indexes["image_parent_of_image"] == ["image_id"]


async def assert_finds_old_rows(library: Library) -> None:
    for search, ids in FINDS:
        assert [image.id for image in await found(library, **search)] == ids, search
        assert [image.id for image in await found(library, order="asc", **search)] == ids, search


async def assert_searched(url: str) -> None:
    """From the first moment on, whether or not the index has been packed."""
    library = await open_library(url)
    await assert_finds_old_rows(library)
    while await library.pack(1):
        await assert_finds_old_rows(library)
    await assert_packed(library)
    await library.close()


async def test_every_image_of_every_release_before_is_found_at_once_and_after_packing(
    url_of_any_release: str,
) -> None:
    await assert_searched(url_of_any_release)


async def test_what_is_made_after_an_upgrade_is_found_beside_what_was_there(url_of_any_release: str) -> None:
    library = await open_library(url_of_any_release)
    (new,) = await added(library, an_image("a cat of today", deleted_at=None))
    assert [image.id for image in await found(library, prompt="cat")] == [new.id, 1]
    await pack_all(library)
    assert [image.id for image in await found(library, prompt="cat")] == [new.id, 1]
    await library.close()


async def test_an_upgraded_library_works(old_url: str) -> None:
    library = await open_library(old_url)
    cat = await library.images.find("01939f2e-0000-7000-8000-000000000001", ADMINISTRATOR)
    assert cat is not None
    assert (cat.prompt, cat.tags, cat.owner) == ("a cat 🐈", ("x",), "alice")
    assert (cat.parents, cat.batch) == ((), None)
    lost, made = await library.attempts.of_image(cat.id)
    assert (lost.owner, made.owner, made.usage, made.cost) == ("alice", "alice", {"total_tokens": 7}, None)
    cost = Cost(Decimal("0.04"), "price list")
    await library.attempts.close(replace(made, cost=cost))
    image_id = await library.images.add(an_image())
    await library.attempts.add(an_attempt(image_id))
    await library.jobs.add(a_job(image_id))
    assert (await library.attempts.of_image(cat.id))[1].cost == cost
    child = an_image(parents=(cat.guid,), batch=cat.guid)
    child = replace(child, id=await library.images.add(child))
    assert await library.images.made_from([cat.guid], ADMINISTRATOR, 10) == [child]
    assert await library.images.of_batch(cat.guid, ADMINISTRATOR) == [child]
    await library.close()


async def test_the_release_before_this_one_becomes_this_one(tmp_path: Path) -> None:
    old, new = f"sqlite:///{tmp_path}/before.db", f"sqlite:///{tmp_path}/new.db"
    await make_old(old, version=SCHEMA_VERSION - 1)
    for url in (old, new):
        await open_and_close(url)
    assert await shape_of(old) == await shape_of(new)
    assert await versions_of(old) == [SCHEMA_VERSION - 1, SCHEMA_VERSION]


async def test_several_that_open_it_at_once_upgrade_it_once(old_url: str) -> None:
    before = await rows_of(old_url)
    await asyncio.gather(*(open_and_close(old_url) for _ in range(4)))
    await assert_upgraded(old_url, before)


@pytest.mark.parametrize("old_url", ["mysql"], indirect=True)
@pytest.mark.parametrize(
    "done_before",
    [ALTERED_ONLY, f"{ALTERED_ONLY}; UPDATE attempt SET owner = 'alice' WHERE image_id = 1", ALL_BUT_NOTED],
)
async def test_an_upgrade_of_mysql_that_was_cut_off_is_brought_to_its_end(
    old_url: str, done_before: str
) -> None:
    before = await rows_of(old_url)
    database = open_database(old_url)
    await run(database, done_before)
    await database.close()
    await asyncio.gather(open_and_close(old_url), open_and_close(old_url))
    await assert_upgraded(old_url, before)


@pytest.mark.parametrize(
    ("url_of_any_release", "version", "done_before"),
    [
        *((("mysql", 3), FILLS_THE_INDEX, done_before) for done_before in (1, 3, 6, 7, 9, 10, 11)),
        *((("mysql", 4), ADDS_COLORS, done_before) for done_before in (1, 2)),
    ],
    indirect=["url_of_any_release"],
)
async def test_an_upgrade_cut_off_after_any_statement_is_brought_to_its_end(
    url_of_any_release: str, version: int, done_before: int, mysql_url: str
) -> None:
    statements = statements_of_upgrade(version)
    assert len(statements) == STATEMENTS[version]
    database = open_database(url_of_any_release)
    await run(database, ";".join(statements[:done_before]))
    await database.close()
    await asyncio.gather(open_and_close(url_of_any_release), open_and_close(url_of_any_release))
    assert await shape_of(url_of_any_release) == await shape_of(mysql_url)
    await assert_searched(url_of_any_release)


@pytest.mark.parametrize("url_of_any_release", [("mysql", FILLS_THE_INDEX - 1)], indirect=True)
async def test_an_upgrade_takes_its_time_and_others_wait_for_it(
    url_of_any_release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than any other statement may take; and what it does is done once."""
    statements = statements_of_upgrade(FILLS_THE_INDEX)
    slow = [statements[0], "SELECT SLEEP(0.5)", *statements[1:]]
    monkeypatch.setattr(init, "_statements_of", partial(_slowed, slow, init._statements_of))
    with monkeypatch.context() as impatient:  # and not for what comes after the test
        impatient.setattr(mysql, "_STATEMENT_TIMEOUT_S", 0.3)
        await asyncio.gather(*(open_and_close(url_of_any_release) for _ in range(3)))
    database = open_database(url_of_any_release)
    twice = "SELECT count(*) - count(DISTINCT image_id) AS twice FROM image_change"
    assert await database.fetch_one(twice, {}) == {"twice": 0}
    await database.close()
    await assert_searched(url_of_any_release)


def _slowed(slow: list[str], really: Callable[[str], list[str]], script: str) -> list[str]:
    return slow if script.startswith(f"upgrade_{FILLS_THE_INDEX}.") else really(script)


@pytest.mark.parametrize("old_url", ["sqlite"], indirect=True)
async def test_an_upgrade_of_sqlite_whose_process_is_killed_within_it_has_not_begun(
    old_url: str, tmp_path: Path
) -> None:
    before = await rows_of(old_url)
    await asyncio.to_thread(kill_within_upgrade, tmp_path / "old.db")
    assert await rows_of(old_url) == before
    await open_and_close(old_url)
    await assert_upgraded(old_url, before)


def kill_within_upgrade(file: Path) -> None:
    command = [sys.executable, "-c", KILLED_WITHIN, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "altered\n"
        finally:
            process.kill()


@pytest.mark.parametrize("dialect", ["sqlite", "mysql"])
def test_the_schema_of_every_release_before_is_kept_here(dialect: str) -> None:
    """Whoever adds a version puts the create script of the one before beside these, and upgrades it above."""
    assert sorted(SCHEMAS.glob(f"*.{dialect}.sql")) == [
        SCHEMAS / f"{version}.{dialect}.sql" for version in range(1, SCHEMA_VERSION)
    ]
