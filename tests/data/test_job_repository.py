"""Work that is claimed, held and handed back, on both databases."""

import asyncio
from collections.abc import Iterable

import pytest

from pixyproxy.core.exceptions import DuplicateRow
from pixyproxy.core.models import Job, JobState, JsonValue
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import a_job
from tests.service.scenery import eventually

WAITING, SENT = JobState.WAITING, JobState.SENT
LONG_S = 3600
"""A lease that no test lives to see the end of."""


async def add(library: Library, *image_ids: int, lease_s: float = -1) -> None:
    """Free, for a second already, unless a lease is given."""
    for image_id in image_ids:
        await library.jobs.add(a_job(image_id), lease_s)


async def claim(
    library: Library,
    state: JobState = WAITING,
    holder: str = "one",
    token: str = "t1",  # noqa: S107 - of a claim, and no secret
    lease_s: float = LONG_S,
) -> Job | None:
    return await library.transact(lambda repositories: repositories.jobs.claim(state, holder, token, lease_s))


def ids(jobs: Iterable[Job | None]) -> list[int]:
    return [job.image_id for job in jobs if job is not None]


async def test_work_without_a_lease_is_free_at_once_and_work_with_one_is_not(library: Library) -> None:
    await library.jobs.add(a_job(1))
    await library.jobs.add(a_job(2, state=SENT, holder="one", token="t1"), LONG_S)
    assert await library.jobs.is_any_free(WAITING)
    assert not await library.jobs.is_any_free(SENT)
    assert ids([await claim(library), await claim(library), await claim(library, SENT)]) == [1]


async def test_an_image_has_one_job_at_most(library: Library) -> None:
    await add(library, 1)
    with pytest.raises(DuplicateRow):
        await add(library, 1)


async def test_what_has_been_free_for_longest_is_claimed_first(library: Library) -> None:
    for image_id, free_for_s in [(1, 10), (2, 30), (3, 20)]:
        await add(library, image_id, lease_s=-free_for_s)
    assert ids([await claim(library) for _ in range(4)]) == [2, 3, 1]


async def test_what_became_free_at_the_same_moment_is_claimed_in_the_order_of_the_images(
    library: Library, database: Database
) -> None:
    await add(library, 3, 1, 2)
    await database.execute("UPDATE job SET free_at = :moment", {"moment": 1e9})
    assert ids([await claim(library) for _ in range(3)]) == [1, 2, 3]


async def test_a_claim_says_what_is_to_be_done_and_gives_it_its_holder_and_token(library: Library) -> None:
    asked: dict[str, JsonValue] = {"size": "96x64", "model": "sketch", "seed": 2**53 - 1}
    await library.jobs.add(a_job(7, asked=asked, holder="gone", token="old"), -1)
    claimed = await claim(library, holder="one", token="new")
    assert claimed == Job(image_id=7, state=WAITING, asked=asked, holder="one", token="new")
    assert await library.jobs.find_for_update(7) == claimed


async def test_what_was_sent_is_claimed_apart_from_what_waits(library: Library) -> None:
    await library.jobs.add(a_job(1, state=SENT), -1)
    await library.jobs.add(a_job(2), -1)
    assert ids([await claim(library, WAITING), await claim(library, WAITING)]) == [2]
    assert ids([await claim(library, SENT), await claim(library, SENT)]) == [1]


async def test_where_nothing_is_free_nothing_is_claimed(library: Library) -> None:
    assert not await library.jobs.is_any_free(WAITING)
    assert await claim(library) is None


async def test_however_many_claim_at_once_each_has_work_of_its_own(
    library: Library, other_library: Library
) -> None:
    await add(library, *range(1, 21))
    claimed = await asyncio.gather(
        *(claim((library, other_library)[n % 2], token=f"t{n}") for n in range(26))
    )
    assert sorted(ids(claimed)) == list(range(1, 21))
    assert len({job.token for job in claimed if job is not None}) == 20


async def test_a_claim_that_is_undone_leaves_the_work_free(library: Library) -> None:
    await add(library, 1)

    async def claim_and_fail(repositories: Repositories) -> None:
        assert await repositories.jobs.claim(WAITING, "one", "t1", LONG_S) is not None
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        await library.transact(claim_and_fail)
    assert ids([await claim(library, holder="two")]) == [1]


async def test_a_lease_that_is_over_lets_another_claim_under_a_token_of_its_own(library: Library) -> None:
    await library.jobs.add(a_job(1, holder="one", token="t1"), 0.05)
    await eventually(lambda: library.jobs.is_any_free(WAITING))
    taken = await claim(library, holder="two", token="t2")
    assert taken is not None
    assert (taken.holder, taken.token) == ("two", "t2")
    assert not await library.jobs.is_any_free(WAITING)


async def test_a_claim_holds_as_long_as_its_lease_and_no_longer(library: Library) -> None:
    await add(library, 1)
    assert await claim(library, lease_s=0.05) is not None
    await eventually(lambda: library.jobs.is_any_free(WAITING))
    assert await claim(library, holder="two") is not None
    assert await claim(library, holder="three") is None


async def test_a_lease_is_renewed_for_its_holder_and_for_nobody_else(library: Library) -> None:
    for image_id, holder in [(1, "one"), (2, "two"), (3, "one")]:
        await library.jobs.add(a_job(image_id, holder=holder), -1)
    assert await library.jobs.renew([1, 2, 99], "one", LONG_S) == 1
    assert ids([await claim(library, holder="new") for _ in range(3)]) == [2, 3]


async def test_a_holder_who_comes_late_renews_what_nobody_has_taken_and_nothing_else(
    library: Library,
) -> None:
    for image_id in (1, 2):
        await library.jobs.add(a_job(image_id, holder="late"), -image_id)
    assert ids([await claim(library, holder="quick")]) == [2]
    assert await library.jobs.renew([1, 2], "late", LONG_S) == 1
    kept = await library.jobs.find_for_update(2)
    assert kept is not None
    assert kept.holder == "quick"


async def test_more_leases_are_renewed_than_one_statement_names(library: Library) -> None:
    mine, others = range(1, 1203), range(2001, 2011)

    async def add_all(repositories: Repositories) -> None:
        for image_id in [*mine, *others]:
            await repositories.jobs.add(a_job(image_id, holder="one" if image_id in mine else "two"), -1)

    await library.transact(add_all)
    assert await library.jobs.renew({*mine, *others}, "one", LONG_S) == len(mine)
    claimed = [await claim(library, holder="three") for _ in range(11)]
    assert ids(claimed) == list(others)
    assert await library.jobs.renew([], "one", LONG_S) == 0


async def test_work_that_is_handed_back_is_free_at_once_for_anybody(library: Library) -> None:
    await library.jobs.add(a_job(1, holder="one", token="t1"), LONG_S)
    await library.jobs.hand_back(1)
    kept = await library.jobs.find_for_update(1)
    assert kept is not None
    assert (kept.holder, kept.token) == (None, None)
    assert await library.jobs.renew([1], "one", LONG_S) == 0
    assert ids([await claim(library, holder="two")]) == [1]


async def test_work_that_is_handed_back_comes_after_what_waits_already(library: Library) -> None:
    await library.jobs.add(a_job(1, holder="one", token="t1"), LONG_S)
    await add(library, 2, lease_s=-1)
    await library.jobs.hand_back(1)
    assert ids([await claim(library), await claim(library)]) == [2, 1]


async def test_a_state_that_changes_changes_nothing_else(library: Library) -> None:
    before = a_job(1, holder="one", token="t1")
    await library.jobs.add(before, LONG_S)
    await library.jobs.add(a_job(2), LONG_S)
    await library.jobs.change_state(1, SENT)
    after = await library.jobs.find_for_update(1)
    assert after == Job(image_id=1, state=SENT, asked=before.asked, holder="one", token="t1")
    assert await library.jobs.count() == {SENT: 1, WAITING: 1}
    assert not await library.jobs.is_any_free(SENT)


async def test_work_is_there_until_it_is_removed(library: Library) -> None:
    await add(library, 1, 2)
    assert await library.jobs.exists(1)
    await library.jobs.remove(1)
    await library.jobs.remove(1)
    assert not await library.jobs.exists(1)
    assert await library.jobs.find_for_update(1) is None
    assert ids([await claim(library), await claim(library)]) == [2]


async def test_how_much_work_there_is_and_how_much_nobody_comes_for(library: Library) -> None:
    assert await library.jobs.count() == {}
    assert await library.jobs.count_overdue(0) == 0
    for image_id, state, lease_s in [(1, WAITING, -100), (2, WAITING, -5), (3, SENT, -100), (4, SENT, 100)]:
        await library.jobs.add(a_job(image_id, state=state), lease_s)
    assert await library.jobs.count() == {WAITING: 2, SENT: 2}
    assert [await library.jobs.count_overdue(seconds) for seconds in (0, 60, 1000)] == [3, 2, 0]
