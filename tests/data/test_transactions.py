"""What both databases promise of several statements together."""

import asyncio
import threading
from dataclasses import replace

import pytest

from pixyproxy.core.exceptions import DuplicateRow, ImageNotFound, InternalError
from pixyproxy.data.database import Database, Statements
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ADMINISTRATOR, added, an_image
from tests.data.test_database import ADD, names


async def add(statements: Statements, *added_names: str) -> None:
    for name in added_names:
        await statements.insert(ADD, {"name": name, "body": ""})


async def test_a_transaction_gives_what_its_work_returns(probe: Database) -> None:
    async def work(statements: Statements) -> str:
        await add(statements, "a", "b")
        return "done"

    assert await probe.transact(work) == "done"
    assert await names(probe) == ["a", "b"]


async def test_a_transaction_sees_its_own_rows_and_nobody_else_does(probe: Database) -> None:
    is_written, is_looked_at = threading.Event(), threading.Event()

    async def work(statements: Statements) -> None:
        await add(statements, "a")
        assert await statements.fetch_one("SELECT name FROM probe", {}) == {"name": "a"}
        assert await statements.fetch_all("SELECT name FROM probe", {}) == [{"name": "a"}]
        is_written.set()
        if probe.dialect == "sqlite":  # there it runs in a thread, and waits for nothing
            assert is_looked_at.wait(10)
        else:
            assert await asyncio.to_thread(is_looked_at.wait, 10)

    working = asyncio.create_task(probe.transact(work))
    assert await asyncio.to_thread(is_written.wait, 10)
    assert await names(probe) == []
    is_looked_at.set()
    await working
    assert await names(probe) == ["a"]


class FailureOfTheWorkError(Exception):
    pass


@pytest.mark.parametrize("failure", [FailureOfTheWorkError(), ImageNotFound(), KeyError("x"), TimeoutError()])
async def test_whatever_the_work_raises_nothing_of_it_is_kept_and_the_database_works_on(
    probe: Database, failure: Exception
) -> None:
    async def work(statements: Statements) -> None:
        await add(statements, "a", "b")
        raise failure

    for _ in range(20):  # more than there are connections
        with pytest.raises(Exception) as raised:  # noqa: PT011 - the database may put a TimeoutError in our words
            await probe.transact(work)
        assert type(failure) in (type(raised.value), type(raised.value.__cause__))
    assert await names(probe) == []
    await probe.transact(lambda statements: add(statements, "a", "b"))
    assert await names(probe) == ["a", "b"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_on_sqlite_a_transaction_that_waits_for_something_else_is_refused(probe: Database) -> None:
    async def work(statements: Statements) -> None:
        await add(statements, "a")
        await asyncio.sleep(0)

    with pytest.raises(InternalError):
        await probe.transact(work)
    assert await names(probe) == []


async def test_a_duplicate_row_in_a_transaction_undoes_all_of_it(probe: Database) -> None:
    with pytest.raises(DuplicateRow):
        await probe.transact(lambda statements: add(statements, "a", "b", "a"))
    assert await names(probe) == []


async def test_work_may_expect_a_duplicate_row_and_go_on(probe: Database) -> None:
    async def work(statements: Statements) -> None:
        await add(statements, "a")
        with pytest.raises(DuplicateRow):
            await add(statements, "a")
        with pytest.raises(DuplicateRow):
            await statements.execute_many(ADD, [{"name": "a", "body": ""}])
        await add(statements, "b")

    await probe.transact(work)
    assert await names(probe) == ["a", "b"]


async def test_transactions_that_read_and_then_write_the_same_image_lose_nothing(library: Library) -> None:
    (image,) = await added(library, an_image(tags=()))

    async def tag(name: str) -> None:
        async def work(repositories: Repositories) -> None:
            before = await repositories.images.find_for_update(image.guid, ADMINISTRATOR)
            assert before is not None
            await repositories.images.change(before, replace(before, tags=(*before.tags, name)))

        await library.transact(work)

    expected = {f"tag {n}" for n in range(12)}
    await asyncio.gather(*(tag(name) for name in expected))
    kept = await library.images.find(image.guid, ADMINISTRATOR)
    assert kept is not None
    assert set(kept.tags) == expected


async def test_a_transaction_canceled_in_the_middle_leaves_nothing(probe: Database) -> None:
    reached, never = asyncio.Event(), asyncio.Event()

    async def work(statements: Statements) -> None:
        await add(statements, "a")
        reached.set()
        await never.wait()

    task = asyncio.create_task(probe.transact(work))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await probe.transact(lambda statements: add(statements, "a"))
    assert await names(probe) == ["a"]


async def test_wherever_a_transaction_is_canceled_it_is_whole_or_not_at_all(probe: Database) -> None:
    """Canceled after no turn of the event loop, after one, after two, until some are done before."""

    async def one(number: int) -> None:
        pair = f"{number:03}a", f"{number:03}b"
        await probe.transact(lambda statements: add(statements, *pair))

    turns = number = done_before = 0
    while done_before < 3:
        task = asyncio.create_task(one(number))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        done_before += not task.cancelled()
        number, turns = number + 1, turns + 1 + turns // 50
    await one(999)
    kept = await names(probe)
    assert kept[-2:] == ["999a", "999b"]
    assert [name[:-1] for name in kept[::2]] == [name[:-1] for name in kept[1::2]]


async def test_questions_canceled_halfway_never_answer_the_next_one(probe: Database) -> None:
    for turns in range(40):
        task = asyncio.create_task(probe.fetch_all("SELECT :n AS n", {"n": -1}))
        for _ in range(turns % 8):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await probe.fetch_all("SELECT :n AS n", {"n": turns}) == [{"n": turns}]
