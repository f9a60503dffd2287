"""One hundred identical requests at once, with one Idempotency-Key, over two replicas."""

import asyncio

from tests.faults.experiments import Experiment, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage

KIND = "same-request"
_AT_ONCE = 100


async def a_hundred_at_once(stage: Stage, scale: Scale) -> str:
    rounds = scale.of(2, 20)
    for _ in range(rounds):
        wish = stage.callers.wish()
        at = [stage.replicas[number % len(stage.replicas)] for number in range(_AT_ONCE)]
        await asyncio.gather(*(stage.callers.ask(wish, replica) for replica in at))
        if wish.heard["201"] != _AT_ONCE:
            await stage.callers.insist(wish)
    return f"rounds of {_AT_ONCE} requests: {rounds}"


_WHAT = "100 identical requests at once"
EXPERIMENTS = (
    Experiment(KIND, _WHAT, a_hundred_at_once),
    Experiment(KIND, _WHAT, a_hundred_at_once, Setting(replicas=2), on_mysql=True),
    Experiment(
        KIND,
        _WHAT,
        a_hundred_at_once,
        Setting(replicas=2, sabotage="keys-ignored"),
        on_mysql=True,
        finds=frozenset({"paid twice"}),
    ),
)
