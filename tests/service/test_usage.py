"""What was called and what it cost, from calls of every kind, on both databases."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pixyproxy.core.models import AttemptStatus, Cost, Failure
from pixyproxy.core.usage_requests import UsageBy, UsageQuestion
from pixyproxy.data.init import open_library
from pixyproxy.data.library import Library
from pixyproxy.service.usage import Spent, SpentOn, Usage, UsageReport
from tests.data.builders import a_key, an_attempt

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
TODAY = NOW.date()
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
STARTED, SUCCEEDED, FAILED, UNKNOWN = (
    AttemptStatus.STARTED,
    AttemptStatus.SUCCEEDED,
    AttemptStatus.FAILED,
    AttemptStatus.UNKNOWN,
)


@pytest.fixture
async def library(library_url: str) -> AsyncIterator[Library]:
    library = await open_library(library_url)
    yield library
    await library.close()


async def call(
    library: Library,
    status: AttemptStatus = SUCCEEDED,
    cost: str | None = None,
    at: datetime = NOW,
    **fields: Any,
) -> None:
    """None of these has an image: what was spent on it is all that is left."""
    known = None if cost is None else Cost(Decimal(cost), "provider")
    attempt = an_attempt(918273, status=status, started_at=at, cost=known, **fields)
    await library.attempts.add(attempt)


async def report_of(
    library: Library, days: int = 30, by: UsageBy = UsageBy.MODEL, now: datetime = NOW
) -> UsageReport:
    return await Usage(library, lambda: now).report(UsageQuestion(days=days, by=by))


async def names_by_key(library: Library) -> list[str]:
    return [row.name for row in (await report_of(library, by=UsageBy.KEY)).rows]


async def test_calls_of_each_kind_are_counted_and_their_costs_added(library: Library) -> None:
    await call(library, SUCCEEDED, "0.040000001")
    await call(library, SUCCEEDED, "0.000000002")
    await call(library, SUCCEEDED)
    await call(library, FAILED, "0.01", failure=Failure("generator_failed", "No."))
    await call(library, FAILED)
    await call(library, UNKNOWN)
    await call(library, STARTED)
    spent = Spent(
        calls=7, images=3, failed=2, unknown=1, cost_usd=Decimal("0.050000003"), calls_of_unknown_cost=4
    )
    report = await report_of(library)
    assert report.rows == (SpentOn(TODAY, "sketch-1", spent),)
    assert report.total == spent


async def test_a_cost_that_nobody_knows_is_no_zero_and_a_zero_is_a_cost(library: Library) -> None:
    await call(library, UNKNOWN, model="dear")
    await call(library, SUCCEEDED, "0", model="free")
    report = await report_of(library)
    assert [(row.name, row.spent.cost_usd) for row in report.rows] == [("dear", None), ("free", Decimal(0))]
    assert (report.total.cost_usd, report.total.calls_of_unknown_cost) == (Decimal(0), 1)
    await call(library, STARTED, at=NOW - DAY)
    assert (await report_of(library)).rows[0].spent == Spent(calls=1, calls_of_unknown_cost=1)


async def test_sums_are_exact_where_floating_point_is_not(library: Library) -> None:
    for _ in range(10):
        await call(library, SUCCEEDED, "0.1")
    await call(library, SUCCEEDED, "9000000.000000001")
    assert (await report_of(library)).total.cost_usd == Decimal("9000001.000000001")


async def test_without_calls_there_is_nothing_to_tell(library: Library) -> None:
    report = await report_of(library, days=366)
    assert (report.rows, report.total) == ((), Spent())


async def test_a_day_begins_and_ends_at_midnight_in_utc(library: Library) -> None:
    for model, at in (("before", MIDNIGHT - INSTANT), ("at", MIDNIGHT), ("after", MIDNIGHT + INSTANT)):
        await call(library, at=at, model=model)
    yesterday = TODAY - DAY
    rows = (await report_of(library)).rows
    assert [(row.day, row.name) for row in rows] == [
        (yesterday, "before"),
        (TODAY, "after"),
        (TODAY, "at"),
    ]


@pytest.mark.parametrize("days", [1, 2, 30, 366])
async def test_so_many_days_are_told_of_and_no_moment_more(library: Library, days: int) -> None:
    first = MIDNIGHT - (days - 1) * DAY
    last = MIDNIGHT + DAY - INSTANT
    for at in (first - INSTANT, first, last, last + INSTANT):
        await call(library, at=at)
    report = await report_of(library, days)
    assert {row.day for row in report.rows} == {first.date(), TODAY}
    assert report.total.calls == 2


async def test_today_is_the_day_in_utc_wherever_one_is(library: Library) -> None:
    await call(library, at=datetime(2026, 11, 21, 1, tzinfo=UTC))
    far_west = datetime.fromisoformat("2026-11-20T20:00:00-06:00")
    [row] = (await report_of(library, days=1, now=far_west)).rows
    assert row.day == date(2026, 11, 21)


async def test_days_without_calls_are_left_out_and_the_oldest_comes_first(library: Library) -> None:
    for days_ago in (3, 20, 0):
        await call(library, at=NOW - days_ago * DAY)
    rows = (await report_of(library)).rows
    assert [(TODAY - row.day).days for row in rows] == [20, 3, 0]


async def test_calls_are_told_apart_by_model_key_or_generator(library: Library) -> None:
    await library.keys.add(a_key("shop", id="shop00000000", owner="shop00000000"))
    await call(library, owner="shop00000000", model="small", generator="openai")
    await call(library, owner="shop00000000", model="large", generator="openai")
    await call(library, owner="admin", model="large", generator="sketch")
    names = {by: [row.name for row in (await report_of(library, by=by)).rows] for by in UsageBy}
    assert names == {
        UsageBy.MODEL: ["large", "small"],
        UsageBy.KEY: ["admin", "shop"],
        UsageBy.GENERATOR: ["openai", "sketch"],
    }


async def test_keys_that_share_a_name_are_shown_with_their_id(library: Library) -> None:
    for id_, name in (("one", "shop"), ("two", "shop"), ("idle", "ops"), ("three", "ops")):
        await library.keys.add(a_key(name, id=id_, owner=id_))
    for owner in ("one", "two", "three"):
        await call(library, owner=owner)
    assert await names_by_key(library) == ["ops (three)", "shop (one)", "shop (two)"]


async def test_a_revoked_key_keeps_its_name(library: Library) -> None:
    await library.keys.add(a_key("shop", id="one", owner="one", revoked_at=NOW))
    await call(library, owner="one")
    assert await names_by_key(library) == ["shop"]


async def test_the_administrator_is_one_however_many_keys_there_are(library: Library) -> None:
    """The key of the settings has no row; those made by the first start are called so, too."""
    for id_ in ("first", "second"):
        await library.keys.add(a_key("admin", id=id_, owner="admin", is_admin=True))
    await library.keys.add(a_key("admin", id="impostor", owner="impostor"))
    await call(library, owner="admin")
    await call(library, owner="impostor")
    assert await names_by_key(library) == ["admin", "admin (impostor)"]


async def test_whose_key_is_not_there_is_shown_by_id_and_nobody_as_unknown(library: Library) -> None:
    await library.keys.add(a_key("(unknown)", id="joker", owner="joker"))
    for owner in ("gone", "", "joker"):
        await call(library, owner=owner)
    assert await names_by_key(library) == ["(unknown)", "(unknown) (joker)", "gone"]
