"""What was made is looked at soon after, beside everything else; what cannot be looked at now, later."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from pixyproxy.core.exceptions import BytesMissing, Unavailable
from pixyproxy.core.models import Audience, Image, Status
from pixyproxy.core.requests import ImagePrompt, SimilarSearch
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Repositories
from pixyproxy.service import looking
from pixyproxy.service.looking import Looking
from pixyproxy.service.looks import seen_of
from pixyproxy.service.services import Services
from tests.service.scenery import (
    ALICE,
    ON_SQLITE,
    PNG,
    Easel,
    Gate,
    eventually,
    looks_of,
    painting,
    picture,
    shelve,
    with_generator,
)

EVERYTHING = Audience(sees_everything=True)
OTHER_LOOKS = "00000000000000ff"


class Watched:
    """The store, as somebody sees it who notes what is read, and may keep some of it back."""

    def __init__(self, store: ImageStore) -> None:
        self._store = store
        self.read_keys: list[str] = []
        self.kept_back: set[str] = set()

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        self.read_keys.append(key)
        if key in self.kept_back:
            raise Unavailable
        async for piece in self._store.read(key, start, end):
            yield piece


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_PAUSE_S", 0)


@pytest.fixture
async def store(services: Services) -> Watched:
    """Nobody else looks meanwhile."""
    await services.housekeeping.stop()
    return Watched(services.store)


@pytest.fixture
def looker(services: Services, store: Watched) -> Looking:
    return Looking(services.library, store, lambda: 0)


async def kept(services: Services, image: Image) -> Image:
    found = await services.library.images.find(image.guid, EVERYTHING)
    assert found is not None
    return found


def key_of(image: Image) -> str:
    assert image.content is not None
    return image.content.storage_key


async def test_what_is_ready_gets_its_looks_and_colors_and_nothing_else_changes(
    services: Services, looker: Looking
) -> None:
    image = await shelve(services, tags=("sea",))
    await looker.look()
    seen = seen_of(PNG)
    assert seen.looks
    assert len(seen.colors) == 4
    assert await kept(services, image) == replace(image, looks=seen.looks, colors=seen.colors)


@pytest.mark.parametrize("looks", [OTHER_LOOKS, ""])
async def test_of_an_older_library_the_colors_are_seen_and_the_looks_stay(
    services: Services, looker: Looking, store: Watched, looks: str
) -> None:
    image = await shelve(services, looks=looks)
    await services.library.pack(100)
    await looker.look()
    await looker.look()
    assert await kept(services, image) == replace(image, colors=seen_of(PNG).colors)
    assert store.read_keys == [key_of(image)]
    assert await services.library.pack(100) == 0


async def test_it_is_noted_for_the_index(services: Services, looker: Looking) -> None:
    one, other = await shelve(services), await shelve(services)
    await services.library.pack(100)
    await looker.look()
    looks = (await kept(services, one)).looks or ""
    for _ in range(2):
        [found] = await services.library.images.similar(one, looks, EVERYTHING, 5, 0)
        assert (found.image.guid, found.distance) == (other.guid, 0)
        assert await services.library.pack(100) in {2, 0}


async def test_the_newest_are_looked_at_first_each_once(
    services: Services, looker: Looking, store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_AT_ONCE", 2)
    images = [await shelve(services) for _ in range(5)]
    await looker.look()
    await looker.look()
    newest_first = [key_of(image) for image in reversed(images)]
    assert [set(store.read_keys[start : start + 2]) for start in (0, 2, 4)] == [
        set(newest_first[start : start + 2]) for start in (0, 2, 4)
    ]
    assert len(store.read_keys) == 5


async def test_what_has_no_picture_and_what_lies_in_the_trash_is_left_alone(
    services: Services, looker: Looking, store: Watched
) -> None:
    await shelve(services, content=None)
    await shelve(services, content=None, status=Status.GENERATING)
    await shelve(services, deleted_at=datetime.now(UTC))
    await looker.look()
    assert store.read_keys == []


@pytest.mark.parametrize("content", [b"no picture", PNG[:30]])
async def test_what_is_no_picture_is_not_tried_again(
    services: Services, looker: Looking, store: Watched, content: bytes
) -> None:
    image = await shelve(services, content)
    await looker.look()
    await looker.look()
    assert await kept(services, image) == replace(image, looks="", colors=())
    assert len(store.read_keys) == 1


async def test_bytes_that_are_missing_are_no_answer_and_keep_no_other(
    services: Services, looker: Looking, store: Watched
) -> None:
    images = [await shelve(services) for _ in range(looking._MOST_FAILURES + 1)]
    missing, other = images[1:], images[0]
    for image in missing:
        await services.store.delete(key_of(image))
    await looker.look()
    assert len(store.read_keys) == len(images)
    assert {(await kept(services, image)).looks for image in missing} == {None}
    assert (await kept(services, other)).looks == looks_of(PNG)
    for image in missing:
        await services.store.put(key_of(image), PNG)
    await looker.look()
    assert {(await kept(services, image)).looks for image in missing} == {looks_of(PNG)}


async def test_a_store_in_which_nothing_lies_is_not_asked_for_everything(
    services: Services, looker: Looking, store: Watched
) -> None:
    """Such as a folder on a disk that is not mounted."""
    for _ in range(looking._MOST_MISSING + 5):
        await services.store.delete(key_of(await shelve(services)))
    await looker.look()
    assert len(store.read_keys) == looking._MOST_MISSING
    assert len(await services.library.images.unseen(99)) == looking._MOST_MISSING + 5


@pytest.mark.parametrize("at_once", [1, 20])
async def test_what_the_store_cannot_give_now_is_looked_at_later_and_keeps_no_other(
    services: Services, looker: Looking, store: Watched, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(looking, "_AT_ONCE", at_once)
    oldest, middle, newest = [await shelve(services) for _ in range(3)]
    store.kept_back = {key_of(newest), key_of(middle)}
    await looker.look()
    assert [(await kept(services, each)).looks for each in (oldest, middle, newest)] == [
        looks_of(PNG), None, None,
    ]  # fmt: skip
    store.kept_back = set()
    await looker.look()
    assert (await kept(services, newest)).looks == (await kept(services, middle)).looks == looks_of(PNG)


async def test_some_that_cannot_be_given_do_not_mean_that_the_store_is_away(
    services: Services, looker: Looking, store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "shuffle", lambda _: None)
    images = [await shelve(services) for _ in range(2 * looking._MOST_FAILURES)]
    store.kept_back = {key_of(image) for image in images[1::2]}
    await looker.look()
    assert {(await kept(services, image)).looks for image in images[::2]} == {looks_of(PNG)}


async def test_a_store_that_is_away_is_not_asked_for_everything(
    services: Services, looker: Looking, store: Watched
) -> None:
    images = [await shelve(services) for _ in range(6)]
    store.kept_back = {key_of(image) for image in images}
    await looker.look()
    assert len(store.read_keys) == looking._MOST_FAILURES
    assert {(await kept(services, image)).looks for image in images} == {None}


class MeanwhileChanged(Watched):
    """While a picture is read, its row changes."""

    def __init__(self, services: Services, image: Image, becomes: Image | None) -> None:
        super().__init__(services.store)
        self._services, self._image, self._becomes = services, image, becomes

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        before, after = self._image, self._becomes

        async def change(repositories: Repositories) -> None:
            images = repositories.images
            await (images.remove(before) if after is None else images.change(before, after))

        await self._services.library.transact(change)
        async for piece in super().read(key, start, end):
            yield piece


async def looked_at_while_it_becomes(services: Services, image: Image, becomes: Image | None) -> None:
    store = MeanwhileChanged(services, image, becomes)
    await Looking(services.library, store, lambda: 0).look()


async def test_what_changed_meanwhile_is_not_overwritten(services: Services, store: Watched) -> None:
    assert store.read_keys == []
    image = await shelve(services)
    changed = replace(image, tags=("new",), filename="new.png", updated_at=datetime.now(UTC))
    await looked_at_while_it_becomes(services, image, changed)
    assert await kept(services, image) == replace(changed, looks=looks_of(PNG), colors=seen_of(PNG).colors)


async def test_who_was_first_is_right(services: Services, store: Watched) -> None:
    assert store.read_keys == []
    image = await shelve(services)
    first = replace(image, looks=OTHER_LOOKS, colors=("#123456",) * 4)
    await looked_at_while_it_becomes(services, image, first)
    assert await kept(services, image) == first


async def test_looks_are_those_of_the_picture_that_the_image_has_by_then(
    services: Services, store: Watched
) -> None:
    assert store.read_keys == []
    other = await shelve(services, picture("webp", 90, 20), looks="", colors=())
    image = await shelve(services)
    await looked_at_while_it_becomes(services, image, replace(image, content=other.content))
    assert (await kept(services, image)).looks == looks_of(picture("webp", 90, 20)) != looks_of(PNG)


async def test_what_is_gone_meanwhile_stays_gone(services: Services, store: Watched) -> None:
    assert store.read_keys == []
    image = await shelve(services)
    await looked_at_while_it_becomes(services, image, None)
    assert await services.library.images.find(image.guid, EVERYTHING) is None


class AnotherLooks(Watched):
    """As soon as a picture is read, another process looks at all there are."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.store)
        self._other = Looking(services.library, services.store, lambda: 0)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        await self._other.look()
        async for piece in super().read(key, start, end):
            yield piece


async def test_what_another_process_has_looked_at_meanwhile_is_not_read_again(
    services: Services, store: Watched
) -> None:
    assert store.read_keys == []
    images = [await shelve(services) for _ in range(5)]
    late = AnotherLooks(services)
    await Looking(services.library, late, lambda: 0).look()
    assert len(late.read_keys) == 1
    assert {(await kept(services, image)).looks for image in images} == {looks_of(PNG)}


class Slow(FolderStore):
    """Notes how many read at once."""

    now = most = read_in_all = 0

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        self.now += 1
        self.read_in_all += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.01)
            async for piece in super().read(key, start, end):
                yield piece
        finally:
            self.now -= 1


@ON_SQLITE
async def test_few_at_once_are_looked_at_while_their_callers_wait(services: Services, store: Watched) -> None:
    assert store.read_keys == []
    images = [await shelve(services) for _ in range(7)]
    folder = services.store.local_path("")
    assert folder is not None
    slow = Slow(folder)
    waiting = [replace(services, store=slow).private(ALICE) for _ in images]
    answers = await asyncio.gather(
        *(each.similar(image.guid, SimilarSearch()) for each, image in zip(waiting, images, strict=True))
    )
    assert answers == [[]] * 7
    assert (slow.most, slow.read_in_all) == (2, 7)


@ON_SQLITE
async def test_what_is_missing_looks_like_nothing_we_could_tell(services: Services, store: Watched) -> None:
    assert store.read_keys == []
    image = await shelve(services)
    await services.store.delete(key_of(image))
    for _ in range(3):  # whoever fails makes room for the next
        with pytest.raises(BytesMissing):
            await services.private(ALICE).similar(image.guid, SimilarSearch())


@ON_SQLITE
async def test_while_many_images_are_made_it_takes_its_time(
    services: Services, store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def no_pause(seconds: float) -> float:
        pauses.append(seconds)
        return 0

    monkeypatch.setattr(looking, "jittered", no_pause)
    for calls in (0, looking._MANY_CALLS):
        await shelve(services)
        await Looking(services.library, store, partial(int, calls)).look()
    assert pauses == [looking._PAUSE_S, looking._PAUSE_WHILE_BUSY_S]


@ON_SQLITE
async def test_a_process_looks_at_what_it_makes_by_itself(services: Services) -> None:
    private = with_generator(services, painting(picture("webp"))).private(ALICE)
    image = await private.make(ImagePrompt(prompt="a cat"))

    async def is_seen() -> bool:
        return (await kept(services, image)).looks == looks_of(picture("webp"))

    await eventually(is_seen, within_s=20)


@ON_SQLITE
async def test_how_many_calls_are_under_way_is_known(services: Services) -> None:
    gate = Gate()
    made = with_generator(services, Easel(gate))
    assert made.generation.under_way() == 0
    await made.private(ALICE).begin_batch(ImagePrompt(prompt="a cat"), 3)
    await gate.reached.wait()
    assert made.generation.under_way() == 3
    gate.opened.set()
    await made.generation.drain()
    assert made.generation.under_way() == 0
