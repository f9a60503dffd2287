"""Rolling restarts: SIGTERM for one replica after the other, while callers go on asking."""

import asyncio

from tests.faults.callers import BROKEN, REFUSED
from tests.faults.experiments import Experiment, Scale
from tests.faults.reconciliation import Difference
from tests.faults.setting import Setting
from tests.faults.stage import Stage

KIND = "restarts"
_AT_ONCE = 12
_GENTLE = {"201", "202", "503 unavailable", REFUSED}


async def restart_one_after_the_other(stage: Stage, scale: Scale) -> str:
    restarts = scale.of(2, 20)
    restarting = asyncio.create_task(_restart(stage, restarts))
    await stage.callers.load(scale.of(60, 1000), _AT_ONCE, until=restarting)
    await restarting
    _listen_to_the_refusals(stage)
    return f"restarts: {restarts}"


async def _restart(stage: Stage, restarts: int) -> None:
    for number in range(restarts):
        await asyncio.sleep(stage.chance.uniform(0.3, 1))
        replica = stage.replicas[number % len(stage.replicas)]
        replica.terminate()
        await replica.ended()
        await replica.start()


def _listen_to_the_refusals(stage: Stage) -> None:
    """Come again, or nobody there: nothing else may happen to a caller.

    A connection that is broken before anybody has read the request is as good as refused.
    """
    for wish in stage.callers.wishes:
        harsh = {heard for heard in wish.heard if heard not in _GENTLE}
        if not wish.is_replayed:
            harsh.discard(BROKEN)
        if harsh:
            stage.noticed.append(Difference("harsh refusal", f"“{wish.prompt}”: {dict(wish.heard)}"))


_WHAT = "rolling restarts with SIGTERM"
EXPERIMENTS = (
    Experiment(KIND, _WHAT, restart_one_after_the_other, Setting(replicas=2), on_mysql=True),
    Experiment(KIND, _WHAT, restart_one_after_the_other),
    Experiment(
        KIND,
        _WHAT,
        restart_one_after_the_other,
        Setting(replicas=2, sabotage="ends-at-once"),
        on_mysql=True,
        finds=frozenset({"lost"}),
    ),
)
