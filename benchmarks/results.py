"""What is measured, what was found, and how a median and a spread are told."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Sample = Mapping[str, float]
"""One measurement: metric → value."""
Measure = Callable[[float], Sample]
"""Takes how many seconds it may run."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where a measurement should be, and says why there is none."""

    reason: str


Lanes = Mapping[str, Measure | Missing]
EVERY = "the slowest line"
"""Stands for a lane where an aim is about all of them: the most that any has, round by round."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound for one metric: of the lane itself, or of its ratio to a peer in the same round."""

    metric: str
    lane: str
    bound: float | None
    """None: nothing is aimed at, the ratio is only told."""
    peer: str | None = None
    at_least: bool = True

    def is_met_by(self, value: float) -> bool | None:
        if self.bound is None:
            return None
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Scenario:
    """Things measured in turn, in the same rounds, because they are to be compared."""

    name: str
    title: str
    method: str
    metrics: tuple[str, ...]
    aims: Sequence[Aim]
    prepare: Callable[[Path, ExitStack], Lanes]
    """Starts what is to be measured in a folder; the stack ends it."""
    seconds: float = 3.0
    quick_seconds: float = 1.0
    in_quick: bool = True
    rounds: int | None = None
    """Other than the run's."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Metrics that are another metric less what the lane's reference took in the same round."""
    references: Mapping[str, str] = field(default_factory=dict)
    """Lane → lane."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The samples of a scenario: the n-th of each lane are of the same round."""

    scenario: Scenario
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def values(self, lane: str, metric: str) -> list[float]:
        """Empty where a lane has no such metric."""
        if metric in self.scenario.added:
            return self._added(lane, self.scenario.added[metric])
        return [sample[metric] for sample in self.samples.get(lane, ()) if metric in sample]

    def _added(self, lane: str, metric: str) -> list[float]:
        reference = self.values(self.scenario.references.get(lane, ""), metric)
        pairs = zip(self.values(lane, metric), reference, strict=False)
        return [value - without_us for value, without_us in pairs]

    def judged(self, aim: Aim) -> list[float]:
        """The values, or ratios round by round, that an aim is about; empty when a lane is missing."""
        if aim.lane == EVERY:
            lanes = [found for lane in self.samples if (found := self.values(lane, aim.metric))]
            return [max(values) for values in zip(*lanes, strict=False)]
        values = self.values(aim.lane, aim.metric)
        if aim.peer is None:
            return values
        peers = self.values(aim.peer, aim.metric)
        return [value / peer for value, peer in zip(values, peers, strict=False)]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        if self.least == self.most:
            return _short(self.middle)
        return f"{_short(self.middle)} ({_short(self.least)} to {_short(self.most)})"


def _short(value: float) -> str:
    """Three digits that matter, thousands apart."""
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{decimals}f}"
