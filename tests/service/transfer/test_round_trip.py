"""A library that was taken along is the same where it arrives: row by row, byte by byte."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pixyproxy.core.models import ERASED_AT, ApiKey, Image, Status
from pixyproxy.core.names import new_guid
from pixyproxy.data.key_repository import KeyRepository
from pixyproxy.service.services import Services
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS
from tests.data.builders import ADMINISTRATOR, a_search
from tests.service.scenery import ADMIN, rows, shelve

from .ground import (
    MADE,
    arrive,
    as_imported,
    attempts_of,
    bytes_of,
    change_line,
    fill,
    images_of,
    leave,
    library_at,
    lines_of,
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
        expected = [as_imported(image) for image in await images_of(source) if taken_along(image, names)]
        arrived, problems = await arrive(other, folder)
        assert problems == []
        assert (arrived.images, arrived.were_there) == (len(MADE), 0)
        assert await images_of(other) == expected
        assert await attempts_of(other) == await attempts_of(source)
        assert await other.library.keys.list_() == await source.library.keys.list_()
        kept = await bytes_of(source)
        for image in names.values():
            if image.content is not None:
                content = kept.pop(image.content.storage_key)
                if taken_along(image, names):
                    kept[place_of(image)] = content
        assert await bytes_of(other) == kept
    again = tmp_path / "again"
    await leave(other, again)
    assert [without_file(line) for line in lines_of(again, IMAGES)] == [
        without_file(line) for line in lines_of(folder, IMAGES)
    ]
    for name in (ATTEMPTS, KEYS):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    async with library_at(tmp_path / "third") as third:
        assert (await arrive(third, again))[1] == []
        assert await images_of(third) == expected
        assert await attempts_of(third) == await attempts_of(other)


def place_of(image: Image) -> str:
    content = as_imported(image).content
    assert content is not None
    return content.storage_key


def without_file(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "file"}


async def test_every_column_of_every_row_is_the_same(
    source: Services, target: Services, folder: Path
) -> None:
    """Also those that no model has."""
    await leave(source, folder)
    await arrive(target, folder)
    left_out = {"queued", "generating"}
    for table, own in {
        "image": {"id", "storage_key"},
        "attempt": {"id", "image_id"},
        "api_key": set[str](),
    }.items():
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
    before = await target.library.keys.list_()
    arrived, problems = await arrive(target, exported)
    assert (arrived.keys, problems) == (0, [])
    assert await target.library.keys.list_() == before


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"secret_sha256": "ab" * 32}, "secret"),
        ({"owner": "mallory"}, "owner"),
        ({"name": "Mallory"}, "name"),
        ({"is_admin": False}, "rank"),
        ({"is_admin": False, "revoked_at": "2026-11-21T00:00:00Z"}, "rank"),
        ({"secret_sha256": "ab" * 32, "name": "Mallory"}, "secret, name"),
    ],
)
async def test_a_key_that_is_there_otherwise_stays_as_it_is_and_is_named(
    target: Services, exported: Path, values: dict[str, Any], what: str
) -> None:
    await arrive(target, exported)
    before = await target.library.keys.list_()
    number = [line["id"] for line in lines_of(exported, KEYS)].index("alice0000key")
    change_line(exported, number, KEYS, **values)
    arrived, problems = await arrive(target, exported)
    assert problems == [f"Key alice0000key is there already with another {what}; it stays as it is."]
    assert await target.library.keys.list_() == before
    assert arrived.revoked_keys == 0


async def test_a_key_that_was_revoked_there_is_revoked_here_and_never_the_other_way_round(
    target: Services, exported: Path
) -> None:
    await arrive(target, exported)
    number = [line["id"] for line in lines_of(exported, KEYS)].index("alice0000key")
    change_line(exported, number, KEYS, revoked_at="2026-11-21T01:02:03.000004Z")
    arrived, problems = await arrive(target, exported)
    assert (arrived.keys, arrived.revoked_keys, problems) == (0, 1, [])
    revoked = datetime(2026, 11, 21, 1, 2, 3, 4, tzinfo=UTC)
    key = await target.library.keys.find("alice0000key")
    assert key is not None
    assert key.revoked_at == revoked
    for later in (None, "2026-11-22T00:00:00Z"):
        change_line(exported, number, KEYS, revoked_at=later)
        arrived, problems = await arrive(target, exported)
        assert (arrived.revoked_keys, problems) == (0, [])
        assert await target.library.keys.find("alice0000key") == key


async def test_a_key_that_another_import_adds_meanwhile_is_there_already(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(target, exported)
    find, seen = KeyRepository.find, set[str]()

    async def find_later(self: KeyRepository, key_id: str) -> ApiKey | None:
        if key_id in seen:
            return await find(self, key_id)
        seen.add(key_id)
        return None

    monkeypatch.setattr(KeyRepository, "find", find_later)
    arrived, problems = await arrive(target, exported)
    assert (arrived.keys, problems) == (0, [])


async def test_what_lay_in_the_trash_for_long_can_still_be_restored(target: Services, exported: Path) -> None:
    number = [line["prompt"] for line in lines_of(exported, IMAGES)].index("a fox trashed")
    guid = lines_of(exported, IMAGES)[number]["guid"]
    change_line(exported, number, deleted_at="1970-01-02T00:00:00.000000Z")
    before = datetime.now(UTC)
    await arrive(target, exported)
    [image] = [each for each in await images_of(target) if each.guid == guid]
    assert image.deleted_at is not None
    assert before <= image.deleted_at <= datetime.now(UTC)
    await target.trash.empty()
    assert (await target.private(ADMIN).restore(guid)).status is Status.READY


async def test_no_secret_leaves(source: Services, folder: Path) -> None:
    secret = await source.library.secrets.get_or_add("links", new_guid())
    await leave(source, folder)
    assert secret not in "".join(map(str, [lines_of(folder, name) for name in (IMAGES, ATTEMPTS, KEYS)]))
