"""The database: MySQL killed and started again under load, connections cut during COMMIT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from tests.faults.commit_proxy import running_commit_proxy
from tests.faults.experiments import Experiment, Ground, Scale
from tests.faults.setting import Setting
from tests.faults.stage import Stage
from tools.mysql_server import URL_VARIABLE, WAYS, first_open_way

KIND = "databases"
_AT_ONCE = 12


@asynccontextmanager
async def mysql_of_our_own(setting: Setting, _: Ground) -> AsyncIterator[tuple[Setting, Any]]:
    """To be killed: never one that somebody else runs."""
    ways = {name: way for name, way in WAYS.items() if name != URL_VARIABLE}
    with ExitStack() as stack:
        server = await asyncio.to_thread(first_open_way, ways, stack)
        yield replace(setting, mysql_url=server.url), server


async def kill_mysql(stage: Stage, scale: Scale) -> str:
    kills = 1 if stage.setting.sabotage else scale.of(2, 20)
    killing = asyncio.create_task(_kill(stage, kills, up_s=scale.of(1, 5)))
    await stage.callers.load(scale.of(60, 500), _AT_ONCE, until=killing)
    await killing
    return f"kills of MySQL: {kills}"


async def _kill(stage: Stage, kills: int, up_s: int) -> None:
    """While calls are on their way, and some of them come back to no database."""
    for _ in range(kills):
        await asyncio.sleep(stage.chance.uniform(0.5, up_s))
        await stage.until_called(stage.calls() + 1)
        await asyncio.to_thread(stage.helper.kill)
        await asyncio.sleep(stage.setting.answer_seconds + stage.chance.uniform(0.2, 5))
        await asyncio.to_thread(stage.helper.start)


@asynccontextmanager
async def commits_cut(setting: Setting, _: Ground) -> AsyncIterator[tuple[Setting, Any]]:
    port = urlsplit(setting.mysql_url or "").port or 3306
    async with running_commit_proxy(port, setting.seed) as (proxy, our_port):
        yield replace(setting, database_port=our_port), proxy


async def cut_commits(stage: Stage, scale: Scale) -> str:
    """Three in ten; at the end none, so that everything can come to its end."""
    stage.helper.share = 0.3
    wanted = scale.of(40, 200)
    cutting = asyncio.create_task(_until_so_many_are_cut(stage, wanted))
    await stage.callers.load(scale.of(40, 300), _AT_ONCE, until=cutting)
    await cutting
    stage.helper.share = 0.0
    return "cuts " + ", ".join(f"{cut}: {count}" for cut, count in sorted(stage.helper.cuts.items()))


async def _until_so_many_are_cut(stage: Stage, wanted: int) -> None:
    async def are_cut() -> bool:
        return bool(stage.helper.cuts.total() >= wanted)

    await stage.until(are_cut, seconds=600)


_KILLED, _CUT = "MySQL killed and started again", "connections to MySQL cut during COMMIT"
_TWO = Setting(replicas=2)
_GIVES_UP = Setting(replicas=2, sabotage="gives-up")
_LOST = frozenset({"lost"})
EXPERIMENTS = (
    Experiment(KIND, _KILLED, kill_mysql, _TWO, on_mysql=True, around=mysql_of_our_own),
    Experiment(KIND, _CUT, cut_commits, _TWO, on_mysql=True, around=commits_cut),
    Experiment(KIND, _KILLED, kill_mysql, _GIVES_UP, on_mysql=True, around=mysql_of_our_own, finds=_LOST),
    Experiment(KIND, _CUT, cut_commits, _GIVES_UP, on_mysql=True, around=commits_cut, finds=_LOST),
    Experiment(
        KIND,
        _CUT,
        cut_commits,
        Setting(replicas=2, sabotage="lost-commits-left-alone"),
        on_mysql=True,
        around=commits_cut,
        finds=frozenset({"given up"}),
    ),
)
