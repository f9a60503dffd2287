"""Images that look alike: the databases must find exactly what comparing every hash by hand finds."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Audience, Image, Status, Visibility
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library, Repositories
from pixyproxy.data.search import similar
from pixyproxy.data.search.looks import STRETCH, distances_to
from pixyproxy.data.search.postings import BLOCK
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, added, an_image, seen_by
from tests.data.packed import begin_anew, pack_all
from tests.data.recording import RecordingDatabase
from tests.data.test_search_finds_what_a_plain_filter_finds import AUDIENCES, ON_ONE_DATABASE

LOOKS = "b19c5e02f3a7d846"
FLAT = f"{1:016x}"
EVERYTHING = 64


@pytest.fixture(autouse=True)
def _no_spare_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would make up for what is compared wrongly."""
    monkeypatch.setattr(similar, "_SPARE", 0)


def differing(bits: int, from_: str = LOOKS) -> str:
    """Looks that differ in so many bits, the lowest."""
    return f"{int(from_, 16) ^ (1 << bits) - 1:016x}"


def plain_distance(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(*(f"{int(each, 16):064b}" for each in (one, other)), strict=True))


def plainly_similar(
    images: list[Image], looks: str, audience: Audience, besides: Image, limit: int, most_distance: int
) -> list[tuple[int, str]]:
    met = [
        (plain_distance(looks, image.looks), -image.id, image.guid)
        for image in images
        if image.looks
        and image.id != besides.id
        and image.status is Status.READY
        and image.deleted_at is None
        and (
            audience.sees_everything
            or (audience.sees_public and image.visibility is Visibility.PUBLIC)
            or image.owner == audience.owner
        )
    ]
    return [(away, guid) for away, _, guid in sorted(met) if away <= most_distance][:limit]


async def found(
    library: Library,
    image: Image,
    audience: Audience = ADMINISTRATOR,
    limit: int = 20,
    most_distance: int = EVERYTHING,
    looks: str = LOOKS,
) -> list[tuple[int, str]]:
    answer = await library.images.similar(image, looks, audience, limit, most_distance)
    return [(each.distance, each.image.guid) for each in answer]


HASHES = st.one_of(
    st.integers(0, 64).map(differing),
    st.integers(1, 2**64 - 1).map("{:016x}".format),
    st.just(FLAT),
    st.sampled_from([None, ""]),
)
IMAGES = st.builds(
    an_image,
    looks=HASHES,
    owner=st.sampled_from(["alice", "bob"]),
    status=st.sampled_from([Status.READY, Status.READY, Status.READY, Status.FAILED]),
    visibility=st.sampled_from(Visibility),
    deleted_at=st.sampled_from([None, None, None, NOON]),
)
QUESTIONS = st.tuples(
    st.sampled_from([LOOKS, FLAT, differing(5), "f" * 16]),
    AUDIENCES,
    st.integers(0, 30),
    st.sampled_from([1, 2, 5, 100]),
    st.sampled_from([0, 3, 10, 32]),
)


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=5, max_size=30),
    steps=st.lists(st.tuples(st.integers(0, 29), st.none() | IMAGES), max_size=10),
    asked=st.lists(QUESTIONS, min_size=8, max_size=16),
    packed=st.tuples(st.sampled_from([1, 7, 1000]), st.sampled_from([1, 4, 1000])),
)
async def test_it_finds_what_comparing_every_hash_finds(
    library: Library,
    images: list[Image],
    steps: list[tuple[int, Image | None]],
    asked: list[tuple[str, Audience, int, int, int]],
    packed: tuple[int, int],
) -> None:
    await begin_anew(library)
    kept = dict(enumerate(await added(library, *images)))
    await library.pack(packed[0])

    async def take_steps(repositories: Repositories) -> None:
        for number, other in steps:
            if (image := kept.pop(number, None)) is None:
                continue
            if other is None:
                await repositories.images.remove(image)
            else:
                kept[number] = replace(other, id=image.id, guid=image.guid)
                await repositories.images.change(image, kept[number])

    await library.transact(take_steps)
    await library.pack(packed[1])
    for looks, audience, number, limit, most in asked:
        besides = kept.get(number, an_image(id=0))
        answer = await found(library, besides, audience, limit, most, looks)
        assert answer == plainly_similar(list(kept.values()), looks, audience, besides, limit, most)


async def placed(database: Database, library: Library, *ids: int, **fields: Any) -> list[Image]:
    """Images with these ids."""
    images = await added(library, *(an_image(**fields) for _ in ids))
    for image, id_ in zip(images, ids, strict=True):
        now = {"now": id_, "id": image.id}
        await database.execute("UPDATE image SET id = :now WHERE id = :id", now)
        await database.execute("UPDATE image_change SET image_id = :now WHERE image_id = :id", now)
    return [replace(image, id=id_) for image, id_ in zip(images, ids, strict=True)]


FAR = 50 * BLOCK
EDGES = [each for start in (1, STRETCH, BLOCK, 2 * BLOCK) for each in (FAR + start - 1, FAR + start)]


async def test_it_finds_them_at_the_edges_of_stretches_and_blocks(
    database: Database, library: Library
) -> None:
    images = await placed(database, library, *EDGES, looks=differing(2))
    expected = [(2, image.guid) for image in reversed(images)]
    besides = an_image(id=0)
    assert await found(library, besides) == expected
    await pack_all(library)
    assert await found(library, besides) == expected
    assert await found(library, images[3]) == [each for each in expected if each[1] != images[3].guid]
    for limit in range(1, len(images)):
        assert await found(library, besides, limit=limit) == expected[:limit]


async def test_of_equals_the_newest_are_kept_and_nearer_ones_however_old(
    database: Database, library: Library
) -> None:
    [oldest] = await placed(database, library, 7, looks=LOOKS)
    equals = await added(library, *(an_image(looks=differing(4)) for _ in range(60)))
    await pack_all(library)
    expected = [(0, oldest.guid), *((4, image.guid) for image in equals[:-5:-1])]
    assert await found(library, an_image(id=0), limit=5) == expected


@pytest.mark.parametrize(("few", "in_threads"), [(100, 0), (0, 2)])
async def test_many_stretches_are_compared_in_a_thread(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch, few: int, in_threads: int
) -> None:
    """First those of the newest block, then those of all the others."""
    images = await placed(database, library, *EDGES, looks=LOOKS)
    await pack_all(library)
    threads: list[str] = []

    async def in_thread(work: Callable[[], None]) -> None:
        threads.append("one more")
        work()

    monkeypatch.setattr(asyncio, "to_thread", in_thread)
    monkeypatch.setattr(similar, "_FEW_STRETCHES", few)
    assert len(await found(library, an_image(id=0))) == len(images)
    assert len(threads) == in_threads


async def test_a_log_longer_than_is_read_at_once_is_read_whole(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "_CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(similar, "_ROWS_AT_ONCE", 2)
    images = await added(library, *(an_image(looks=differing(bits)) for bits in (3, 1, 0, 1, 4)))
    expected = [(bits, images[number].guid) for number, bits in ((2, 0), (3, 1), (1, 1), (4, 4))]
    for limit in range(1, 5):
        assert await found(library, images[0], limit=limit) == expected[:limit]


async def test_a_log_too_long_is_not_read_to_its_end_and_no_row_is_asked(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "_CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(similar, "_MOST_CHANGED", 4)
    images = await added(library, *(an_image(looks=LOOKS) for _ in range(4)))
    assert len(await found(library, images[0])) == 3
    await added(library, *(an_image(looks=LOOKS) for _ in range(20)))
    recording = RecordingDatabase(database)
    with pytest.raises(Unavailable) as refused:
        await found(Library(recording), images[0])
    assert (refused.value.detail, refused.value.retry_after_s) == (
        "The search index is being brought up to date.", 60,
    )  # fmt: skip
    assert len(recording.sent) == 3
    assert all("FROM image_change" in sql for sql, _ in recording.sent)
    await pack_all(library)
    assert len(await found(library, images[0], limit=99)) == 23


async def change(library: Library, before: Image, after: Image) -> None:
    await library.transact(lambda all_: all_.images.change(before, after))


async def test_what_the_index_still_holds_of_old_looks_is_not_believed(library: Library) -> None:
    images = await added(library, *(an_image(looks=differing(bits)) for bits in (1, 40)))
    await pack_all(library)
    near, far = images
    for before, looks in ((near, differing(41)), (far, LOOKS)):
        await change(library, before, replace(before, looks=looks))
    expected = [(0, far.guid)]
    assert await found(library, an_image(id=0), most_distance=10) == expected
    await pack_all(library)
    assert await found(library, an_image(id=0), most_distance=10) == expected


async def test_old_looks_in_the_index_take_nobodys_place(library: Library) -> None:
    [near] = await added(library, an_image(looks=differing(9)))
    stale = await added(library, *(an_image(looks=LOOKS) for _ in range(5)))
    await pack_all(library)
    for image in stale:
        await change(library, image, replace(image, looks=differing(40)))
    assert await found(library, an_image(id=0), limit=1) == [(9, near.guid)]


async def test_undecodable_images_look_like_nothing_and_take_nobodys_place(library: Library) -> None:
    await added(library, *(an_image(looks="") for _ in range(50)))
    [flat] = await added(library, an_image(looks=FLAT))
    await added(library, *(an_image(looks="") for _ in range(50)))
    for _ in range(2):
        assert await found(library, an_image(id=0), looks=FLAT, limit=1) == [(0, flat.guid)]
        assert await found(library, flat, looks="") == []
        await pack_all(library)


async def test_what_may_not_be_seen_takes_nobodys_place(library: Library) -> None:
    [mine] = await added(library, an_image(looks=differing(9), owner="bob"))
    [public] = await added(library, an_image(looks=differing(8), visibility=Visibility.PUBLIC))
    await added(library, *(an_image(looks=LOOKS) for _ in range(50)))
    for _ in range(2):
        for audience, expected in (
            (seen_by("bob"), [(8, public.guid), (9, mine.guid)]),
            (PUBLIC, [(8, public.guid)]),
        ):
            assert await found(library, an_image(id=0), audience, limit=2) == expected
        await pack_all(library)


@pytest.mark.parametrize("looks", ["0" * 15 + "1", "f" * 16, LOOKS])
def test_all_distances_of_a_stretch_are_told_at_once(looks: str) -> None:
    hashes = [differing(number % 65, FLAT) for number in range(STRETCH)]
    stretch = b"".join(map(bytes.fromhex, hashes))
    assert list(distances_to(looks)(stretch)) == [plain_distance(looks, each) for each in hashes]


async def test_the_unseen_are_those_that_are_ready_and_were_never_tried_the_newest_first(
    library: Library,
) -> None:
    images = await added(
        library,
        an_image(),
        an_image(looks="", colors=()),
        an_image(looks=LOOKS, colors=("#123456",) * 4),
        an_image(status=Status.FAILED),
        an_image(deleted_at=NOON),
        an_image(),
        an_image(visibility=Visibility.PUBLIC),
        an_image(looks=LOOKS),
    )
    assert await library.images.unseen(2) == [images[7], images[6]]
    assert await library.images.unseen(9) == [images[7], images[6], images[5], images[0]]
