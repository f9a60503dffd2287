"""What is deleted for good does not come back, whenever in the copying of it that happens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.library import Library
from pixyproxy.data.moved_store import MovedStore
from pixyproxy.service.moving.bringing import Bringing
from pixyproxy.service.services import Services
from tests.service.scenery import ON_SQLITE

from .ground import Happening, move

KEY = "2026/11/07/picture.png"


class Told(FolderStore):
    """Lets something happen while an object is open, or when one has been deleted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.when_open: list[Happening] = []
        self.when_deleted: list[Happening] = []

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        async for chunk in super().read(key, start, end):
            while self.when_open:
                await self.when_open.pop()()
            yield chunk

    async def delete(self, key: str) -> None:
        await super().delete(key)
        while self.when_deleted:
            await self.when_deleted.pop()()


@pytest.fixture
def library(services: Services) -> Library:
    return services.library


@pytest.fixture
async def before(tmp_path: Path) -> Told:
    before = Told(tmp_path / "before")
    await before.put(KEY, b"a picture")
    return before


@pytest.fixture
def now(tmp_path: Path) -> Told:
    return Told(tmp_path / "now")


@ON_SQLITE
async def test_what_is_deleted_while_it_is_open_is_gone(
    library: Library, before: Told, now: Told, tmp_path: Path
) -> None:
    before.when_open.append(lambda: MovedStore(now, before).delete(KEY))
    states = await move(library, before, now, tmp_path)
    assert (states[0].copied, states[-1].wrong) == (0, {})
    assert await now.size_of(KEY) is None


@ON_SQLITE
async def test_what_is_brought_between_the_two_deletions_is_gone(
    library: Library, before: Told, now: Told
) -> None:
    """Whichever of the two places is the first."""

    async def bring() -> None:
        for place in (before, now):
            place.when_deleted.clear()
        await Bringing(library.upkeep, before, now, KEY).bring(is_there=False)

    for place in (before, now):
        place.when_deleted.append(bring)
    await MovedStore(now, before).delete(KEY)
    assert await before.size_of(KEY) is await now.size_of(KEY) is None


@ON_SQLITE
async def test_what_was_open_before_the_first_deletion_and_is_put_before_the_second_is_gone(
    library: Library, before: Told, now: Told
) -> None:
    store = MovedStore(now, before)
    deleted: list[bool] = []

    async def first_half() -> None:
        await FolderStore.delete(before, KEY)
        deleted.append(True)

    before.when_open.append(first_half)
    brought = await Bringing(library.upkeep, before, now, KEY).bring(is_there=False)
    assert (deleted, brought.is_copied, brought.wrong) == ([True], False, None)
    assert await now.size_of(KEY) is None
    await store.delete(KEY)
