"""Waiting for an image, and following it."""

import asyncio

import pytest

from pixyproxy.core.exceptions import GeneratorTimeout, ImageFailed, ImageNotFound
from pixyproxy.core.models import Image, JobState, Status, Visibility
from pixyproxy.core.requests import ImageChanges, ImagePrompt
from pixyproxy.service.generators.generator import PictureRequest, Receiver
from pixyproxy.service.making.watched import Preview
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    begun,
    eventually,
    in_turn,
    queued,
    until,
    worker,
)
from tests.service.scenery import ALICE, BOB, PNG, Easel, Gate, painting, rows


class Showing(Easel):
    """Shows the picture as it grows, to those who watch."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.watched: list[bool] = []

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        for content in (b"one", b"two"):
            receiver.preview(content)
        await super().call(request, receiver)
        self.watched.append(receiver.is_watched)


async def _followed(service: Services, image: Image) -> list[str]:
    steps = await service.private(ALICE).follow(image.guid)
    return [step.content.decode() if isinstance(step, Preview) else step.status.value async for step in steps]


async def test_one_who_follows_sees_every_step_and_the_previews_in_between(parts: Services) -> None:
    gate = Gate()
    easel = Showing(gate)
    async with worker(parts, easel) as service:
        image = await begun(service)
        await gate.reached.wait()
        following = [asyncio.create_task(_followed(service, image)) for _ in range(2)]
        await asyncio.sleep(0.1)
        gate.opened.set()
        for each in following:
            assert await each == ["generating", "one", "two", "ready"]
    assert easel.watched == [True]


async def test_nobody_who_follows_is_nobody_to_show_previews_to(parts: Services) -> None:
    gate = Gate()
    easel = Showing(gate)
    async with worker(parts, easel) as service:
        image = await begun(service)
        await gate.reached.wait()
        steps = await service.private(ALICE).follow(image.guid)
        assert isinstance(await anext(steps), Image)
        assert isinstance(await anext(steps), Preview)
        await steps.aclose()
        gate.opened.set()
        await until(parts, image.guid, Status.READY)
    assert easel.watched == [False]


async def test_one_made_elsewhere_can_be_followed_too(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service, worker(parts, painting()) as another:
        image = await begun(service)
        await gate.reached.wait()
        following = asyncio.create_task(_followed(another, image))
        await asyncio.sleep(0.1)
        gate.opened.set()
        assert await following == ["generating", "ready"]


async def test_one_that_is_settled_has_one_step(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        image = await service.private(ALICE).make(CAT)
        assert await _followed(service, image) == ["ready"]


async def test_one_that_may_not_be_seen_may_not_be_followed(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        image = await service.private(ALICE).make(CAT)
        with pytest.raises(ImageNotFound):
            await service.private(BOB).follow(image.guid)


async def test_one_that_may_not_be_seen_any_more_is_not_followed_any_further(parts: Services) -> None:
    gate = Gate()
    prompt = ImagePrompt(prompt="a cat", visibility=Visibility.PUBLIC)
    async with worker(parts, Easel(gate)) as service:
        image = await begun(service, prompt=prompt)
        steps = await service.private(BOB).follow(image.guid)
        assert isinstance(await anext(steps), Image)
        await service.private(ALICE).change(image.guid, ImageChanges(visibility=Visibility.PRIVATE))
        with pytest.raises(ImageNotFound):
            await anext(steps)
        gate.opened.set()
        await until(parts, image.guid, Status.READY)


async def test_who_waits_for_one_that_is_canceled_between_two_attempts_is_told_so(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.making.calls._PAUSES_S", (15, 15))

    async def is_between() -> bool:
        states = [job["state"] for job in await rows(parts, "job")]
        return states == ["waiting"]

    easel = Easel(in_turn(GeneratorTimeout(), PNG))
    async with worker(parts, easel) as service, worker(parts, easel) as another:
        waiting = [asyncio.create_task(service.private(ALICE).make(CAT))]
        await eventually(is_between)
        [row] = await rows(parts, "image")
        waiting.append(asyncio.create_task(_waited(another, row["guid"])))
        canceled = await service.private(ALICE).cancel(row["guid"])
        assert canceled.status is Status.CANCELED
        for each in waiting:
            with pytest.raises(ImageFailed) as raised:
                await each
            assert raised.value.guid == row["guid"]
        service.generation._calls.ending.set()
    assert len(easel.asked) == 1
    [attempt] = await parts.library.attempts.of_image(row["id"])
    assert attempt.failure is not None


async def _waited(service: Services, guid: str) -> Image:
    image = await service.private(ALICE).get(guid)
    return await service.generation.watching.until_settled(image, None)


async def test_one_canceled_after_its_claim_is_not_sent(parts: Services) -> None:
    easel = painting()
    image = await queued(parts, easel)
    async with worker(parts, easel) as service:
        claimed = await service.generation._recovery._claim(JobState.WAITING)
        assert claimed is not None
        await service.private(ALICE).cancel(image.guid)
        await service.generation._recovery._make(claimed)
        await service.generation.drain()
    assert easel.asked == []
    assert await attempts_of(parts, image.guid) == []
    assert await rows(parts, "job") == []


async def test_one_that_is_sent_is_not_canceled(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service:
        image = await begun(service)
        await gate.reached.wait()
        assert (await service.private(ALICE).cancel(image.guid)).status is Status.GENERATING
        gate.opened.set()
        await until(parts, image.guid, Status.READY)
        assert (await service.private(ALICE).cancel(image.guid)).status is Status.READY
