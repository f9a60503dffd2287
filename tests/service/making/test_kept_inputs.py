"""Pictures to start from lie in the store as long as an image is to be made from them, and no longer."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from pixyproxy.core.exceptions import (
    IdempotencyMismatch,
    InvalidRequest,
    OutcomeUnknown,
    PromptRefused,
    RateLimited,
    StorageFull,
    Unavailable,
)
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Status, Task
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.inputs import Uploads
from pixyproxy.service.making.generation import Batch, Limits
from pixyproxy.service.services import Services
from tests.service.inputs_at_hand import data_url, with_alpha
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    begun,
    eventually,
    files_of,
    found,
    in_turn,
    lease_over,
    nothing_is_left_to_do,
    stand_still,
    until,
    worker,
)
from tests.service.scenery import ALICE, ON_SQLITE, PNG, Easel, Gate, painting, picture, rows

ONE_AT_ONCE = Limits(most_calls=1, reserve_bytes=0)
OTHER, MASK = picture("webp", 40, 30), with_alpha()
UPLOADS = Uploads((PNG, OTHER), MASK)


class Moody(FolderStore):
    """A folder that gives no input out, or takes only so many, as long as a test wants it."""

    reads_nothing = False
    takes = 1000
    refused = 0

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if self.reads_nothing and key.startswith("inputs/"):
            self.refused += 1
            raise Unavailable(retry_after_s=5)
        async for chunk in super().read(key, start, end):
            yield chunk

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        if key.startswith("inputs/"):
            self.takes -= 1
            if self.takes < 0:
                raise StorageFull
        await super().put(key, content)


def moody(parts: Services) -> Moody:
    folder = parts.store.local_path("")
    assert folder is not None
    return Moody(folder)


def kept(parts: Services) -> list[str]:
    return [key for key in files_of(parts) if key.startswith("inputs/")]


async def edit(
    service: Services, count: int = 1, uploads: Uploads = UPLOADS, key: IdempotencyKey | None = None
) -> Batch:
    return await service.private(ALICE).begin_batch(CAT, count, uploads, key)


async def until_quiet(parts: Services) -> None:
    """Nothing is left to be done, and what was kept for it is gone."""

    async def is_quiet() -> bool:
        return await nothing_is_left_to_do(parts) and not kept(parts)

    await eventually(is_quiet)


def assert_whole(request: PictureRequest) -> None:
    assert [each.content for each in request.inputs] == [PNG, OTHER]
    assert [(each.media_type, str(each.size)) for each in request.inputs] == [
        ("image/png", "48x32"),
        ("image/webp", "40x30"),
    ]
    assert request.mask is not None
    assert request.mask.content == MASK
    assert request.task is Task.EDIT


async def test_while_it_is_queued_they_lie_in_the_store_and_not_in_the_database(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        assert image.status is Status.QUEUED
        assert kept(parts) == [f"inputs/{image.guid}.{number}" for number in range(3)]
        for key, content in zip(kept(parts), (PNG, OTHER, MASK), strict=True):
            path = parts.store.local_path(key)
            assert path is not None
            assert path.read_bytes() == content
        asked = (await rows(parts, "job"))[-1]["asked"]
        assert set(json.loads(asked)) >= {"kept_inputs", "kept_mask"}
        assert len(asked) < 500
        gate.opened.set()


@ON_SQLITE
async def test_a_data_url_is_kept_as_its_bytes_and_written_into_no_row(parts: Services) -> None:
    gate = Gate()
    prompt = ImagePrompt(prompt="a cat", images=[data_url(PNG)], mask=data_url(MASK))
    async with worker(parts, Easel(gate)) as service:
        image = await begun(service, prompt=prompt)
        assert kept(parts) == [f"inputs/{image.guid}.0", f"inputs/{image.guid}.1"]
        for table in ("image", "job", "attempt"):
            assert "base64" not in str(await rows(parts, table))
        gate.opened.set()
        await until_quiet(parts)


async def test_another_worker_that_takes_it_up_has_them_whole(parts: Services) -> None:
    gate, there = Gate(), painting()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        async with worker(parts, there, recovering=True):
            image = await until(parts, image.guid, Status.READY)
        gate.opened.set()
        await until_quiet(parts)
    [request] = there.asked
    assert_whole(request)
    assert (await found(parts, image.guid)).parameters["task"] == "edit"


@ON_SQLITE
async def test_a_task_that_was_asked_for_is_still_known_when_it_is_taken_up(parts: Services) -> None:
    gate, there = Gate(), painting()
    vary = ImagePrompt(prompt="a cat", images=[data_url(PNG)], task=Task.VARY)
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        image = await begun(service, prompt=vary)
        async with worker(parts, there, recovering=True):
            await until(parts, image.guid, Status.READY)
        gate.opened.set()
    assert [(request.task, len(request.inputs)) for request in there.asked] == [(Task.VARY, 1)]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (PNG, Status.READY),
        (PromptRefused(), Status.FAILED),
        (RateLimited(retry_after_s=60), Status.FAILED),
        (OutcomeUnknown(), Status.UNKNOWN),
        (b"no picture", Status.FAILED),
    ],
    ids=["ready", "refused", "not sent", "unknown", "no picture"],
)
async def test_they_are_there_while_it_is_made_and_gone_after_its_end(
    parts: Services, outcome: Exception | bytes, status: Status
) -> None:
    gate = Gate(in_turn(outcome))
    easel = Easel(gate)
    async with worker(parts, easel) as service:
        [image] = (await edit(service)).images
        await gate.reached.wait()
        assert len(kept(parts)) == 3
        gate.opened.set()
        await until_quiet(parts)
    assert (await found(parts, image.guid)).status is status
    assert_whole(easel.asked[0])


async def test_they_go_when_it_is_canceled(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        assert len(kept(parts)) == 3
        await service.private(ALICE).cancel(image.guid)
        assert kept(parts) == []
        gate.opened.set()


async def test_they_go_when_it_was_deleted_before_it_was_made(parts: Services) -> None:
    gate, there = Gate(), painting()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        await service.private(ALICE).delete(image.guid)
        async with worker(parts, there, recovering=True):
            gate.opened.set()
            await until_quiet(parts)
    assert there.asked == []


async def test_they_go_when_a_worker_has_died_over_it(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service:
        [image] = (await edit(service)).images
        await gate.reached.wait()
        stand_still(service)
        await lease_over(parts)
        async with worker(parts, painting(), recovering=True):
            await until(parts, image.guid, Status.UNKNOWN)

            async def are_gone() -> bool:
                return not kept(parts)

            await eventually(are_gone)
        gate.opened.set()


async def test_of_a_batch_they_go_with_the_last(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        first, second, third = (await edit(service, 3)).images
        mine = [f"inputs/{first.guid}.{number}" for number in range(3)]
        await service.private(ALICE).cancel(second.guid)
        assert kept(parts) == mine
        gate.opened.set()
        await until(parts, first.guid, Status.READY)
        assert kept(parts) == mine
        await service.private(ALICE).cancel(third.guid)
        assert kept(parts) == []


async def test_the_others_of_a_batch_have_them_when_the_first_has_ended_and_was_deleted(
    parts: Services,
) -> None:
    easel, there = painting(), painting()
    async with worker(parts, easel, limits=ONE_AT_ONCE) as service:
        first, *others = (await edit(service, 3)).images
        await until(parts, first.guid, Status.READY)
        await service.private(ALICE).delete(first.guid)
        assert len(kept(parts)) == 3
        async with worker(parts, there, recovering=True):
            for image in others:
                await until(parts, image.guid, Status.READY)
            await until_quiet(parts)
    for request in [*easel.asked, *there.asked]:
        assert_whole(request)


async def test_they_go_when_the_recording_fails(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        while_recording = []

        async def fail(*_: object) -> None:
            while_recording.extend(kept(parts))
            raise Unavailable

        service.generation._recording.add = fail  # type: ignore[method-assign, assignment]
        with pytest.raises(Unavailable):
            await edit(service)
    assert len(while_recording) == 3
    assert (kept(parts), await rows(parts, "image")) == ([], [])


async def test_of_many_requests_with_one_key_only_those_of_one_are_kept(parts: Services) -> None:
    gate = Gate()
    easel = Easel(gate)
    key = IdempotencyKey.of("POST /image", ["a"], CAT)
    async with worker(parts, easel) as one, worker(parts, easel) as another:
        batches = await asyncio.gather(*(edit((one, another)[n % 2], key=key) for n in range(6)))
        [guid] = {batch.images[0].guid for batch in batches}
        assert kept(parts) == [f"inputs/{guid}.{number}" for number in range(3)]
        with pytest.raises(IdempotencyMismatch):
            await edit(one, uploads=Uploads((OTHER,)), key=key)
        assert len(kept(parts)) == 3
        gate.opened.set()
        await until_quiet(parts)
    assert len(easel.asked) == 1


@ON_SQLITE
async def test_none_are_kept_when_no_generator_can_do_it(parts: Services) -> None:
    easel = painting()

    def check(_: PictureRequest) -> None:
        raise InvalidRequest("It cannot.")

    easel.check = check  # type: ignore[method-assign, assignment]
    async with worker(parts, easel) as service:
        with pytest.raises(InvalidRequest, match="It cannot"):
            await edit(service)
    assert (files_of(parts), await rows(parts, "image")) == ([], [])


@ON_SQLITE
async def test_nothing_is_recorded_or_kept_when_the_store_takes_only_some_of_them(parts: Services) -> None:
    store, easel = moody(parts), painting()
    store.takes = 2
    async with worker(parts, easel, store=store) as service:
        with pytest.raises(StorageFull):
            await edit(service)
    assert (await rows(parts, "image"), easel.asked) == ([], [])
    assert kept(parts) == []


async def test_a_store_that_is_away_when_they_are_needed_costs_the_image_nothing(parts: Services) -> None:
    store, gate, there = moody(parts), Gate(), painting()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        store.reads_nothing = True
        async with worker(parts, there, store=store, recovering=True):

            async def is_refused_again() -> bool:
                return store.refused > 1

            await eventually(is_refused_again)
            waiting = await found(parts, image.guid)
            assert (waiting.status, waiting.failure, there.asked) == (Status.QUEUED, None, [])
            assert await attempts_of(parts, image.guid) == []
            store.reads_nothing = False
            await until(parts, image.guid, Status.READY)
        gate.opened.set()
    assert_whole(there.asked[0])


@ON_SQLITE
async def test_without_them_it_fails_and_nothing_is_paid_for(parts: Services) -> None:
    gate, there = Gate(), painting()
    async with worker(parts, Easel(gate), limits=ONE_AT_ONCE) as service:
        await begun(service)
        [image] = (await edit(service)).images
        for key in kept(parts):
            await parts.store.delete(key)
        async with worker(parts, there, recovering=True):
            await until(parts, image.guid, Status.FAILED)
        gate.opened.set()
    assert there.asked == []


@ON_SQLITE
async def test_a_call_that_is_repeated_has_them_again(parts: Services) -> None:
    easel = Easel(in_turn(RateLimited(retry_after_s=0), PNG))
    async with worker(parts, easel) as service:
        [image] = (await edit(service)).images
        await until(parts, image.guid, Status.READY)
        await until_quiet(parts)
    assert len(easel.asked) == 2
    for request in easel.asked:
        assert_whole(request)


@ON_SQLITE
async def test_that_they_cannot_be_removed_disturbs_nobody(parts: Services) -> None:
    class Clinging(FolderStore):
        async def delete(self, key: str) -> None:
            if key.startswith("inputs/"):
                raise Unavailable
            await super().delete(key)

    folder = parts.store.local_path("")
    assert folder is not None
    async with worker(parts, painting(), store=Clinging(folder)) as service:
        [image] = (await edit(service)).images
        assert (await service.private(ALICE).arrived(image)).image.status is Status.READY
    assert len(kept(parts)) == 3


@ON_SQLITE
async def test_nothing_is_left_of_them_in_the_folder(parts: Services) -> None:
    """Thousands of edits must not leave thousands of empty folders, which every examination would walk."""
    async with worker(parts, painting()) as service:
        for _ in range(3):
            await edit(service)
        await until_quiet(parts)
    folder = parts.store.local_path("inputs")
    assert folder is not None
    assert not folder.exists() or list(folder.iterdir()) == []
