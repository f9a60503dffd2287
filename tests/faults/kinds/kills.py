"""kill -9 at random moments: all processes of a replica at once, while callers go on asking."""

import asyncio

from tests.faults.experiments import Experiment, Scale
from tests.faults.reconciliation import GRACE_S
from tests.faults.setting import LEASE_S, Setting
from tests.faults.stage import Stage, sqlite_held

KIND = "kills"
_AT_ONCE = 12


async def kill_at_random(stage: Stage, scale: Scale) -> str:
    kills, images = scale.of(10, 200), scale.of(100, 2000)
    if stage.setting.sabotage:
        kills, images = 3, 40
    elif stage.setting.lease_s > LEASE_S:
        kills, images = 20, 200
    killing = asyncio.create_task(_kill(stage, kills))
    await stage.callers.load(images, _AT_ONCE, until=killing)
    await killing
    return f"kills: {kills}"


async def _kill(stage: Stage, kills: int) -> None:
    """Where there are several replicas, the others go on."""
    for _ in range(kills):
        await asyncio.sleep(stage.chance.uniform(0.05, 0.9))
        replica = stage.chance.choice(stage.replicas)
        replica.kill()
        await replica.start()


async def kill_with_answers_waiting(stage: Stage, scale: Scale) -> str:
    """Killed while every answer has arrived and the database takes none."""
    rounds = scale.of(1, 5)
    for _ in range(rounds):
        wishes = [stage.callers.wish() for _ in range(8)]
        before = stage.calls()
        asking = [asyncio.create_task(stage.callers.ask(wish, stage.replicas[0])) for wish in wishes]
        await stage.until_called(before + len(wishes))
        with sqlite_held(stage):
            await asyncio.sleep(stage.setting.answer_seconds + GRACE_S + 1)
            stage.replicas[0].kill()
        await asyncio.gather(*asking)
        await stage.replicas[0].start()
    return f"kills, each with 8 answers waiting: {rounds}"


_RANDOM = "kill -9 at random moments"
_LARGE = 1_000_000  # so that there is something to do after an answer has come
_WAITING = "killed with the database held and all answers there"
EXPERIMENTS = (
    Experiment(KIND, _RANDOM, kill_at_random, Setting(picture_bytes=_LARGE)),
    Experiment(KIND, _RANDOM, kill_at_random, Setting(replicas=2, picture_bytes=_LARGE), on_mysql=True),
    Experiment(
        KIND,
        "kill -9 at random moments, with a lease of 30 s",
        kill_at_random,
        Setting(replicas=2, lease_s=30),
        on_mysql=True,
        only_large=True,
    ),
    Experiment(KIND, _WAITING, kill_with_answers_waiting, Setting(answer_seconds=1)),
    Experiment(
        KIND,
        _WAITING,
        kill_with_answers_waiting,
        Setting(answer_seconds=1, sabotage="nothing-in-the-spool"),
        finds=frozenset({"lost"}),
    ),
    Experiment(
        KIND,
        _RANDOM,
        kill_at_random,
        Setting(sabotage="row-before-bytes"),
        finds=frozenset({"row without bytes"}),
    ),
    Experiment(
        KIND,
        _RANDOM,
        kill_at_random,
        Setting(sabotage="sent-again"),
        finds=frozenset({"paid twice"}),
    ),
)
