"""Each filter by itself and all together, and the pages they come in, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pixyproxy.core.models import Audience, Image, Status, Visibility
from pixyproxy.data.library import Library
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, a_search, added, an_image, found, seen_by

FOX = an_image(
    "A red fox, on a chair",
    revised_prompt="An oil painting of a fox",
    filename="Fox on chair-01.png",
    tags=("Animal", "red"),
    author="Alice",
    model="gpt",
    created_at=NOON + timedelta(hours=1),
)
WHALE = an_image(
    "红狐狸 and a well-known Café",
    filename="wal 100%_x.png",
    tags=("Animal", "sea"),
    author="Bob",
    model="sketch",
    visibility=Visibility.PUBLIC,
    created_at=NOON + timedelta(hours=2),
)
FAILED = an_image("a red fox", status=Status.FAILED, filename="failed.png", tags=(), created_at=NOON)
NAMES = {FOX.guid: "fox", WHALE.guid: "whale", FAILED.guid: "failed"}


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({}, "whale fox"),
        ({"order": "asc"}, "fox whale"),
        ({"status": "failed"}, "failed"),
        ({"prompt": "FOX"}, "fox"),
        ({"prompt": "chair red"}, "fox"),
        ({"prompt": "fox whale"}, ""),
        ({"prompt": "painting"}, "fox"),
        ({"prompt": "red painting"}, "fox"),
        ({"prompt": '"red fox"'}, "fox"),
        ({"prompt": '"fox red"'}, ""),
        ({"prompt": '"chair an oil"'}, ""),
        ({"prompt": '"oil paint"'}, ""),
        ({"prompt": "pai*"}, "fox"),
        ({"prompt": "re* ch*"}, "fox"),
        ({"prompt": "狐狸"}, "whale"),
        ({"prompt": "狸狐"}, ""),
        ({"prompt": "well-known"}, "whale"),
        ({"prompt": "known-well"}, ""),
        ({"prompt": "cafe"}, "whale"),
        ({"prompt": "and"}, "whale"),
        ({"prompt": "wal*"}, ""),
        ({"filename": "100 reddi*"}, ""),
        ({"prompt": "*"}, ""),
        ({"prompt": "%"}, ""),
        ({"prompt": "r_d"}, ""),
        ({"filename": "fox ON chair-01.PNG"}, "fox"),
        ({"filename": "fox*"}, "fox"),
        ({"filename": "FOX*"}, "fox"),
        ({"filename": "ox*"}, ""),
        ({"filename": "chair fox"}, "fox"),
        ({"filename": "png"}, "whale fox"),
        ({"filename": "wal 100%_x.png"}, "whale"),
        ({"filename": "w*"}, "whale"),
        ({"filename": "fox cha*"}, "fox"),
        ({"filename": "%"}, ""),
        ({"filename": "*"}, ""),
        ({"tag": ["animal"]}, "whale fox"),
        ({"tag": ["ANIMAL", "sea"]}, "whale"),
        ({"tag": ["ani"]}, ""),
        ({"tag": ["red", "sea"]}, ""),
        ({"author": "Bob"}, "whale"),
        ({"author": "bob"}, ""),
        ({"model": "gpt"}, "fox"),
        ({"visibility": "public"}, "whale"),
        ({"visibility": "private"}, "fox"),
        ({"guid": [FOX.guid]}, "fox"),
        ({"guid": [WHALE.guid, FOX.guid.upper(), FAILED.guid]}, "whale fox"),
        ({"guid": ["00000000-0000-7000-8000-000000000000"]}, ""),
        ({"created_after": NOON + timedelta(hours=1)}, "whale"),
        ({"created_before": NOON + timedelta(hours=2)}, "fox"),
        ({"created_after": "2026-11-20T13:59:59+01:00"}, "whale fox"),
        ({"created_after": "0001-01-01", "created_before": "9999-12-31"}, "whale fox"),
        ({"created_before": "0999-01-01"}, ""),
        ({"prompt": 'fox red pai* "oil painting"', "filename": "fox*", "tag": ["red", "animal"],
          "author": "Alice",
          "model": "gpt", "visibility": "private", "guid": [FOX.guid], "created_after": NOON,
          "created_before": NOON + timedelta(hours=3), "order": "asc"}, "fox"),
    ],
)  # fmt: skip
async def test_a_search_finds(library: Library, search: dict[str, Any], expected: str) -> None:
    await added(library, FAILED, FOX, WHALE)
    assert [NAMES[image.guid] for image in await found(library, **search)] == expected.split()


@pytest.mark.parametrize(
    ("prompt", "asked", "expected"),
    [
        ("a red foxes fox", '"red fox"', 0),
        ("an infrared fox red", '"red fox"', 0),
        ("a red red fox", '"red fox"', 1),
        ("red fox", '"red fox"', 1),
        ("고양이", "고*", 1),
        ("고양이", "양*", 0),
        ("fox🦊", "🦊*", 1),
    ],
)
async def test_phrases_and_prefixes_end_where_words_end(
    library: Library, prompt: str, asked: str, expected: int
) -> None:
    await added(library, an_image(prompt, revised_prompt="fox of the red"))
    assert len(await found(library, prompt=asked)) == expected


@pytest.mark.parametrize("field", ["prompt", "filename", "author", "model"])
@pytest.mark.parametrize("text", ["'", '"', "\\", "' OR 1=1 -- ", "%", ":status", "%s", "🦊", ");"])
async def test_no_text_can_break_out_of_its_parameter(library: Library, field: str, text: str) -> None:
    await added(library, FOX)
    search: dict[str, Any] = {field: text}
    assert await found(library, **search) == []
    assert len(await found(library)) == 1


@pytest.mark.parametrize(("stored", "asked"), [("Caf\u00e9.png", "cafe\u0301*"), ("STRASSE.png", "straß*")])
async def test_a_filename_is_found_by_its_beginning_however_its_letters_are_written(
    library: Library, stored: str, asked: str
) -> None:
    await added(library, an_image(filename=stored))
    assert len(await found(library, filename=asked)) == 1


async def test_as_many_words_and_tags_as_may_be_asked_for_can_be(library: Library) -> None:
    """The service lets in 32 words of each kind; a database joins 61 tables at most."""
    many = " ".join(f"word{n}" for n in range(32))
    tags = [f"tag{n}" for n in range(32)]
    (image,) = await added(library, an_image(many, filename=many[:200], tags=tuple(tags)))
    assert await found(library, prompt=many, tag=tags, filename=many[:150].rpartition(" ")[0]) == [image]


AUDIENCES = {"administrator": ADMINISTRATOR, "visitor": PUBLIC, "owner": seen_by("alice")}


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("search", [{}, {"prompt": "fox"}, {"tag": ["animal"]}, {"filename": "fox*"}])
@pytest.mark.parametrize("audience", AUDIENCES.values(), ids=AUDIENCES.keys())
async def test_pages_neither_repeat_nor_skip_while_images_come_and_go(
    library: Library, order: str, search: dict[str, Any], audience: Audience
) -> None:
    fresh = [
        an_image(owner=f"{'alice' if n % 2 else 'bob'}", visibility=Visibility.PUBLIC) for n in range(20)
    ]
    expected = (await added(library, *fresh))[:: -1 if order == "desc" else 1]
    came: list[Image] = []
    seen: list[Image] = []
    while True:
        past_id = seen[-1].id if seen else None
        page = await library.images.list_(a_search(order=order, limit=3, **search), audience, past_id)
        seen += page[:3]
        if len(page) <= 3:
            break
        if len(came) % 2:
            await library.images.remove(seen[-1])  # the one the next page begins behind
        if len(expected) > len(seen):
            late = expected.pop()  # one still to come, at the far end
            await library.images.change(late, replace(late, deleted_at=NOON))
        came += await added(library, an_image(owner="alice", visibility=Visibility.PUBLIC))
    assert seen == (expected if order == "desc" else expected + came)


@pytest.mark.parametrize(
    ("count", "limit", "given"), [(3, 3, 3), (4, 3, 4), (9, 3, 4), (0, 3, 0), (201, 200, 201)]
)
async def test_a_page_gives_one_image_more_than_its_limit_where_there_is_a_next_one(
    library: Library, count: int, limit: int, given: int
) -> None:
    await added(library, *(an_image() for _ in range(count)))
    assert len(await found(library, limit=limit)) == given
    assert len(await found(library, seen_by("alice"), limit=limit)) == given


async def test_own_and_public_images_are_merged_in_one_order_and_none_comes_twice(library: Library) -> None:
    mine = an_image(owner="alice")
    mine_public = an_image(owner="alice", visibility=Visibility.PUBLIC)
    theirs_public = an_image(owner="bob", visibility=Visibility.PUBLIC)
    kept = await added(library, theirs_public, mine, an_image(owner="bob"), mine_public)
    expected = [kept[3], kept[1], kept[0]]
    assert await found(library, seen_by("alice")) == expected
    assert await found(library, seen_by("alice"), order="asc") == expected[::-1]
    assert await found(library, seen_by("alice"), limit=1) == expected[:2]


async def test_in_quotes_a_filename_is_the_whole_name(library: Library) -> None:
    await added(library, FOX)
    assert len(await found(library, filename='"fox on CHAIR-01.png"')) == 1
    assert await found(library, filename='"chair fox"') == []
    assert await found(library, filename='"fox on chair"') == []
    assert len(await found(library, filename='"chair fox')) == 1
