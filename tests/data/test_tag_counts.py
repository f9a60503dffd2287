"""Tags and their counts: exactly what counting every image by hand finds, and not more asked than needed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Audience, Image, Status, Visibility
from pixyproxy.data.database import Database
from pixyproxy.data.image_rows import tag_key
from pixyproxy.data.library import Library
from pixyproxy.data.search import similar, tag_counts
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, added, an_image, change, seen_by
from tests.data.packed import begin_anew, blocks_of, pack_all
from tests.data.recording import RecordingDatabase

AUDIENCES = (ADMINISTRATOR, PUBLIC, seen_by("alice"), seen_by("bob"))
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def plainly_counted(images: list[Image], audience: Audience, start: str) -> Counter[str]:
    return Counter(
        key
        for image in images
        if image.status is Status.READY
        and image.deleted_at is None
        and (
            audience.sees_everything or image.visibility is Visibility.PUBLIC or image.owner == audience.owner
        )
        for key in {tag_key(tag) for tag in image.tags}
        if key.startswith(start)
    )


def various(count: int) -> list[Image]:
    tags = ["Sea", "sea", "seal", "Sunset", "cat", "été"]
    return [
        an_image(
            tags=tuple(tags[number % 7 : number % 7 + 3]),
            owner="alice" if number % 3 else "bob",
            visibility=Visibility.PUBLIC if number % 5 == 0 else Visibility.PRIVATE,
            status=Status.READY if number % 11 else Status.FAILED,
            deleted_at=NOON if number % 13 == 5 else None,
        )
        for number in range(count)
    ]


async def assert_counted(library: Library, images: list[Image]) -> None:
    newest_first = sorted(images, key=lambda each: each.id, reverse=True)
    for audience in AUDIENCES:
        for start in ("", "s", "sea", "seals", "zebra"):
            counts = await library.images.tag_counts(audience, start)
            assert counts.images == plainly_counted(images, audience, start), (audience, start)
            for key in counts.images:
                seen = (each for each in newest_first if plainly_counted([each], audience, key)[key])
                assert counts.newest[key] == next(seen).id


@pytest.mark.parametrize("at_once", [1, 2, 5_000])
async def test_they_are_counted_wherever_they_are_in_the_log_or_in_the_index(
    library: Library, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(similar, "_CHANGES_AT_ONCE", at_once)
    monkeypatch.setattr(tag_counts, "_ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(tag_counts, "_SETS_AT_ONCE", at_once)
    with blocks_of(8):
        await begin_anew(library)
        images = await added(library, *various(40))
        await assert_counted(library, images)
        await library.pack(25)
        await assert_counted(library, images)
        await pack_all(library)
        await assert_counted(library, images)
        for number in (3, 21, 38):
            changed = replace(images[number], tags=("zebra", "Cat"))
            await library.transact(partial(change, images[number], changed))
            images[number] = changed
        gone = images.pop(10)
        await library.transact(lambda all_: all_.images.remove(gone))
        await assert_counted(library, images)
        await begin_anew(library)


async def test_a_log_too_long_is_not_read_to_its_end_and_no_row_is_asked(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "_CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(similar, "_MOST_CHANGED", 4)
    await added(library, *(an_image() for _ in range(4)))
    assert (await library.images.tag_counts(ADMINISTRATOR, "")).images == {"animal": 4}
    await added(library, *(an_image() for _ in range(20)))
    recording = RecordingDatabase(database)
    with pytest.raises(Unavailable) as refused:
        await Library(recording).images.tag_counts(ADMINISTRATOR, "")
    assert (refused.value.detail, refused.value.retry_after_s) == (
        "The search index is being brought up to date.", 60,
    )  # fmt: skip
    assert len(recording.sent) == 3
    assert all("FROM image_change" in sql for sql, _ in recording.sent)
    await pack_all(library)
    assert (await library.images.tag_counts(ADMINISTRATOR, "")).images == {"animal": 24}


@ON_SQLITE
async def test_sets_are_read_only_of_blocks_in_which_something_may_be_seen(
    database: Database, library: Library
) -> None:
    with blocks_of(4):
        await begin_anew(library)
        images = [an_image() for _ in range(39)]
        images[10] = an_image(visibility=Visibility.PUBLIC)
        await added(library, *images)
        await pack_all(library)
        recording = RecordingDatabase(database)
        for audience, blocks, count in ((PUBLIC, 1, 1), (seen_by("bob"), 1, 1), (seen_by("alice"), 10, 39)):
            recording.sent.clear()
            counts = await Library(recording).images.tag_counts(audience, "")
            assert counts.images == {"animal": count}
            assert len([sql for sql, _ in recording.sent if sql.startswith("SELECT term")]) == blocks


@pytest.mark.parametrize(("few", "in_threads"), [(100, 0), (0, 2)])
async def test_many_are_counted_in_a_thread(
    library: Library, monkeypatch: pytest.MonkeyPatch, few: int, in_threads: int
) -> None:
    await added(library, an_image())
    await pack_all(library)
    await added(library, an_image())
    threads: list[str] = []

    async def in_thread(work: Callable[[], None]) -> None:
        threads.append("one more")
        work()

    monkeypatch.setattr(asyncio, "to_thread", in_thread)
    monkeypatch.setattr(tag_counts, "_FEW", few)
    assert (await library.images.tag_counts(ADMINISTRATOR, "")).images == {"animal": 2}
    assert len(threads) == in_threads
