"""Models into rows and back, without a database and through both."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings

from pixyproxy.core.models import ApiKey, Attempt, Image, Job, KeptKey
from pixyproxy.data import image_rows
from pixyproxy.data.library import Library
from tests.data.builders import ADMINISTRATOR, NOON, an_attempt, an_image
from tests.data.strategies import ATTEMPTS, IMAGES, JOBS, KEPT_KEYS, KEYS

# The database is emptied once for a test, not for an example: examples have guids of their own.
ON_ONE_DATABASE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(IMAGES)
def test_an_image_turned_into_a_row_and_back_is_the_same(image: Image) -> None:
    assert image_rows.from_row(image_rows.to_dict(image)) == image


@given(IMAGES)
def test_a_row_has_every_column_that_is_written_and_read(image: Image) -> None:
    assert set(image_rows.to_dict(image)) == {"id", *image_rows.COLUMNS, *image_rows.WRITTEN_COLUMNS}


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    nearby = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    row = image_rows.to_dict(an_image(created_at=nearby))
    assert row["created_at"] == "2026-11-20 12:00:00.000000"
    assert image_rows.from_row(row).created_at == NOON


def test_a_cost_is_kept_to_the_billionth_and_one_not_known_is_not_zero() -> None:
    assert image_rows.to_dict(an_image(cost_usd=Decimal("0.000000001")))["cost_nano_usd"] == 1
    assert image_rows.to_dict(an_image(cost_usd=Decimal(0)))["cost_nano_usd"] == 0
    assert image_rows.to_dict(an_image(cost_usd=None))["cost_nano_usd"] is None


@ON_ONE_DATABASE
@given(image=IMAGES)
@example(image=an_image("🦊" * 32_000, revised_prompt="%" * 32_000, filename="\U0001f98a" * 200))
@example(image=an_image(tags=tuple(f"{n:02}".ljust(64, "🦊") for n in range(32)), author="\u0390" * 200))
@example(image=an_image("\ufdfa" * 32_000, filename="\u0390" * 200, tags=("\u0390" * 64,)))
async def test_an_image_kept_is_the_image_found(library: Library, image: Image) -> None:
    fresh = an_image().guid
    id_ = await library.images.add(replace(image, guid=fresh))
    find = library.images.find_in_trash if image.deleted_at else library.images.find
    assert await find(fresh, ADMINISTRATOR) == replace(image, guid=fresh, id=id_)


@ON_ONE_DATABASE
@given(started=ATTEMPTS, ended=ATTEMPTS)
async def test_an_attempt_kept_and_closed_is_the_attempt_found(
    library: Library, started: Attempt, ended: Attempt
) -> None:
    unique = an_attempt().storage_key
    id_ = await library.attempts.add(replace(started, storage_key=unique))
    kept = replace(started, storage_key=unique, id=id_)
    assert kept in await library.attempts.of_image(started.image_id)
    closed = replace(
        kept,
        status=ended.status,
        provider_request_id=ended.provider_request_id,
        usage=ended.usage,
        cost=ended.cost,
        failure=ended.failure,
        ended_at=ended.ended_at,
    )
    await library.attempts.close(closed)
    assert closed in await library.attempts.of_image(started.image_id)


@ON_ONE_DATABASE
@given(job=JOBS)
async def test_a_job_kept_is_the_job_found(library: Library, job: Job) -> None:
    await library.jobs.remove(job.image_id)
    await library.jobs.add(job)
    assert await library.jobs.find_for_update(job.image_id) == job


@ON_ONE_DATABASE
@given(kept=KEPT_KEYS)
async def test_a_key_of_a_caller_kept_is_the_key_found(library: Library, kept: KeptKey) -> None:
    fresh = replace(kept, owner=an_image().guid[-12:])
    await library.idempotency.add(fresh)
    assert await library.idempotency.find(fresh.owner, fresh.route, fresh.key) == fresh


@ON_ONE_DATABASE
@given(key=KEYS)
async def test_a_key_kept_is_the_key_found(library: Library, key: ApiKey) -> None:
    fresh = an_image().guid.replace("-", "")
    await library.keys.add(replace(key, id=fresh))
    assert await library.keys.find(fresh) == replace(key, id=fresh)
    assert replace(key, id=fresh) in await library.keys.list_()
