"""A replica that stands still for longer than its lease, and then goes on as if nothing had been."""

import asyncio
import signal
import time

from tests.faults.experiments import Experiment, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage
from tests.upstream import Scenario

KIND = "frozen"
_RETRY_AFTER_S = 6


async def freeze_with_calls_under_way(stage: Stage, scale: Scale) -> str:
    """Its images are given up by the other; then it comes back with the answers."""
    rounds = 1 if stage.setting.sabotage else scale.of(1, 20)
    for _ in range(rounds):
        wishes, before = [stage.callers.wish() for _ in range(6)], stage.calls()
        asking = [asyncio.create_task(stage.callers.ask(wish, stage.replicas[0])) for wish in wishes]
        await stage.until_called(before + len(wishes))
        stage.replicas[0].signal(signal.SIGSTOP)
        try:
            await stage.until(lambda: _is_empty(stage, "SELECT image_id FROM job"))
        finally:
            stage.replicas[0].signal(signal.SIGCONT)
        await asyncio.gather(*asking)
        await stage.settle()
    return f"frozen, each time with 6 calls under way: {rounds}"


async def freeze_between_two_calls(stage: Stage, scale: Scale) -> str:
    """It was told to come again later; meanwhile the other has made the image. It must not call any more."""
    rounds = 1 if stage.setting.sabotage else scale.of(1, 20)
    for _ in range(rounds):
        stage.provider.answer_with(
            Scenario("rate-limited", retry_after_seconds=_RETRY_AFTER_S),
            Scenario(delay_seconds=stage.setting.answer_seconds, unique=True),
        )
        wish, before = stage.callers.wish(), stage.calls()
        asking = asyncio.create_task(stage.callers.ask(wish, stage.replicas[0]))
        await stage.until(lambda: _is_full(stage, "SELECT image_id FROM job WHERE state = 'waiting'"))
        pause_is_over = time.monotonic() + _RETRY_AFTER_S + 1
        stage.replicas[0].signal(signal.SIGSTOP)
        try:
            await stage.until(lambda: _is_empty(stage, "SELECT image_id FROM job"))
        finally:
            stage.replicas[0].signal(signal.SIGCONT)
        await asyncio.sleep(max(1, pause_is_over - time.monotonic()))
        await asking
        assert stage.calls() >= before + 2, "The other replica did not make it."
    return f"frozen between a 429 and the next try: {rounds}"


async def _is_empty(stage: Stage, question: str) -> bool:
    return not await stage.database.fetch_all(question, {})


async def _is_full(stage: Stage, question: str) -> bool:
    return not await _is_empty(stage, question)


_CALLING, _PAUSING = "frozen with calls under way", "frozen between two calls"
_TWO = Setting(replicas=2, answer_seconds=1)
EXPERIMENTS = (
    Experiment(KIND, _CALLING, freeze_with_calls_under_way, _TWO, on_mysql=True),
    Experiment(KIND, _PAUSING, freeze_between_two_calls, _TWO, on_mysql=True),
    Experiment(
        KIND,
        _CALLING,
        freeze_with_calls_under_way,
        Setting(replicas=2, answer_seconds=1, sabotage="late-answers-thrown-away"),
        on_mysql=True,
        finds=frozenset({"lost"}),
    ),
    Experiment(
        KIND,
        _PAUSING,
        freeze_between_two_calls,
        Setting(replicas=2, answer_seconds=1, sabotage="token-not-checked"),
        on_mysql=True,
        finds=frozenset({"paid twice"}),
    ),
)
