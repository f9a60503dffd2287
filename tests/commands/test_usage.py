"""What was spent, as a table that a person or `awk` reads."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixyproxy.core.models import Attempt, AttemptStatus, Cost
from pixyproxy.data.init import open_library
from tests.data.builders import an_attempt

from .conftest import Run, pixyproxy, refused


@pytest.fixture
def filled(run: Run, environment: dict[str, str]) -> Run:
    """Calls of the last days; of a few the cost is known."""
    at = datetime.now(UTC) - timedelta(days=1)
    dear = an_attempt(status=AttemptStatus.SUCCEEDED, model="gpt-image-2", generator="openai", owner="admin")
    calls = [
        *(an_attempt(status=status, started_at=at) for status in AttemptStatus),
        an_attempt(status=AttemptStatus.SUCCEEDED, started_at=at, cost=Cost(Decimal(0), "built-in")),
        _at(dear, at - timedelta(days=2), "1234.5"),
        _at(dear, at, "0.000000001"),
    ]
    run("init")
    asyncio.run(_add(environment["PIXYPROXY_DATABASE_URL"], calls))
    return run


def _at(attempt: Attempt, at: datetime, cost: str) -> Attempt:
    return an_attempt(
        status=attempt.status,
        model=attempt.model,
        generator=attempt.generator,
        owner=attempt.owner,
        started_at=at,
        cost=Cost(Decimal(cost), "provider"),
    )


async def _add(url: str, attempts: list[Attempt]) -> None:
    library = await open_library(url)
    for attempt in attempts:
        await library.attempts.add(attempt)
    await library.close()


def table(run: Run, *words: str) -> list[list[str]]:
    lines = run("usage", *words).stdout.splitlines()
    assert len({len(line) for line in lines}) == 1
    return [line.split() for line in lines]


def test_the_table_has_a_line_for_each_day_and_model_and_the_sum(filled: Run) -> None:
    yesterday, earlier = (f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}" for days in (1, 3))
    header, *lines = table(filled)
    assert header == "day model calls images failed unknown cost USD cost not known".split()
    assert lines == [
        f"{earlier} gpt-image-2 1 1 0 0 1,234.500000000 0".split(),
        f"{yesterday} gpt-image-2 1 1 0 0 0.000000001 0".split(),
        f"{yesterday} sketch-1 5 2 1 1 0.000000000 4".split(),
        "total 7 4 1 1 1,234.500000001 4".split(),
    ]


def test_days_and_what_calls_are_told_apart_by_are_to_be_chosen(filled: Run) -> None:
    assert [line[1] for line in table(filled, "--days", "2", "--by", "key")[1:-1]] == ["admin", "alice"]
    by_generator = table(filled, "--days", "366", "--by", "generator")
    assert by_generator[0][1] == "generator"
    assert [line[1] for line in by_generator[1:-1]] == ["openai", "openai", "sketch"]


def test_a_cost_that_nobody_knows_is_no_zero(run: Run, environment: dict[str, str]) -> None:
    run("init")
    unknown = an_attempt(status=AttemptStatus.UNKNOWN, started_at=datetime.now(UTC))
    asyncio.run(_add(environment["PIXYPROXY_DATABASE_URL"], [unknown]))
    assert table(run)[-1] == "total 1 0 0 1 - 1".split()


def test_cents_are_shown_where_no_cost_is_finer(run: Run) -> None:
    run("generate", "a red fox", "--size", "64x64")
    assert table(run, "--days", "1")[-1] == "total 1 1 0 0 0.00 0".split()


def test_without_calls_there_is_no_table(run: Run) -> None:
    run("init")
    result = run("usage")
    assert (result.stdout, result.stderr) == ("", "There were no calls in that time.\n")


@pytest.mark.parametrize("days", ["0", "367"])
def test_more_days_than_a_year_has_are_refused(with_library: dict[str, str], days: str) -> None:
    assert refused(with_library, "usage", "--days", days).startswith("The request is not valid: days: ")


def test_calls_cannot_be_told_apart_by_anything_else(with_library: dict[str, str]) -> None:
    assert pixyproxy(with_library, "usage", "--by", "author").exit_code == 2
