"""Inputs that lie in the store and are not needed any more: found, and removed, and never one too many."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Image, Status
from pixyproxy.core.names import new_guid
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.findings import Verdict
from tests.service.scenery import ADMIN, ON_SQLITE, PNG, shelve

from .ground import AT_ONCE, REPAIR, file_of, fixed, said, unfinished, with_job, wrong

HOUR = 3600
CAREFUL = replace(REPAIR, force=False)
LABEL = "store: Inputs of images that have come to their end:"


class Clinging(FolderStore):
    """It gives no input away."""

    async def delete(self, key: str) -> None:
        if key.startswith("inputs/"):
            raise Unavailable
        await super().delete(key)


async def kept(services: Services, guid: str, count: int = 1, hours: float = 2) -> list[str]:
    """Inputs that have lain there for so long."""
    keys = [f"inputs/{guid}.{number}" for number in range(count)]
    at = time.time() - hours * HOUR
    for key in keys:
        await services.store.put(key, PNG)
        os.utime(file_of(services, key), (at, at))
    return keys


async def which_are_there(services: Services, keys: list[str]) -> list[str]:
    return [key for key in keys if await services.store.size_of(key) is not None]


async def in_making(services: Services, **known: object) -> Image:
    image = await unfinished(services, Status.GENERATING, **known)
    await with_job(services, image, lease_s=600)
    return image


async def test_inputs_nobody_needs_are_told_by_their_image_then_removed_and_found_no_more(
    services: Services,
) -> None:
    ended = await shelve(services)
    keys = await kept(services, ended.guid, count=3)
    told = f"{LABEL} 1 ({ended.guid})."
    assert await wrong(services) == [f"{told} --repair removes them."]
    assert await which_are_there(services, keys) == keys
    assert await fixed(services, CAREFUL) == [f"{told} They are removed."]
    assert await which_are_there(services, keys) == []
    assert await wrong(services) == await fixed(services) == []
    assert await services.private(ADMIN).picture(ended.guid)


async def test_inputs_of_an_image_that_was_never_recorded_are_removed(services: Services) -> None:
    keys = await kept(services, new_guid())
    assert len(await fixed(services, CAREFUL)) == 1
    assert await which_are_there(services, keys) == []


@pytest.mark.parametrize("is_first", [True, False])
async def test_inputs_stay_as_long_as_one_of_the_images_is_to_be_made(
    services: Services, *, is_first: bool
) -> None:
    first = new_guid()
    image = await in_making(services, **({"guid": first} if is_first else {"batch": first}))
    keys = await kept(services, first, count=2)
    assert await wrong(services) == await fixed(services) == []
    assert await which_are_there(services, keys) == keys

    await services.library.transact(lambda repositories: repositories.jobs.remove(image.id))
    assert f"{LABEL} 1 ({first}). They are removed." in await fixed(services)


async def test_inputs_needed_and_not_needed_are_told_apart_on_one_page(services: Services) -> None:
    needed = [await kept(services, (await in_making(services)).guid) for _ in range(3)]
    done = [await kept(services, (await shelve(services)).guid) for _ in range(3)]
    [sentence] = await fixed(services, CAREFUL)
    assert sentence.startswith(f"{LABEL} 3 (")
    assert [await which_are_there(services, keys) for keys in needed] == needed
    assert [await which_are_there(services, keys) for keys in done] == [[], [], []]


@ON_SQLITE
async def test_inputs_younger_than_the_grace_time_are_not_spoken_of(services: Services) -> None:
    young = await kept(services, new_guid(), hours=23)
    old = await kept(services, new_guid(), hours=25)
    assert len(await fixed(services, replace(CAREFUL, grace_s=24 * HOUR))) == 1
    assert await which_are_there(services, young + old) == young


@ON_SQLITE
async def test_however_short_the_grace_time_inputs_whose_job_may_be_about_to_be_recorded_stay(
    services: Services,
) -> None:
    keys = await kept(services, new_guid(), hours=0.9)
    assert AT_ONCE.grace_s == 0
    assert await wrong(services) == await fixed(services) == []
    assert await which_are_there(services, keys) == keys


@ON_SQLITE
async def test_inputs_are_no_foreign_files_and_what_looks_like_them_is(services: Services) -> None:
    await kept(services, (await in_making(services)).guid, count=17)
    foreign = [
        "inputs/notes.txt",
        f"inputs/{new_guid()}",
        f"inputs/{new_guid()}.mask",
        f"inputs/{new_guid()}.0.png",
        f"inputs/{new_guid()}/0",
        "inputs/01939f2e-7d7a-4cc3-98a1-3f5b0c6d2e11.0",  # a uuid, but no version 7
        f"more/inputs/{new_guid()}.0",
    ]
    for key in foreign:
        await services.store.put(key, b"mine")
        os.utime(file_of(services, key), (0, 0))
    assert await fixed(services) == []
    assert await which_are_there(services, foreign) == foreign
    told = [each for each in await said(services, Verdict.OK) if each.startswith("store")]
    assert told == [
        "store: Objects: 17. Each belongs to an image.",
        "store: Files that are none of PixyProxy's: 7. They are left alone.",
    ]


@ON_SQLITE
async def test_inputs_of_many_images_are_not_removed_without_force(services: Services) -> None:
    """As with another database than the one whose jobs need them."""
    keys = [key for _ in range(11) for key in await kept(services, new_guid())]
    [sentence] = await wrong(services, CAREFUL)
    assert sentence.startswith(f"{LABEL} 11 (")
    assert sentence.endswith(
        " Kept, for they are suspiciously many. If they are to go, --repair --force removes them."
    )
    assert await which_are_there(services, keys) == keys
    assert len(await fixed(services)) == 1
    assert await which_are_there(services, keys) == []


@ON_SQLITE
async def test_all_the_inputs_of_ten_images_are_few(services: Services) -> None:
    for _ in range(10):
        await kept(services, new_guid(), count=3)
    [sentence] = await fixed(services, CAREFUL)
    assert sentence.startswith(f"{LABEL} 10 (")
    assert [each async for each in services.store.list_()] == []


@ON_SQLITE
async def test_inputs_that_cannot_be_removed_are_told(services: Services, tmp_path: Path) -> None:
    [key] = await kept(services, new_guid())
    broken = replace(services, store=Clinging(tmp_path / "images"))
    assert await wrong(broken, CAREFUL) == [f"store: Bytes that could not be removed now: 1 ({key})."]
    assert await fixed(broken, CAREFUL) == []


@ON_SQLITE
async def test_inputs_lie_on_several_pages(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixyproxy.service.upkeep.belonging.PAGE", 2)
    ended = await shelve(services)
    await kept(services, ended.guid, count=5)
    needed = await kept(services, (await in_making(services)).guid, count=5)
    assert await fixed(services, CAREFUL) == [f"{LABEL} 1 ({ended.guid}). They are removed."]
    assert len([each async for each in services.store.list_()]) == 1 + len(needed)
