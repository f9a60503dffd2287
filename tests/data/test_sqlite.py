"""What is SQLite's own: its pragmas, and other processes at the same file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import StorageFull, Unavailable
from pixyproxy.data.database import Statements
from pixyproxy.data.init import open_database
from pixyproxy.data.sqlite import SQLiteDatabase

ADD = "INSERT INTO probe (name) VALUES (:name)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SQLiteDatabase]:
    database = SQLiteDatabase(tmp_path / "probe.db")
    await database.execute("CREATE TABLE probe (name TEXT UNIQUE)", {})
    yield database
    await database.close()


PRAGMAS = [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 10_000)]


@pytest.mark.parametrize(("pragma", "value"), PRAGMAS)
async def test_every_connection_writes_ahead_and_waits_for_the_disk(
    database: SQLiteDatabase, pragma: str, value: object
) -> None:
    async def ask_the_writer(statements: Statements) -> object:
        return await statements.fetch_one(f"PRAGMA {pragma}", {})

    answers = [
        await database.transact(ask_the_writer),
        await database.fetch_one(f"PRAGMA {pragma}", {}),
        *(await database.fetch_all(f"PRAGMA {pragma}", {})),
    ]
    assert [list(answer.values()) for answer in answers if isinstance(answer, dict)] == [[value]] * 3


async def test_a_transaction_canceled_while_another_process_writes_is_whole_and_the_database_usable(
    database: SQLiteDatabase, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "probe.db", isolation_level=None)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(database.execute(ADD, {"name": "a"}))
        await asyncio.sleep(0.05)  # it stands in BEGIN now; were it later, the test would only prove less
        task.cancel()
        other_process.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await task
    await database.execute(ADD, {"name": "b"})
    assert await database.fetch_all("SELECT name FROM probe", {}) == [{"name": "a"}, {"name": "b"}]


async def test_reading_goes_on_while_somebody_writes(database: SQLiteDatabase, tmp_path: Path) -> None:
    await database.execute(ADD, {"name": "a"})
    with closing(sqlite3.connect(tmp_path / "probe.db", isolation_level=None)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        other_process.execute("INSERT INTO probe VALUES ('b')")
        assert await database.fetch_one("SELECT name FROM probe", {}) == {"name": "a"}
        assert await database.fetch_all("SELECT name FROM probe", {}) == [{"name": "a"}]


async def test_a_file_locked_for_too_long_is_unavailable_and_later_works(
    database: SQLiteDatabase, tmp_path: Path
) -> None:
    await database.transact(lambda statements: statements.execute("PRAGMA busy_timeout = 1", {}))
    with closing(sqlite3.connect(tmp_path / "probe.db", isolation_level=None)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as refusal:
            await database.execute(ADD, {"name": "a"})
        assert refusal.value.retry_after_s
    assert await database.execute(ADD, {"name": "a"}) == 1


async def test_a_full_disk_is_said_so_and_undone(database: SQLiteDatabase) -> None:
    (pages,) = await database.transact(lambda statements: statements.fetch_all("PRAGMA page_count", {}))
    limit = f"PRAGMA max_page_count = {pages['page_count']}"
    await database.transact(lambda statements: statements.fetch_all(limit, {}))
    with pytest.raises(StorageFull):
        await database.execute(ADD, {"name": "x" * 100_000})
    assert await database.fetch_all("SELECT name FROM probe", {}) == []
    assert await database.execute(ADD, {"name": "short"}) == 1


async def test_what_was_acknowledged_is_in_the_file_for_another_process(
    database: SQLiteDatabase, tmp_path: Path
) -> None:
    await database.execute(ADD, {"name": "a"})
    with closing(sqlite3.connect(tmp_path / "probe.db")) as other_process:
        assert other_process.execute("SELECT name FROM probe").fetchall() == [("a",)]


@pytest.mark.parametrize("name", ["a b.db", "a%41.db", "a#b.db", "a?b.db", "狐.db"])
async def test_a_path_in_a_url_may_be_percent_escaped(tmp_path: Path, name: str) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in name.encode())
    await create_at(f"sqlite:///{tmp_path}/{escaped}")
    assert (tmp_path / name).is_file()


@pytest.mark.parametrize("name", ["a b.db", "a#b.db", "a?b.db", "狐.db"])
async def test_a_path_in_a_url_need_not_be_escaped_but_for_percent_signs(tmp_path: Path, name: str) -> None:
    await create_at(f"sqlite:///{tmp_path}/{name}")
    assert (tmp_path / name).is_file()


async def create_at(url: str) -> None:
    database = open_database(url)
    await database.execute("CREATE TABLE probe (name TEXT)", {})
    await database.close()
