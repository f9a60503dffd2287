"""Images that belong together: batches, parents and children, the same bytes; what is still to be made."""

from dataclasses import replace
from typing import Any

import pytest

from pixyproxy.core.models import Audience, Content, Failure, Image, Status, Visibility
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, a_job, added, an_image, seen_by

ALICE, BOB = seen_by("alice"), seen_by("bob")
EYES = pytest.mark.parametrize(
    ("audience", "seen"),
    [
        (ADMINISTRATOR, "public mine theirs"),
        (ALICE, "public mine"),
        (BOB, "public theirs"),
        (PUBLIC, "public"),
    ],
    ids=["administrator", "alice", "bob", "visitor"],
)


def of_each_kind(**known: Any) -> list[Image]:
    return [
        an_image("public", owner="bob", visibility=Visibility.PUBLIC, **known),
        an_image("mine", owner="alice", **known),
        an_image("theirs", owner="bob", **known),
    ]


def prompts(images: list[Image]) -> list[str]:
    return [image.prompt for image in images]


def with_bytes(sha256: str) -> Content:
    return Content("ab/abcdef.png", "image/png", 1024, 768, 1_500_000, sha256)


async def hide(library: Library, image: Image) -> None:
    hidden = replace(image, deleted_at=NOON)
    await library.transact(lambda repositories: repositories.images.change(image, hidden))


async def test_parents_and_batch_are_kept_as_they_are(library: Library) -> None:
    first, second = an_image(), an_image()
    (image,) = await added(library, an_image(parents=(second.guid, first.guid), batch=first.guid))
    assert await library.images.find(image.guid, ADMINISTRATOR) == image
    assert (image.parents, image.batch) == ((second.guid, first.guid), first.guid)


@EYES
async def test_a_batch_is_found_in_its_order_by_those_who_may_see_it(
    library: Library, audience: Audience, seen: str
) -> None:
    batch = an_image().guid
    images = await added(library, *of_each_kind(batch=batch))
    await added(library, an_image(), an_image(batch=an_image().guid))
    assert prompts(await library.images.of_batch(batch, audience)) == seen.split()
    await hide(library, images[0])
    assert prompts(await library.images.of_batch(batch, audience)) == seen.split()[1:]


@EYES
async def test_those_with_certain_guids_are_found_the_oldest_first(
    library: Library, audience: Audience, seen: str
) -> None:
    images = await added(library, *of_each_kind())
    hidden, _ = await added(library, an_image(visibility=Visibility.PUBLIC), an_image())
    await hide(library, hidden)
    guids = [image.guid for image in (hidden, *reversed(images), images[0], an_image())]
    assert prompts(await library.images.with_guids(guids, audience)) == seen.split()
    assert await library.images.with_guids([], audience) == []


@EYES
async def test_children_are_found_once_and_the_oldest_first(
    library: Library, audience: Audience, seen: str
) -> None:
    parents = [an_image().guid, an_image().guid]
    await added(library, *of_each_kind(parents=tuple(parents)), an_image(parents=(an_image().guid,)))
    (hidden,) = await added(library, an_image(parents=tuple(parents), visibility=Visibility.PUBLIC))
    await hide(library, hidden)
    assert prompts(await library.images.made_from(parents, audience, 10)) == seen.split()
    assert prompts(await library.images.made_from(parents[1:], audience, 10)) == seen.split()
    assert await library.images.made_from([hidden.guid], audience, 10) == []


async def test_so_many_children_are_found_as_were_asked_for_though_others_may_not_be_seen(
    library: Library,
) -> None:
    parent = an_image().guid
    await added(library, *(an_image("theirs", owner="bob", parents=(parent,)) for _ in range(3)))
    mine = await added(library, *(an_image(f"mine {n}", parents=(parent,)) for n in range(3)))
    assert prompts(await library.images.made_from([parent], ADMINISTRATOR, 2)) == ["theirs", "theirs"]
    assert await library.images.made_from([parent], ALICE, 2) == mine[:2]


async def test_an_image_removed_is_nobodys_child_and_its_children_keep_its_name(
    library: Library, database: Database
) -> None:
    (image,) = await added(library, an_image(parents=(an_image().guid,)))
    (child,) = await added(library, an_image(parents=(image.guid,)))
    await library.transact(lambda repositories: repositories.images.remove(image))
    assert [dict(row) for row in await database.fetch_all("SELECT * FROM image_parent", {})] == [
        {"parent": image.guid, "image_id": child.id}
    ]
    assert await library.images.made_from([image.guid], ALICE, 10) == [child]


async def test_of_the_same_bytes_the_newest_image_that_may_be_seen_is_named(library: Library) -> None:
    same = with_bytes("1a" * 32)
    images = await added(library, *of_each_kind(content=same), an_image(content=with_bytes("2b" * 32)))
    public, mine, theirs, _ = [image.guid for image in images]
    named = [
        await library.images.guid_of_content("1a" * 32, each) for each in (ADMINISTRATOR, ALICE, BOB, PUBLIC)
    ]
    assert named == [theirs, mine, theirs, public]
    await hide(library, images[1])
    assert await library.images.guid_of_content("1a" * 32, ALICE) == public
    assert await library.images.guid_of_content("3c" * 32, ADMINISTRATOR) is None


def ended(status: Status, code: str | None = None) -> dict[str, Any]:
    return {"status": status, "failure": code and Failure(code, "No."), "content": None}


@pytest.mark.parametrize(
    ("ends", "failed"),
    [
        ([ended(Status.FAILED, "free"), ended(Status.FAILED, "as free")], 2),
        ([ended(Status.FAILED, "free"), ended(Status.FAILED, "dear")], 1),
        ([ended(Status.FAILED, "free"), ended(Status.READY)], 1),
        ([ended(Status.FAILED, "free"), ended(Status.GENERATING)], 1),
        ([ended(Status.FAILED, "free"), ended(Status.QUEUED)], 1),
        ([ended(Status.UNKNOWN, "free"), ended(Status.FAILED, "free")], 1),
        ([], 0),
    ],
    ids=["all free", "one dear", "one ready", "one in making", "one queued", "one unknown", "none"],
)
async def test_of_a_batch_those_are_counted_that_have_failed_of_what_is_free(
    library: Library, ends: list[dict[str, Any]], failed: int
) -> None:
    batch = an_image().guid
    await added(library, *(an_image(batch=batch, **end) for end in ends), an_image(batch=an_image().guid))
    assert await library.images.count_failed(batch, 0, ["free", "as free"]) == failed


async def test_what_is_still_to_be_made_is_told_by_image_and_by_batch(library: Library) -> None:
    batch = an_image().guid
    alone, second, idle = await added(library, an_image(), an_image(batch=batch), an_image(batch=batch))
    for image in (alone, second):
        await library.jobs.add(a_job(image.id))
    asked = [alone.guid, batch, idle.guid, an_image().guid]
    assert await library.upkeep.in_making(asked) == {alone.guid, batch}
    await hide(library, alone)
    assert await library.upkeep.in_making(asked) == {alone.guid, batch}
    await library.transact(lambda repositories: repositories.jobs.remove(second.id))
    assert await library.upkeep.in_making(asked) == {alone.guid}
