"""Bytes that are not what they were are found, all of them and no others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import ERASED_AT, Image, Status
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.examination import Orders
from pixyproxy.service.upkeep.scrubbing import Damage, Progress, Scrub
from tests.service.scenery import ADMIN, ON_SQLITE, PNG, shelve, throw_away

from .ground import AT_ONCE, bytes_of, everything, findings, wrong


async def damaged(scrub: Scrub) -> dict[str, str]:
    return {each.guid: each.damage async for each in scrub.damaged()}


def flip_a_bit(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1
    path.write_bytes(content)


def damage(services: Services, images: list[Image]) -> dict[str, str]:
    """Ten flipped, three cut, two gone; by guid what is to be found."""
    flipped, cut, gone = images[::30], images[1:300:100], images[2:300:150]
    for number, image in enumerate(flipped):
        flip_a_bit(bytes_of(services, image), number * 37)
    for image in cut:
        bytes_of(services, image).write_bytes(bytes_of(services, image).read_bytes()[:-1])
    for image in gone:
        bytes_of(services, image).unlink()
    assert (len(flipped), len(cut), len(gone)) == (10, 3, 2)
    return (
        {image.guid: "wrong hash" for image in flipped}
        | {image.guid: "wrong size" for image in cut}
        | {image.guid: "missing" for image in gone}
    )


async def test_fifteen_damaged_images_of_three_hundred_are_found_and_no_others(
    services: Services, tmp_path: Path
) -> None:
    images = [await shelve(services, PNG + bytes([n % 256, n // 256])) for n in range(300)]
    expected = damage(services, images)
    before = await everything(services, tmp_path)
    seen: list[tuple[int, int]] = []

    def tell(progress: Progress) -> None:
        seen.append((progress.images, progress.of_images))

    scrub = Scrub(services.library, services.store, told=tell)
    assert await damaged(scrub) == expected
    assert (scrub.progress.images, scrub.progress.damaged) == (300, 15)
    assert seen == [(n, 300) for n in range(1, 301)]

    at_a_glance = await damaged(Scrub(services.library, services.store, quick=True))
    assert at_a_glance == {guid: what for guid, what in expected.items() if what != "wrong hash"}
    assert await everything(services, tmp_path) == before


async def test_the_doctor_says_the_same_and_repairs_nothing_of_it(services: Services) -> None:
    images = [await shelve(services) for _ in range(4)]
    flip_a_bit(bytes_of(services, images[0]), 50)
    bytes_of(services, images[1]).write_bytes(PNG + b"more")
    bytes_of(services, images[2]).unlink()
    restore = "Restore the files from a backup; the rows are kept."
    assert await wrong(services) == [
        f"content: Images whose bytes are missing: 1 ({images[2].guid}). {restore}",
        f"content: Images whose bytes are of another size than was stored: 1 ({images[1].guid}). {restore}",
        f"content: Images whose bytes are not those that were stored: 1 ({images[0].guid}). {restore}",
    ]
    assert len(await wrong(services, Orders(repair=True, reserve_bytes=0))) == 3
    assert len(await wrong(services, Orders(quick=True, reserve_bytes=0))) == 2


@ON_SQLITE
async def test_what_is_not_ready_has_no_bytes_to_be_missed(services: Services) -> None:
    await shelve(services, None)
    assert await damaged(Scrub(services.library, services.store)) == {}


@ON_SQLITE
async def test_an_image_that_says_it_is_ready_and_names_no_bytes_is_damaged(services: Services) -> None:
    image = await shelve(services, content=None, status=Status.READY)
    assert await damaged(Scrub(services.library, services.store)) == {image.guid: "missing"}
    assert await damaged(Scrub(services.library, services.store, quick=True)) == {image.guid: "missing"}


@ON_SQLITE
async def test_only_those_made_since_a_day_are_read(services: Services) -> None:
    now = datetime.now(UTC)
    old = await shelve(services, created_at=now - timedelta(days=3))
    new = await shelve(services, created_at=now)
    for image in (old, new):
        bytes_of(services, image).unlink()
    scrub = Scrub(services.library, services.store, since=now - timedelta(days=1))
    assert await damaged(scrub) == {new.guid: "missing"}
    assert scrub.progress.of_images == 1


@ON_SQLITE
async def test_it_reads_no_faster_than_it_is_told(services: Services) -> None:
    for _ in range(4):
        await shelve(services, bytes(50_000))
    scrub = Scrub(services.library, services.store, mb_per_s=1)
    assert await damaged(scrub) == {}
    assert scrub.progress.seconds >= 0.19


class DeletedMeanwhile(FolderStore):
    """Where the image is deleted between the look at its row and the look at its bytes."""

    services: Services
    guid: str

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        await self.services.private(ADMIN).delete(self.guid, permanently=True)
        async for chunk in super().read(key, start, end):
            yield chunk


async def test_what_can_be_restored_is_read_too(services: Services) -> None:
    images = [await throw_away(services, await shelve(services)) for _ in range(2)]
    flip_a_bit(bytes_of(services, images[0]), 99)
    scrub = Scrub(services.library, services.store)
    assert await damaged(scrub) == {images[0].guid: "wrong hash"}
    assert (scrub.progress.images, scrub.progress.of_images) == (2, 2)


async def test_what_is_erased_need_not_be_there(services: Services) -> None:
    image = await throw_away(services, await shelve(services), ERASED_AT)
    bytes_of(services, image).unlink()
    scrub = Scrub(services.library, services.store)
    assert await damaged(scrub) == {}
    assert scrub.progress.of_images == 0


async def test_an_image_that_is_removed_meanwhile_is_not_damaged(services: Services, tmp_path: Path) -> None:
    store = DeletedMeanwhile(tmp_path / "images")
    store.services, store.guid = services, (await shelve(services)).guid
    assert await damaged(Scrub(services.library, store)) == {}


class Failing(FolderStore):
    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        yield b"".join([chunk async for chunk in super().read(key, start, end)])[:100]
        raise Unavailable from OSError(5, "Input/output error")


@ON_SQLITE
async def test_bytes_the_disk_does_not_give_back_cannot_be_read(services: Services, tmp_path: Path) -> None:
    image = await shelve(services)
    scrub = Scrub(services.library, Failing(tmp_path / "images"))
    assert await damaged(scrub) == {image.guid: Damage.UNREADABLE}


@ON_SQLITE
async def test_an_empty_library_is_well(services: Services) -> None:
    assert await wrong(services) == []
    assert {each.part for each in await findings(services, AT_ONCE)} == {
        "states",
        "index",
        "store",
        "content",
        "spool",
        "room",
    }
