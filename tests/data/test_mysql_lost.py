"""MySQL dies and comes back while the service runs. On a server of its own: others work on the shared one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from pixyproxy.core.exceptions import CommitLost, Unavailable
from pixyproxy.data import mysql as module
from pixyproxy.data.database import Statements
from pixyproxy.data.mysql import MySQLAddress, MySQLDatabase
from tools.mysql_server import MySQLServer, running_mysql

ANSWER = {"answer": 1}


@pytest.fixture(scope="module")
def own_server() -> Iterator[MySQLServer]:
    with running_mysql() as server:
        if not server.is_ours:
            pytest.skip("the MySQL server that was given to us is not ours to kill")
        yield server


@pytest.fixture
async def database(own_server: MySQLServer) -> AsyncIterator[MySQLDatabase]:
    await asyncio.to_thread(own_server.start)
    database = MySQLDatabase(MySQLAddress.parse(f"{own_server.url}mysql"))
    yield database
    await database.close()


async def ask(database: MySQLDatabase) -> object:
    return await database.fetch_one("SELECT 1 AS answer", {})


async def unavailable(database: MySQLDatabase) -> None:
    with pytest.raises(Unavailable) as refusal:
        await ask(database)
    assert refusal.value.retry_after_s


async def test_a_server_killed_is_unavailable_and_when_it_is_back_the_same_database_works_again(
    own_server: MySQLServer, database: MySQLDatabase
) -> None:
    assert [await asyncio.gather(*(ask(database) for _ in range(5)))] == [[ANSWER] * 5]
    own_server.kill()
    for _ in range(3):
        await unavailable(database)
    await asyncio.to_thread(own_server.start)
    assert await asyncio.gather(*(ask(database) for _ in range(20))) == [ANSWER] * 20


async def test_a_statement_under_way_and_a_transaction_are_unavailable_when_the_server_dies(
    own_server: MySQLServer, database: MySQLDatabase
) -> None:
    begun = asyncio.Event()

    async def work(statements: Statements) -> None:
        await statements.fetch_one("SELECT 1 AS answer", {})
        begun.set()
        await statements.fetch_one("SELECT SLEEP(30) AS slept", {})

    tasks = [
        asyncio.create_task(database.fetch_all("SELECT SLEEP(30) AS slept", {})),
        asyncio.create_task(database.transact(work)),
    ]
    await begun.wait()
    own_server.kill()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable, Unavailable]
    await asyncio.to_thread(own_server.start)
    assert await ask(database) == ANSWER


async def test_a_server_stopped_in_order_is_unavailable_too(
    own_server: MySQLServer, database: MySQLDatabase
) -> None:
    assert await ask(database) == ANSWER
    await asyncio.to_thread(own_server.stop)
    await unavailable(database)


async def test_a_database_opened_while_the_server_is_down_works_when_it_is_up(
    own_server: MySQLServer, database: MySQLDatabase
) -> None:
    own_server.kill()
    await unavailable(database)
    await asyncio.to_thread(own_server.start)
    assert await ask(database) == ANSWER


@pytest.mark.usefixtures("own_server")
async def test_a_commit_that_is_not_answered_in_time_is_lost_and_so_is_its_connection(
    database: MySQLDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.execute("CREATE DATABASE kept", {})
    await database.execute("CREATE TABLE kept.kept (n INT)", {})
    connection = "SELECT CONNECTION_ID() AS number"
    written, locked, lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
    used: list[object] = []

    async def hold_commits(statements: Statements) -> None:
        await written.wait()
        await statements.execute("FLUSH TABLES WITH READ LOCK", {})
        locked.set()
        await lost.wait()
        await statements.execute("UNLOCK TABLES", {})

    async def work(statements: Statements) -> None:
        used.append(await statements.fetch_one(connection, {}))
        await statements.execute("INSERT INTO kept.kept (n) VALUES (1)", {})
        written.set()
        await locked.wait()
        monkeypatch.setattr(module, "_STATEMENT_TIMEOUT_S", 0.2)

    holding = asyncio.create_task(database.transact(hold_commits))
    try:
        with pytest.raises(CommitLost):
            await database.transact(work)
    finally:
        monkeypatch.undo()
        lost.set()
        await holding
    assert used[0] not in await asyncio.gather(*(database.fetch_one(connection, {}) for _ in range(10)))
