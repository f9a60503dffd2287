"""A generator that fails again and again is left in peace; then one call tries it."""

import asyncio

import pytest

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    GeneratorRefused,
    GeneratorRests,
    GeneratorTimeout,
    InvalidRequest,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
)
from pixyproxy.core.models import AttemptStatus, Image, JobState, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making import circuits
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    Other,
    attempts_of,
    eventually,
    found,
    in_turn,
    lease_over,
    queued,
    until,
    worker,
)
from tests.service.scenery import ALICE, ON_SQLITE, PNG, Easel, Gate, Work, failing, painting, rows

pytestmark = ON_SQLITE
ITS_FAULT = [GeneratorFailed(), OutcomeUnknown()]
NOT_ITS_FAULT = [PromptRefused(), InvalidRequest(), RateLimited(retry_after_s=60), GeneratorRefused()]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of the circuits alone."""
    clock = Clock()
    monkeypatch.setattr(circuits, "time", clock)
    return clock


def _names(error: PixyProxyException) -> str:
    return type(error).__name__


async def _make_in_vain(service: Services, times: int) -> None:
    for _ in range(times):
        with pytest.raises(PixyProxyException):
            await service.private(ALICE).make(CAT)


@pytest.mark.parametrize("error", ITS_FAULT, ids=_names)
async def test_after_five_failures_in_a_row_nothing_more_is_recorded_or_called(
    parts: Services, clock: Clock, error: PixyProxyException
) -> None:
    easel = failing(error)
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 5)
        clock.now += 10
        with pytest.raises(GeneratorRests) as raised:
            await service.private(ALICE).make(CAT)
    assert raised.value.retry_after_s == 20
    assert (len(easel.asked), len(await rows(parts, "image")), len(await rows(parts, "attempt"))) == (5, 5, 5)


async def test_calls_that_could_not_be_sent_count_each(parts: Services, clock: Clock) -> None:
    _ = clock
    easel = failing(GeneratorTimeout())
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 2)  # three calls, and two
        with pytest.raises(GeneratorRests):
            await service.private(ALICE).make(CAT)
    assert (len(easel.asked), len(await rows(parts, "image"))) == (5, 2)


@pytest.mark.parametrize("error", NOT_ITS_FAULT, ids=_names)
async def test_refusals_are_no_failures(parts: Services, clock: Clock, error: PixyProxyException) -> None:
    _ = clock
    easel = failing(error)
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 7)
    assert len(easel.asked) == 7


async def test_a_picture_in_between_begins_the_count_anew(parts: Services, clock: Clock) -> None:
    _ = clock
    failed = GeneratorFailed()
    easel = Easel(in_turn(*[failed] * 4, PNG, *[failed] * 4, PNG))
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 4)
        await service.private(ALICE).make(CAT)
        await _make_in_vain(service, 4)
        await service.private(ALICE).make(CAT)


async def test_after_its_rest_one_call_tries_it_and_the_others_wait_for_its_end(
    parts: Services, clock: Clock
) -> None:
    gate = Gate()
    works: list[Work] = [*[failing(GeneratorFailed()).generate] * 5, gate, painting().generate]

    async def work(request: PictureRequest) -> GeneratedPicture:
        return await works.pop(0)(request)

    easel = Easel(work)
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 5)
        clock.now += 30.1
        trial = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        with pytest.raises(GeneratorRests) as raised:
            await service.private(ALICE).make(CAT)
        assert raised.value.retry_after_s == 60
        gate.opened.set()
        assert (await trial).status is Status.READY
        await service.private(ALICE).make(CAT)
    assert len(easel.asked) == 7


async def test_a_trial_that_fails_is_followed_by_another_rest(parts: Services, clock: Clock) -> None:
    easel = Easel(in_turn(*[GeneratorFailed()] * 6, PNG))
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 5)
        clock.now += 30.1
        await _make_in_vain(service, 1)
        clock.now += 29
        with pytest.raises(GeneratorRests):
            await service.private(ALICE).make(CAT)
        clock.now += 1.1
        await service.private(ALICE).make(CAT)
    assert len(easel.asked) == 7


async def test_of_many_who_come_at_the_end_of_its_rest_one_is_let_through(
    parts: Services, clock: Clock
) -> None:
    gate = Gate(failing(GeneratorFailed()).generate)
    works: list[Work] = [*[failing(GeneratorFailed()).generate] * 5, gate]

    async def work(request: PictureRequest) -> GeneratedPicture:
        return await works.pop(0)(request)

    easel = Easel(work)
    async with worker(parts, easel) as service:
        await _make_in_vain(service, 5)
        clock.now += 30.1
        several = [asyncio.create_task(service.private(ALICE).make(CAT)) for _ in range(5)]
        await gate.reached.wait()
        gate.opened.set()
        ends = await asyncio.gather(*several, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["GeneratorFailed", *["GeneratorRests"] * 4]
    assert len(easel.asked) == 6
    assert await rows(parts, "job") == []


async def test_while_one_rests_the_next_of_the_list_is_asked_at_once(parts: Services, clock: Clock) -> None:
    _ = clock
    easel, other = failing(GeneratorFailed()), Other(in_turn(PNG))
    async with worker(parts, easel, other, aliases={"best": ("easel-1", "other-1")}) as service:
        await _make_in_vain(service, 5)
        image = await service.private(ALICE).make(ImagePrompt(prompt="a cat", model="best"))
    assert image.generator == "other"
    [attempt] = await attempts_of(parts, image.guid)
    assert attempt.generator == "other"
    assert len(easel.asked) == 5


async def test_one_that_needs_its_rest_once_it_is_recorded_is_passed_over(
    parts: Services, clock: Clock
) -> None:
    """Its attempt says that it was not called, and whose answer the other's is."""
    _ = clock
    easel, other = Easel(in_turn(PNG)), Other(in_turn(PNG))
    async with worker(parts, easel, other, aliases={"best": ("easel-1", "other-1")}) as service:
        circuit = service.generation._calls._circuits
        asked = 0

        def rest_s(generator: str) -> float:
            nonlocal asked
            asked += generator == "easel"
            return 30.0 if generator == "easel" and asked > 1 else 0.0

        circuit.rest_s = rest_s  # type: ignore[method-assign]
        image = await service.private(ALICE).make(ImagePrompt(prompt="a cat", model="best"))
    assert (image.generator, image.model, easel.asked, len(other.asked)) == ("other", "other-1", [], 1)
    first, second = await attempts_of(parts, image.guid)
    assert (first.generator, first.status) == ("easel", AttemptStatus.FAILED)
    assert (second.generator, second.status) == ("other", AttemptStatus.SUCCEEDED)


async def test_a_trial_that_does_not_end_does_not_keep_the_others_away_for_ever(
    parts: Services, clock: Clock
) -> None:
    gate = Gate()
    works: list[Work] = [*[failing(GeneratorFailed()).generate] * 5, gate, painting().generate]

    async def work(request: PictureRequest) -> GeneratedPicture:
        return await works.pop(0)(request)

    async with worker(parts, Easel(work)) as service:
        await _make_in_vain(service, 5)
        clock.now += 30.1
        trial = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        ends: list[object] = []
        for later in (59, 1.1):
            clock.now += later
            ends += await asyncio.gather(service.private(ALICE).make(CAT), return_exceptions=True)
        gate.opened.set()
        assert (await trial).status is Status.READY
    assert [type(end) for end in ends] == [GeneratorRests, Image]


async def test_queued_work_waits_for_the_end_of_its_generators_rest(parts: Services, clock: Clock) -> None:
    easel = Easel(in_turn(*[GeneratorFailed()] * 5, PNG))
    async with worker(parts, easel, recovering=True) as service:
        await _make_in_vain(service, 5)
        image = await queued(parts, easel)

        async def is_handed_back() -> bool:
            [job] = await rows(parts, "job")
            return job["holder"] is None and not await parts.library.jobs.is_any_free(JobState.WAITING)

        await eventually(is_handed_back)
        assert [(job["state"], job["token"]) for job in await rows(parts, "job")] == [("waiting", None)]
        assert (await found(parts, image.guid)).status is Status.QUEUED
        assert len(easel.asked) == 5
        clock.now += 30.1
        await lease_over(parts)
        await until(parts, image.guid, Status.READY)
    assert len(easel.asked) == 6
