"""The trash: what is deleted can be restored for a while. It is removed when its time is over, not before."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import Forbidden, ImageNotFound, Unavailable
from pixyproxy.core.models import (
    ERASED_AT,
    Attempt,
    AttemptStatus,
    Caller,
    Image,
    Job,
    JobState,
    Status,
    Visibility,
)
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data import upkeep_queries
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service import trash as trash_module
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.services import Services
from pixyproxy.service.trash import Trash
from tests.data.builders import an_attempt
from tests.service.scenery import ADMIN, ALICE, BOB, ON_SQLITE, PNG, eventually, rows, shelve, throw_away

MONTH = timedelta(days=30)
IN_TRASH = ImageSearch(deleted=True)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash_module, "_PAUSE_S", 0)


async def guids(images: PrivateImages, search: ImageSearch = IN_TRASH) -> list[str]:
    return [image.guid for image in (await images.list_(search)).images]


async def deleted(services: Services, ago: timedelta = timedelta(0)) -> Image:
    return await throw_away(services, await shelve(services), datetime.now(UTC) - ago)


async def deleted_at(services: Services, image: Image) -> datetime | None:
    found = await services.library.transact(lambda repositories: repositories.images.find_in_making(image.id))
    assert found is not None
    return found.deleted_at


async def are_gone(services: Services, *images: Image) -> bool:
    """Rows and bytes; of each it must be all or nothing."""
    kept = {row["id"] for row in await rows(services, "image")}
    contents = [image.content for image in images if image.content]
    there = [await services.store.size_of(content.storage_key) is not None for content in contents]
    assert there == [image.id in kept for image in images if image.content]
    return not any(image.id in kept for image in images)


def with_trash(services: Services, store: FolderStore | None = None, kept_for: timedelta = MONTH) -> Services:
    store_of_it = store or services.store
    return replace(services, store=store_of_it, trash=Trash(services.library, store_of_it, kept_for))


async def test_what_is_deleted_is_in_the_trash_and_nowhere_else_until_it_is_restored(
    services: Services,
) -> None:
    image, mine = await shelve(services, tags=("x",)), services.private(ALICE)
    before = datetime.now(UTC)
    await mine.delete(image.guid)
    for question in (mine.get, mine.picture, mine.lineage, mine.cancel, mine.delete, mine.content_of):
        with pytest.raises(ImageNotFound):
            await question(image.guid)
    assert (await guids(mine), await guids(mine, ImageSearch())) == ([image.guid], [])
    at = await deleted_at(services, image)
    assert at is not None
    assert before <= at <= datetime.now(UTC)

    assert await mine.restore(image.guid) == image == await mine.get(image.guid)
    assert (await guids(mine), await guids(mine, ImageSearch(tag=["x"]))) == ([], [image.guid])
    assert await mine.content_of(image.guid) == PNG


async def test_what_is_not_in_the_trash_stays_as_it_is(services: Services) -> None:
    image = await shelve(services)
    assert await services.private(ALICE).restore(image.guid) == image
    with pytest.raises(ImageNotFound):
        await services.private(ALICE).restore("no-such-image")


@pytest.mark.parametrize("visibility", Visibility)
async def test_the_trash_of_others_does_not_exist(services: Services, visibility: Visibility) -> None:
    image = await throw_away(services, await shelve(services, visibility=visibility))
    his = services.private(BOB)
    assert await guids(his) == []
    with pytest.raises(ImageNotFound):
        await his.restore(image.guid)
    with pytest.raises(ImageNotFound):
        await his.delete(image.guid, permanently=True)
    assert not await are_gone(services, image)


async def test_what_others_show_cannot_be_deleted_for_good_either(services: Services) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)
    with pytest.raises(Forbidden):
        await services.private(BOB).delete(image.guid, permanently=True)
    assert await services.private(ALICE).get(image.guid) == image


async def test_an_administrator_restores_and_erases_what_is_in_anybodys_trash(services: Services) -> None:
    restored, erased = [await deleted(services) for _ in range(2)]
    admin = services.private(ADMIN)
    assert (await admin.restore(restored.guid)).owner == ALICE.owner
    await admin.delete(erased.guid, permanently=True)
    assert await are_gone(services, erased)
    assert await services.private(ALICE).get(restored.guid)


@pytest.mark.parametrize("first", [False, True], ids=["at once", "out of the trash"])
async def test_what_is_deleted_permanently_is_gone_but_for_what_was_spent(
    services: Services, first: bool
) -> None:
    image, mine = await shelve(services), services.private(ALICE)
    attempt = an_attempt(image.id, owner=image.owner)
    await services.library.attempts.add(attempt)
    for extension in ("png", "jpg", "quarantined"):  # such as the image does not know of, too
        await services.store.put(f"{attempt.storage_key}.{extension}", PNG)
    if first:
        await mine.delete(image.guid)
    await mine.delete(image.guid, permanently=True)
    assert await rows(services, "image") == []
    assert [each async for each in services.store.list_()] == []
    assert len(await rows(services, "attempt")) == 1
    for again in (mine.restore(image.guid), mine.delete(image.guid, permanently=True)):
        with pytest.raises(ImageNotFound):
            await again


async def test_the_trash_is_emptied_of_what_is_due_and_of_nothing_else(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_queries, "PAGE", 2)
    minute = timedelta(minutes=1)
    alive = await shelve(services)
    due = [await deleted(services, MONTH + minute) for _ in range(5)]
    young = [await deleted(services, ago) for ago in (MONTH - minute, timedelta(0), -minute)]
    await services.trash.empty()
    assert await are_gone(services, *due)
    assert {row["id"] for row in await rows(services, "image")} == {image.id for image in (alive, *young)}
    for image in young:
        assert await services.private(ALICE).restore(image.guid)


async def test_what_is_due_cannot_be_restored_though_it_is_there_still(services: Services) -> None:
    image = await deleted(services, MONTH + timedelta(minutes=1))
    with pytest.raises(ImageNotFound):
        await services.private(ALICE).restore(image.guid)


async def test_without_days_there_is_no_trash(services: Services) -> None:
    services = with_trash(services, kept_for=timedelta(0))
    image, mine = await shelve(services), services.private(ALICE)
    await mine.delete(image.guid)
    assert await are_gone(services, image)
    with pytest.raises(ImageNotFound):
        await mine.restore(image.guid)


async def test_with_fewer_days_what_was_deleted_before_goes_too(services: Services) -> None:
    image = await deleted(services, timedelta(hours=1))
    await with_trash(services, kept_for=timedelta(0)).trash.empty()
    assert await are_gone(services, image)


async def test_with_more_days_what_was_erased_does_not_come_back(services: Services) -> None:
    image = await throw_away(services, await shelve(services), ERASED_AT)
    services = with_trash(services, kept_for=timedelta(days=3650))
    with pytest.raises(ImageNotFound):
        await services.private(ALICE).restore(image.guid)
    await services.trash.empty()
    assert await are_gone(services, image)


async def test_an_image_with_a_job_is_never_removed(services: Services) -> None:
    image = await deleted(services, 2 * MONTH)
    await services.library.jobs.add(Job(image_id=image.id, state=JobState.SENT, asked={}), 60)
    for _ in range(2):
        await services.trash.empty()
        assert not await services.trash.remove(image.id)
        await services.private(ALICE).delete(image.guid, permanently=True)
        assert not await are_gone(services, image)
    await services.library.jobs.remove(image.id)
    await services.trash.empty()
    assert await are_gone(services, image)


async def test_one_that_is_queued_is_canceled_when_it_is_deleted(services: Services) -> None:
    image = await shelve(services, None, status=Status.QUEUED)
    await services.library.jobs.add(Job(image_id=image.id, state=JobState.WAITING, asked={}))
    mine = services.private(ALICE)
    await mine.delete(image.guid)
    assert await rows(services, "job") == []
    assert (await mine.restore(image.guid)).status is Status.CANCELED


@ON_SQLITE
async def test_a_restored_image_starts_anew_when_it_is_deleted_again(services: Services) -> None:
    image = await deleted(services, MONTH - timedelta(minutes=1))
    mine = services.private(ALICE)
    await mine.restore(image.guid)
    await mine.delete(image.guid)
    await services.trash.empty()
    assert await mine.restore(image.guid)


class Interrupted(FolderStore):
    """Does something before the first bytes of an image are deleted."""

    meanwhile: Callable[[], Awaitable[object]]

    async def delete(self, key: str) -> None:
        if not key.startswith("."):
            await self.meanwhile()
        await super().delete(key)


async def test_once_bytes_begin_to_go_nobody_can_restore_it(services: Services, tmp_path: Path) -> None:
    store = Interrupted(tmp_path / "images")
    services = with_trash(services, store)
    image = await deleted(services, MONTH + timedelta(minutes=1))
    longer = with_trash(services, kept_for=timedelta(days=3650)).private(ALICE)
    refused = 0

    async def restore() -> None:
        nonlocal refused
        with pytest.raises(ImageNotFound):
            await longer.restore(image.guid)
        refused += 1

    store.meanwhile = restore
    await services.trash.empty()
    assert (await are_gone(services, image), refused) == (True, 1)


async def test_one_restored_after_it_was_listed_as_due_stays(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await deleted(services, MONTH + timedelta(minutes=1))
    due_page, longer = services.trash._due_page, with_trash(services, kept_for=2 * MONTH).private(ALICE)

    async def restored_after(past: Image | None) -> list[Image]:
        page = await due_page(past)
        if page:
            await longer.restore(image.guid)
        return page

    monkeypatch.setattr(services.trash, "_due_page", restored_after)
    await services.trash.empty()
    assert not await are_gone(services, image)
    assert await longer.content_of(image.guid) == PNG


async def test_many_who_restore_and_many_who_empty_agree(services: Services) -> None:
    """Each image is there as a whole, or gone as a whole, and its owner was told the truth."""
    images = [await deleted(services, timedelta(minutes=1)) for _ in range(40)]
    mine, emptier = services.private(ALICE), with_trash(services, kept_for=timedelta(0)).trash

    async def is_restored(image: Image) -> bool:
        try:
            await mine.restore(image.guid)
        except ImageNotFound:
            return False
        return True

    emptying = asyncio.gather(*(emptier.empty() for _ in range(3)))
    answers = await asyncio.gather(*(is_restored(image) for image in reversed(images)))
    await emptying
    for image, restored in zip(reversed(images), answers, strict=True):
        assert await are_gone(services, image) is not restored


async def test_an_answer_that_turns_up_while_its_image_is_removed_leaves_no_bytes(
    services: Services, tmp_path: Path
) -> None:
    """It is stored after the bytes were looked for, and before the row went."""
    image = await shelve(services, None, status=Status.UNKNOWN, owner=ALICE.owner)
    await throw_away(services, image, ERASED_AT)
    attempt = an_attempt(image.id, owner=image.owner)
    attempt = replace(attempt, id=await services.library.attempts.add(attempt))
    key = f"{attempt.storage_key}.png"

    class Late(FolderStore):
        arrived = False

        async def delete(self, deleted_key: str) -> None:
            await super().delete(deleted_key)
            if not self.arrived and deleted_key == key:
                self.arrived = True
                await self.put(key, PNG)
                await services.library.attempts.close(_succeeded(attempt))

    trash = with_trash(services, Late(tmp_path / "images")).trash
    assert not await trash.remove(image.id)
    assert len(await rows(services, "image")) == 1
    assert await trash.remove(image.id)
    assert (await rows(services, "image"), [each async for each in services.store.list_()]) == ([], [])


def _succeeded(attempt: Attempt) -> Attempt:
    return replace(attempt, status=AttemptStatus.SUCCEEDED, ended_at=datetime.now(UTC))


class Stuck(FolderStore):
    """Does not delete the bytes of one image."""

    key = ""

    async def delete(self, key: str) -> None:
        if key == self.key:
            raise Unavailable
        await super().delete(key)


async def test_one_that_cannot_be_removed_keeps_no_other_and_is_tried_again(
    services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Stuck(tmp_path / "images")
    services = with_trash(services, store)
    stuck, other = [await deleted(services, 2 * MONTH) for _ in range(2)]
    assert stuck.content is not None
    store.key = stuck.content.storage_key
    with caplog.at_level(logging.WARNING):
        await services.trash.empty()
    assert (await are_gone(services, stuck), await are_gone(services, other)) == (False, True)
    assert "1 deleted images could not be removed yet" in caplog.text
    assert await deleted_at(services, stuck) == ERASED_AT
    store.key = ""
    await services.trash.empty()
    assert await are_gone(services, stuck)


@pytest.mark.parametrize("caller", [ALICE, ADMIN])
async def test_one_deleted_permanently_whose_bytes_do_not_go_is_gone_for_its_owner(
    services: Services, tmp_path: Path, caller: Caller
) -> None:
    store = Stuck(tmp_path / "images")
    services = with_trash(services, store)
    image = await shelve(services)
    assert image.content is not None
    store.key = image.content.storage_key
    await services.private(caller).delete(image.guid, permanently=True)
    for question in (services.private(caller).get, services.private(caller).restore):
        with pytest.raises(ImageNotFound):
            await question(image.guid)
    store.key = ""
    await services.trash.empty()
    assert await are_gone(services, image)


async def test_the_service_empties_it_by_itself(services: Services) -> None:
    due, young = await deleted(services, 2 * MONTH), await deleted(services)
    await services.housekeeping.stop()
    services.housekeeping.start()

    async def is_gone() -> bool:
        return due.id not in {row["id"] for row in await rows(services, "image")}

    await eventually(is_gone)
    assert await services.private(ALICE).restore(young.guid)
