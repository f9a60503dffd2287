"""Rows that stand still come to an end, and those that somebody works on are left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixyproxy.core.models import ERASED_AT, Attempt, AttemptStatus, Image, KeptKey, Status
from pixyproxy.service.services import Services
from tests.service.scenery import ADMIN, ON_SQLITE, PNG, rows, shelve, throw_away

from .ground import AT_ONCE, LONG_AGO, REPAIR, Undeletable, attempted, fixed, unfinished, with_job, wrong

NOW = datetime.now(UTC)


async def seen(services: Services, image: Image) -> Image:
    return await services.private(ADMIN).get(image.guid)


async def attempt_of(services: Services, image: Image) -> Attempt:
    [attempt] = await services.library.attempts.of_image(image.id)
    return attempt


async def keep_key(services: Services, image: Image) -> None:
    await services.library.idempotency.add(
        KeptKey(image.owner, "POST /image", "k", "0f" * 32, image.guid, NOW)
    )


@pytest.mark.parametrize("status", [Status.QUEUED, Status.GENERATING])
async def test_an_image_nobody_makes_has_failed_when_nothing_was_sent(
    services: Services, status: Status
) -> None:
    image = await unfinished(services, status)
    await keep_key(services, image)
    told = f"states: Images that nobody makes any more: 1 ({image.guid})."
    advice = "--repair ends them: as failed where nothing was sent, else as unknown."
    assert await wrong(services) == [f"{told} {advice}"]
    assert await fixed(services) == [f"{told} They are failed now where nothing was sent, else unknown."]
    now = await seen(services, image)
    assert (now.status, now.failure and now.failure.code) == (Status.FAILED, "unavailable")
    assert await rows(services, "idempotency") == []
    assert await wrong(services) == await fixed(services) == []


@pytest.mark.parametrize("status", [Status.QUEUED, Status.GENERATING])
async def test_an_image_nobody_makes_is_unknown_when_it_was_sent(services: Services, status: Status) -> None:
    image = await unfinished(services, status)
    await attempted(services, image, AttemptStatus.STARTED)
    await keep_key(services, image)
    assert len(await wrong(services)) == 1
    assert len(await fixed(services)) == 1
    now = await seen(services, image)
    assert (now.status, now.failure and now.failure.code) == (Status.UNKNOWN, "outcome_unknown")
    attempt = await attempt_of(services, image)
    assert (attempt.status, attempt.ended_at is not None) == (AttemptStatus.UNKNOWN, True)
    assert len(await rows(services, "idempotency")) == 1
    assert await wrong(services) == await fixed(services) == []


async def test_an_attempt_at_which_nothing_was_sent_was_none(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    await attempted(services, image, AttemptStatus.FAILED)
    assert len(await fixed(services)) == 1
    assert (await seen(services, image)).status is Status.FAILED


async def test_an_image_with_a_job_is_left_to_its_lease(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    await attempted(services, image, AttemptStatus.STARTED)
    await with_job(services, image, lease_s=60)
    assert await wrong(services) == await fixed(services) == []
    assert (await seen(services, image)).status is Status.GENERATING


async def test_what_changed_just_now_does_not_stand_still(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING, updated_at=datetime.now(UTC))
    await attempted(services, image, AttemptStatus.STARTED, started_at=datetime.now(UTC))
    patient = replace(REPAIR, standing_still_s=300)
    assert await wrong(services, patient) == await fixed(services, patient) == []


async def test_more_than_a_page_of_them_is_ended(services: Services) -> None:
    images = [await unfinished(services, Status.GENERATING) for _ in range(510)]
    [sentence] = await fixed(services)
    first = ", ".join(image.guid for image in images[:3])
    assert sentence.startswith(f"states: Images that nobody makes any more: 510 ({first}, …).")
    assert await wrong(services) == []


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.CANCELED])
async def test_an_attempt_without_an_end_ends_as_unknown(services: Services, status: Status) -> None:
    image = await unfinished(services, status)
    attempt = await attempted(services, image, AttemptStatus.STARTED)
    told = f"states: Attempts without an end, though their image has one: 1 ({attempt.storage_key})."
    assert await wrong(services) == [f"{told} --repair ends them as unknown."]
    assert await fixed(services) == [f"{told} They are ended now."]
    assert (await attempt_of(services, image)).status is AttemptStatus.UNKNOWN
    assert (await seen(services, image)).status is status
    assert await wrong(services) == await fixed(services) == []


async def test_an_attempt_whose_bytes_its_image_has_ends_as_succeeded_and_keeps_its_cost(
    services: Services,
) -> None:
    image = await shelve(services, cost_usd=Decimal("0.04"), cost_source="provider")
    assert image.content is not None
    key = image.content.storage_key.removesuffix(".png")
    await attempted(services, image, AttemptStatus.STARTED, storage_key=key)
    assert len(await fixed(services)) == 1
    attempt = await attempt_of(services, image)
    assert attempt.status is AttemptStatus.SUCCEEDED
    assert attempt.cost is not None
    assert attempt.cost.usd == Decimal("0.04")


async def test_an_attempt_of_an_image_that_is_gone_ends_too(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    await attempted(services, image, AttemptStatus.STARTED)
    await services.library.transact(lambda repositories: repositories.images.remove(image))
    assert len(await fixed(services)) == 1
    assert (await attempt_of(services, image)).status is AttemptStatus.UNKNOWN


async def test_a_removal_that_was_cut_off_is_brought_to_its_end(services: Services) -> None:
    image = await shelve(services, updated_at=LONG_AGO)
    attempt = await attempted(services, image, AttemptStatus.FAILED)
    answer = f"{attempt.storage_key}.quarantined"
    await services.store.put(answer, b"half a picture")
    await throw_away(services, image, LONG_AGO)
    told = f"states: Deleted images that are not removed yet: 1 ({image.guid})."
    assert await wrong(services) == [f"{told} --repair removes their bytes and rows."]
    assert await fixed(services) == [f"{told} Their bytes and rows are removed."]
    assert [each async for each in services.store.list_()] == []
    assert await rows(services, "image") == []
    assert len(await rows(services, "attempt")) == 1
    assert await wrong(services) == await fixed(services) == []


@pytest.mark.parametrize("status", [Status.READY, Status.FAILED, Status.CANCELED, Status.UNKNOWN])
async def test_what_lies_in_the_trash_is_in_order(services: Services, status: Status) -> None:
    content = PNG if status is Status.READY else None
    image = await throw_away(services, await shelve(services, content, status=status, updated_at=LONG_AGO))
    attempt = await attempted(services, image)
    await services.store.put(f"{attempt.storage_key}.quarantined", b"half a picture")
    before = await rows(services, "image")
    assert await wrong(services) == await fixed(services) == []
    assert await rows(services, "image") == before
    assert await services.store.size_of(f"{attempt.storage_key}.quarantined") is not None


@pytest.mark.parametrize(("minutes", "is_found"), [(19, False), (21, True)])
async def test_what_is_due_is_left_to_the_service_for_two_of_its_passes(
    services: Services, minutes: int, is_found: bool
) -> None:
    """Whether its time is over, or it was deleted permanently."""
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    await throw_away(services, await shelve(services, updated_at=LONG_AGO), since - timedelta(days=30))
    await throw_away(services, await shelve(services, updated_at=since), ERASED_AT)
    assert [each.partition(" (")[0] for each in await wrong(services)] == (
        ["states: Deleted images that are not removed yet: 2"] if is_found else []
    )
    assert len(await fixed(services)) == is_found
    assert len(await rows(services, "image")) == (0 if is_found else 2)


async def test_how_long_the_trash_keeps_is_what_the_orders_say(services: Services) -> None:
    await throw_away(services, await shelve(services, updated_at=LONG_AGO), LONG_AGO)
    assert await wrong(services, replace(AT_ONCE, trash_kept_for=timedelta(days=61))) == []
    assert len(await wrong(services, replace(AT_ONCE, trash_kept_for=timedelta(days=59)))) == 1


async def test_an_image_in_the_trash_that_nobody_makes_any_more_is_ended_too(services: Services) -> None:
    image = await throw_away(services, await unfinished(services, Status.GENERATING))
    await attempted(services, image, AttemptStatus.STARTED)
    [sentence] = await fixed(services)
    assert sentence.startswith(f"states: Images that nobody makes any more: 1 ({image.guid}).")
    assert (await services.private(ADMIN).restore(image.guid)).status is Status.UNKNOWN


async def test_a_removal_is_left_to_whoever_makes_the_image_still(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING, updated_at=LONG_AGO)
    await attempted(services, image, AttemptStatus.STARTED)
    await with_job(services, image, lease_s=60)
    await throw_away(services, image, LONG_AGO)
    assert await wrong(services) == await fixed(services) == []
    assert len(await rows(services, "image")) == 1


@ON_SQLITE
async def test_a_removal_whose_bytes_cannot_be_removed_keeps_its_row(services: Services) -> None:
    image = await shelve(services, updated_at=LONG_AGO)
    assert image.content is not None
    await throw_away(services, image, LONG_AGO)
    path = services.store.local_path("")
    assert path is not None
    broken = replace(services, store=Undeletable(path))
    told = f"states: Deleted images that are not removed yet: 1 ({image.guid})."
    assert f"{told} They could not be repaired now." in await wrong(broken, REPAIR)
    assert len(await rows(services, "image")) == 1


async def test_work_that_nobody_takes_up_is_told_and_left_to_the_service(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    await attempted(services, image, AttemptStatus.STARTED)
    await with_job(services, image, lease_s=-600)
    waiting = "states: Images that wait to be taken up: 1. Start the service; it goes on with them."
    orders = replace(AT_ONCE, standing_still_s=300)
    assert await wrong(services, orders) == [waiting]
    assert await wrong(services, replace(orders, repair=True)) == [waiting]
    assert len(await rows(services, "job")) == 1
