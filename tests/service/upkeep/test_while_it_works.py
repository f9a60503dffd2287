"""The doctor while the service works: without --repair it changes nothing, with it nothing that is alive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.init import open_library
from pixyproxy.data.spool import Spool
from pixyproxy.service.services import Services
from pixyproxy.service.trash import Trash
from pixyproxy.service.upkeep.belonging import Whose
from tests.service.scenery import ALICE, PNG, painting, rows, shelve, throw_away, with_generator

from .ground import (
    AT_ONCE,
    LONG_AGO,
    REPAIR,
    attempted,
    everything,
    findings,
    fixed,
    orphan,
    unfinished,
    wrong,
)

IMAGES = 450


async def put_everything_wrong(services: Services, folder: Path) -> None:
    """One of each."""
    gone = await shelve(services)
    await shelve(services)
    assert gone.content is not None
    await services.store.delete(gone.content.storage_key)
    await orphan(services)
    await unfinished(services, Status.GENERATING)
    lost = await attempted(services, await unfinished(services, Status.UNKNOWN))
    await services.store.put(f"{lost.storage_key}.png", PNG)
    await attempted(services, await unfinished(services, Status.FAILED), AttemptStatus.STARTED)
    await throw_away(services, await shelve(services, updated_at=LONG_AGO), LONG_AGO)
    (folder / "spool" / "cut.part").touch()


async def test_without_repair_nothing_is_changed_whatever_is_found(
    services: Services, tmp_path: Path
) -> None:
    await put_everything_wrong(services, tmp_path)
    before = await everything(services, tmp_path)
    assert len(await wrong(services)) == 7
    assert len(await wrong(services, replace(AT_ONCE, force=True, quick=True))) == 7
    assert await everything(services, tmp_path) == before


async def test_what_was_repaired_once_is_not_found_again(services: Services, tmp_path: Path) -> None:
    await put_everything_wrong(services, tmp_path)
    assert len(await fixed(services)) == 6
    after = await everything(services, tmp_path)
    assert await fixed(services) == []
    [missing] = await wrong(services)
    assert "bytes are missing" in missing
    assert await everything(services, tmp_path) == after


async def test_repairs_at_once_do_not_disturb_each_other(services: Services, tmp_path: Path) -> None:
    await put_everything_wrong(services, tmp_path)
    await asyncio.gather(*(findings(services, REPAIR) for _ in range(4)))
    assert await fixed(services) == []
    assert len(await wrong(services)) == 1


class RepairedInBetween(FolderStore):
    """Where a repair runs when the bytes are there and the row does not say so yet.

    On another machine, which does not see the spool of this one.
    """

    services: Services

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        await super().put(key, content)
        if key.endswith(".png"):
            await findings(self.services, REPAIR)


def repaired_in_between(services: Services, folder: Path) -> Services:
    store = RepairedInBetween(folder / "images")
    store.services = replace(services, spool=Spool(folder / "spool of another machine"))
    return with_generator(replace(services, store=store), painting())


async def test_bytes_are_not_removed_before_their_row_names_them(services: Services, tmp_path: Path) -> None:
    services = repaired_in_between(services, tmp_path)
    image = await services.private(ALICE).make(ImagePrompt(prompt="fox"))
    assert await services.private(ALICE).picture(image.guid)
    assert await wrong(services) == []
    await services.generation.close()


async def test_without_the_look_at_the_attempt_they_would_be(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above does not pass by chance."""
    monkeypatch.setattr("pixyproxy.service.upkeep.belonging._whose", lambda *_: Whose.STRANGE)
    services = repaired_in_between(services, tmp_path)
    image = await services.private(ALICE).make(ImagePrompt(prompt="fox"))
    assert image.content is not None
    assert await services.store.size_of(image.content.storage_key) is None
    await services.generation.close()


@asynccontextmanager
async def another_process(services: Services, database_url: str) -> AsyncIterator[Services]:
    """With connections of its own."""
    library = await open_library(database_url)
    yield replace(services, library=library)
    await library.close()


async def make_and_delete(services: Services, number: int) -> None:
    """A third is kept, a third deleted when it is ready, a third, for good, while it is being made."""
    mine = services.private(ALICE)
    prompt = ImagePrompt(prompt=f"fox {number}")
    if number % 3 == 0:
        await mine.make(prompt)
    elif number % 3 == 1:
        await mine.delete((await mine.make(prompt)).guid)
    else:
        await mine.delete((await mine.begin(prompt, patience_s=0)).image.guid, permanently=True)


async def repair_again_and_again(services: Services, until: asyncio.Event) -> int:
    times = 0
    while not until.is_set():
        await findings(services, replace(REPAIR, quick=True))
        times += 1
    return times


async def empty_again_and_again(trash: Trash, until: asyncio.Event) -> int:
    times = 0
    while not until.is_set():
        await trash.empty()
        await asyncio.sleep(0.01)
        times += 1
    return times


async def test_nothing_alive_is_removed_while_images_are_made_and_deleted(
    services: Services, database_url: str
) -> None:
    services = with_generator(services, painting())
    room, done = asyncio.Semaphore(8), asyncio.Event()

    async def cycle(number: int) -> None:
        async with room:
            await make_and_delete(services, number)

    async with another_process(services, database_url) as doctor:
        trash = Trash(doctor.library, doctor.store, timedelta(0))
        repairs = [asyncio.create_task(repair_again_and_again(doctor, done)) for _ in range(2)]
        repairs += [asyncio.create_task(empty_again_and_again(trash, done)) for _ in range(2)]
        try:
            await asyncio.gather(*(cycle(number) for number in range(IMAGES)))
            await services.generation.drain()
        finally:
            done.set()
        assert all(times > 1 for times in await asyncio.gather(*repairs))
        await trash.empty()
    await services.generation.close()

    images = await rows(services, "image")
    assert [row["status"] for row in images] == ["ready"] * (IMAGES // 3)
    assert {row["status"] for row in await rows(services, "attempt")} == {"succeeded"}
    assert len(await rows(services, "attempt")) == IMAGES
    assert await rows(services, "job") == []
    await fixed(services)
    assert await wrong(services) == await fixed(services) == []
    assert len([each async for each in services.store.list_()]) == IMAGES // 3
