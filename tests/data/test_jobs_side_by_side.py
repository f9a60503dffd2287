"""Claims while other transactions are open: in MySQL nobody waits for anybody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pixyproxy.core.models import Job, JobState
from pixyproxy.data.database import Database, Parameters, Statements
from pixyproxy.data.job_repository import JobRepository
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ON_MYSQL, a_job
from tests.data.recording import RecordingDatabase

WAITING, SENT = JobState.WAITING, JobState.SENT
LONG_S = 3600


@asynccontextmanager
async def held_open(library: Library, work: Callable[[Repositories], Awaitable[Any]]) -> AsyncIterator[Any]:
    """What the work returned, while its transaction is neither committed nor undone."""
    done: asyncio.Future[Any] = asyncio.Future()
    may_end = asyncio.Event()

    async def work_and_wait(repositories: Repositories) -> None:
        done.set_result(await work(repositories))
        await may_end.wait()

    transaction = asyncio.create_task(library.transact(work_and_wait))
    yield await done
    assert not transaction.done()
    may_end.set()
    await transaction


def claiming(token: str, state: JobState = WAITING) -> Callable[[Repositories], Awaitable[Job | None]]:
    return lambda repositories: repositories.jobs.claim(state, "one", token, LONG_S)


@ON_MYSQL
async def test_a_claim_passes_over_what_another_is_claiming_and_does_not_wait(library: Library) -> None:
    for image_id in (1, 2):
        await library.jobs.add(a_job(image_id), -1)
    async with held_open(library, claiming("t1")) as first, held_open(library, claiming("t2")) as second:
        assert {first.image_id, second.image_id} == {1, 2}
        assert await library.transact(claiming("t3")) is None
    tokens = [await library.jobs.find_for_update(image_id) for image_id in (1, 2)]
    assert {job.token for job in tokens if job} == {"t1", "t2"}


@ON_MYSQL
async def test_work_is_added_looked_for_and_counted_while_somebody_claims(library: Library) -> None:
    for image_id in (5, 10, 20):
        await library.jobs.add(a_job(image_id), -1)
    async with held_open(library, claiming("t1")) as claimed:
        assert claimed.image_id == 5
        for image_id, state in [(1, WAITING), (7, WAITING), (15, SENT), (30, SENT)]:
            await library.jobs.add(a_job(image_id, state=state), -1)
        assert await library.jobs.is_any_free(WAITING)
        assert await library.jobs.exists(5)
        assert await library.jobs.count() == {WAITING: 5, SENT: 2}
        await library.jobs.remove(20)
        assert (await library.transact(claiming("t2"))) is not None


@ON_MYSQL
async def test_work_is_added_while_a_claim_that_found_nothing_is_open(library: Library) -> None:
    async with held_open(library, claiming("t1")) as claimed:
        assert claimed is None
        await library.jobs.add(a_job(1), -1)
        assert (await library.transact(claiming("t2"))) is not None


@ON_MYSQL
async def test_leases_are_renewed_while_others_are_claimed(library: Library) -> None:
    await library.jobs.add(a_job(1), -1)
    await library.jobs.add(a_job(2, holder="two"), LONG_S)
    async with held_open(library, claiming("t1")):
        assert await library.jobs.renew([2], "two", LONG_S) == 1


@ON_MYSQL
async def test_whoever_writes_under_a_token_is_not_overtaken_by_a_claim(library: Library) -> None:
    """The lease is over, but the row is locked by the one who has just looked at the token."""
    await library.jobs.add(a_job(1, holder="one", token="t1"), -1)
    async with held_open(library, lambda repositories: repositories.jobs.find_for_update(1)) as job:
        assert job.token == "t1"
        assert await library.transact(claiming("t2")) is None
    assert await library.transact(claiming("t2")) is not None


@ON_MYSQL
async def test_a_lease_is_over_when_the_database_says_so_not_this_process(database: Database) -> None:
    async def an_hour_and_a_bit_later(statements: Statements) -> list[bool]:
        jobs = JobRepository(statements, "mysql")
        found = [await jobs.is_any_free(WAITING)]
        await statements.execute("SET timestamp = UNIX_TIMESTAMP() + :seconds", {"seconds": LONG_S + 60})
        found.append(await jobs.is_any_free(WAITING))
        await statements.execute("SET timestamp = DEFAULT", {})
        return found

    await JobRepository(database, "mysql").add(a_job(1), LONG_S)
    assert await database.transact(an_hour_and_a_bit_later) == [False, True]


@pytest.fixture(params=[30, 4000])
async def asked(database: Database, request: pytest.FixtureRequest) -> list[tuple[str, Any]]:
    """What looking for work and claiming it asks, of a table in which much is held and little free."""
    statement = "INSERT INTO job (image_id, state, asked, holder, token, free_at) "
    statement += "VALUES (:id, :state, '{}', 'one', 't1', :free_at)"
    rows: list[Parameters] = [
        {"id": n, "state": "sent" if n % 3 else "waiting", "free_at": 1e9 + n if n % 10 == 0 else 9e9 + n}
        for n in range(1, request.param + 1)
    ]
    await database.execute_many(statement, rows)
    if database.dialect == "mysql":
        await database.fetch_all("ANALYZE TABLE job", {})
    recording = RecordingDatabase(database)
    library = Library(recording)
    assert await library.jobs.is_any_free(WAITING)
    assert (await library.transact(claiming("t2"))) is not None
    assert (await library.transact(claiming("t2", SENT))) is not None
    return [(sql, parameters) for sql, parameters in recording.sent if sql.startswith("SELECT")]


@ON_MYSQL
async def test_mysql_finds_free_work_in_its_index_and_sorts_nothing(
    database: Database, asked: list[tuple[str, Any]]
) -> None:
    assert len(asked) == 3
    for sql, parameters in asked:
        [plan] = await database.fetch_all(f"EXPLAIN FORMAT = TRADITIONAL {sql}", parameters)
        assert (plan["table"], plan["key"]) == ("job", "job_free"), sql
        assert "filesort" not in (plan["Extra"] or ""), sql


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_finds_free_work_in_its_index_and_sorts_nothing(
    database: Database, asked: list[tuple[str, Any]]
) -> None:
    assert len(asked) == 3
    for sql, parameters in asked:
        plan = await database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", parameters)
        [step] = [row["detail"] for row in plan]
        assert "job_free (state=? AND free_at<?)" in step, sql
