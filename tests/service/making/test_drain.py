"""The end of a process: new work is refused, what runs is finished, what has not begun is handed back."""

import asyncio
import shutil

import pytest

from pixyproxy.core.exceptions import GeneratorTimeout, StorageFull, Unavailable
from pixyproxy.core.models import AttemptStatus, JobState, Status
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    Stubborn,
    attempts_of,
    begun,
    eventually,
    found,
    in_turn,
    nothing_is_left_to_do,
    queued,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, Gate, painting, rows


async def test_new_work_is_refused_and_nothing_of_it_recorded(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        await service.generation.drain()
        with pytest.raises(Unavailable) as raised:
            await service.private(ALICE).make(CAT)
    assert raised.value.retry_after_s == 5
    assert (easel.asked, await rows(parts, "image")) == ([], [])


async def test_what_runs_is_finished_first(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service:
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        draining = asyncio.create_task(service.generation.drain())
        await asyncio.sleep(0.05)
        assert not draining.done()
        gate.opened.set()
        await draining
        assert (await making).status is Status.READY
    assert await nothing_is_left_to_do(parts)


async def test_what_is_being_recorded_counts_as_running(parts: Services) -> None:
    """Even when its caller has hung up: no call is made that nobody would see to its end."""
    easel = painting()
    async with worker(parts, easel) as service:
        held, recording = asyncio.Event(), service.generation._recording
        add, reached = recording.add, asyncio.Event()

        async def add_late(*known: object) -> object:
            reached.set()
            await held.wait()
            return await add(*known)  # type: ignore[arg-type]

        recording.add = add_late  # type: ignore[method-assign, assignment]
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await reached.wait()
        making.cancel()
        draining = asyncio.create_task(service.generation.drain())
        await asyncio.sleep(0.05)
        assert not draining.done()
        held.set()
        await draining
        assert (await the_only_image(parts)).status is Status.READY
    assert len(easel.asked) == 1


async def test_what_waits_between_two_attempts_is_handed_back_and_made_by_another(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.making.calls._PAUSES_S", (15, 15))
    easel, another = Easel(in_turn(GeneratorTimeout(), PNG)), painting()

    async def is_between() -> bool:
        return [job["state"] for job in await rows(parts, "job")] == [JobState.WAITING]

    async with worker(parts, easel) as service:
        image = await begun(service)
        await eventually(is_between)
        await service.generation.drain()
        [job] = await rows(parts, "job")
        assert (job["state"], job["holder"], job["token"]) == (JobState.WAITING, None, None)
        assert (await found(parts, image.guid)).status is Status.QUEUED
    async with worker(parts, another, recovering=True):
        await until(parts, image.guid, Status.READY)
    assert (len(easel.asked), len(another.asked)) == (1, 1)
    statuses = [each.status for each in await attempts_of(parts, image.guid)]
    assert statuses == [AttemptStatus.FAILED, AttemptStatus.SUCCEEDED]


async def test_who_waits_for_one_that_was_handed_back_is_told_how_it_stands(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.making.calls._PAUSES_S", (15, 15))

    async def is_between() -> bool:
        return [job["state"] for job in await rows(parts, "job")] == [JobState.WAITING]

    async with worker(parts, Easel(in_turn(GeneratorTimeout()))) as service:
        waiting = asyncio.create_task(service.private(ALICE).make(CAT))
        await eventually(is_between)
        await service.generation.drain()
        assert (await waiting).status is Status.QUEUED


async def test_what_is_queued_stays_for_the_others(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel, recovering=True) as service:
        await service.generation.drain()
        image = await queued(parts, easel)
        await asyncio.sleep(0.2)
        assert (await found(parts, image.guid)).status is Status.QUEUED
    assert easel.asked == []


async def test_nothing_is_repeated_any_more(parts: Services) -> None:
    gate = Gate(in_turn(GeneratorTimeout()))
    easel = Easel(gate)
    async with worker(parts, easel, limits=Limits(reserve_bytes=0)) as service:
        image = await begun(service)
        await gate.reached.wait()
        draining = asyncio.create_task(service.generation.drain())
        await asyncio.sleep(0)
        gate.opened.set()
        await draining
    assert len(easel.asked) == 1
    assert (await found(parts, image.guid)).status is Status.QUEUED
    assert [job["holder"] for job in await rows(parts, "job")] == [None]


async def test_an_answer_that_is_safe_in_the_spool_is_not_waited_for(parts: Services) -> None:
    store = _store(parts)

    async def work(_: PictureRequest) -> GeneratedPicture:
        store.why_not = StorageFull()
        return GeneratedPicture(PNG)

    async with worker(parts, Easel(work), store=store) as service:
        image = await service.private(ALICE).make(CAT)
        async with asyncio.timeout(30):
            await service.generation.drain()
        assert service.generation.answers_waiting() == 1
    assert (await found(parts, image.guid)).status is Status.GENERATING
    assert [path.suffix for path in parts.spool.files()] == [".answer"]


async def test_an_answer_that_is_in_memory_only_is_waited_for(parts: Services) -> None:
    store = _store(parts)

    async def work(_: PictureRequest) -> GeneratedPicture:
        store.why_not = StorageFull()
        shutil.rmtree(parts.spool._folder)
        return GeneratedPicture(PNG)

    async with worker(parts, Easel(work), store=store) as service:
        image = await service.private(ALICE).make(CAT)
        draining = asyncio.create_task(service.generation.drain())
        refused = store.refused

        async def was_tried_again() -> bool:
            return store.refused > refused + 20

        await eventually(was_tried_again)
        assert (draining.done(), service.generation.answers_waiting()) == (False, 1)
        store.why_not = None
        await draining
        assert (await found(parts, image.guid)).status is Status.READY
    assert await nothing_is_left_to_do(parts)


def _store(parts: Services) -> Stubborn:
    folder = parts.store.local_path("")
    assert folder is not None
    return Stubborn(folder)
