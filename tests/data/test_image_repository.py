"""Images kept, found, changed, put into the trash and removed, on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from pixyproxy.core.exceptions import DuplicateRow
from pixyproxy.core.models import Audience, Image, Status, Visibility
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library
from tests.data.builders import (
    ADMINISTRATOR,
    NOON,
    PUBLIC,
    added,
    an_attempt,
    an_image,
    found,
    seen_by,
)


async def rows_about(database: Database, image: Image) -> list[int]:
    """How many rows there are about an image: parents, changes for the index, attempts, the image itself."""
    counts = []
    for table in ("image_parent", "image_change", "attempt", "image"):
        column = "id" if table == "image" else "image_id"
        sql = f"SELECT COUNT(*) AS n FROM {table} WHERE {column} = :id"
        row = await database.fetch_one(sql, {"id": image.id})
        assert row is not None
        counts.append(row["n"])
    return counts


async def test_an_image_added_is_found_by_its_guid(library: Library) -> None:
    image, _ = await added(library, an_image(), an_image())
    assert await library.images.find(image.guid, ADMINISTRATOR) == image
    assert await library.images.find(an_image().guid, ADMINISTRATOR) is None


async def test_ids_grow_in_the_order_images_were_added(library: Library) -> None:
    images = await added(library, *(an_image() for _ in range(5)))
    assert [image.id for image in images] == sorted({image.id for image in images})


async def test_two_images_cannot_have_one_guid_and_the_second_leaves_no_index(
    library: Library, database: Database
) -> None:
    (image,) = await added(library, an_image())
    with pytest.raises(DuplicateRow):
        await added(library, an_image("a whale", guid=image.guid))
    assert await found(library, prompt="whale") == []
    assert [row["image_id"] for row in await database.fetch_all("SELECT * FROM image_change", {})] == [
        image.id
    ]


@pytest.mark.parametrize(
    ("audience", "sees_private"),
    [(seen_by("alice"), True), (ADMINISTRATOR, True), (seen_by("bob"), False), (PUBLIC, False)],
    ids=["owner", "administrator", "other", "visitor"],
)
@pytest.mark.parametrize("method", ["find", "find_for_update", "list_"])
async def test_a_private_image_exists_for_its_owner_and_administrators_only(
    library: Library, audience: Audience, sees_private: bool, method: str
) -> None:
    private, public = await added(library, an_image(), an_image(visibility=Visibility.PUBLIC))

    async def sees(image: Image) -> bool:
        if method == "list_":
            return image in await found(library, audience)
        found_one: Image | None = await getattr(library.images, method)(image.guid, audience)
        return found_one == image

    assert await sees(private) is sees_private
    assert await sees(public)


@pytest.mark.parametrize("audience", [seen_by("alice"), ADMINISTRATOR, seen_by("bob"), PUBLIC])
async def test_an_image_in_the_trash_is_seen_by_nobody(library: Library, audience: Audience) -> None:
    (image,) = await added(library, an_image("a whale", visibility=Visibility.PUBLIC))
    await library.images.change(image, replace(image, deleted_at=NOON))
    assert await library.images.find(image.guid, audience) is None
    assert await library.images.find_for_update(image.guid, audience) is None
    for search in (
        {},
        {"prompt": "whale"},
        {"tag": ["animal"]},
        {"guid": [image.guid]},
        {"filename": "fox*"},
    ):
        assert await found(library, audience, **search) == []


@pytest.mark.parametrize(
    ("audience", "has_it"),
    [(seen_by("alice"), True), (ADMINISTRATOR, True), (seen_by("bob"), False), (PUBLIC, False)],
)
@pytest.mark.parametrize("visibility", Visibility)
async def test_the_trash_is_its_owners_and_administrators(
    library: Library, audience: Audience, has_it: bool, visibility: Visibility
) -> None:
    image, other = await added(library, *(an_image(visibility=visibility) for _ in range(2)))
    deleted = replace(image, deleted_at=NOON)
    await library.images.change(image, deleted)
    for find in (library.images.find_in_trash, library.images.find_in_trash_for_update):
        assert await find(image.guid, audience) == (deleted if has_it else None)
        assert await find(image.guid.upper(), audience) == (deleted if has_it else None)
        assert await find(other.guid, audience) is None
    assert await library.images.find_in_making(image.id) == deleted
    await library.images.change(deleted, image)
    assert await library.images.find(image.guid, ADMINISTRATOR) == image


async def test_removing_an_image_leaves_what_was_spent_on_it_and_every_row_about_others(
    library: Library, database: Database
) -> None:
    image, other = await added(library, *(an_image("a whale", parents=("x",)) for _ in range(2)))
    for each in (image, other):
        await library.attempts.add(an_attempt(each.id))
    whole = await rows_about(database, other)
    await library.images.remove(image)
    assert await rows_about(database, image) == [0, 2, 1, 0]
    assert await rows_about(database, other) == whole == [1, 1, 1, 1]
    assert await found(library, prompt="whale") == [other]


async def test_a_guid_with_a_blank_behind_it_is_another_one(library: Library) -> None:
    (image,) = await added(library, an_image())
    assert await library.images.find(f"{image.guid} ", Audience(sees_everything=True)) is None


async def test_an_image_removed_twice_or_changed_after_is_no_error(library: Library) -> None:
    (image,) = await added(library, an_image())
    await library.images.remove(image)
    await library.images.remove(image)
    await library.images.change(image, replace(image, tags=("new",)))
    assert await library.images.find(image.guid, ADMINISTRATOR) is None


CHANGES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"prompt": "a blue whale"}, {"prompt": "whale"}, {"prompt": "fox"}),
    ({"revised_prompt": "A fox, oil on canvas"}, {"prompt": '"oil on canvas"'}, {"prompt": "watercolour"}),
    ({"filename": "whale.png"}, {"filename": "whale*"}, {"filename": "fox*"}),
    ({"filename": "whale.png"}, {"filename": "whale.png"}, {"filename": "fox"}),
    ({"tags": ("Sea", "animal")}, {"tag": ["sea", "ANIMAL"]}, {"tag": ["land"]}),
    ({"tags": ()}, {}, {"tag": ["animal"]}),
    ({"author": "Bob"}, {"author": "Bob"}, {"author": "Alice"}),
    ({"visibility": Visibility.PUBLIC}, {"visibility": "public"}, {"visibility": "private"}),
    ({"model": "sketch-2"}, {"model": "sketch-2"}, {"model": "sketch-1"}),
]


@pytest.mark.parametrize(("fields", "finds", "no_longer_finds"), CHANGES)
async def test_a_changed_image_is_found_by_what_it_is_now_and_not_by_what_it_was(
    library: Library, fields: dict[str, Any], finds: dict[str, Any], no_longer_finds: dict[str, Any]
) -> None:
    other = an_image("another", tags=(), filename="x", status=Status.FAILED)
    before, _ = await added(library, an_image(), other)
    after = replace(before, **fields)
    await library.images.change(before, after)
    assert await library.images.find(before.guid, ADMINISTRATOR) == after
    assert await found(library, **finds) == [after]
    assert await found(library, **no_longer_finds) == []


async def test_a_change_to_the_same_is_nothing_new_for_the_index(
    library: Library, database: Database
) -> None:
    (image,) = await added(library, an_image())
    before = await rows_about(database, image)
    await library.images.change(image, image)
    assert await rows_about(database, image) == before


async def test_words_that_repeat_and_tags_that_differ_in_case_are_indexed_once(library: Library) -> None:
    (image,) = await added(library, an_image("fox Fox fóx", tags=("Sea", "sea")))
    assert await found(library, prompt="fox", tag=["SEA"]) == [image]
