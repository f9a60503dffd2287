"""Several images of one request: recorded together, made each by itself, and one key for them all."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from pixyproxy.core.exceptions import (
    CommitLost,
    GeneratorFailed,
    IdempotencyMismatch,
    ImageNotFound,
    PromptRefused,
    RateLimited,
)
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Audience, Image, JobState, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.image_repository import ImageRepository
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.inputs import NO_UPLOADS, Uploads
from pixyproxy.service.making.generation import Batch, Limits
from pixyproxy.service.services import Services
from tests.service.inputs_at_hand import with_alpha
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    eventually,
    files_of,
    found,
    in_turn,
    nothing_is_left_to_do,
    shaky,
    until,
    worker,
)
from tests.service.scenery import (
    ALICE,
    BOB,
    ON_SQLITE,
    PNG,
    Easel,
    Gate,
    Work,
    failing,
    painting,
    picture,
    rows,
    shelve,
)

ON_MYSQL = pytest.mark.parametrize("database_url", ["mysql"], indirect=True)
"""For transactions that are open side by side: in SQLite one writes, and the others wait."""
ONE_AT_ONCE = Limits(most_calls=1, reserve_bytes=0)
FREE = RateLimited(retry_after_s=60)


def key_for(prompt: ImagePrompt = CAT) -> IdempotencyKey | None:
    return IdempotencyKey.of("POST /image", ["a"], prompt)


async def three(service: Services, key: IdempotencyKey | None = None, **known: Uploads) -> Batch:
    return await service.private(ALICE).begin_batch(CAT, 3, key=key, **known)


async def settled(parts: Services, images: Sequence[Image]) -> list[Image]:
    """As they are when nothing of anything is left to be done."""

    async def is_quiet() -> bool:
        return await nothing_is_left_to_do(parts)

    await eventually(is_quiet)
    return [await found(parts, image.guid) for image in images]


def guids(images: Sequence[Image]) -> list[str]:
    return [image.guid for image in images]


def statuses(images: Sequence[Image]) -> list[Status]:
    return [image.status for image in images]


def by_number(outcomes: dict[int, Exception]) -> Work:
    """Those of the batch that fail, and of what."""

    async def work(request: PictureRequest) -> GeneratedPicture:
        if request.number in outcomes:
            raise outcomes[request.number]
        return GeneratedPicture(PNG)

    return work


async def test_three_are_recorded_in_one_transaction_in_their_order_and_made(parts: Services) -> None:
    shaken, database = shaky(parts)
    gate, transactions = Gate(), 0
    transact = database.transact

    async def counted(work: object) -> object:
        nonlocal transactions
        transactions += 1
        return await transact(work)  # type: ignore[arg-type]

    database.transact = counted  # type: ignore[method-assign, assignment]
    easel = Easel(gate)
    async with worker(shaken, easel) as service:
        batch = await three(service)
        assert (transactions, batch.is_replay) == (1, False)
        assert [row["guid"] for row in await rows(parts, "image")] == guids(batch.images)
        assert {image.batch for image in batch.images} == {batch.images[0].guid}
        assert statuses(batch.images) == [Status.GENERATING] * 3
        gate.opened.set()
        images = await settled(parts, batch.images)
    assert statuses(images) == [Status.READY] * 3
    assert {image.batch for image in images} == {batch.images[0].guid}
    assert len({image.content.storage_key for image in images if image.content}) == len(files_of(parts)) == 3
    assert [len(await attempts_of(parts, image.guid)) for image in images] == [1, 1, 1]


async def test_each_call_has_a_number_of_its_own(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        await settled(parts, (await three(service)).images)
    assert sorted(request.number for request in easel.asked) == [0, 1, 2]
    assert {request.prompt for request in easel.asked} == {CAT.prompt}


async def test_one_alone_is_no_batch(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        [image] = (await service.private(ALICE).begin_batch(CAT)).images
        [image] = await settled(parts, [image])
    assert (image.batch, image.status, easel.asked[0].number) == (None, Status.READY, 0)


async def test_what_there_is_no_room_for_is_queued_and_made_later_with_its_own_number(
    parts: Services,
) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, limits=ONE_AT_ONCE, recovering=True) as service:
        batch = await three(service)
        assert statuses(batch.images) == [Status.GENERATING, Status.QUEUED, Status.QUEUED]
        assert [job["state"] for job in await rows(parts, "job")] == [JobState.SENT] + [JobState.WAITING] * 2
        assert await attempts_of(parts, batch.images[1].guid) == []
        gate.opened.set()
        images = await settled(parts, batch.images)
    assert statuses(images) == [Status.READY] * 3
    assert [request.number for request in easel.asked] == [0, 1, 2]


async def test_another_worker_that_takes_them_up_makes_them_with_their_numbers(parts: Services) -> None:
    gate, there = Gate(), painting()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        batch = await three(service)
        await gate.reached.wait()
        async with worker(parts, there, recovering=True):
            for image in batch.images[1:]:
                await until(parts, image.guid, Status.READY)
        gate.opened.set()
        assert statuses(await settled(parts, batch.images)) == [Status.READY] * 3
    assert [request.number for request in there.asked] == [1, 2]


async def test_one_that_fails_leaves_the_others_ready(parts: Services) -> None:
    async with worker(parts, Easel(by_number({1: PromptRefused()}))) as service:
        batch = await three(service)
        images = await settled(parts, batch.images)
        with pytest.raises(PromptRefused) as raised:
            await service.private(ALICE).arrived(batch.images[1])
    assert statuses(images) == [Status.READY, Status.FAILED, Status.READY]
    assert raised.value.guid == images[1].guid


async def test_a_key_stands_for_all_of_them_in_their_order(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        batch = await three(service, key_for())
        await settled(parts, batch.images)
        again = await three(service, key_for())
    assert (again.is_replay, guids(again.images)) == (True, guids(batch.images))
    assert statuses(again.images) == [Status.READY] * 3
    assert len(easel.asked) == 3


async def test_many_at_once_with_a_key_over_two_workers_make_one_batch(parts: Services) -> None:
    easels = painting(), painting()
    async with worker(parts, easels[0]) as one, worker(parts, easels[1]) as another:
        batches = await asyncio.gather(*(three((one, another)[n % 2], key_for()) for n in range(10)))
        await settled(parts, batches[0].images)
    assert len(easels[0].asked) + len(easels[1].asked) == 3
    assert {tuple(guids(batch.images)) for batch in batches} == {tuple(guids(batches[0].images))}
    assert sum(not batch.is_replay for batch in batches) == 1


@ON_SQLITE
async def test_the_key_of_another_owner_is_another(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        batch = await three(service, key_for())
        other = await service.private(BOB).begin_batch(CAT, 3, key=key_for())
    assert not other.is_replay
    assert not {*guids(batch.images)} & {*guids(other.images)}


OTHER = picture("png", 64, 64)


@ON_SQLITE
@pytest.mark.parametrize(
    ("count", "uploads"),
    [
        (2, Uploads((PNG,))),
        (3, NO_UPLOADS),
        (3, Uploads((OTHER,))),
        (3, Uploads((PNG, OTHER))),
        (3, Uploads((OTHER, PNG))),
    ],
    ids=["count", "none", "other", "more", "more, turned round"],
)
async def test_the_key_with_another_number_or_other_pictures_is_refused(
    parts: Services, count: int, uploads: Uploads
) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        await settled(parts, (await three(service, key_for(), uploads=Uploads((PNG,)))).images)
        with pytest.raises(IdempotencyMismatch):
            await service.private(ALICE).begin_batch(CAT, count, uploads, key_for())
        assert (await three(service, key_for(), uploads=Uploads((PNG,)))).is_replay
    assert len(easel.asked) == 3


@ON_SQLITE
async def test_a_picture_and_its_mask_are_not_the_same_request_as_two_pictures(parts: Services) -> None:
    mask = with_alpha()
    easel = painting()
    async with worker(parts, easel) as service:
        await settled(parts, (await three(service, key_for(), uploads=Uploads((PNG,), mask))).images)
        with pytest.raises(IdempotencyMismatch):
            await three(service, key_for(), uploads=Uploads((PNG, mask)))


async def test_the_key_is_let_go_of_when_all_have_failed_and_cost_nothing(parts: Services) -> None:
    easel = Easel(in_turn(FREE, FREE, FREE, PNG))
    async with worker(parts, easel) as service:
        batch = await three(service, key_for())
        assert statuses(await settled(parts, batch.images)) == [Status.FAILED] * 3
        assert await rows(parts, "idempotency") == []
        again = await three(service, key_for())
        assert not again.is_replay
        assert statuses(await settled(parts, again.images)) == [Status.READY] * 3


@pytest.mark.parametrize(
    "outcomes",
    [{0: FREE, 1: FREE}, {1: FREE, 2: FREE}, {0: FREE, 1: FREE, 2: GeneratorFailed()}],
    ids=["the last is ready", "the first is ready", "one may have cost something"],
)
async def test_the_key_is_kept_while_anything_may_have_been_paid_for(
    parts: Services, outcomes: dict[int, Exception]
) -> None:
    easel = Easel(by_number(outcomes))
    async with worker(parts, easel) as service:
        batch = await three(service, key_for())
        images = await settled(parts, batch.images)
        again = await three(service, key_for())
    assert (again.is_replay, again.images) == (True, tuple(images))
    assert len(easel.asked) == 3


@ON_MYSQL
async def test_two_that_fail_at_the_same_moment_let_go_of_the_key(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither transaction sees the end of the other."""
    look, looking, both = ImageRepository.count_failed, 0, asyncio.Event()

    async def look_together(self: ImageRepository, *asked: Any) -> int:
        nonlocal looking
        looking += 1
        if looking == 2:
            both.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await both.wait()
        return await look(self, *asked)

    monkeypatch.setattr(ImageRepository, "count_failed", look_together)
    async with worker(parts, failing(FREE)) as service:
        batch = await service.private(ALICE).begin_batch(CAT, 2, key=key_for())
        assert statuses(await settled(parts, batch.images)) == [Status.FAILED] * 2
    assert await rows(parts, "idempotency") == []


@pytest.mark.parametrize("permanently", [False, True])
async def test_one_that_was_made_and_deleted_keeps_the_key_though_the_other_fails(
    parts: Services, permanently: bool
) -> None:
    """It is paid for: who asks again with the key does not pay once more for it."""
    gate = Gate(failing(FREE).generate)

    async def work(request: PictureRequest) -> GeneratedPicture:
        return await gate(request) if request.number else GeneratedPicture(PNG)

    async with worker(parts, Easel(work)) as service:
        private = service.private(ALICE)
        batch = await private.begin_batch(CAT, 2, key=key_for())
        await until(parts, batch.images[0].guid, Status.READY)
        await private.delete(batch.images[0].guid, permanently=permanently)
        gate.opened.set()
        await until(parts, batch.images[1].guid, Status.FAILED)
    assert len(await rows(parts, "idempotency")) == 1


async def test_a_replay_gives_those_that_are_left_when_one_is_deleted(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        batch = await three(service, key_for())
        await settled(parts, batch.images)
        await service.private(ALICE).delete(batch.images[0].guid)
        again = await three(service, key_for())
        assert (again.is_replay, guids(again.images)) == (True, guids(batch.images)[1:])
        for image in again.images:
            await service.private(ALICE).delete(image.guid)
        with pytest.raises(ImageNotFound):
            await three(service, key_for())
    assert len(easel.asked) == 3


@ON_SQLITE
async def test_a_replay_does_not_need_the_image_it_started_from_any_more(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        parent = await shelve(service)
        prompt = ImagePrompt(prompt="a cat", images=[parent.guid])
        first = await service.private(ALICE).begin(prompt, key_for(prompt))
        await service.private(ALICE).delete(parent.guid)
        again = await service.private(ALICE).begin(prompt, key_for(prompt))
    assert (again.is_replay, again.image) == (True, first.image)
    assert len(easel.asked) == 1


async def test_the_first_deleted_while_it_is_made_and_failing_then_leaves_the_key_to_the_others(
    parts: Services,
) -> None:
    gate = Gate(failing(FREE).generate)

    async def work(request: PictureRequest) -> GeneratedPicture:
        return await gate(request) if request.number == 0 else GeneratedPicture(PNG)

    easel = Easel(work)
    async with worker(parts, easel) as service:
        batch = await three(service, key_for())
        for image in batch.images[1:]:
            await until(parts, image.guid, Status.READY)
        await service.private(ALICE).delete(batch.images[0].guid)
        gate.opened.set()

        async def is_quiet() -> bool:
            return await nothing_is_left_to_do(parts)

        await eventually(is_quiet)
        again = await three(service, key_for())
    assert (again.is_replay, guids(again.images)) == (True, guids(batch.images)[1:])
    assert len(easel.asked) == 3


async def test_a_commit_not_acknowledged_takes_all_of_them_back_and_lets_go_of_the_key(
    parts: Services,
) -> None:
    shaken, database = shaky(parts)
    easel = painting()
    limits = Limits(most_calls=2, reserve_bytes=0)  # one of them is queued
    async with worker(shaken, easel, limits=limits) as service:
        database.lost_commits.append(True)
        with pytest.raises(CommitLost):
            await three(service, key_for())

        async def is_quiet() -> bool:
            return await nothing_is_left_to_do(parts)

        await eventually(is_quiet)
        assert [row["status"] for row in await rows(parts, "image")] == [Status.FAILED] * 3
        assert {row["status"] for row in await rows(parts, "attempt")} == {"failed"}
        assert (await rows(parts, "idempotency"), easel.asked) == ([], [])
    async with worker(parts, easel) as service:
        again = await three(service, key_for())
        assert not again.is_replay
        assert statuses(await settled(parts, again.images)) == [Status.READY] * 3
    assert len(easel.asked) == 3


async def test_a_commit_not_acknowledged_keeps_the_key_for_one_that_another_worker_has_begun(
    parts: Services,
) -> None:
    """It is paid for: who asks again with the key does not pay once more for it."""
    shaken, database = shaky(parts)
    there = painting()
    async with worker(shaken, painting(), limits=ONE_AT_ONCE) as service:
        undo, may_undo = service.generation._recording._undo, asyncio.Event()

        async def undo_late(*known: object, **more: object) -> None:
            await may_undo.wait()
            await undo(*known, **more)  # type: ignore[arg-type]

        service.generation._recording._undo = undo_late  # type: ignore[method-assign]
        database.lost_commits.append(True)
        with pytest.raises(CommitLost):
            await three(service, key_for())
        async with worker(parts, there, recovering=True) as another:
            made = await parts.library.images.of_batch(
                (await rows(parts, "image"))[0]["guid"], Audience(sees_everything=True)
            )
            for image in made[1:]:
                await until(parts, image.guid, Status.READY)
            may_undo.set()
            await until(parts, made[0].guid, Status.FAILED)
            again = await three(another, key_for())
            await settled(parts, again.images)
    assert (again.is_replay, guids(again.images)) == (True, guids(made))
    assert [request.number for request in there.asked] == [1, 2]
