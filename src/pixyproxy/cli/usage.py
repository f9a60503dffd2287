"""What was called and what it cost, as a table."""

from collections.abc import Sequence
from decimal import Decimal

import click

from pixyproxy.cli.frame import model, with_services, with_settings
from pixyproxy.core.usage_requests import UsageBy, UsageQuestion
from pixyproxy.service.usage import Spent, UsageReport
from pixyproxy.settings import Settings

_NUMBERS = ("calls", "images", "failed", "unknown", "cost USD", "cost not known")
_LEAST_PLACES = 2


@click.command()
@click.option("--days", default=30, show_default=True, help="So many days in UTC, today included, up to 366.")
@click.option(
    "--by",
    type=click.Choice([each.value for each in UsageBy]),
    default=UsageBy.MODEL.value,
    show_default=True,
    help="What the calls of a day are told apart by.",
)
@with_settings
def usage(settings: Settings, /, days: int, by: str) -> None:
    """Show what was called, day by day, and what it cost.

    Every call to a generator counts, also those whose image is deleted. The last column has the calls
    of unknown cost, also of those that failed; the sum is of the others, and `-` where there are none.
    """
    question = model(UsageQuestion, {"days": days, "by": by})
    report = with_services(settings, lambda services: services.usage().report(question))
    if report.rows:
        click.echo("\n".join(_aligned(_table(report))))
    else:
        click.echo("There were no calls in that time.", err=True)


def _table(report: UsageReport) -> list[tuple[str, ...]]:
    """As many places behind the point as the finest of all costs has, so that none is rounded."""
    places = max(_places(row.spent.cost_usd) for row in report.rows)
    rows = [(f"{row.day}", row.name, *_numbers(row.spent, places)) for row in report.rows]
    total = ("total", "", *_numbers(report.total, places))
    return [("day", report.asked.by.value, *_NUMBERS), *rows, total]


def _numbers(spent: Spent, places: int) -> tuple[str, ...]:
    counts = (spent.calls, spent.images, spent.failed, spent.unknown)
    cost = "-" if spent.cost_usd is None else f"{spent.cost_usd:,.{places}f}"
    return (*(f"{count:,}" for count in counts), cost, f"{spent.calls_of_unknown_cost:,}")


def _places(cost: Decimal | None) -> int:
    exponent = 0 if cost is None else cost.normalize().as_tuple().exponent
    return max(_LEAST_PLACES, -exponent if isinstance(exponent, int) else 0)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Day and name to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number > 1 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
