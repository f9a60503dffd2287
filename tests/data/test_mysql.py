"""What is MySQL's own: its session, its deadlocks, its connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.data import mysql as mysql_module
from pixyproxy.data.database import Statements
from pixyproxy.data.mysql import MySQLAddress, MySQLDatabase

ADD = "INSERT INTO pair (name) VALUES (:name)"


@pytest.fixture
async def database(mysql_url: str) -> AsyncIterator[MySQLDatabase]:
    """With a table `pair` of two rows, a and b."""
    database = MySQLDatabase(MySQLAddress.parse(mysql_url))
    await database.execute("DROP TABLE IF EXISTS pair", {})
    await database.execute("CREATE TABLE pair (name VARCHAR(9) PRIMARY KEY, n INT NOT NULL DEFAULT 0)", {})
    await database.execute_many(ADD, [{"name": name} for name in "ab"])
    yield database
    await database.execute("DROP TABLE pair", {})
    await database.close()


async def test_every_connection_reads_what_is_committed_and_keeps_utc(database: MySQLDatabase) -> None:
    session = "SELECT @@transaction_isolation AS i, @@time_zone AS z, CONNECTION_ID() AS c, SLEEP(0.02) AS s"
    rows = await asyncio.gather(*(database.fetch_all(session, {}) for _ in range(5)))
    assert {(row["i"], row["z"]) for (row,) in rows} == {("READ-COMMITTED", "+00:00")}
    assert len({row["c"] for (row,) in rows}) > 1


async def test_a_transaction_reads_what_others_committed_meanwhile(database: MySQLDatabase) -> None:
    async def work(statements: Statements) -> list[object]:
        first = await statements.fetch_all("SELECT n FROM pair WHERE name = 'a'", {})
        await database.execute("UPDATE pair SET n = 7 WHERE name = 'a'", {})
        return [first, await statements.fetch_all("SELECT n FROM pair WHERE name = 'a'", {})]

    assert await database.transact(work) == [[{"n": 0}], [{"n": 7}]]


async def test_a_transaction_undone_by_a_deadlock_is_run_again(database: MySQLDatabase) -> None:
    runs: list[str] = []
    holds = {"a": asyncio.Event(), "b": asyncio.Event()}

    async def take(statements: Statements, first: str, second: str) -> None:
        runs.append(first)
        add = "UPDATE pair SET n = n + 1 WHERE name = :name"
        await statements.execute(add, {"name": first})
        holds[first].set()
        await holds[second].wait()
        await statements.execute(add, {"name": second})

    await asyncio.gather(
        database.transact(lambda statements: take(statements, "a", "b")),
        database.transact(lambda statements: take(statements, "b", "a")),
    )
    assert len(runs) == 3
    assert await database.fetch_all("SELECT name, n FROM pair ORDER BY name", {}) == [
        {"name": "a", "n": 2},
        {"name": "b", "n": 2},
    ]


async def test_a_lock_that_is_never_let_go_is_unavailable_in_the_end(database: MySQLDatabase) -> None:
    async def impatient(statements: Statements) -> None:
        await statements.execute("SET SESSION innodb_lock_wait_timeout = 1", {})
        await statements.execute("UPDATE pair SET n = 9 WHERE name = 'a'", {})

    async def holder(statements: Statements) -> None:
        await statements.execute("UPDATE pair SET n = 1 WHERE name = 'a'", {})
        with pytest.raises(Unavailable) as refusal:
            await database.transact(impatient)
        assert refusal.value.retry_after_s

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mysql_module, "_TRIES_AFTER_DEADLOCK", 1)
        await database.transact(holder)
    assert await database.fetch_one("SELECT n FROM pair WHERE name = 'a'", {}) == {"n": 1}


async def test_a_statement_that_takes_too_long_is_given_up_and_its_connection_too(
    database: MySQLDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(statements: Statements) -> None:
        await statements.execute(ADD, {"name": "c"})
        await statements.fetch_one("SELECT SLEEP(1) AS slept", {})

    monkeypatch.setattr(mysql_module, "_STATEMENT_TIMEOUT_S", 0.05)
    with pytest.raises(Unavailable):
        await database.transact(work)
    with pytest.raises(Unavailable):
        await database.fetch_one("SELECT SLEEP(10) AS slept", {})
    monkeypatch.undo()
    assert await database.fetch_one("SELECT 1 AS one", {}) == {"one": 1}


@pytest.mark.parametrize("number", [1030, 1045, 1180, 1290, 1317, 1836, 3024, 3100, 3169])
async def test_what_a_server_says_that_is_in_trouble_is_unavailable(
    database: MySQLDatabase, number: int
) -> None:
    with pytest.raises(Unavailable) as refusal:
        await database.execute(f"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}", {})
    assert refusal.value.retry_after_s


async def test_a_transaction_canceled_in_a_statement_lets_its_locks_go(database: MySQLDatabase) -> None:
    asked = asyncio.Event()

    async def work(statements: Statements) -> None:
        await statements.execute("UPDATE pair SET n = 1 WHERE name = 'a'", {})
        asked.set()
        await statements.fetch_one("SELECT SLEEP(1) AS slept", {})

    task = asyncio.create_task(database.transact(work))
    await asked.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.execute("UPDATE pair SET n = n + 2 WHERE name = 'a'", {}) == 1
    assert await database.fetch_one("SELECT n FROM pair WHERE name = 'a'", {}) == {"n": 2}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mysql://u:p@db.example:3307/pixy", MySQLAddress("db.example", 3307, "u", "p", "pixy")),
        ("mysql://u:p@db.example/pixy", MySQLAddress("db.example", 3306, "u", "p", "pixy")),
        ("mysql://a%40b:p%2F%3A%23%25@h/pixy", MySQLAddress("h", 3306, "a@b", "p/:#%", "pixy")),
        ("mysql://root@127.0.0.1:3306/", MySQLAddress("127.0.0.1", 3306, "root", "", None)),
        ("mysql://u:p@[::1]:3306/pixy", MySQLAddress("::1", 3306, "u", "p", "pixy")),
    ],
)
def test_an_address_is_read_from_its_url(url: str, address: MySQLAddress) -> None:
    assert MySQLAddress.parse(url) == address
