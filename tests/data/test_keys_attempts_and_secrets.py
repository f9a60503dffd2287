"""The smaller repositories, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pixyproxy.core.exceptions import DuplicateRow
from pixyproxy.core.models import Attempt, AttemptStatus, Cost, Failure
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import NOON, ON_MYSQL, a_key, an_attempt


async def test_a_key_that_is_not_there_is_not_found(library: Library) -> None:
    assert await library.keys.find("nothing") is None
    assert await library.keys.list_() == []
    assert not await library.keys.revoke("nothing", NOON)


async def test_keys_are_listed_oldest_first(library: Library) -> None:
    keys = [
        a_key(id=id_, created_at=NOON + timedelta(seconds=s)) for id_, s in [("c", 1), ("a", 2), ("b", 2)]
    ]
    for key in reversed(keys):
        await library.keys.add(key)
    assert await library.keys.list_() == keys


async def test_two_keys_cannot_have_one_id(library: Library) -> None:
    await library.keys.add(a_key(id="same"))
    with pytest.raises(DuplicateRow):
        await library.keys.add(a_key(id="same"))


async def test_a_key_is_revoked_once_and_keeps_the_time(library: Library) -> None:
    await library.keys.add(a_key(id="mine"))
    assert await library.keys.revoke("mine", NOON)
    assert not await library.keys.revoke("mine", NOON + timedelta(hours=1))
    kept = await library.keys.find("mine")
    assert kept is not None
    assert kept.revoked_at == NOON


async def test_an_administrator_is_one_only_while_the_key_is_in_force(library: Library) -> None:
    await library.keys.add(a_key())
    assert not await library.keys.has_administrator()
    await library.keys.add(a_key(id="admin", is_admin=True))
    assert await library.keys.has_administrator()
    await library.keys.revoke("admin", NOON)
    assert not await library.keys.has_administrator()


async def test_the_attempts_of_an_image_are_its_own_in_the_order_they_were_made(library: Library) -> None:
    ids = [await library.attempts.add(an_attempt(image_id)) for image_id in (1, 2, 1)]
    assert [attempt.id for attempt in await library.attempts.of_image(1)] == [ids[0], ids[2]]
    assert await library.attempts.of_image(3) == []


async def test_closing_one_attempt_leaves_the_others_open(library: Library) -> None:
    first, second = an_attempt(), an_attempt()
    id_ = await library.attempts.add(first)
    await library.attempts.add(second)
    failure = Failure("generator_failed", "The generator did not make a picture.")
    await library.attempts.close(
        an_attempt(id=id_, status=AttemptStatus.FAILED, failure=failure, ended_at=NOON)
    )
    kept = await library.attempts.of_image(1)
    assert [(each.status, each.failure) for each in kept] == [
        (AttemptStatus.FAILED, failure),
        (AttemptStatus.STARTED, None),
    ]


async def test_an_attempt_is_found_by_the_place_its_bytes_go_to(library: Library) -> None:
    first, second = an_attempt(owner="alice"), an_attempt(owner="bob", image_id=2)
    ids = [await library.attempts.add(each) for each in (first, second)]
    for find in (library.attempts.find, library.attempts.find_for_update):
        assert await find(second.storage_key) == replace(second, id=ids[1])
        assert await find("nowhere") is None


async def test_of_an_attempt_whose_cost_is_not_known_it_is_not_zero(library: Library) -> None:
    attempt = an_attempt()
    attempt = replace(attempt, id=await library.attempts.add(attempt))
    for cost in (None, Cost(Decimal(0), "built-in"), Cost(Decimal("0.000000001"), "price list"), None):
        await library.attempts.close(replace(attempt, cost=cost))
        [kept] = await library.attempts.of_image(attempt.image_id)
        assert kept.cost == cost


@ON_MYSQL
async def test_an_attempt_found_for_update_waits_for_whoever_closes_it(
    library: Library, other_library: Library
) -> None:
    attempt = an_attempt()
    attempt = replace(attempt, id=await library.attempts.add(attempt))
    holds, waits = asyncio.Event(), asyncio.Event()

    async def close(repositories: Repositories) -> None:
        await repositories.attempts.find_for_update(attempt.storage_key)
        holds.set()
        await waits.wait()
        await repositories.attempts.close(replace(attempt, status=AttemptStatus.SUCCEEDED))

    async def look(repositories: Repositories) -> Attempt | None:
        return await repositories.attempts.find_for_update(attempt.storage_key)

    closing = asyncio.create_task(library.transact(close))
    await holds.wait()
    looking = asyncio.create_task(other_library.transact(look))
    await asyncio.wait({looking}, timeout=0.2)
    assert not looking.done()
    waits.set()
    await closing
    found = await looking
    assert found is not None
    assert found.status is AttemptStatus.SUCCEEDED


async def test_attempts_that_were_not_made_after_all_fail_and_those_that_ended_stay(library: Library) -> None:
    started, ended, anothers = an_attempt(), an_attempt(status=AttemptStatus.UNKNOWN), an_attempt(2)
    for attempt in (started, ended, anothers):
        await library.attempts.add(attempt)
    failure = Failure("unavailable", "The database was away.")
    await library.attempts.fail_started(1, failure, NOON)
    first, second = await library.attempts.of_image(1)
    assert (first.status, first.failure, first.ended_at) == (AttemptStatus.FAILED, failure, NOON)
    assert (second.status, second.failure) == (AttemptStatus.UNKNOWN, None)
    [third] = await library.attempts.of_image(2)
    assert third.status is AttemptStatus.STARTED


async def test_two_attempts_cannot_write_to_one_place(library: Library) -> None:
    await library.attempts.add(an_attempt(storage_key="ab/same"))
    with pytest.raises(DuplicateRow):
        await library.attempts.add(an_attempt(storage_key="ab/same"))


async def test_the_first_secret_under_a_name_stays_however_many_ask_at_once(library: Library) -> None:
    offered = [f"secret {n}" for n in range(12)]
    given = await asyncio.gather(*(library.secrets.get_or_add("cursor", fresh) for fresh in offered))
    assert len(set(given)) == 1
    assert given[0] in offered
    assert await library.secrets.get_or_add("cursor", "late") == given[0]
    assert await library.secrets.get_or_add("other", "late") == "late"


async def test_a_library_says_what_it_stands_on_and_that_it_can_be_asked(library: Library) -> None:
    name, _, version = (await library.version()).partition(" ")
    assert name in {"SQLite", "MySQL"}
    assert version[0].isdigit()
    await library.check()  # raises when it cannot
    assert await library.weaknesses() == []
