"""The search index: what it does not name is found, and entered again."""

import pytest

from pixyproxy.core.models import Audience
from pixyproxy.core.requests import ImageSearch
from pixyproxy.service.services import Services
from tests.data.packed import blocks_of
from tests.service.scenery import ON_SQLITE, shelve
from tests.service.upkeep.ground import fixed, wrong

EVERYTHING = Audience(sees_everything=True)


async def found(services: Services) -> list[str]:
    images = await services.library.images.list_(ImageSearch(prompt="lost"), EVERYTHING, None)
    return [image.guid for image in images]


@pytest.mark.parametrize("packed", [1, 1000])
async def test_what_the_sets_or_the_log_name_is_well(services: Services, packed: int) -> None:
    for _ in range(3):
        await shelve(services)
    await services.library.pack(packed)
    assert not [each for each in await wrong(services) if each.startswith("index:")]


async def test_what_neither_names_is_entered_again(services: Services) -> None:
    kept = [await shelve(services, prompt="lost and found") for _ in range(5)]
    await services.library.pack(1000)
    database = services.library._database
    await database.execute("DELETE FROM image_posting", {})
    assert await found(services) == []
    assert [
        each for each in await wrong(services) if each.startswith("index: Images that no search finds: 5 ")
    ]
    assert [each for each in await fixed(services) if each.startswith("index:")]
    assert await found(services) == [image.guid for image in reversed(kept)]
    await services.library.pack(1000)
    assert not [each for each in await wrong(services) if each.startswith("index:")]


@ON_SQLITE
async def test_every_block_is_looked_at(services: Services) -> None:
    with blocks_of(2):
        kept = [await shelve(services, prompt="lost and found") for _ in range(7)]
        await services.library.pack(1000)
        database = services.library._database
        block = kept[4].id // 2
        await database.execute("DELETE FROM image_posting WHERE block = :block", {"block": block})
        there = [image async for image in services.library.upkeep.unindexed()]
    assert {image.guid for image in there} == {image.guid for image in kept if image.id // 2 == block}
