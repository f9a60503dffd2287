"""Answers that do not come, come in part, come late, come twice, or are no pictures."""

import asyncio
import shutil
from itertools import cycle

from tests.faults.experiments import Experiment, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage, sqlite_held

KIND = "answers"
_DAMAGED = ("drop", "reset", "cut", "truncated", "invalid-json", "invalid-base64", "base64-of-text")


async def damaged_answers(stage: Stage, scale: Scale) -> str:
    """Each caller's prompt says what becomes of the answer; half of them get a good one."""
    scenarios = cycle(_DAMAGED)
    answers = 14 if stage.setting.sabotage else scale.of(42, 420)
    marks = [f"[scenario:{next(scenarios)} unique]" if number % 2 else "" for number in range(answers)]
    await _ask_each(stage, marks)
    return f"answers: {len(marks)}, every second of them one of {', '.join(_DAMAGED)}"


async def stalled_answers(stage: Stage, scale: Scale) -> str:
    """Half of the answer, then nothing; in the end the replica is killed. Others come slowly, and whole."""
    stalled = [stage.callers.wish("[scenario:stall unique]") for _ in range(scale.of(4, 40))]
    asking = [asyncio.create_task(stage.callers.ask(wish, stage.replicas[0])) for wish in stalled]
    slow = ["[scenario:slow over_seconds=2 unique]" for _ in range(scale.of(4, 40))]
    await _ask_each(stage, slow)
    stage.replicas[0].kill()
    await asyncio.gather(*asking)
    return f"answers that stop half way: {len(stalled)}, that take two seconds: {len(slow)}"


async def the_same_answer_twice(stage: Stage, scale: Scale) -> str:
    """Answers left in a spool are found there by one replica, and copies of them by the other."""
    rounds = scale.of(1, 10)
    found = 0
    for _ in range(rounds):
        stage.replicas[1].kill()
        found += await _copy_what_was_left(stage)
        await stage.revive()
        await stage.settle()
    return f"answers, each found in two spools: {found}"


async def _copy_what_was_left(stage: Stage) -> int:
    first, second = stage.replicas
    wishes, before = [stage.callers.wish() for _ in range(6)], stage.calls()
    asking = [asyncio.create_task(stage.callers.ask(wish, first)) for wish in wishes]

    async def all_lie_there() -> bool:
        return sum(path.suffix == ".answer" for path in first.spool()) == len(wishes)

    await stage.until_called(before + len(wishes))
    with sqlite_held(stage):
        await stage.until(all_lie_there)
        first.kill()
    await asyncio.gather(*asking)
    for path in first.spool():
        shutil.copy(path, second.data_dir / "spool" / path.name)
    return len(wishes)


async def _ask_each(stage: Stage, marks: list[str]) -> None:
    wishes = [stage.callers.wish(mark) for mark in marks]
    await asyncio.gather(*(stage.callers.insist(wish) for wish in wishes))


_WHAT, _TWICE = "damaged and lost answers", "the same answer in two spools"
EXPERIMENTS = (
    Experiment(KIND, _WHAT, damaged_answers),
    Experiment(KIND, _WHAT, damaged_answers, Setting(replicas=2), on_mysql=True),
    Experiment(KIND, "stalled and slow answers", stalled_answers),
    Experiment(KIND, _TWICE, the_same_answer_twice, Setting(replicas=2, answer_seconds=1)),
    Experiment(
        KIND,
        _WHAT,
        damaged_answers,
        Setting(sabotage="failed-answers-retried"),
        finds=frozenset({"paid twice"}),
    ),
)
