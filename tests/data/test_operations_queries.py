"""What operators are told of the library as a whole, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pixyproxy.core.models import ERASED_AT, AttemptStatus, Failure, Status
from pixyproxy.core.usage_requests import UsageBy
from pixyproxy.data import operations_queries
from pixyproxy.data.database import Database
from pixyproxy.data.init import SCHEMA_VERSION
from pixyproxy.data.library import Library
from pixyproxy.data.operations_queries import AllKept, InMaking, Kept
from pixyproxy.data.usage_queries import FailedCalls
from tests.data.builders import CONTENT, NOON, a_job, added, an_attempt, an_image
from tests.data.recording import RecordingDatabase
from tests.service.scenery import ON_SQLITE

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
async def test_images_with_bytes_are_counted_there_and_in_the_trash(
    library: Library, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations_queries, "_PAGE", page)
    pictures = [replace(CONTENT, size_bytes=size) for size in (5_000_000_000, 7, 11, 13)]
    await added(
        library,
        an_image(content=pictures[0]),
        an_image(content=None, status=Status.FAILED),
        an_image(content=pictures[1], deleted_at=NOON),
        an_image(content=None, status=Status.FAILED, deleted_at=NOON),
        an_image(content=pictures[2]),
        an_image(content=pictures[3], deleted_at=ERASED_AT),
        an_image(content=None, status=Status.QUEUED),
    )
    assert await library.operations.kept() == AllKept(Kept(2, 5_000_000_011), Kept(1, 7))


async def test_an_empty_library_keeps_nothing(library: Library) -> None:
    assert await library.operations.kept() == AllKept(Kept(), Kept())
    assert await library.operations.in_making() == {}


async def test_what_is_queued_and_what_is_being_made_is_counted_with_its_oldest(library: Library) -> None:
    in_making = [
        (Status.QUEUED, NOON),
        (Status.QUEUED, NOON - HOUR),
        (Status.GENERATING, NOON - 2 * HOUR),
    ]
    images = [an_image(status=status, content=None, created_at=at) for status, at in in_making]
    for image in await added(library, *images, an_image()):
        if image.status is not Status.READY:
            await library.jobs.add(a_job(image.id))
    assert await library.operations.in_making() == {
        Status.QUEUED: InMaking(2, NOON - HOUR),
        Status.GENERATING: InMaking(1, NOON - 2 * HOUR),
    }


async def test_calls_that_failed_since_then_are_counted_by_their_reason(library: Library) -> None:
    reasons = [
        (AttemptStatus.FAILED, "generator_failed", NOON),
        (AttemptStatus.FAILED, "generator_failed", NOON + HOUR),
        (AttemptStatus.FAILED, "generator_failed", NOON - timedelta(microseconds=1)),
        (AttemptStatus.FAILED, "rate_limited", NOON),
        (AttemptStatus.UNKNOWN, "outcome_unknown", NOON),
    ]
    for status, code, at in reasons:
        await library.attempts.add(an_attempt(status=status, failure=Failure(code, "No."), started_at=at))
    for status in (AttemptStatus.STARTED, AttemptStatus.SUCCEEDED):
        await library.attempts.add(an_attempt(status=status))
    found = await library.usage.failed(NOON)
    assert sorted(found, key=lambda each: str(each.code)) == [
        FailedCalls(AttemptStatus.FAILED, "generator_failed", 2),
        FailedCalls(AttemptStatus.UNKNOWN, "outcome_unknown", 1),
        FailedCalls(AttemptStatus.FAILED, "rate_limited", 1),
    ]


@ON_SQLITE
@pytest.mark.parametrize("by", UsageBy)
async def test_calls_are_added_up_from_an_index_alone(database: Database, by: UsageBy) -> None:
    recording = RecordingDatabase(database)
    await Library(recording).usage.calls(NOON, NOON + HOUR, by)
    [(sql, parameters)] = recording.sent
    plan = " ".join(
        row["detail"] for row in await database.fetch_all(f"EXPLAIN QUERY PLAN {sql}", parameters)
    )
    assert "USING COVERING INDEX attempt_started (started_at>? AND started_at<?)" in plan


async def test_the_schema_and_the_kind_of_the_database_are_told(library: Library) -> None:
    assert await library.operations.schema() == SCHEMA_VERSION
    assert library.kind() == library._database.dialect
