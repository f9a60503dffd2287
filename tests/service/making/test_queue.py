"""What is beyond the calls a worker may make at once waits its turn."""

import asyncio
import shutil

import pytest

from pixyproxy.core.models import JobState, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making import recovery
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    ANSWER,
    CAT,
    begun,
    eventually,
    found,
    left_behind,
    queued,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, Gate, painting, rows

ONE_AT_ONCE = Limits(most_calls=1, reserve_bytes=0)


class Counting:
    """How many are at work at once, and in what order they came."""

    def __init__(self, pause_s: float = 0.02) -> None:
        self._pause_s = pause_s
        self.now = self.most = 0
        self.prompts: list[str] = []

    async def __call__(self, request: PictureRequest) -> GeneratedPicture:
        self.prompts.append(request.prompt)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self._pause_s)
        self.now -= 1
        return GeneratedPicture(PNG)


async def test_beyond_the_limit_an_image_is_queued_with_no_attempt_and_made_as_room_comes(
    parts: Services,
) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, limits=ONE_AT_ONCE, recovering=True) as service:
        first = await begun(service)
        await gate.reached.wait()
        second = await begun(service)
        assert (first.status, second.status) == (Status.GENERATING, Status.QUEUED)
        assert await parts.library.attempts.of_image(second.id) == []
        assert [job["state"] for job in await rows(parts, "job")] == [JobState.SENT, JobState.WAITING]
        gate.opened.set()
        await until(parts, second.guid, Status.READY)
    assert (await found(parts, first.guid)).status is Status.READY


async def test_they_are_made_in_the_order_in_which_they_came(parts: Services) -> None:
    counting = Counting()
    async with worker(parts, Easel(counting), limits=ONE_AT_ONCE, recovering=True) as service:
        images = [await begun(service, prompt=ImagePrompt(prompt=f"cat {number}")) for number in range(6)]
        for image in images:
            await until(parts, image.guid, Status.READY)
    assert counting.prompts == [f"cat {number}" for number in range(6)]


async def test_many_at_once_do_not_exceed_the_limit(parts: Services) -> None:
    counting = Counting()
    limits = Limits(most_calls=3, reserve_bytes=0)
    async with worker(parts, Easel(counting), limits=limits, recovering=True) as service:
        made = await asyncio.gather(*(service.private(ALICE).make(CAT) for _ in range(20)))
    assert 1 < counting.most <= 3
    assert {image.status for image in made} == {Status.READY}
    assert len(counting.prompts) == 20


async def test_room_is_filled_at_once_not_at_the_next_look(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_POLL_S", 600)
    gate = Gate()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE, recovering=True) as service:
        images = [await begun(service) for _ in range(4)]
        gate.opened.set()
        for image in images:
            await until(parts, image.guid, Status.READY)


async def test_who_waits_for_a_queued_image_gets_it(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE, recovering=True) as service:
        await begun(service)
        waiting = asyncio.create_task(service.private(ALICE).make(CAT))

        async def is_queued() -> bool:
            return len(await rows(parts, "job")) == 2

        await eventually(is_queued)
        gate.opened.set()
        assert (await waiting).status is Status.READY


async def test_another_worker_with_room_takes_it(parts: Services) -> None:
    gate = Gate()
    there = Easel(Counting())
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE, recovering=True) as service:
        first = await begun(service)
        waiting = asyncio.create_task(service.private(ALICE).make(CAT))
        async with worker(parts, there, recovering=True):
            assert (await waiting).status is Status.READY
        assert len(there.asked) == 1
        gate.opened.set()
        await until(parts, first.guid, Status.READY)


async def test_answers_that_are_settled_take_no_room_of_calls(parts: Services) -> None:
    """One left behind is brought to its end also where no call could be made."""
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, limits=ONE_AT_ONCE, recovering=True) as service:
        busy = await begun(service)
        await gate.reached.wait()
        image, _ = await left_behind(parts, easel, ANSWER)
        await until(parts, image.guid, Status.READY)
        gate.opened.set()
        await until(parts, busy.guid, Status.READY)


async def test_what_is_queued_waits_while_its_picture_could_not_be_kept(
    parts: Services, caplog: pytest.LogCaptureFixture
) -> None:
    easel = painting()
    shutil.rmtree(parts.spool._folder)
    image = await queued(parts, easel)
    async with worker(parts, easel, recovering=True):

        async def was_refused() -> bool:
            return "take_up: " in caplog.text

        await eventually(was_refused)
        [job] = await rows(parts, "job")
        assert (job["state"], job["holder"]) == (JobState.WAITING, None)
        assert (await found(parts, image.guid)).status is Status.QUEUED
        parts.spool.open()
        await until(parts, image.guid, Status.READY)
    assert len(easel.asked) == 1
