"""Which image a caller's key stands for, however many requests come with it at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pixyproxy.core.exceptions import DuplicateRow, PixyProxyException
from pixyproxy.core.models import KeptKey
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ADMINISTRATOR, NOON, ON_MYSQL, a_job, a_kept_key, added, an_image, found

DAY = timedelta(days=1)


async def test_a_key_that_was_never_used_stands_for_nothing(library: Library) -> None:
    assert await library.idempotency.find("alice", "POST /image", "order 66") is None


async def test_a_key_is_its_owners_its_routes_and_its_own_spelling_alone(library: Library) -> None:
    kept = a_kept_key("Order-66")
    await library.idempotency.add(kept)
    assert await library.idempotency.find(kept.owner, kept.route, kept.key) == kept
    for owner, route, key in [
        ("bob", kept.route, kept.key),
        ("Alice", kept.route, kept.key),
        (kept.owner, "POST /v1/images/generations", kept.key),
        (kept.owner, kept.route, "order-66"),
        (kept.owner, kept.route, "Order-6"),
        (kept.owner, kept.route, ""),
    ]:
        assert await library.idempotency.find(owner, route, key) is None


async def test_the_same_key_of_another_owner_or_route_stands_for_another_image(library: Library) -> None:
    kept = [a_kept_key(), a_kept_key(owner="bob"), a_kept_key(route="POST /v1/images/generations")]
    for each in kept:
        await library.idempotency.add(each)
    assert [await library.idempotency.find(each.owner, each.route, each.key) for each in kept] == kept


@pytest.mark.parametrize("key", ["k", "k" * 255, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "%", "a b", "'; --"])
async def test_every_key_that_may_be_sent_can_be_kept(library: Library, key: str) -> None:
    kept = a_kept_key(key)
    await library.idempotency.add(kept)
    assert await library.idempotency.find(kept.owner, kept.route, key) == kept


async def test_a_key_that_stands_for_an_image_stands_for_no_other(library: Library) -> None:
    kept = a_kept_key()
    await library.idempotency.add(kept)
    with pytest.raises(DuplicateRow):
        await library.idempotency.add(a_kept_key(fingerprint="f0" * 32))
    assert await library.idempotency.find(kept.owner, kept.route, kept.key) == kept


async def begin(library: Library, kept: KeptKey) -> bool:
    """What a request does first; whether it was the one let through."""

    async def work(repositories: Repositories) -> None:
        await repositories.idempotency.add(kept)
        image_id = await repositories.images.add(an_image(guid=kept.guid))
        await repositories.jobs.add(a_job(image_id))

    try:
        await library.transact(work)
    except DuplicateRow:
        return False
    return True


async def test_of_32_requests_at_once_one_is_let_through_and_nothing_of_the_others_is_kept(
    library: Library, other_library: Library
) -> None:
    requests = [a_kept_key() for _ in range(32)]
    won = await asyncio.gather(
        *(begin((library, other_library)[n % 2], kept) for n, kept in enumerate(requests))
    )
    assert sum(won) == 1
    winner = requests[won.index(True)]
    assert await library.idempotency.find(winner.owner, winner.route, winner.key) == winner
    assert [image.guid for image in await found(library)] == [winner.guid]
    assert sum((await library.jobs.count()).values()) == 1


async def test_requests_with_keys_of_their_own_do_not_hinder_each_other(
    library: Library, other_library: Library
) -> None:
    requests = [a_kept_key(f"order {n}") for n in range(32)]
    won = await asyncio.gather(
        *(begin((library, other_library)[n % 2], kept) for n, kept in enumerate(requests))
    )
    assert all(won)


@ON_MYSQL
@pytest.mark.parametrize("first_succeeds", [True, False])
async def test_who_comes_second_waits_for_the_first_and_takes_the_key_when_that_fails(
    library: Library, other_library: Library, first_succeeds: bool
) -> None:
    has_added, may_end = asyncio.Event(), asyncio.Event()
    first, second = a_kept_key(), a_kept_key()

    async def add_and_wait(repositories: Repositories) -> None:
        await repositories.idempotency.add(first)
        has_added.set()
        await may_end.wait()
        if not first_succeeds:
            raise PixyProxyException("Something else went wrong.")

    one = asyncio.create_task(library.transact(add_and_wait))
    await has_added.wait()
    two = asyncio.create_task(begin(other_library, second))
    await asyncio.wait({two}, timeout=0.2)
    assert not two.done()
    may_end.set()
    await asyncio.gather(one, return_exceptions=True)
    assert await two is not first_succeeds
    assert await library.idempotency.find(first.owner, first.route, first.key) == (
        first if first_succeeds else second
    )


async def test_a_key_that_is_released_may_be_used_again_and_the_others_stay(library: Library) -> None:
    kept, other = a_kept_key(), a_kept_key("another")
    for each in (kept, other):
        await library.idempotency.add(each)
    await library.idempotency.release(kept.guid)
    await library.idempotency.release("no such guid")
    assert await library.idempotency.find(kept.owner, kept.route, kept.key) is None
    assert await library.idempotency.find(other.owner, other.route, other.key) == other
    again = a_kept_key()
    await library.idempotency.add(again)
    assert await library.idempotency.find(again.owner, again.route, again.key) == again


async def test_old_keys_are_forgotten_and_young_ones_are_not(library: Library) -> None:
    old, exactly, young = [a_kept_key(f"{n}", created_at=NOON + n * DAY) for n in range(3)]
    for each in (old, exactly, young):
        await library.idempotency.add(each)
    assert await library.idempotency.remove_older(NOON + DAY) == 1
    assert await library.idempotency.remove_older(NOON + DAY) == 0
    left = [
        await library.idempotency.find(each.owner, each.route, each.key) for each in (old, exactly, young)
    ]
    assert left == [None, exactly, young]


async def test_an_old_key_of_an_image_that_is_still_being_made_is_not_forgotten(library: Library) -> None:
    made, being_made, hidden = await added(library, *(an_image(f"{n}") for n in range(3)))
    kept = [a_kept_key(image.prompt, guid=image.guid) for image in (made, being_made, hidden)]
    for each in (*kept, a_kept_key("of an image that is gone")):
        await library.idempotency.add(each)
    for image in (being_made, hidden):
        await library.jobs.add(a_job(image.id))
    await library.images.change(hidden, replace(hidden, deleted_at=NOON))
    assert await library.images.find(hidden.guid, ADMINISTRATOR) is None
    assert await library.idempotency.remove_older(NOON + DAY) == 2
    left = [await library.idempotency.find(each.owner, each.route, each.key) for each in kept]
    assert left == [None, *kept[1:]]
    await library.jobs.remove(being_made.id)
    assert await library.idempotency.remove_older(NOON + DAY) == 1


async def test_many_old_keys_are_forgotten_some_at_a_time(library: Library) -> None:
    async def add_all(repositories: Repositories) -> None:
        for number in range(1500):
            await repositories.idempotency.add(a_kept_key(f"{number}"))

    await library.transact(add_all)
    removed = [await library.idempotency.remove_older(NOON + DAY) for _ in range(3)]
    assert (sum(removed), removed[2]) == (1500, 0)
    assert removed[1] > 0
