"""From an answer to an image, or to the end of one: what is kept, what is told, what it cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pixyproxy.core.exceptions import ImageNotFound, InternalError, OutcomeUnknown, UnreadablePicture
from pixyproxy.core.models import AttemptStatus, Cost, Status
from pixyproxy.core.requests import ImageChanges
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    eventually,
    files_of,
    found,
    nothing_is_left_to_do,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, painting, rows

COST = Cost(Decimal("0.04"), "list")


async def _bytes_put_aside(parts: Services, key: str) -> bytes:
    return b"".join([chunk async for chunk in parts.store.read(quarantine_key(key))])


async def test_what_is_no_picture_is_put_aside_and_its_cost_told(parts: Services) -> None:
    async with worker(parts, painting(b"I cannot draw.", cost=COST, usage={"tokens": 7})) as service:
        with pytest.raises(UnreadablePicture) as raised:
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    assert raised.value.guid == image.guid
    assert image.failure is not None
    assert (image.status, image.failure.code, image.cost_usd) == (Status.FAILED, "generator_failed", COST.usd)
    assert (attempt.status, attempt.cost, attempt.usage) == (AttemptStatus.FAILED, COST, {"tokens": 7})
    assert files_of(parts) == [quarantine_key(attempt.storage_key)]
    assert await _bytes_put_aside(parts, attempt.storage_key) == b"I cannot draw."
    assert await nothing_is_left_to_do(parts)


async def test_a_defect_in_reading_an_answer_does_not_lose_it(parts: Services) -> None:
    class Misreading(Easel):
        def read(self, answer: bytes, model: str) -> GeneratedPicture:
            raise TypeError("secret", answer, model)

    async with worker(parts, Misreading(painting().generate)) as service:
        with pytest.raises(InternalError) as raised:
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    assert raised.value.guid == image.guid
    assert image.failure is not None
    assert (image.status, image.failure.code) == (Status.FAILED, "internal")
    assert "secret" not in image.failure.detail
    assert attempt.status is AttemptStatus.FAILED
    assert (await _bytes_put_aside(parts, attempt.storage_key)).endswith(PNG)
    assert await nothing_is_left_to_do(parts)


async def test_what_the_database_cannot_keep_waits_in_the_spool_for_one_who_reads_it_better(
    parts: Services,
) -> None:
    class Mended(Easel):
        def read(self, answer: bytes, model: str) -> GeneratedPicture:
            return replace(super().read(answer, model), parameters={})

    easel = painting(PNG, parameters={"steps": float("nan")}, cost=COST)
    async with worker(parts, easel) as service:
        image = await service.private(ALICE).make(CAT)
    assert (await found(parts, image.guid)).status is Status.GENERATING
    assert [path.suffix for path in parts.spool.files()] == [".answer"]
    async with worker(parts, Mended(easel.generate), recovering=True):
        image = await until(parts, image.guid, Status.READY)
        await eventually(lambda: nothing_is_left_to_do(parts))
    assert (len(easel.asked), image.cost_usd) == (1, COST.usd)


class Breaking(Easel):
    """Sends half of an answer."""

    def __init__(self, error: Exception, half: bytes) -> None:
        super().__init__(painting().generate)
        self._error, self._half = error, half

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        self.asked.append(request)
        receiver.note_request_id("req-7")
        await receiver.write(self._half)
        raise self._error


@pytest.mark.parametrize("size", [100, 300_000])
async def test_what_came_of_an_answer_that_was_cut_is_put_aside(parts: Services, size: int) -> None:
    async with worker(parts, Breaking(OutcomeUnknown(), b"x" * size)) as service:
        with pytest.raises(OutcomeUnknown):
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status, attempt.cost) == (Status.UNKNOWN, AttemptStatus.UNKNOWN, None)
    assert attempt.provider_request_id == "req-7"
    assert await _bytes_put_aside(parts, attempt.storage_key) == b"x" * size
    assert await nothing_is_left_to_do(parts)


async def test_after_a_defect_in_a_driver_its_outcome_is_unknown_and_what_had_come_is_put_aside(
    parts: Services,
) -> None:
    async with worker(parts, Breaking(TypeError("secret"), b"half")) as service:
        with pytest.raises(OutcomeUnknown):
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status) == (Status.UNKNOWN, AttemptStatus.UNKNOWN)
    assert await _bytes_put_aside(parts, attempt.storage_key) == b"half"


@pytest.mark.parametrize("content", [PNG, b"no picture"], ids=["a picture", "none"])
async def test_of_an_image_deleted_for_good_meanwhile_only_the_attempt_and_its_cost_stay(
    parts: Services, content: bytes
) -> None:
    async def work(_: PictureRequest) -> GeneratedPicture:
        await service.private(ALICE).delete((await the_only_image(parts)).guid, permanently=True)
        return GeneratedPicture(content, cost=COST)

    async with worker(parts, Easel(work)) as service:
        with pytest.raises((ImageNotFound, UnreadablePicture)):
            await service.private(ALICE).make(CAT)
    await parts.trash.empty()
    for table in ("image", "job"):
        assert await rows(parts, table) == []
    assert files_of(parts) == []
    [attempt] = await rows(parts, "attempt")
    assert (attempt["owner"], attempt["cost_nano_usd"]) == (ALICE.owner, 40_000_000)
    assert await nothing_is_left_to_do(parts)


@pytest.mark.parametrize(
    ("content", "status"), [(PNG, Status.READY), (b"no picture", Status.FAILED)], ids=["a picture", "none"]
)
async def test_an_image_deleted_meanwhile_is_finished_in_the_trash(
    parts: Services, content: bytes, status: Status
) -> None:
    async def work(_: PictureRequest) -> GeneratedPicture:
        await service.private(ALICE).delete((await the_only_image(parts)).guid)
        return GeneratedPicture(content, cost=COST)

    async with worker(parts, Easel(work)) as service:
        with pytest.raises((ImageNotFound, UnreadablePicture)):
            await service.private(ALICE).make(CAT)
        await parts.trash.empty()
        [row] = await rows(parts, "image")
        restored = await service.private(ALICE).restore(row["guid"])
    assert (restored.status, restored.cost_usd) == (status, COST.usd)
    [key] = files_of(parts)
    assert b"".join([chunk async for chunk in parts.store.read(key)]) == content
    assert await nothing_is_left_to_do(parts)


async def test_its_caller_hears_that_it_is_gone(parts: Services) -> None:
    async def work(_: PictureRequest) -> GeneratedPicture:
        guids.append((await the_only_image(parts)).guid)
        await service.private(ALICE).delete(guids[0])
        return GeneratedPicture(PNG)

    guids: list[str] = []
    async with worker(parts, Easel(work)) as service:
        with pytest.raises(ImageNotFound) as raised:
            await service.private(ALICE).make(CAT)
    assert raised.value.guid == guids[0]


async def test_what_its_owner_changed_meanwhile_stays(parts: Services) -> None:
    async def work(_: PictureRequest) -> GeneratedPicture:
        guid = (await the_only_image(parts)).guid
        await service.private(ALICE).change(guid, ImageChanges(tags=["mine"], filename="mine.txt"))
        return GeneratedPicture(PNG)

    async with worker(parts, Easel(work)) as service:
        image = await service.private(ALICE).make(CAT)
    assert (image.tags, image.filename, image.status) == (("mine",), "mine.txt", Status.READY)
