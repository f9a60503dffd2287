"""A move has succeeded when the new place has what the images name, whatever the listings say."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import CannotStart, Unavailable
from pixyproxy.core.models import ERASED_AT, Image
from pixyproxy.data.upkeep_queries import KeptBytes
from pixyproxy.service.moving import batches, passes
from pixyproxy.service.moving.bringing import Wrong
from pixyproxy.service.services import Services
from tests.service.scenery import ON_SQLITE, shelve, throw_away

from .ground import Place, journaled, move


def key_of(image: Image) -> str:
    assert image.content is not None
    return image.content.storage_key


@pytest.fixture
def old(tmp_path: Path) -> Place:
    return Place(tmp_path / "images")


@pytest.fixture
def new(tmp_path: Path) -> Place:
    return Place(tmp_path / "new")


async def test_what_is_in_neither_place_is_wrong(
    services: Services, old: Place, new: Place, tmp_path: Path
) -> None:
    """As where a disk is not mounted."""
    keys = [key_of(await shelve(services)) for _ in range(3)]
    old.folder.rename(tmp_path / "disk")
    old.folder.mkdir()
    for _ in range(2):
        states = await move(services.library, old, new, tmp_path)
        assert states[-1].wrong == dict.fromkeys(keys, Wrong.MISSING)
        assert journaled(tmp_path).wrong == states[-1].wrong
    old.folder.rmdir()
    (tmp_path / "disk").rename(old.folder)
    assert (await move(services.library, old, new, tmp_path))[-1].wrong == {}


@ON_SQLITE
async def test_what_lies_behind_a_link_is_not_copied_and_both_are_told(
    services: Services, old: Place, new: Place, tmp_path: Path
) -> None:
    key = key_of(await shelve(services))
    year = key.partition("/")[0]
    (old.folder / year).rename(tmp_path / "other-disk")
    (old.folder / year).symlink_to(tmp_path / "other-disk")
    states = await move(services.library, old, new, tmp_path)
    assert states[-1].wrong == {year: Wrong.LINK, key: Wrong.MISSING}


async def test_what_is_in_the_trash_is_missed_and_what_is_erased_is_not(
    services: Services, old: Place, new: Place, tmp_path: Path
) -> None:
    kept, erased = await shelve(services), await shelve(services)
    await throw_away(services, kept)
    await throw_away(services, erased, ERASED_AT)
    for image in (kept, erased):
        (old.folder / key_of(image)).unlink()
    states = await move(services.library, old, new, tmp_path)
    assert states[-1].wrong == {key_of(kept): Wrong.MISSING}


def once_before_the_first_page(
    services: Services, monkeypatch: pytest.MonkeyPatch, happening: Callable[[], Awaitable[object]]
) -> None:
    ready_page, is_due = services.library.upkeep.ready_page, [True]

    async def page(past_id: int, since: None) -> list[KeptBytes]:
        if is_due:
            is_due.clear()
            await happening()
        return await ready_page(past_id, since)

    monkeypatch.setattr(services.library.upkeep, "ready_page", page)


@ON_SQLITE
async def test_what_is_made_after_the_last_pass_another_one_brings(
    services: Services, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelve(services)
    once_before_the_first_page(services, monkeypatch, lambda: shelve(services))
    states = await move(services.library, old, new, tmp_path)
    assert [state.copied for state in states] == [1, 0, 1]
    assert states[-1].wrong == {}
    assert new.files() == old.files()


@ON_SQLITE
async def test_what_has_come_to_the_new_place_since_it_was_listed_is_there(
    services: Services, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def comes() -> None:
        key = key_of(await shelve(services))
        (new.folder / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(old.folder / key, new.folder / key)

    await shelve(services)
    once_before_the_first_page(services, monkeypatch, comes)
    states = await move(services.library, old, new, tmp_path)
    assert ([state.copied for state in states], states[-1].wrong) == ([1, 0], {})


@ON_SQLITE
async def test_what_only_the_new_place_has_and_of_another_size_is_wrong(
    services: Services, old: Place, new: Place, tmp_path: Path
) -> None:
    key = key_of(await shelve(services))
    await new.put(key, b"short")
    await old.delete(key)
    assert (await move(services.library, old, new, tmp_path))[-1].wrong == {key: Wrong.OF_OTHER_SIZE}


@ON_SQLITE
async def test_an_old_place_that_vanishes_is_no_empty_one(
    services: Services, old: Place, new: Place, tmp_path: Path
) -> None:
    for number in range(9):
        await old.put(f"inputs/{number}", b"of no image")

    async def vanish() -> None:
        old.folder.rename(tmp_path / "gone")
        old.folder.mkdir()

    old.before_reading["inputs/3"] = vanish
    with pytest.raises(Unavailable) as refusal:
        await move(services.library, old, new, tmp_path)
    assert str(refusal.value.__cause__) == f"{old.folder} is not the folder any more that it was"
    assert journaled(tmp_path).is_cut_off


@ON_SQLITE
async def test_where_very_much_is_wrong_the_move_ends_and_begins_anew(
    services: Services, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "_MOST_WRONG", 3)
    monkeypatch.setattr(batches, "_MOST_DUE", 4)
    for number in range(30):
        await old.put(f"inputs/{number:02}", b"of no image")
    old.unreadable = {f"inputs/{number:02}" for number in range(30)}
    with pytest.raises(
        CannotStart, match=r"^More than 3 objects are wrong, the first: inputs/0\d  cannot be"
    ):
        await move(services.library, old, new, tmp_path)
    assert len(journaled(tmp_path).wrong) == 4
    old.unreadable.clear()
    states = await move(services.library, old, new, tmp_path)
    assert (states[-1].wrong, new.files()) == ({}, old.files())


@ON_SQLITE
async def test_of_very_many_images_that_are_missing_not_all_are_looked_for(
    services: Services, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "_MOST_WRONG", 3)
    for _ in range(8):
        await shelve(services)
    shutil.rmtree(old.folder)
    old.folder.mkdir()
    with pytest.raises(CannotStart, match="its image names it; it is not there"):
        await move(services.library, old, new, tmp_path)
    assert len(journaled(tmp_path).wrong) == 4
