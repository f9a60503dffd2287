"""A library that was taken along is the same where it arrives: row by row, byte by byte."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pixyproxy.core.models import ERASED_AT, Image
from pixyproxy.core.names import new_guid
from pixyproxy.service.services import Services
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS
from tests.data.builders import ADMINISTRATOR, a_search
from tests.service.scenery import rows, shelve

from .ground import (
    MADE,
    arrive,
    attempts_of,
    bytes_of,
    fill,
    images_of,
    leave,
    library_at,
    lines_of,
    without_moment,
)


@pytest.fixture
async def other(tmp_path: Path, database_url: str) -> AsyncIterator[Services]:
    """An empty library on either database."""
    async with library_at(tmp_path / "other", database_url) as services:
        yield services


def taken_along(image: Image, names: dict[str, Image]) -> bool:
    return image.guid in {names[name].guid for name in MADE}


async def test_everything_comes_back_as_it_was(other: Services, tmp_path: Path, folder: Path) -> None:
    """Into an empty library of either kind, and from there into another."""
    async with library_at(tmp_path / "source") as source:
        names = await fill(source)
        taken, damages = await leave(source, folder)
        assert damages == []
        assert (taken.images, taken.in_trash, taken.in_making) == (len(MADE), 1, 2)
        expected = [image for image in await images_of(source) if taken_along(image, names)]
        arrived, problems = await arrive(other, folder)
        assert problems == []
        assert (arrived.images, arrived.were_there) == (len(MADE), 0)
        assert await images_of(other) == expected
        assert await attempts_of(other) == await attempts_of(source)
        assert await other.library.keys.list_() == await source.library.keys.list_()
        kept = await bytes_of(source)
        erased = names["erased"].content
        assert erased is not None
        del kept[erased.storage_key]
        assert await bytes_of(other) == kept
    again = tmp_path / "again"
    await leave(other, again)
    assert without_moment(again) == without_moment(folder)
    async with library_at(tmp_path / "third") as third:
        assert (await arrive(third, again))[1] == []
        assert await images_of(third) == expected
        assert await attempts_of(third) == await attempts_of(other)


async def test_every_column_of_every_row_is_the_same(
    source: Services, target: Services, folder: Path
) -> None:
    """Also those that no model has."""
    await leave(source, folder)
    await arrive(target, folder)
    left_out = {"queued", "generating"}
    for table, own in {"image": {"id"}, "attempt": {"id", "image_id"}, "api_key": set[str]()}.items():
        expected = [
            row
            for row in await rows(source, table)
            if table != "image" or (row["status"] not in left_out and not is_erased(row))
        ]
        found = await rows(target, table)
        assert in_order(found, own) == in_order(expected, own)
        assert len(found) > 1


def is_erased(row: dict[str, Any]) -> bool:
    return str(row["deleted_at"] or "").startswith(str(ERASED_AT.year))


def in_order(found: list[dict[str, Any]], own: set[str]) -> list[dict[str, Any]]:
    plain = [{name: value for name, value in row.items() if name not in own} for row in found]
    return sorted(plain, key=lambda row: str(row.get("guid") or row.get("storage_key") or row["id"]))


async def test_what_has_come_is_found_listed_and_related_as_before(other: Services, exported: Path) -> None:
    await arrive(other, exported)

    async def prompts(**search: Any) -> list[str]:
        found = await other.library.images.list_(a_search(**search), ADMINISTRATOR, None)
        return [image.prompt.removeprefix("a fox ") for image in found]

    for _ in range(2):
        assert await prompts() == ["last", "second", "first"]
        assert await prompts(order="asc") == ["first", "second", "last"]
        assert await prompts(prompt='"red fox of snow"') == ["second"]
        assert await prompts(tag=["ZÜRICH"]) == ["first"]
        assert await prompts(deleted=True, status="ready") == ["trashed"]
        assert await prompts(status="failed") == ["failed"]
        while await other.library.pack(100):
            pass
    [first] = await other.library.images.list_(a_search(tag=["赤い"]), ADMINISTRATOR, None)
    children = await other.library.images.made_from([first.guid], ADMINISTRATOR, 10)
    assert [child.prompt for child in children] == ["a fox second"]
    assert len(await other.library.images.of_batch(first.guid, ADMINISTRATOR)) == 1


async def test_it_comes_after_what_is_there_already(target: Services, exported: Path) -> None:
    mine = await shelve(target, prompt="mine")
    await arrive(target, exported)
    assert (await images_of(target))[0].guid == mine.guid
    assert len(await images_of(target)) == len(MADE) + 1


async def test_run_again_it_adds_nothing(other: Services, exported: Path) -> None:
    await arrive(other, exported)
    before = await images_of(other), await attempts_of(other), await bytes_of(other)
    arrived, problems = await arrive(other, exported)
    assert problems == []
    assert (arrived.images, arrived.were_there, arrived.attempts, arrived.keys) == (0, len(MADE), 0, 0)
    assert (await images_of(other), await attempts_of(other), await bytes_of(other)) == before


async def test_what_was_erased_for_good_here_comes_back_with_what_was_spent_on_it(
    other: Services, exported: Path
) -> None:
    await arrive(other, exported)
    before = await attempts_of(other)
    first = (await other.library.images.past(0, 1))[0]
    await other.library.transact(lambda repositories: repositories.images.remove(first))
    assert (await attempts_of(other)) != before
    arrived, problems = await arrive(other, exported)
    assert (arrived.images, arrived.attempts, problems) == (1, 0, [])
    assert await attempts_of(other) == before


async def test_an_image_that_is_there_with_other_bytes_stays_and_is_named(
    target: Services, exported: Path
) -> None:
    await arrive(target, exported)
    first = (await target.library.images.past(0, 1))[0]
    assert first.content is not None
    changed = replace(first, content=replace(first.content, sha256="ab" * 32))
    await target.library.transact(lambda repositories: repositories.images.change(first, changed))
    arrived, problems = await arrive(target, exported)
    assert problems == [f"{first.guid}  is there already, with other bytes; it stays as it is."]
    assert arrived.were_there == len(MADE)
    assert (await images_of(target))[0].content == changed.content


async def test_keys_come_only_where_they_are_wanted_and_none_is_replaced(
    target: Services, exported: Path
) -> None:
    await arrive(target, exported, with_keys=False)
    assert await target.library.keys.list_() == []
    arrived, _ = await arrive(target, exported)
    assert (arrived.keys, arrived.admin_keys) == (2, 1)
    lines = (exported / "keys.jsonl").read_text().replace("0f" * 32, "ab" * 32)
    (exported / "keys.jsonl").write_text(lines)
    before = await target.library.keys.list_()
    arrived, problems = await arrive(target, exported)
    assert arrived.keys == 0
    assert sorted(problems) == [
        f"Key {key} is there already with another secret; it stays as it is."
        for key in ("alice0000key", "bob000000key")
    ]
    assert await target.library.keys.list_() == before


async def test_no_secret_leaves(source: Services, folder: Path) -> None:
    secret = await source.library.secrets.get_or_add("links", new_guid())
    await leave(source, folder)
    assert secret not in "".join(map(str, [lines_of(folder, name) for name in (IMAGES, ATTEMPTS, KEYS)]))
