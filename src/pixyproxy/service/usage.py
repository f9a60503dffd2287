"""What was called, day by day, and what it cost."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Self

from pixyproxy.core.models import AttemptStatus
from pixyproxy.core.usage_requests import UsageBy, UsageQuestion
from pixyproxy.data.library import Library
from pixyproxy.data.usage_queries import Calls
from pixyproxy.service.keys import ADMINISTRATOR

_DAY = timedelta(days=1)
_NOBODY = "(unknown)"
"""Whose calls a library of the first schema has kept of images that were gone."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls that are told of together. Those that are in none of the three are still under way."""

    calls: int = 0
    images: int = 0
    failed: int = 0
    unknown: int = 0
    cost_usd: Decimal | None = None
    """Of those whose cost is known; None when it is of none of them."""
    calls_of_unknown_cost: int = 0

    @classmethod
    def of(cls, calls: Calls) -> Self:
        return cls(
            calls=calls.count,
            images=calls.count if calls.status is AttemptStatus.SUCCEEDED else 0,
            failed=calls.count if calls.status is AttemptStatus.FAILED else 0,
            unknown=calls.count if calls.status is AttemptStatus.UNKNOWN else 0,
            cost_usd=calls.cost_usd,
            calls_of_unknown_cost=calls.count - calls.count_of_known_cost,
        )

    def __add__(self, other: "Spent") -> "Spent":
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Spent(
            calls=self.calls + other.calls,
            images=self.images + other.images,
            failed=self.failed + other.failed,
            unknown=self.unknown + other.unknown,
            cost_usd=sum(costs, Decimal(0)) if costs else None,
            calls_of_unknown_cost=self.calls_of_unknown_cost + other.calls_of_unknown_cost,
        )


@dataclass(frozen=True, slots=True)
class SpentOn:
    """What one of those that calls are told apart by has come to on a day, in UTC."""

    day: date
    name: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The oldest day first; a day without calls is not in it."""

    asked: UsageQuestion
    rows: tuple[SpentOn, ...]

    @property
    def total(self) -> Spent:
        return sum((row.spent for row in self.rows), Spent())


class Usage:
    """Of everybody: for administrators."""

    def __init__(self, library: Library, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._library = library
        self._now = now

    async def report(self, asked: UsageQuestion) -> UsageReport:
        names = await self._names_of_owners() if asked.by is UsageBy.KEY else {}
        today = self._now().astimezone(UTC).date()
        rows: list[SpentOn] = []
        for days_ago in reversed(range(asked.days)):
            rows += await self._of_day(today - days_ago * _DAY, asked.by, names)
        return UsageReport(asked, tuple(rows))

    async def _of_day(self, day: date, by: UsageBy, names: Mapping[str, str]) -> list[SpentOn]:
        midnight = datetime.combine(day, time(), UTC)
        spent: dict[str, Spent] = {}
        for calls in await self._library.usage.calls(midnight, midnight + _DAY, by):
            name = names.get(calls.name, calls.name) or _NOBODY
            spent[name] = spent.get(name, Spent()) + Spent.of(calls)
        return [SpentOn(day, name, spent[name]) for name in sorted(spent)]

    async def _names_of_owners(self) -> dict[str, str]:
        """The administrator of PIXYPROXY_ADMIN_KEY has no row; some may have been given that name."""
        keys = await self._library.keys.list_()
        names = {key.owner: key.name for key in keys} | {ADMINISTRATOR: ADMINISTRATOR}
        return _told_apart(names)


def _told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Those who share a name are shown with their id, but for the administrator."""
    holders = Counter([*names.values(), _NOBODY])
    return {
        owner: name if owner == ADMINISTRATOR or holders[name] == 1 else f"{name} ({owner})"
        for owner, name in names.items()
    }
