"""The place of one experiment: replicas, their library, the provider with its ledger, and the callers."""

import asyncio
import hashlib
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pixyproxy.data.database import Database
from pixyproxy.data.init import open_database
from tests.faults.callers import Callers
from tests.faults.facts import Facts, is_settled, objects_in, rows_of, spooled_in
from tests.faults.reconciliation import Difference, Reconciliation, reconcile
from tests.faults.replicas import Replica
from tests.faults.setting import FILE, Setting, environment_of, library_for
from tests.upstream import RunningUpstream, read_ledger, running_upstream

LATEST_AFTER_LEASE_S = 60
_PATIENCE_S, _PATIENCE_WHERE_SABOTAGED_S = 90.0, 15.0
_LATEST_WHERE_SABOTAGED_S = 5
_MOST_FETCHED = 200


@dataclass(slots=True)
class Stage:
    setting: Setting
    folder: Path
    database: Database
    provider: RunningUpstream
    ledger: Path
    replicas: list[Replica]
    callers: Callers
    chance: random.Random
    helper: Any = None
    """What this kind of experiment needs besides: a proxy, a server, a disk."""
    noticed: list[Difference] = field(default_factory=list)
    """What a play sees for itself that must not be."""
    settled_after_s: float | None = None
    """After the last death, or the end of the play where nobody died."""

    @property
    def images(self) -> Path:
        return self.setting.images or self.folder / "images"

    async def start(self) -> None:
        for replica in self.replicas:  # one after the other: the first makes the tables
            await replica.start()

    async def revive(self) -> None:
        """Start those that do not run."""
        for replica in self.replicas:
            if not replica.worker_lives():
                replica.kill()
        await asyncio.gather(*(replica.start() for replica in self.replicas if not replica.is_running))

    async def settle(self) -> None:
        """Wait until nothing is on its way any more; what is then left over, the reconciliation tells."""
        patience = _LATEST_WHERE_SABOTAGED_S if self.setting.sabotage else LATEST_AFTER_LEASE_S
        latest = time.monotonic() + self.setting.lease_s + patience
        deaths = [death.at for replica in self.replicas for death in replica.deaths]
        since = max(deaths, default=time.time())
        while time.monotonic() < latest:
            if await is_settled(self.database, self.replicas):
                self.settled_after_s = time.time() - since
                return
            await asyncio.sleep(0.1)

    async def reconcile(self) -> Reconciliation:
        """Bring everything to its end, and compare."""
        await self.revive()
        await self.settle()
        found = reconcile(await self.facts())
        found.differences.extend([*self.noticed, *await self._fetched()])
        return found

    async def facts(self) -> Facts:
        objects, begun = await objects_in(self.images)
        spooled, headless = spooled_in(self.replicas)
        return Facts(
            calls=read_ledger(self.ledger),
            objects=objects,
            unfinished=begun + headless,
            spooled=spooled,
            wishes=self.callers.wishes,
            deaths=[death for replica in self.replicas for death in replica.deaths],
            answer_seconds=self.setting.answer_seconds,
            **await rows_of(self.database),
        )

    async def heard(self) -> Counter[str]:
        return sum((wish.heard for wish in self.callers.wishes), Counter[str]())

    async def _fetched(self) -> list[Difference]:
        """What was acknowledged is asked for, as its caller would."""
        acknowledged = [wish for wish in self.callers.wishes if wish.is_acknowledged]
        wrong = []
        for wish in self.chance.sample(acknowledged, min(len(acknowledged), _MOST_FETCHED)):
            content = await self.callers.content_of(wish)
            if content is None or hashlib.sha256(content).hexdigest() != wish.sha256:
                wrong.append(Difference("lost", f"{wish.guid} was acknowledged and is not given out"))
        return wrong

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not await condition():
            if time.monotonic() > deadline:
                raise RuntimeError("What the experiment waited for did not happen.")
            await asyncio.sleep(0.02)

    async def until_called(self, calls: int) -> None:
        async def have_come() -> bool:
            return self.calls() >= calls

        await self.until(have_come)

    def calls(self) -> int:
        """How many the provider has had."""
        return len(read_ledger(self.ledger)) if self.ledger.exists() else 0


@contextmanager
def sqlite_held(on_stage: Stage) -> Iterator[None]:
    """Nobody else can write into its library."""
    with closing(sqlite3.connect(on_stage.folder / FILE, isolation_level=None, timeout=30)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def stage(setting: Setting, folder: Path, helper: Any = None) -> AsyncIterator[Stage]:
    """Everything runs when it is entered, and nothing when it is left."""
    ledger = folder / "ledger"
    chance = random.Random(setting.seed)  # noqa: S311 - so that a run can be repeated
    upstream = running_upstream(
        picture_bytes=setting.picture_bytes, delay_seconds=setting.answer_seconds, unique=True, ledger=ledger
    )
    async with library_for(setting, setting.data or folder) as url:
        with ExitStack() as stack:  # in a thread: other experiments at the same time go on meanwhile
            provider = await asyncio.to_thread(stack.enter_context, upstream)
            environment = environment_of(setting, folder, url, provider)
            replicas = [
                Replica(number, folder, setting.data or folder, environment)
                for number in range(1, setting.replicas + 1)
            ]
            callers, database = _callers(setting, replicas, chance), open_database(url)
            on_stage = Stage(setting, folder, database, provider, ledger, replicas, callers, chance, helper)
            try:
                await on_stage.start()
                yield on_stage
            finally:
                for replica in replicas:
                    replica.kill()
                await callers.close()
                await database.close()


def _callers(setting: Setting, replicas: list[Replica], chance: random.Random) -> Callers:
    return Callers(replicas, chance, _PATIENCE_WHERE_SABOTAGED_S if setting.sabotage else _PATIENCE_S)
