"""While images move: each is found where it is now or where it was before, by one who does not know which."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import BytesMissing, Unavailable
from pixyproxy.data import moved_store
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.init import open_images
from pixyproxy.data.moved_store import MovedStore
from pixyproxy.data.s3.location import S3Options


class Linking(FolderStore):
    """A folder that says where it lies, as S3 would, and counts how often it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked = 0
        self.is_away = False
        self.is_closed = False

    async def size_of(self, key: str) -> int | None:
        self.asked += 1
        if self.is_away:
            raise Unavailable
        return await super().size_of(key)

    async def link_to(self, key: str, lasts_s: int) -> str:
        return f"{self.local_path('').name}/{key}?{lasts_s}"

    async def close(self) -> None:
        self.is_closed = True
        if self.is_away:
            raise Unavailable


@pytest.fixture
def now(tmp_path: Path) -> Linking:
    return Linking(tmp_path / "now")


@pytest.fixture
def before(tmp_path: Path) -> Linking:
    return Linking(tmp_path / "before")


@pytest.fixture
def store(now: Linking, before: Linking) -> MovedStore:
    return MovedStore(now, before)


async def content(store: MovedStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


async def test_what_was_there_before_is_found_as_if_it_were_here(store: MovedStore, before: Linking) -> None:
    await before.put("a/picture", b"0123456789")
    assert await content(store, "a/picture") == b"0123456789"
    assert await content(store, "a/picture", 3, 5) == b"34"
    assert await store.size_of("a/picture") == 10
    await store.check_whole("a/picture", 10)
    with pytest.raises(BytesMissing):
        await store.check_whole("a/picture", 9)


async def test_what_is_here_is_not_looked_for_elsewhere(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    await before.put("picture", b"older")
    await now.put("picture", b"newer")
    before.asked = 0
    assert await content(store, "picture") == b"newer"
    assert await store.size_of("picture") == 5
    await store.check_whole("picture", 5)
    assert before.asked == 0


async def test_new_objects_come_to_the_new_place_alone(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"pic"
        yield b"ture"

    await store.put("one", b"picture")
    await store.put("two", pieces())
    assert [each.key async for each in now.list_()] == ["one", "two"]
    assert [each async for each in before.list_()] == []
    assert store.local_path("two") == now.local_path("two")


async def test_what_is_deleted_is_gone_from_both_places(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    for place in (now, before):
        await place.put("picture", b"x")
    await store.check_whole("picture", 1)
    await store.delete("picture")
    assert [each async for each in store.list_()] == []
    assert await now.size_of("picture") is await before.size_of("picture") is None
    with pytest.raises(BytesMissing):
        await content(store, "picture")
    with pytest.raises(BytesMissing):
        await store.check_whole("picture", 1)
    assert store.local_path("picture") == now.local_path("picture")


async def test_what_lies_in_both_places_is_listed_once_in_its_place(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    for key in ("a", "b/c", "b.png", "d"):
        await before.put(key, b"before")
    for key in ("b/c", "c", "e"):
        await now.put(key, b"now")
    sizes = [(each.key, each.size_bytes) async for each in store.list_()]
    assert sizes == [("a", 6), ("b.png", 6), ("b/c", 3), ("c", 3), ("d", 6), ("e", 3)]
    assert [each.key async for each in store.list_("b/c")] == ["c", "d", "e"]


async def test_what_was_begun_in_either_place_is_told_and_can_be_removed(
    store: MovedStore, tmp_path: Path
) -> None:
    for place in ("now", "before"):
        (tmp_path / place).mkdir()
        (tmp_path / place / f".{place}.png.00000000.part").touch()
    begun = [each.key async for each in store.unfinished()]
    assert begun == [".now.png.00000000.part", ".before.png.00000000.part"]
    for key in begun:
        await store.delete(key)
    assert [each async for each in store.unfinished()] == []


async def test_the_file_is_where_it_was_found_and_unseen_where_it_would_be_now(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    await before.put("picture", b"x")
    assert store.local_path("picture") == now.local_path("picture")
    await store.check_whole("picture", 1)
    assert store.local_path("picture") == before.local_path("picture")
    await now.put("picture", b"x")
    assert store.local_path("picture") == before.local_path("picture")  # nobody has taken it away


async def test_what_was_found_where_it_was_before_is_asked_for_there_first(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    """Not each request for what is not moved yet asks a store that is far away."""
    await before.put("picture", b"x")
    await store.check_whole("picture", 1)
    now.asked, now.is_away = 0, True
    await store.check_whole("picture", 1)
    assert await content(store, "picture") == b"x"
    assert await store.link_to("picture", 9) == "before/picture?9"
    assert now.asked == 0


async def test_what_has_gone_from_where_it_was_found_is_looked_for_in_the_other_place(
    store: MovedStore, now: Linking, before: Linking, tmp_path: Path
) -> None:
    await before.put("picture", b"x")
    fresh = FolderStore(tmp_path / "before")  # so that nothing is trusted unseen
    store = MovedStore(now, fresh)
    await store.check_whole("picture", 1)
    await now.put("picture", b"x")
    await before.delete("picture")
    fresh._seen.forget("picture")
    assert await content(store, "picture") == b"x"
    await store.check_whole("picture", 1)
    assert store.local_path("picture") == now.local_path("picture")


async def test_a_link_leads_to_where_the_object_is(store: MovedStore, now: Linking, before: Linking) -> None:
    await before.put("left", b"x")
    await now.put("moved", b"x")
    assert await store.link_to("left", 5) == "before/left?5"
    assert await store.link_to("moved", 5) == "now/moved?5"


async def test_an_object_that_breaks_off_does_not_go_on_with_that_of_the_other_place(
    store: MovedStore, now: Linking, before: Linking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> AsyncIterator[bytes]:
        yield b"half"
        raise BytesMissing

    await before.put("picture", b"half a picture")
    monkeypatch.setattr(now, "read", broken)
    with pytest.raises(BytesMissing):
        await content(store, "picture")


async def test_a_place_that_is_away_is_not_taken_for_one_without_the_object(
    store: MovedStore, now: Linking, before: Linking
) -> None:
    await before.put("picture", b"x")
    now.is_away = True
    with pytest.raises(Unavailable):
        await store.size_of("picture")
    with pytest.raises(Unavailable):
        await store.check_whole("picture", 1)


async def test_both_are_closed_whatever_happens(store: MovedStore, now: Linking, before: Linking) -> None:
    now.is_away = True
    with pytest.raises(Unavailable):
        await store.close()
    assert (now.is_closed, before.is_closed) == (True, True)


async def test_room_and_readiness_are_those_of_the_new_place(store: MovedStore, tmp_path: Path) -> None:
    await store.check()
    assert not (tmp_path / "before").exists()
    assert store.space() is not None
    (tmp_path / "before").touch()
    await store.check()


async def test_only_so_many_whereabouts_are_remembered(
    store: MovedStore, before: Linking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the others it is looked again."""
    monkeypatch.setattr(moved_store, "_MOST_FOUND", 3)
    for n in range(5):
        await before.put(str(n), b"x")
    for n in (0, 1, 2, 0, 3, 4):
        await store.check_whole(str(n), 1)
    found = [store.local_path(str(n)) == before.local_path(str(n)) for n in range(5)]
    assert found == [True, False, False, True, True]


async def test_a_file_is_named_without_a_call_to_the_system(
    store: MovedStore, before: Linking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await before.put("picture", b"x")
    await store.check_whole("picture", 1)
    calls: list[object] = []
    monkeypatch.setattr(asyncio, "to_thread", lambda *given: calls.append(given))
    monkeypatch.setattr(Path, "stat", lambda *given: calls.append(given))
    await store.check_whole("picture", 1)
    assert store.local_path("picture") is not None
    assert calls == []


async def test_settings_open_one_place_or_both(tmp_path: Path) -> None:
    alone = open_images(str(tmp_path), None)
    assert isinstance(alone, FolderStore)
    await FolderStore(tmp_path / "old").put("picture", b"x")
    both = open_images(f"{tmp_path}/new", f"{tmp_path}/old", S3Options())
    assert isinstance(both, MovedStore)
    assert await both.size_of("picture") == 1


class Away(FolderStore):
    """A place that cannot be reached."""

    async def size_of(self, key: str) -> int | None:
        await super().size_of(key)
        raise Unavailable

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        async for _ in super().read(key, start, end):
            raise Unavailable
        yield b""


async def test_when_the_old_place_goes_away_what_was_found_there_is_looked_for_in_the_new_one(
    now: Linking, tmp_path: Path
) -> None:
    away = Away(tmp_path / "before")
    for key in ("moved", "left"):
        await away.put(key, b"x")
    await now.put("moved", b"x")
    for ask in (content, lambda store, key: store.check_whole(key, 1)):
        store = MovedStore(now, away)
        for key in ("moved", "left"):
            store._note(key, away)
        assert await ask(store, "moved") in {b"x", None}
        assert store.local_path("moved") == now.local_path("moved")
        with pytest.raises(Unavailable):  # it is not missing
            await ask(store, "left")
        with pytest.raises(Unavailable):
            await store.size_of("left")


async def test_whoever_reads_no_further_leaves_no_file_open(
    store: MovedStore, before: Linking, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    async def pieces(key: str, *_: object) -> AsyncIterator[bytes]:
        try:
            yield b"some"
            yield b"more"
        finally:
            closed.append(key)

    await before.put("picture", b"somemore")
    monkeypatch.setattr(before, "read", pieces)
    chunks = store.read("picture")
    assert isinstance(chunks, AsyncGenerator)
    async with aclosing(chunks):
        assert await anext(chunks) == b"some"
    assert closed == ["picture"]
