"""Callers who hang up at random moments, in good order or not."""

import asyncio
import json

from tests.faults.callers import Wish
from tests.faults.experiments import Experiment, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage
from tests.live.service import ADMIN_KEY

KIND = "hang-ups"
_AT_ONCE = 25


async def hang_up_at_random(stage: Stage, scale: Scale) -> str:
    callers = scale.of(50, 500)
    places = asyncio.Semaphore(_AT_ONCE)
    wishes = [stage.callers.wish() for _ in range(callers)]
    await asyncio.gather(*(_hang_up(stage, wish, places) for wish in wishes))
    await stage.settle()
    paid = stage.calls()
    if not stage.setting.sabotage:
        await asyncio.gather(*(stage.callers.insist(wish) for wish in wishes))
    return f"callers who hung up: {callers}, calls made: {paid}; then all came again"


async def _hang_up(stage: Stage, wish: Wish, places: asyncio.Semaphore) -> None:
    """The whole request is sent; how long its sender stays is chance."""
    replica = stage.chance.choice(stage.replicas)
    wish.replicas.add(replica.number)
    async with places:
        _, writer = await asyncio.open_connection("127.0.0.1", replica.port)
        writer.write(_request(wish))
        await writer.drain()
        await asyncio.sleep(stage.chance.uniform(0.02, 1.3 * stage.setting.answer_seconds))
        if stage.chance.random() < 0.5:
            writer.transport.abort()
        writer.close()


def _request(wish: Wish) -> bytes:
    body = json.dumps({"prompt": wish.prompt})
    lines = (
        "POST /image HTTP/1.1",
        "Host: localhost",
        f"X-API-Key: {ADMIN_KEY}",
        f"Idempotency-Key: {wish.key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*lines, "", body]).encode()


_WHAT = "callers hang up"
EXPERIMENTS = (
    Experiment(KIND, _WHAT, hang_up_at_random),
    Experiment(KIND, _WHAT, hang_up_at_random, Setting(replicas=2), on_mysql=True),
    Experiment(
        KIND,
        _WHAT,
        hang_up_at_random,
        Setting(sabotage="cancelled-with-the-caller"),
        finds=frozenset({"lost", "given up"}),
    ),
)
