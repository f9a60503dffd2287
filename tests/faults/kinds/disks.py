"""Disks that are full, read-only or broken: the store's, and the one the spool lies on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from http import HTTPStatus
from secrets import token_hex
from typing import Any

from tests.faults.disks import Disk, Limits, SmallDisk, can_mount, small_disk
from tests.faults.experiments import Experiment, Ground, Scale
from tests.faults.reconciliation import Difference
from tests.faults.setting import Setting
from tests.faults.stage import Stage
from tests.faults.strace import injecting

KIND = "disks"
_AT_ONCE = 12


@asynccontextmanager
async def images_on_a_small_disk(setting: Setting, ground: Ground) -> AsyncIterator[tuple[Setting, Any]]:
    with _small_disk(ground) as disk:
        yield (setting, None) if disk is None else (replace(setting, images=disk.folder), disk)


@asynccontextmanager
async def all_on_a_small_disk(setting: Setting, ground: Ground) -> AsyncIterator[tuple[Setting, Any]]:
    """As it is where nothing but a data directory is set."""
    with _small_disk(ground) as disk:
        if disk is None:
            yield setting, None
        else:
            yield replace(setting, data=disk.folder, images=disk.folder / "images"), disk


def _small_disk(ground: Ground) -> AbstractContextManager[SmallDisk | None]:
    if can_mount(ground.folder):
        return small_disk(ground.folder / f"small-disk-{token_hex(4)}")
    return nullcontext()


def _disk_of(stage: Stage) -> Disk:
    return stage.helper or Limits(stage.images, stage.replicas)


async def fill_and_make_room(stage: Stage, scale: Scale) -> str:
    """Full in the midst of the work; room again once new callers have been refused."""
    disk, rounds = _disk_of(stage), scale.of(1, 5)
    for _ in range(rounds):
        load = asyncio.create_task(stage.callers.load(30, _AT_ONCE))
        await asyncio.sleep(1.5 * stage.setting.answer_seconds)
        disk.fill()
        await asyncio.sleep(1.5)  # longer than admission trusts its last look at the store
        new = asyncio.create_task(stage.callers.load(4, 4))
        await asyncio.sleep(1)
        disk.make_room()
        await asyncio.gather(load, new)
    return f"{disk.name}; full: {rounds}"


async def read_only_for_a_while(stage: Stage, scale: Scale) -> str:
    disk, rounds = _disk_of(stage), scale.of(1, 5)
    for _ in range(rounds):
        load = asyncio.create_task(stage.callers.load(30, _AT_ONCE))
        await asyncio.sleep(1.5 * stage.setting.answer_seconds)
        await asyncio.to_thread(disk.make_read_only)
        await asyncio.sleep(2)
        disk.make_writable()
        await load
    return f"{disk.name}; read-only: {rounds}"


async def below_the_reserve(stage: Stage, scale: Scale) -> str:
    """Nothing is bought for which there is no room."""
    [replica], callers = stage.replicas, scale.of(20, 200)
    wishes = [stage.callers.wish() for _ in range(callers)]
    await asyncio.gather(*(stage.callers.ask(wish, replica) for wish in wishes))
    refused = sum(wish.heard[f"{HTTPStatus.INSUFFICIENT_STORAGE:d} storage_full"] for wish in wishes)
    calls = stage.calls()
    if calls or refused != callers:
        stage.noticed.append(Difference("bought below the reserve", f"{calls} calls, {refused} refusals"))
    replica.terminate()
    await replica.ended()
    replica.environment["PIXYPROXY_RESERVE_MB"] = "0"
    await replica.start()
    await asyncio.gather(*(stage.callers.insist(wish) for wish in wishes))
    return f"507 for {refused} of {callers} callers, calls made: {calls}; then there was room"


async def broken_flushes(stage: Stage, scale: Scale) -> str:
    """The N-th of these calls in a thread fails with EIO while two images are made."""
    hit = 0
    await stage.callers.load(2, 2)
    for call in ("fsync", "fdatasync", "pwrite64"):
        for number in range(1, 1 + scale.of(2, 12)):
            async with injecting(stage.replicas[0].worker(), call, "error=EIO", number):
                wishes = [stage.callers.wish() for _ in range(2)]
                asking = [asyncio.create_task(stage.callers.ask(wish, stage.replicas[0])) for wish in wishes]
                await asyncio.sleep(2 * stage.setting.answer_seconds)
            await asyncio.gather(*asking)
            await asyncio.gather(*(stage.callers.insist(each) for each in wishes if not each.is_acknowledged))
            hit += 1
    return f"EIO from fsync, fdatasync or pwrite64: {hit}"


_FULL, _ALL_FULL, _READ_ONLY = "the store is full", "everything lies on a full disk", "the store is read-only"
_BARE = Setting(environment={"PIXYPROXY_RESERVE_MB": "0"})
_BELOW = Setting(environment={"PIXYPROXY_RESERVE_MB": "1000000000"})
_CARELESS = replace(_BARE, sabotage="acknowledged-without-storing")
_NO_BYTES = frozenset({"row without bytes"})
_IMAGES = images_on_a_small_disk
EXPERIMENTS = (
    Experiment(KIND, _FULL, fill_and_make_room, _BARE, on_mysql=True, around=_IMAGES),
    Experiment(KIND, _ALL_FULL, fill_and_make_room, _BARE, around=all_on_a_small_disk),
    Experiment(KIND, "less room than the reserve", below_the_reserve, _BELOW),
    Experiment(KIND, _READ_ONLY, read_only_for_a_while, _BARE, on_mysql=True, around=_IMAGES),
    Experiment(KIND, "flushes fail", broken_flushes, needs_strace=True),
    Experiment(KIND, _FULL, fill_and_make_room, _CARELESS, on_mysql=True, around=_IMAGES, finds=_NO_BYTES),
    Experiment(
        KIND, _READ_ONLY, read_only_for_a_while, _CARELESS, on_mysql=True, around=_IMAGES, finds=_NO_BYTES
    ),
)
