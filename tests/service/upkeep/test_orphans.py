"""Bytes without rows: removed when they are nobody's, given back when they are somebody's, else kept."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pixyproxy.core.models import AttemptStatus, Image, Status
from pixyproxy.core.names import imported_key, new_guid, readable_name
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.findings import Verdict
from pixyproxy.service.upkeep.orphans import are_few
from tests.service.scenery import ADMIN, ON_SQLITE, PNG, rows, shelve, throw_away

from .ground import (
    AT_ONCE,
    REPAIR,
    Undeletable,
    attempted,
    file_of,
    findings,
    fixed,
    orphan,
    said,
    unfinished,
    with_job,
    wrong,
)

HOUR = 3600
CAREFUL = replace(REPAIR, force=False)


def make_older(services: Services, key: str, hours: float) -> None:
    at = time.time() - hours * HOUR
    os.utime(file_of(services, key), (at, at))


async def left_by_a_deletion(services: Services) -> str:
    """Bytes whose image is gone, and whose attempt is known."""
    image = await unfinished(services, Status.READY)
    attempt = await attempted(services, image, AttemptStatus.SUCCEEDED)
    await services.library.transact(lambda repositories: repositories.images.remove(image))
    await services.store.put(f"{attempt.storage_key}.png", PNG)
    return f"{attempt.storage_key}.png"


async def test_bytes_a_deletion_left_are_told_then_removed_and_found_no_more(services: Services) -> None:
    image, key = await shelve(services), await left_by_a_deletion(services)
    told = f"store: Bytes of images that are deleted: 1 ({key})."
    assert await wrong(services) == [f"{told} --repair removes them."]
    assert await services.store.size_of(key) is not None
    assert await fixed(services, CAREFUL) == [f"{told} They are removed."]
    assert await services.store.size_of(key) is None
    assert await wrong(services) == await fixed(services) == []
    assert await services.private(ADMIN).picture(image.guid)


async def test_bytes_of_which_the_database_knows_nothing_are_removed_only_when_somebody_insists(
    services: Services,
) -> None:
    """They may be the pictures made since the backup that was restored."""
    image, key = await shelve(services), await orphan(services)
    told = f"store: Bytes this database knows nothing of: 1 ({key})."
    advice = (
        "Kept: is PIXYPROXY_DATABASE_URL the right one, or was a backup restored? "
        "If they are to go, --repair --force removes them."
    )
    for orders in (AT_ONCE, CAREFUL):
        assert await wrong(services, orders) == [f"{told} {advice}"]
        assert await services.store.size_of(key) is not None
    assert await fixed(services) == [f"{told} They are removed."]
    assert await services.store.size_of(key) is None
    assert await wrong(services) == await fixed(services) == []
    assert await services.private(ADMIN).picture(image.guid)


async def test_bytes_younger_than_the_grace_time_are_not_spoken_of(services: Services) -> None:
    young, old = await orphan(services), await orphan(services)
    make_older(services, young, 23)
    make_older(services, old, 25)
    assert await fixed(services, replace(REPAIR, grace_s=24 * HOUR)) == [
        f"store: Bytes this database knows nothing of: 1 ({old}). They are removed."
    ]
    assert await services.store.size_of(young) is not None


@ON_SQLITE
async def test_what_is_not_ours_is_left_alone(services: Services) -> None:
    foreign = [
        "notes.txt",
        "2026/11/21/holiday.png",
        "2026/11/21/01939f2e-7d7a-4cc3-98a1-3f5b0c6d2e11.png",  # a uuid, but no version 7
        "2026/11/21/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.exe",
        "2026/11/21/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11",
        "imported/2026/11/21/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.png",
        "imported/2026/11/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.exe",
        "imported/2026/11/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.quarantined",
        "imported/holiday.png",
        "more/2026/11/21/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.png",
    ]
    for key in foreign:
        await services.store.put(key, b"mine")
    assert await fixed(services) == []
    assert all([await services.store.size_of(key) is not None for key in foreign])
    left = "store: Files that are none of PixyProxy's: 10. They are left alone."
    assert left in await said(services, Verdict.OK)


async def test_an_unreadable_answer_is_in_order_while_its_image_is_there(services: Services) -> None:
    image = await unfinished(services, Status.FAILED)
    attempt = await attempted(services, image, AttemptStatus.FAILED)
    key = f"{attempt.storage_key}.quarantined"
    await services.store.put(key, b"half a picture")
    assert await wrong(services) == await fixed(services) == []

    await services.library.transact(lambda repositories: repositories.images.remove(image))
    told = f"store: Bytes of images that are deleted: 1 ({key})."
    assert await fixed(services) == [f"{told} They are removed."]


async def test_many_bytes_of_deleted_images_are_not_removed_without_force(services: Services) -> None:
    keys = [await left_by_a_deletion(services) for _ in range(11)]
    [sentence] = await wrong(services, CAREFUL)
    assert sentence.startswith("store: Bytes of images that are deleted: 11 (")
    assert sentence.endswith(
        " Kept, for they are suspiciously many. If they are to go, --repair --force removes them."
    )
    assert all([await services.store.size_of(key) is not None for key in keys])
    assert len(await fixed(services)) == 1
    assert [each async for each in services.store.list_()] == []


def test_few_are_ten_or_one_in_a_hundred_and_at_most_a_hundred() -> None:
    assert are_few(0, 0)
    assert are_few(10, 10)
    assert not are_few(11, 1000)
    assert are_few(11, 1100)
    assert are_few(100, 1_000_000)
    assert not are_few(101, 1_000_000)


async def test_bytes_that_cannot_be_removed_are_told(services: Services, tmp_path: Path) -> None:
    key = await left_by_a_deletion(services)
    broken = replace(services, store=Undeletable(tmp_path / "images"))
    assert await wrong(broken, CAREFUL) == [f"store: Bytes that could not be removed now: 1 ({key})."]
    assert await fixed(broken, CAREFUL) == []


@pytest.mark.parametrize(
    ("image_status", "attempt_status"),
    [(Status.UNKNOWN, AttemptStatus.UNKNOWN), (Status.GENERATING, AttemptStatus.STARTED)],
)
async def test_a_picture_whose_image_does_not_know_of_it_is_given_back(
    services: Services, image_status: Status, attempt_status: AttemptStatus
) -> None:
    image = await unfinished(services, image_status, filename="x")
    named = replace(image, filename=readable_name(image.prompt, image.guid))
    await services.library.transact(lambda repositories: repositories.images.change(image, named))
    attempt = await attempted(services, image, attempt_status)
    key = f"{attempt.storage_key}.png"
    await services.store.put(key, PNG)
    lost = f"store: Pictures whose image does not know of them: 1 ({image.guid})."
    assert f"{lost} --repair gives them back: they were paid for." in await wrong(services)
    assert f"{lost} They are ready now; what they cost is not known." in await fixed(services)

    picture = await services.private(ADMIN).picture(image.guid)
    assert b"".join([chunk async for chunk in picture.read(0, 10**6)]) == PNG
    assert picture.image.status is Status.READY
    assert picture.image.filename == f"{named.filename}.png"
    assert (picture.image.failure, picture.image.cost_usd) == (None, None)
    assert (picture.content.width, picture.content.height) == (48, 32)
    [closed] = await services.library.attempts.of_image(image.id)
    assert (closed.status, closed.failure, closed.cost) == (AttemptStatus.SUCCEEDED, None, None)
    assert await wrong(services) == await fixed(services) == []


async def test_what_is_no_whole_picture_is_kept_and_not_given_back(services: Services) -> None:
    image = await unfinished(services, Status.UNKNOWN)
    attempt = await attempted(services, image)
    key = f"{attempt.storage_key}.png"
    await services.store.put(key, PNG[:-20])
    for _ in range(2):
        [sentence] = await wrong(services, REPAIR)
        assert sentence == (
            f"store: Bytes that no image names, of images that are there: 1 ({key}). "
            "Kept, for they may be paid for; they go with their image."
        )
    assert await services.store.size_of(key) is not None


async def test_bytes_of_an_image_that_failed_are_told_and_kept(services: Services) -> None:
    image = await unfinished(services, Status.FAILED)
    attempt = await attempted(services, image, AttemptStatus.FAILED)
    await services.store.put(f"{attempt.storage_key}.png", PNG)
    [sentence] = await wrong(services, REPAIR)
    assert "no image names" in sentence
    assert await services.store.size_of(f"{attempt.storage_key}.png") is not None
    await services.private(ADMIN).delete(image.guid, permanently=True)
    assert await services.store.size_of(f"{attempt.storage_key}.png") is None
    assert await wrong(services) == []


async def test_a_picture_whose_image_lies_in_the_trash_is_given_back_too(services: Services) -> None:
    image = await throw_away(services, await unfinished(services, Status.UNKNOWN))
    attempt = await attempted(services, image)
    await services.store.put(f"{attempt.storage_key}.png", PNG)
    [sentence] = await fixed(services)
    assert "They are ready now" in sentence
    mine = services.private(ADMIN)
    assert (await mine.restore(image.guid)).status is Status.READY
    assert await mine.content_of(image.guid) == PNG


async def test_what_is_being_made_is_in_order(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    attempt = await attempted(services, image, AttemptStatus.STARTED)
    await with_job(services, image, lease_s=600)
    await services.store.put(f"{attempt.storage_key}.png", PNG)
    before = await rows(services, "image"), await rows(services, "attempt"), await rows(services, "job")
    assert await fixed(services) == await wrong(services) == []
    assert before == (
        await rows(services, "image"),
        await rows(services, "attempt"),
        await rows(services, "job"),
    )


@ON_SQLITE
async def test_an_image_may_name_bytes_of_which_no_attempt_knows(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an import; the rows are read in several pages."""
    monkeypatch.setattr("pixyproxy.data.upkeep_queries._MOST_NAMES", 2)
    monkeypatch.setattr("pixyproxy.service.upkeep.belonging._MOST_DOUBTFUL", 0)
    images = [await shelve(services) for _ in range(5)]
    assert await rows(services, "attempt") == []
    assert [each.sentence for each in await findings(services, AT_ONCE) if each.part == "store"] == [
        "Objects: 5. Each belongs to an image."
    ]
    assert await fixed(services) == []
    assert all([await services.private(ADMIN).picture(image.guid) for image in images])


async def imported(services: Services) -> Image:
    """As an import leaves it: its bytes lie where its guid says, and no attempt knows of them."""
    image = await shelve(services)
    assert image.content is not None
    key = imported_key(image.guid, image.created_at, "image/png")
    await services.store.put(key, PNG)
    await services.store.delete(image.content.storage_key)
    placed = replace(image, content=replace(image.content, storage_key=key))
    await services.library.transact(lambda repositories: repositories.images.change(image, placed))
    return placed


async def test_bytes_of_an_imported_image_belong_to_it_also_in_the_trash(services: Services) -> None:
    images = [await imported(services), await imported(services)]
    await throw_away(services, images[1])
    assert [each.sentence for each in await findings(services, AT_ONCE) if each.part == "store"] == [
        "Objects: 2. Each belongs to an image."
    ]
    assert await fixed(services) == await wrong(services) == []
    assert [await services.store.size_of(image.content.storage_key) for image in images if image.content] == [
        len(PNG)
    ] * 2


@pytest.mark.parametrize("month", ["2026/11", "1999/01"])
async def test_imported_bytes_that_no_image_names_are_removed_only_when_somebody_insists(
    services: Services, month: str
) -> None:
    """Of an import that was cut off, or since the backup that was restored; also beside an image's own."""
    image = await imported(services)
    assert image.content is not None
    guid = image.guid if month == "1999/01" else new_guid()
    key = f"imported/{month}/{guid}.png"
    await services.store.put(key, PNG)
    for orders in (AT_ONCE, CAREFUL):
        [sentence] = await wrong(services, orders)
        assert sentence.startswith(f"store: Bytes this database knows nothing of: 1 ({key}). Kept: ")
        assert await services.store.size_of(key) is not None
    assert await fixed(services, replace(REPAIR, grace_s=HOUR)) == []
    assert await fixed(services) == [
        f"store: Bytes this database knows nothing of: 1 ({key}). They are removed."
    ]
    assert await services.store.size_of(key) is None
    assert await services.store.size_of(image.content.storage_key) == len(PNG)
