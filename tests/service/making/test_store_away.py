"""An answer that is paid for waits for a store that takes nothing, as long as it must."""

import errno
from decimal import Decimal
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import OutcomeUnknown, StorageFull, Unavailable
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import AttemptStatus, Cost, Status
from pixyproxy.data import spool as spool_module
from pixyproxy.data.spool import SpooledAnswer
from pixyproxy.service.generators.generator import PictureRequest, Receiver
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    ANSWER,
    CAT,
    Stubborn,
    attempts_of,
    costs,
    eventually,
    files_of,
    found,
    lease_over,
    left_behind,
    nothing_is_left_to_do,
    spooled,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, failing, painting, rows

TROUBLE = [StorageFull(retry_after_s=60), Unavailable(retry_after_s=5), TypeError("a defect")]
COST = Cost(Decimal("0.04"), "list")


@pytest.fixture
def store(parts: Services) -> Stubborn:
    folder = parts.store.local_path("")
    assert folder is not None
    return Stubborn(folder)


def _full_once_called(store: Stubborn, trouble: Exception) -> Easel:
    """The store works when new work is let in, and fails when its answer comes."""
    easel = painting(PNG, cost=COST)
    generate = easel._work

    async def work(request: object) -> object:
        store.why_not = trouble
        return await generate(request)  # type: ignore[arg-type]

    easel._work = work  # type: ignore[assignment]
    return easel


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda error: type(error).__name__)
async def test_the_caller_gets_the_image_as_it_stands_and_it_is_ready_when_the_store_is_back(
    parts: Services, store: Stubborn, trouble: Exception
) -> None:
    easel = _full_once_called(store, trouble)
    async with worker(parts, easel, store=store) as service:
        image = await service.private(ALICE).make(CAT)
        assert image == await the_only_image(parts)
        assert image.status is Status.GENERATING
        assert [path.suffix for path in parts.spool.files()] == [".answer"]

        async def was_tried_again() -> bool:
            return store.refused > 2

        await eventually(was_tried_again)
        assert [each.status for each in await attempts_of(parts, image.guid)] == [AttemptStatus.STARTED]
        store.why_not = None
        image = await until(parts, image.guid, Status.READY)
    [attempt] = await attempts_of(parts, image.guid)
    assert (attempt.status, attempt.cost, image.cost_usd) == (AttemptStatus.SUCCEEDED, COST, COST.usd)
    assert len(easel.asked) == 1
    assert len(files_of(parts)) == 1
    assert await nothing_is_left_to_do(parts)


async def test_the_answers_that_wait_are_counted(parts: Services, store: Stubborn) -> None:
    easel = _full_once_called(store, StorageFull())
    async with worker(parts, easel, store=store) as service:
        await service.private(ALICE).make(CAT)

        async def one_waits() -> bool:
            return service.generation.answers_waiting() == 1

        await eventually(one_waits)
        store.why_not = None
        await until(parts, (await the_only_image(parts)).guid, Status.READY)

        async def none_waits() -> bool:
            return service.generation.answers_waiting() == 0

        await eventually(none_waits)


async def test_while_it_fails_no_new_work_is_let_in(parts: Services, store: Stubborn) -> None:
    easel = _full_once_called(store, StorageFull(retry_after_s=60))
    async with worker(parts, easel, store=store) as service:
        await service.private(ALICE).make(CAT)
        with pytest.raises(StorageFull):
            await service.private(ALICE).make(CAT)
        assert (len(easel.asked), len(await rows(parts, "image"))) == (1, 1)
        store.why_not = None
        await until(parts, (await the_only_image(parts)).guid, Status.READY)
        easel._work = painting()._work
        await service.private(ALICE).make(CAT)


async def test_a_replay_meanwhile_gets_the_same_and_calls_nobody(parts: Services, store: Stubborn) -> None:
    easel = _full_once_called(store, StorageFull(retry_after_s=60))
    key = IdempotencyKey.of("POST /image", ["a"], CAT)
    async with worker(parts, easel, store=store) as service:
        made = [await service.private(ALICE).begin(CAT, key) for _ in range(2)]
        assert [each.image.status for each in made] == [Status.GENERATING] * 2
        assert [each.is_replay for each in made] == [False, True]
        store.why_not = None
        image = await until(parts, (await the_only_image(parts)).guid, Status.READY)
        assert {each.image.guid for each in made} == {image.guid}
        assert (await service.private(ALICE).begin(CAT, key)).image == image
    assert len(easel.asked) == 1


async def test_how_it_stood_is_not_told_once_the_image_is_ready(parts: Services, store: Stubborn) -> None:
    """Also before the worker has put everything away."""
    easel = _full_once_called(store, StorageFull())
    key = IdempotencyKey.of("POST /image", ["a"], CAT)
    async with worker(parts, easel, store=store) as service:
        guid = (await service.private(ALICE).begin(CAT, key)).image.guid
        watched = service.generation.watching.find(guid)
        assert watched is not None
        store.why_not = None
        await until(parts, guid, Status.READY)
        service.generation.watching._here[guid] = watched
        assert (await service.private(ALICE).begin(CAT, key)).image.status is Status.READY


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda error: type(error).__name__)
async def test_what_is_left_when_the_process_ends_is_finished_by_the_next(
    parts: Services, store: Stubborn, trouble: Exception
) -> None:
    easel = _full_once_called(store, trouble)
    async with worker(parts, easel, store=store) as service:
        image = await service.private(ALICE).make(CAT)
    assert (await found(parts, image.guid)).status is Status.GENERATING
    assert [path.suffix for path in parts.spool.files()] == [".answer"]
    await lease_over(parts)
    async with worker(parts, failing(AssertionError()), recovering=True):
        await until(parts, image.guid, Status.READY)

        async def is_tidy() -> bool:
            return await nothing_is_left_to_do(parts)

        await eventually(is_tidy)
    assert costs(await attempts_of(parts, image.guid)) == [COST.usd]
    assert len(easel.asked) == 1


async def test_of_an_image_deleted_for_good_while_its_answer_waits_only_the_attempt_stays(
    parts: Services, store: Stubborn
) -> None:
    easel = _full_once_called(store, StorageFull())
    async with worker(parts, easel, store=store) as service:
        image = await service.private(ALICE).make(CAT)
        await service.private(ALICE).delete(image.guid, permanently=True)
        store.why_not = None

        async def is_tidy() -> bool:
            return await nothing_is_left_to_do(parts)

        await eventually(is_tidy)
    await parts.trash.empty()
    assert (await rows(parts, "image"), files_of(parts)) == ([], [])
    [attempt] = await parts.library.attempts.of_image(image.id)
    assert (attempt.status, attempt.cost) == (AttemptStatus.SUCCEEDED, COST)


async def test_an_answer_left_behind_waits_for_the_store_too(parts: Services, store: Stubborn) -> None:
    easel = failing(AssertionError())
    image, _ = await left_behind(parts, easel, ANSWER)
    store.why_not = Unavailable()
    async with worker(parts, easel, store=store, recovering=True):

        async def was_tried() -> bool:
            return store.refused > 1

        await eventually(was_tried)
        store.why_not = None
        await until(parts, image.guid, Status.READY)
    assert easel.asked == []


async def test_what_cannot_be_deleted_from_the_store_is_tried_again(
    parts: Services, store: Stubborn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an image that is gone for good when its answer turns up."""
    refused = 0

    async def delete(key: str) -> None:
        nonlocal refused
        if refused < 2 and not key.startswith("."):
            refused += 1
            raise Unavailable
        await Stubborn.delete(store, key)

    async def is_tidy() -> bool:
        return await nothing_is_left_to_do(parts)

    image, attempt = await left_behind(parts, painting())
    async with worker(parts, painting(), store=store, recovering=True) as service:
        await until(parts, image.guid, Status.UNKNOWN)
        await service.private(ALICE).delete(image.guid, permanently=True)
        monkeypatch.setattr(store, "delete", delete)
        await spooled(parts, attempt, ANSWER)
        await eventually(is_tidy)
    assert (refused, files_of(parts)) == (2, [])


async def test_of_a_making_that_has_failed_its_caller_is_told_that_at_once(
    parts: Services, store: Stubborn
) -> None:
    class Breaking(Easel):
        async def call(self, request: PictureRequest, receiver: Receiver) -> None:
            self.asked.append(request)
            await receiver.write(b"half")
            store.why_not = StorageFull(retry_after_s=60)
            raise OutcomeUnknown

    async with worker(parts, Breaking(painting().generate), store=store) as service:
        with pytest.raises(OutcomeUnknown) as raised:
            await service.private(ALICE).make(CAT)
        image = await the_only_image(parts)
        assert (raised.value.guid, image.status) == (image.guid, Status.GENERATING)
        store.why_not = None
        await until(parts, image.guid, Status.UNKNOWN)
    assert len(files_of(parts)) == 1


@pytest.mark.parametrize(
    ("number", "refusal"), [(errno.ENOSPC, StorageFull), (errno.EIO, Unavailable)], ids=["full", "broken"]
)
async def test_while_the_spool_takes_nothing_no_new_work_is_let_in(
    parts: Services, monkeypatch: pytest.MonkeyPatch, number: int, refusal: type[StorageFull | Unavailable]
) -> None:
    def fail(_path: Path, _content: bytes) -> None:
        raise OSError(number, "The disk takes nothing.")

    easel = painting()
    async with worker(parts, easel) as service:
        with monkeypatch.context() as patch:
            patch.setattr(spool_module, "write_durably", fail)
            with pytest.raises(refusal) as raised:
                await service.private(ALICE).make(CAT)
        assert raised.value.retry_after_s
        assert (easel.asked, await rows(parts, "image")) == ([], [])
        assert (await service.private(ALICE).make(CAT)).status is Status.READY


async def test_an_answer_that_the_spool_does_not_give_back_is_read_again(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, failed = SpooledAnswer._written, 0

    def fail_once(answer: SpooledAnswer) -> bytes:
        nonlocal failed
        if not failed:
            failed += 1
            raise Unavailable(retry_after_s=5)
        return read(answer)

    monkeypatch.setattr(SpooledAnswer, "_written", fail_once)
    easel = painting(cost=COST)
    async with worker(parts, easel) as service:
        image = await service.private(ALICE).make(CAT)
        await until(parts, image.guid, Status.READY)
    assert (failed, len(easel.asked), costs(await attempts_of(parts, image.guid))) == (1, 1, [COST.usd])
    assert await nothing_is_left_to_do(parts)
