"""kill -9 at every system call that touches a file while one image is made."""

import asyncio
from collections import Counter
from collections.abc import Iterator

from tests.faults.experiments import Experiment, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage
from tests.faults.strace import counting, injecting

KIND = "system-calls"
CALLS = (
    "openat mkdir flock write pwrite64 fsync fdatasync ftruncate rename unlink close newfstatat fcntl".split()
)
_SAMPLE = 6


async def kill_at_each(stage: Stage, scale: Scale) -> str:
    """At the N-th call of its kind in a thread, N from 1 until the image is made without reaching it."""
    hit = missed = 0
    points = await _points(stage)
    if not scale.is_large:
        points = stage.chance.sample(points, min(_SAMPLE, len(points)))
    for call, number in points:
        if await _kill_at(stage, call, number):
            hit += 1
        else:
            missed += 1
    return f"points: {hit + missed}, killed at: {hit} ({_summed_up(points)})"


async def _points(stage: Stage) -> list[tuple[str, int]]:
    await stage.callers.load(3, 1)  # so that its threads are there, and its files open
    log = stage.folder / "strace"
    async with counting(stage.replicas[0].worker(), ",".join(CALLS), log) as counted:
        await stage.callers.load(1, 1)
    return list(_each(dict(counted)))


def _summed_up(points: list[tuple[str, int]]) -> str:
    counted = Counter(call for call, _ in points)
    return ", ".join(f"{call} {count}" for call, count in counted.most_common())


def _each(counted: dict[str, int]) -> Iterator[tuple[str, int]]:
    for call in CALLS:
        for number in range(1, 1 + counted.get(call, 0)):
            yield call, number


async def _kill_at(stage: Stage, call: str, number: int) -> bool:
    """Whether it came so far. What is left behind is for the next start to bring to its end."""
    replica = stage.replicas[0]
    await stage.revive()
    await stage.callers.load(1, 1)
    async with injecting(replica.worker(), call, "signal=SIGKILL", number):
        wish = stage.callers.wish()
        await stage.callers.ask(wish, replica)
        await asyncio.sleep(0.1)  # for what comes after the answer
        was_killed = not wish.is_acknowledged or not replica.worker_lives()
    if was_killed:
        replica.kill()
        await replica.start()
        await stage.callers.insist(wish)
    return was_killed


_WHAT = "kill -9 at each system call"
_ONE = Setting(answer_seconds=0.1)
EXPERIMENTS = (
    Experiment(KIND, _WHAT, kill_at_each, _ONE, needs_strace=True),
    Experiment(
        KIND,
        _WHAT,
        kill_at_each,
        Setting(answer_seconds=0.1, sabotage="row-before-bytes"),
        finds=frozenset({"row without bytes", "lost"}),
        needs_strace=True,
    ),
)
