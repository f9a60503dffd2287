"""Pages of the trash: in the order in which it was filled, each found in the index."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from pixyproxy.core.models import ERASED_AT, Image
from pixyproxy.data import upkeep_queries
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library
from tests.data.builders import NOON, ON_MYSQL, a_job, added, an_image, change
from tests.data.recording import RecordingDatabase

LATER = NOON + timedelta(days=1)
SECOND = timedelta(seconds=1)


async def due(library: Library) -> list[list[Image]]:
    pages: list[list[Image]] = []
    while page := await library.upkeep.due_page(pages[-1][-1] if pages else None, NOON, LATER):
        pages.append(page)
    return pages


@pytest.mark.parametrize("size", [1, 2, 3, 500])
async def test_pages_have_all_that_is_due_once_also_of_what_was_deleted_together(
    library: Library, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(upkeep_queries, "PAGE", size)
    times = [NOON, ERASED_AT, NOON - SECOND, NOON, NOON + SECOND, ERASED_AT, NOON, NOON - 2 * SECOND, None]
    images = await added(library, *(an_image(deleted_at=at) for at in times))
    [late, made] = await added(
        library, an_image(deleted_at=NOON, updated_at=LATER + SECOND), an_image(deleted_at=NOON)
    )
    await library.jobs.add(a_job(made.id))
    found = [image.id for page in await due(library) for image in page]
    assert found == [images[number].id for number in (1, 5, 7, 2, 0, 3, 6)]
    assert late.id not in found


async def test_what_is_erased_meanwhile_is_behind(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep_queries, "PAGE", 2)
    images = await added(library, *(an_image(deleted_at=NOON) for _ in range(4)))
    first = await library.upkeep.due_page(None, NOON, LATER)
    for image in first:
        erased = an_image(id=image.id, guid=image.guid, deleted_at=ERASED_AT)
        await library.transact(partial(change, image, erased))
    assert await library.upkeep.due_page(first[-1], NOON, LATER) == images[2:]


@pytest.fixture
async def asked(database: Database, library: Library, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Any]:
    """The question for a second page of many."""
    monkeypatch.setattr(upkeep_queries, "PAGE", 20)
    trash = [an_image(deleted_at=NOON - SECOND * number) for number in range(1500)]
    await added(library, *trash, *(an_image() for _ in range(1500)))
    if database.dialect == "mysql":
        await database.fetch_all("ANALYZE TABLE image", {})
    recording = RecordingDatabase(database)
    upkeep = Library(recording).upkeep
    await upkeep.due_page((await upkeep.due_page(None, NOON, LATER))[-1], NOON, LATER)
    sql, parameters = recording.sent[-1]
    return sql, parameters


@ON_MYSQL
async def test_mysql_finds_a_page_in_its_index_and_sorts_nothing(
    database: Database, asked: tuple[str, Any]
) -> None:
    sql, parameters = asked
    [plan, _] = await database.fetch_all(f"EXPLAIN FORMAT = TRADITIONAL {sql}", parameters)
    assert (plan["table"], plan["type"], plan["key"]) == ("image", "range", "image_trash")
    assert "filesort" not in plan["Extra"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_finds_a_page_in_its_index_and_sorts_nothing(
    database: Database, asked: tuple[str, Any]
) -> None:
    sql, parameters = asked
    plan = await database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", parameters)
    steps = [row["detail"] for row in plan]
    assert "image_trash (deleted_at>? AND deleted_at<?)" in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)
