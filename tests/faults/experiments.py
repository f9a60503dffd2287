"""What every kind of experiment has in common: how large it is, what it shows, what it is told by."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.faults.reconciliation import Reconciliation
from tests.faults.setting import Setting
from tests.faults.stage import Stage, stage

_LONGEST_SMALL_S, _LONGEST_LARGE_S = 240, 40 * 60


@dataclass(frozen=True, slots=True)
class Scale:
    """Small on every change, large before a release."""

    is_large: bool = False

    def of(self, small: int, large: int) -> int:
        return large if self.is_large else small


@dataclass(frozen=True, slots=True)
class Ground:
    """Where experiments are made: a folder on a disk, and a MySQL to make libraries in."""

    folder: Path
    mysql_url: str


Around = Callable[[Setting, Ground], AbstractAsyncContextManager[tuple[Setting, Any]]]
"""What must be there before the service is started: the setting with it, and the stage's helper."""
Play = Callable[[Stage, Scale], Awaitable[str]]
"""Does the damage; returns what was done, in words."""


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """One play on one setting. With a sabotage the reconciliation must find what is said."""

    kind: str
    what: str
    play: Play
    setting: Setting = field(default_factory=Setting)
    on_mysql: bool = False
    around: Around | None = None
    needs_strace: bool = False
    only_large: bool = False
    finds: frozenset[str] = frozenset()
    """Kinds of differences of which one must be found; none where nothing is sabotaged."""

    def is_in(self, scale: Scale) -> bool:
        return scale.is_large or not self.only_large

    @property
    def where(self) -> str:
        replicas = "one replica" if self.setting.replicas == 1 else f"{self.setting.replicas} replicas"
        return f"{'MySQL' if self.on_mysql else 'SQLite'}, folder, {replicas}"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an experiment."""

    experiment: Experiment
    faults: str
    """What was done, in words."""
    found: Reconciliation
    heard: Counter[str]
    """What callers were answered, and how often."""
    settled_after_s: float | None
    logs: str = ""
    """The end of what the replicas wrote."""

    @property
    def is_as_it_must_be(self) -> bool:
        """Nothing is found; or, where a safeguard is missing, one of the losses that must be found."""
        if self.experiment.setting.sabotage is None:
            return not self.found.differences
        return bool(self.found.kinds & self.experiment.finds)


async def run(experiment: Experiment, ground: Ground, scale: Scale) -> Report:
    """The whole of it: set the stage, do the damage, bring everything to its end, compare."""
    setting = replace(experiment.setting, mysql_url=ground.mysql_url if experiment.on_mysql else None)
    folder = Path(tempfile.mkdtemp(prefix=f"{experiment.kind}-", dir=ground.folder))
    around = experiment.around or _nothing
    async with around(setting, ground) as (changed, helper), stage(changed, folder, helper) as on:
        async with asyncio.timeout(scale.of(_LONGEST_SMALL_S, _LONGEST_LARGE_S)):
            faults = await experiment.play(on, scale)
            found = await on.reconcile()
        heard = await on.heard()
        logs = "\n".join(replica.end_of_log() for replica in on.replicas)
    return Report(experiment, faults, found, heard, on.settled_after_s, logs)


@asynccontextmanager
async def _nothing(setting: Setting, _: Ground) -> AsyncIterator[tuple[Setting, Any]]:
    yield setting, None
