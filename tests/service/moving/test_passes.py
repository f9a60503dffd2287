"""All objects come to the new place and are read back there; nothing is done twice that is certain."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import StorageFull, Unavailable
from pixyproxy.data.library import Library
from pixyproxy.data.move_journal import MoveState
from pixyproxy.service.moving import batches, passes
from pixyproxy.service.moving.bringing import Wrong
from pixyproxy.service.services import Services
from tests.service.scenery import ON_SQLITE, PNG, shelve

from .ground import Place, journaled, move

KEYS = [f"2026/11/{day:02}/{number}.png" for day in range(1, 8) for number in range(5)]


@pytest.fixture
def library(services: Services) -> Library:
    return services.library


@pytest.fixture
async def old(tmp_path: Path) -> Place:
    place = Place(tmp_path / "old")
    for key in KEYS:
        await place.put(key, key.encode() * 9)
    return place


@pytest.fixture
def new(tmp_path: Path) -> Place:
    return Place(tmp_path / "new")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_MOST_DUE", 4)


async def test_everything_is_copied_once_and_read_back(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    first, second = await move(library, old, new, tmp_path)
    assert new.files() == old.files()
    assert new.puts == new.reads == Counter(KEYS)
    assert (first.copied, second.copied) == (len(KEYS), 0)
    assert (second.objects, second.size_bytes) == (len(KEYS), sum(len(key) * 9 for key in KEYS))
    assert second.wrong == {}


@ON_SQLITE
async def test_an_empty_place_is_moved_at_once(library: Library, tmp_path: Path) -> None:
    [only] = await move(library, Place(tmp_path / "old"), Place(tmp_path / "new"), tmp_path)
    assert only == MoveState(passes=1, is_over=True)


@ON_SQLITE
async def test_a_move_that_is_complete_asks_for_the_listings_only(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    await move(library, old, new, tmp_path)
    old.forget()
    new.forget()
    [again] = await move(library, old, new, tmp_path)
    assert (again.passes, again.copied, again.objects) == (3, 0, len(KEYS))
    assert old.reads == new.reads == new.puts == Counter()


@ON_SQLITE
async def test_what_comes_meanwhile_another_pass_finds(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    """It is put where the first pass has been already."""

    async def one_more() -> None:
        await old.put("0-early", b"late")

    old.before_reading[KEYS[-1]] = one_more
    states = await move(library, old, new, tmp_path)
    assert [state.copied for state in states] == [len(KEYS), 1, 0]
    assert new.files() == old.files()
    assert set(new.puts.values()) == {1}


@ON_SQLITE
async def test_where_something_comes_all_the_time_it_ends_all_the_same(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    async def one_more() -> None:
        key = f"more/{len(old.puts)}"
        await old.put(key, b"late")
        old.before_reading[key] = one_more

    old.before_reading[KEYS[0]] = one_more
    states = await move(library, old, new, tmp_path)
    assert states[-1].is_over
    assert new.files() == {key: content for key, content in old.files().items() if key in new.puts}
    old.before_reading.clear()
    await move(library, old, new, tmp_path)
    assert new.files() == old.files()


@ON_SQLITE
async def test_nothing_that_only_the_new_place_has_is_touched(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    await new.put("0-first", b"of the service")
    await new.put("2026/11/03/2.pn", b"beside another")
    await new.put("zz-last", b"of the service")
    await move(library, old, new, tmp_path)
    assert new.files() == old.files() | {
        "0-first": b"of the service",
        "2026/11/03/2.pn": b"beside another",
        "zz-last": b"of the service",
    }


@ON_SQLITE
async def test_what_lies_there_already_is_read_back_before_it_is_believed(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    """Of the same size, but not of the same bytes; of another size; and as it should be."""
    await new.put(KEYS[3], old.files()[KEYS[3]][::-1])
    await new.put(KEYS[4], b"short")
    await new.put(KEYS[5], old.files()[KEYS[5]])
    new.forget()
    await move(library, old, new, tmp_path)
    assert new.files() == old.files()
    assert new.puts == Counter(KEYS) - Counter([KEYS[5]])
    assert new.reads == Counter([*KEYS, KEYS[3], KEYS[4]])


@ON_SQLITE
async def test_what_has_another_size_later_is_copied_again(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    await move(library, old, new, tmp_path)
    (new.folder / KEYS[7]).write_bytes(b"cut")
    new.forget()
    await move(library, old, new, tmp_path)
    assert (new.files(), new.puts) == (old.files(), Counter([KEYS[7]]))


@ON_SQLITE
@pytest.mark.usefixtures("small_batches")
async def test_a_place_without_room_ends_the_move_and_the_next_goes_on_behind_it(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    new.has_room_for = 14
    with pytest.raises(StorageFull):
        await move(library, old, new, tmp_path)
    state = journaled(tmp_path)
    assert (state.past_key, state.objects, state.under_way) == (KEYS[11], 12, tuple(KEYS[12:16]))
    put, new.has_room_for = set(new.puts), None
    new.forget()
    old.forget()
    resumed, *_, last = await move(library, old, new, tmp_path)
    assert (resumed.passes, resumed.objects, resumed.copied) == (1, len(KEYS), len(KEYS) - 2)
    assert new.files() == old.files()
    assert not put & set(new.puts)
    assert set(new.reads) == set(KEYS[12:])
    assert (last.objects, last.wrong) == (len(KEYS), {})


@ON_SQLITE
async def test_a_later_pass_that_was_cut_off_reads_back_what_was_under_way(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    """It was put, and may be as wrong as its size is right; all else is believed still."""
    await move(library, old, new, tmp_path)
    late = ["2026/11/05/x.png", "2026/11/05/y.png", "2026/11/05/z.png"]
    for key in late:
        await old.put(key, b"late")
    new.has_room_for = 2
    with pytest.raises(StorageFull):
        await move(library, old, new, tmp_path)
    new.has_room_for = None
    for key in late:
        (new.folder / key).write_bytes(b"ruin")
    old.forget()
    new.forget()
    await move(library, old, new, tmp_path)
    assert new.files() == old.files()
    assert set(new.reads) == set(late)


@ON_SQLITE
async def test_what_is_deleted_while_it_is_copied_is_no_error(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    async def gone() -> None:
        await old.delete(KEYS[9])

    old.before_reading[KEYS[9]] = gone
    states = await move(library, old, new, tmp_path)
    assert (states[-1].wrong, states[-1].objects, states[0].copied) == ({}, len(KEYS) - 1, len(KEYS) - 1)
    assert KEYS[9] not in new.files()


@ON_SQLITE
async def test_what_cannot_be_read_is_told_and_the_rest_is_moved(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    old.unreadable = {KEYS[0], KEYS[20]}
    states = await move(library, old, new, tmp_path)
    assert states[-1].wrong == dict.fromkeys([KEYS[0], KEYS[20]], Wrong.UNREADABLE)
    assert states[-1].objects == len(KEYS) - 2
    assert set(new.files()) == set(KEYS) - old.unreadable

    old.unreadable.clear()
    new.forget()
    states = await move(library, old, new, tmp_path)
    assert (states[-1].wrong, new.puts) == ({}, Counter([KEYS[0], KEYS[20]]))
    assert new.files() == old.files()


@ON_SQLITE
async def test_a_place_that_gives_back_other_bytes_once_is_given_them_again(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    new.lies[KEYS[6]] = 1
    states = await move(library, old, new, tmp_path)
    assert (states[-1].wrong, new.puts[KEYS[6]], new.reads[KEYS[6]]) == ({}, 2, 2)


@ON_SQLITE
async def test_a_place_that_lies_on_is_told(library: Library, old: Place, new: Place, tmp_path: Path) -> None:
    new.lies[KEYS[6]] = 1000
    new.loses = {KEYS[8]}
    states = await move(library, old, new, tmp_path)
    assert states[-1].wrong == dict.fromkeys([KEYS[6], KEYS[8]], Wrong.DIFFERENT)
    assert states[-1].objects == len(KEYS) - 2

    new.lies.clear()
    new.loses.clear()
    assert (await move(library, old, new, tmp_path))[-1].wrong == {}
    assert new.files() == old.files()


async def test_an_image_that_was_damaged_before_is_told_and_copied_as_it_is(
    services: Services, tmp_path: Path
) -> None:
    images = [await shelve(services) for _ in range(3)]
    keys = [image.content.storage_key for image in images if image.content]
    old, new = Place(tmp_path / "images"), Place(tmp_path / "new")
    (old.folder / keys[1]).write_bytes(PNG[:-5])
    await old.put("inputs/stray", b"of no image")
    for _ in range(2):
        states = await move(services.library, old, new, tmp_path)
        assert states[-1].wrong == {keys[1]: Wrong.CHANGED}
        assert new.files() == old.files()
        assert new.puts == Counter([*keys, "inputs/stray"])

    (old.folder / keys[1]).write_bytes(PNG)
    assert (await move(services.library, old, new, tmp_path))[-1].wrong == {}
    assert new.files() == old.files()


@ON_SQLITE
async def test_what_is_right_in_the_new_place_is_never_replaced_by_what_is_damaged_in_the_old(
    services: Services, tmp_path: Path
) -> None:
    image = await shelve(services)
    assert image.content is not None
    old, new = Place(tmp_path / "images"), Place(tmp_path / "new")
    await move(services.library, old, new, tmp_path)
    (old.folder / image.content.storage_key).write_bytes(b"rotten")
    states = await move(services.library, old, new, tmp_path)
    assert states[-1].wrong == {}
    assert new.files() == {image.content.storage_key: PNG}


@ON_SQLITE
async def test_a_row_that_comes_after_its_bytes_were_read_does_not_make_them_damaged(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes of a new image are in the store before its row names them."""
    image = await shelve(services)
    asked: list[str] = []

    async def not_yet(key: str, sha256: str) -> bool:
        asked.append(key)
        return len(asked) > 1 and await is_content(key, sha256)

    is_content = services.library.upkeep.is_content
    monkeypatch.setattr(services.library.upkeep, "is_content", not_yet)
    states = await move(services.library, Place(tmp_path / "images"), Place(tmp_path / "new"), tmp_path)
    assert image.content is not None
    assert (states[-1].wrong, asked) == ({}, [image.content.storage_key] * 2)


@ON_SQLITE
async def test_many_that_no_image_names_are_asked_for_some_at_a_time(
    library: Library, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "_MOST_UNCONFIRMED", 3)
    monkeypatch.setattr(batches, "_MOST_DUE", 4)
    asked: list[int] = []

    async def named_among(keys: dict[str, str]) -> set[str]:
        asked.append(len(keys))
        return set()

    monkeypatch.setattr(library.upkeep, "named_among", named_among)
    await move(library, old, new, tmp_path)
    assert (sum(asked), max(asked)) == (len(KEYS), 4)


@ON_SQLITE
async def test_what_the_new_place_does_not_take_is_told_and_the_rest_is_moved(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    new.refuses, new.unreadable = {KEYS[3]}, {KEYS[30]}
    states = await move(library, old, new, tmp_path)
    assert states[-1].wrong == dict.fromkeys([KEYS[3], KEYS[30]], Wrong.REFUSED)
    assert states[-1].objects == len(KEYS) - 2
    new.refuses.clear()
    new.unreadable.clear()
    assert (await move(library, old, new, tmp_path))[-1].wrong == {}
    assert (new.files(), max(new.puts.values())) == (old.files(), 1)


@ON_SQLITE
@pytest.mark.usefixtures("small_batches")
async def test_a_place_that_goes_away_ends_the_move(
    library: Library, old: Place, new: Place, tmp_path: Path
) -> None:
    async def away() -> None:
        new.is_away = True

    old.before_reading[KEYS[30]] = away
    with pytest.raises(Unavailable):
        await move(library, old, new, tmp_path)
    assert (journaled(tmp_path).is_cut_off, journaled(tmp_path).wrong) == (True, {})
    new.is_away = False
    assert (await move(library, old, new, tmp_path))[-1].wrong == {}
    assert (new.files(), max(new.puts.values())) == (old.files(), 1)


@ON_SQLITE
async def test_few_are_under_way_at_once(
    library: Library, old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, most = 0, 0
    read = Place.read

    async def counted(store: Place, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        async for chunk in read(store, key, start, end):
            yield chunk
        under_way -= 1

    monkeypatch.setattr(Place, "read", counted)
    monkeypatch.setattr(passes, "_AT_ONCE", 3)
    await move(library, old, new, tmp_path)
    assert most == 3
