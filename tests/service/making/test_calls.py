"""The call that may cost money: what is repeated, and above all what is not."""

import asyncio
from decimal import Decimal

import pytest

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    GeneratorRefused,
    GeneratorTimeout,
    ImageNotFound,
    InvalidRequest,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
    Unavailable,
)
from pixyproxy.core.models import AttemptStatus, Cost, JobState, Status
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    begun,
    eventually,
    found,
    in_turn,
    nothing_is_left_to_do,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, Gate, failing, painting, rows

NOT_SENT = [GeneratorTimeout(), RateLimited(retry_after_s=0)]


def _names(error: PixyProxyException) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", NOT_SENT, ids=_names)
async def test_a_call_that_was_not_sent_is_repeated(parts: Services, error: PixyProxyException) -> None:
    easel = Easel(in_turn(error, error, PNG))
    async with worker(parts, easel) as service:
        image = await service.private(ALICE).make(CAT)
    assert (image.status, len(easel.asked)) == (Status.READY, 3)
    attempts = await attempts_of(parts, image.guid)
    assert [each.status for each in attempts] == [
        AttemptStatus.FAILED,
        AttemptStatus.FAILED,
        AttemptStatus.SUCCEEDED,
    ]
    for each in attempts[:2]:
        assert each.failure is not None
        assert (each.failure.code, each.cost) == (error.code, None)
        assert each.ended_at is not None
    assert len({each.storage_key for each in attempts}) == 3
    assert await nothing_is_left_to_do(parts)


@pytest.mark.parametrize("error", NOT_SENT, ids=_names)
async def test_it_is_repeated_twice_and_no_more(parts: Services, error: PixyProxyException) -> None:
    easel = failing(error)
    async with worker(parts, easel) as service:
        with pytest.raises(type(error)) as raised:
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    assert raised.value.guid == image.guid
    assert image.failure is not None
    assert (image.status, image.failure.code, len(easel.asked)) == (Status.FAILED, error.code, 3)
    assert [each.status for each in await attempts_of(parts, image.guid)] == [AttemptStatus.FAILED] * 3
    assert await nothing_is_left_to_do(parts)


async def test_each_attempt_is_recorded_before_its_call_and_the_one_before_is_closed(parts: Services) -> None:
    seen: list[list[AttemptStatus]] = []

    async def work(_: PictureRequest) -> GeneratedPicture:
        image = await the_only_image(parts)
        seen.append([each.status for each in await attempts_of(parts, image.guid)])
        [job] = await rows(parts, "job")
        assert (job["state"], image.status) == (JobState.SENT, Status.GENERATING)
        if len(seen) < 3:
            raise GeneratorTimeout
        return GeneratedPicture(PNG)

    async with worker(parts, Easel(work)) as service:
        await service.private(ALICE).make(CAT)
    started, failed = AttemptStatus.STARTED, AttemptStatus.FAILED
    assert seen == [[started], [failed, started], [failed, failed, started]]


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown(),
        GeneratorFailed(),
        GeneratorRefused(),
        PromptRefused(),
        InvalidRequest(),
        RateLimited(retry_after_s=21),
        Unavailable(),
    ],
    ids=_names,
)
async def test_nothing_else_is_repeated(parts: Services, error: PixyProxyException) -> None:
    easel = Easel(in_turn(error, PNG))
    async with worker(parts, easel) as service:
        with pytest.raises(type(error)):
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    sent = isinstance(error, OutcomeUnknown)
    assert attempt.status is (AttemptStatus.UNKNOWN if sent else AttemptStatus.FAILED)
    assert image.status is (Status.UNKNOWN if sent else Status.FAILED)
    assert len(easel.asked) == 1
    assert await nothing_is_left_to_do(parts)


async def test_what_follows_a_repeat_may_end_it(parts: Services) -> None:
    easel = Easel(in_turn(GeneratorTimeout(), OutcomeUnknown(), PNG))
    async with worker(parts, easel) as service:
        with pytest.raises(OutcomeUnknown):
            await service.private(ALICE).make(CAT)
    image = await the_only_image(parts)
    statuses = [each.status for each in await attempts_of(parts, image.guid)]
    assert (image.status, statuses) == (Status.UNKNOWN, [AttemptStatus.FAILED, AttemptStatus.UNKNOWN])
    assert len(easel.asked) == 2


async def test_between_two_attempts_nothing_is_sent_and_another_may_take_it_up(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.making.calls._PAUSES_S", (0.3, 0.3))

    async def is_between() -> bool:
        return [job["state"] for job in await rows(parts, "job")] == [JobState.WAITING]

    easel = Easel(in_turn(GeneratorTimeout(), PNG))
    async with worker(parts, easel) as service:
        image = await begun(service)
        await eventually(is_between)
        [attempt] = await attempts_of(parts, image.guid)
        assert attempt.status is AttemptStatus.FAILED
        await until(parts, image.guid, Status.READY)


async def test_what_the_provider_calls_a_refused_call_is_kept_with_its_attempt(parts: Services) -> None:
    async def refuse(_: PictureRequest) -> GeneratedPicture:
        raise RateLimited(retry_after_s=30)

    class Naming(Easel):
        async def call(self, request: PictureRequest, receiver: object) -> None:
            receiver.note_request_id("req-7")  # type: ignore[attr-defined]
            await self._work(request)

    async with worker(parts, Naming(refuse)) as service:
        with pytest.raises(RateLimited):
            await service.private(ALICE).make(CAT)
    [attempt] = await attempts_of(parts, (await the_only_image(parts)).guid)
    assert attempt.provider_request_id == "req-7"


async def test_an_image_deleted_between_two_attempts_is_not_called_for_again(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.making.calls._PAUSES_S", (0.3, 0.3))
    easel = Easel(in_turn(GeneratorTimeout(), PNG))

    async def is_between() -> bool:
        return [job["state"] for job in await rows(parts, "job")] == [JobState.WAITING]

    async with worker(parts, easel) as service:
        image = await begun(service)
        await eventually(is_between)
        await service.private(ALICE).delete(image.guid)

        assert await rows(parts, "job") == []
    [row] = await rows(parts, "image")
    assert (row["status"], row["deleted_at"] is None, len(easel.asked)) == ("canceled", False, 1)
    assert [row["status"] for row in await rows(parts, "attempt")] == ["failed"]


async def test_an_image_deleted_while_its_generator_cannot_be_reached_is_not_called_for_again(
    parts: Services,
) -> None:
    async def work(_: PictureRequest) -> GeneratedPicture:
        await service.private(ALICE).delete((await the_only_image(parts)).guid)
        raise GeneratorTimeout

    easel = Easel(work)
    async with worker(parts, easel) as service:
        with pytest.raises(ImageNotFound):
            await service.private(ALICE).make(CAT)
        assert await nothing_is_left_to_do(parts)
        [row] = await rows(parts, "image")
        restored = await service.private(ALICE).restore(row["guid"])
    assert (restored.status, len(easel.asked)) == (Status.CANCELED, 1)
    assert [row["status"] for row in await rows(parts, "attempt")] == ["failed"]


async def test_who_owns_an_attempt_and_what_it_cost_are_kept_with_it(parts: Services) -> None:
    cost = Cost(Decimal("0.04"), "list")
    async with worker(parts, painting(PNG, cost=cost, usage={"tokens": 7})) as service:
        image = await service.private(ALICE).make(CAT)
    [attempt] = await attempts_of(parts, image.guid)
    assert (attempt.owner, attempt.cost, attempt.usage) == (ALICE.owner, cost, {"tokens": 7})
    assert (image.cost_usd, image.cost_source) == (cost.usd, cost.source)


async def test_nobody_has_to_wait_for_it_to_be_made(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service:
        waiting = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.opened.set()
        image = await until(parts, (await the_only_image(parts)).guid, Status.READY)
    assert (await found(parts, image.guid)).content is not None
