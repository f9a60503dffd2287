"""What a worker that is gone leaves behind: nothing sent is sent again, nothing that came is lost."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import ImageNotFound, OutcomeUnknown, StorageFull
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import AttemptStatus, Cost, JobState, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators import own_answers
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    ANSWER,
    CAT,
    Other,
    Stubborn,
    attempts_of,
    begun,
    eventually,
    files_of,
    found,
    in_turn,
    lease_over,
    left_behind,
    nothing_is_left_to_do,
    queued,
    spooled,
    stand_still,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, Gate, Work, failing, painting, rows

SHORT = Limits(lease_s=0.6, reserve_bytes=0)


async def _is_tidy(parts: Services) -> None:
    async def tidy() -> bool:
        return await nothing_is_left_to_do(parts)

    await eventually(tidy)


async def test_what_was_sent_and_not_answered_is_unknown_and_never_sent_again(parts: Services) -> None:
    easel = painting()
    image, attempt = await left_behind(parts, easel)
    async with worker(parts, easel, recovering=True):
        image = await until(parts, image.guid, Status.UNKNOWN)
        await _is_tidy(parts)
        await asyncio.sleep(0.3)
    assert image.failure is not None
    assert (image.failure.code, easel.asked) == ("outcome_unknown", [])
    [closed] = await attempts_of(parts, image.guid)
    assert (closed.storage_key, closed.status) == (attempt.storage_key, AttemptStatus.UNKNOWN)
    assert closed.ended_at is not None


async def test_with_its_whole_answer_in_the_spool_it_becomes_ready(parts: Services) -> None:
    easel = painting()
    cost = Cost(Decimal("0.04"), "list")
    answer = own_answers.written(GeneratedPicture(PNG, cost=cost, revised_prompt="a tabby"))
    image, attempt = await left_behind(parts, easel, answer)
    async with worker(parts, easel, recovering=True):
        image = await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)
    assert (easel.asked, image.cost_usd, image.revised_prompt) == ([], cost.usd, "a tabby")
    assert files_of(parts) == [f"{attempt.storage_key}.png"]
    [closed] = await attempts_of(parts, image.guid)
    assert (closed.status, closed.cost) == (AttemptStatus.SUCCEEDED, cost)


async def test_who_waits_for_it_is_not_kept_while_it_cannot_be_stored(
    parts: Services, tmp_path: Path
) -> None:
    store = Stubborn(tmp_path / "images", StorageFull(retry_after_s=60))
    image, _ = await left_behind(parts, painting(), ANSWER)
    async with worker(parts, painting(), store=store, recovering=True) as service:
        async with asyncio.timeout(10):
            told = await service.generation.watching.until_settled(image, None)
        assert told.status is Status.GENERATING
        store.why_not = None
        await until(parts, image.guid, Status.READY)


async def test_what_came_of_it_in_part_is_put_aside(parts: Services) -> None:
    easel = painting()
    image, attempt = await left_behind(parts, easel, ANSWER[:40], is_whole=False)
    async with worker(parts, easel, recovering=True):
        await until(parts, image.guid, Status.UNKNOWN)
        await _is_tidy(parts)
    assert files_of(parts) == [quarantine_key(attempt.storage_key)]


async def test_many_left_behind_with_their_answers_are_all_ready_and_never_unknown(parts: Services) -> None:
    easel = painting()
    images = [(await left_behind(parts, easel, ANSWER))[0] for _ in range(30)]
    async with worker(parts, easel, recovering=True), worker(parts, easel, recovering=True):
        for image in images:
            await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)
    for row in await rows(parts, "attempt"):
        assert row["status"] == "succeeded"
    assert len(files_of(parts)) == 30


async def test_one_whose_lease_is_not_over_is_left_to_its_holder(parts: Services) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, limits=SHORT) as service:
        image = await begun(service)
        await gate.reached.wait()
        async with worker(parts, easel, limits=SHORT, recovering=True):
            await asyncio.sleep(1.5)
            assert (await found(parts, image.guid)).status is Status.GENERATING
        gate.opened.set()
        await until(parts, image.guid, Status.READY)
    assert len(easel.asked) == 1


async def test_a_worker_does_not_give_itself_up_when_it_was_held_up(parts: Services) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, recovering=True) as service:
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        await lease_over(parts)

        async def is_held_again() -> bool:
            return not await parts.library.jobs.is_any_free(JobState.SENT)

        await eventually(is_held_again)
        assert (await the_only_image(parts)).status is Status.GENERATING
        gate.opened.set()
        assert (await making).status is Status.READY
    assert len(easel.asked) == 1


async def test_one_who_stands_still_is_declared_unknown_and_its_answer_makes_it_ready(
    parts: Services,
) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel, limits=SHORT) as service:
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        stand_still(service)
        image = await the_only_image(parts)
        async with worker(parts, easel, limits=SHORT, recovering=True):
            await until(parts, image.guid, Status.UNKNOWN)
            [attempt] = await attempts_of(parts, image.guid)
            assert attempt.status is AttemptStatus.UNKNOWN
        gate.opened.set()
        assert (await making).status is Status.READY
    image = await found(parts, image.guid)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, image.failure, attempt.status) == (Status.READY, None, AttemptStatus.SUCCEEDED)
    assert attempt.failure is None
    assert image.content is not None
    assert files_of(parts) == [image.content.storage_key]
    assert len(easel.asked) == 1
    assert await nothing_is_left_to_do(parts)


async def test_who_waits_for_one_that_was_declared_unknown_elsewhere_is_told(parts: Services) -> None:
    easel = painting()
    image, _ = await left_behind(parts, easel)
    async with worker(parts, easel) as service, worker(parts, easel, recovering=True):
        with pytest.raises(OutcomeUnknown) as raised:
            await service.generation.watching.until_settled(image, 20)
    assert raised.value.guid == image.guid


async def test_an_answer_that_turns_up_later_is_found_in_the_spool(parts: Services) -> None:
    """By then nobody has a job for it."""
    easel = painting()
    image, attempt = await left_behind(parts, easel)
    async with worker(parts, easel, recovering=True):
        await until(parts, image.guid, Status.UNKNOWN)
        await _is_tidy(parts)
        await spooled(parts, attempt, ANSWER)
        image = await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)
    assert (image.failure, easel.asked) == (None, [])
    assert (await attempts_of(parts, image.guid))[0].status is AttemptStatus.SUCCEEDED


async def test_an_unknown_one_that_was_deleted_for_good_leaves_no_bytes_when_its_answer_turns_up(
    parts: Services,
) -> None:
    easel = painting()
    image, attempt = await left_behind(parts, easel)
    async with worker(parts, easel, recovering=True) as service:
        await until(parts, image.guid, Status.UNKNOWN)
        await service.private(ALICE).delete(image.guid, permanently=True)
        await spooled(parts, attempt, ANSWER)
        await _is_tidy(parts)
    assert (await rows(parts, "image"), files_of(parts)) == ([], [])
    assert [row["status"] for row in await rows(parts, "attempt")] == ["succeeded"]


async def test_an_answer_finds_its_image_in_the_trash_too(parts: Services) -> None:
    easel = painting()
    image, attempt = await left_behind(parts, easel)
    async with worker(parts, easel, recovering=True) as service:
        await until(parts, image.guid, Status.UNKNOWN)
        await service.private(ALICE).delete(image.guid)
        await spooled(parts, attempt, ANSWER)
        await _is_tidy(parts)
        restored = await service.private(ALICE).restore(image.guid)
        assert (restored.status, restored.failure) == (Status.READY, None)
        assert await service.private(ALICE).content_of(image.guid) == PNG


async def test_one_deleted_by_its_owner_and_left_behind_by_its_worker_is_finished_in_the_trash(
    parts: Services,
) -> None:
    easel = painting()
    image, _ = await left_behind(parts, easel, ANSWER)
    async with worker(parts, easel) as service:
        await service.private(ALICE).delete(image.guid)
        with pytest.raises(ImageNotFound):
            await service.private(ALICE).get(image.guid)
    async with worker(parts, easel, recovering=True) as service:
        await _is_tidy(parts)
        assert (await service.private(ALICE).restore(image.guid)).status is Status.READY
        assert await service.private(ALICE).content_of(image.guid) == PNG


async def test_queued_work_is_made_by_whoever_is_there(parts: Services) -> None:
    easel = painting()
    image = await queued(parts, easel)
    async with worker(parts, easel, recovering=True):
        image = await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)
    assert len(easel.asked) == 1
    [attempt] = await attempts_of(parts, image.guid)
    assert attempt.status is AttemptStatus.SUCCEEDED


async def test_it_is_made_as_it_was_asked_for(parts: Services) -> None:
    easel = painting()
    prompt = ImagePrompt(prompt="a dog", model="easel-2", size="640x480", quality="high", seed=7)
    await queued(parts, easel, prompt)
    async with worker(parts, easel, recovering=True):
        await _is_tidy(parts)
    [asked] = easel.asked
    assert (asked.model, str(asked.size), asked.quality, asked.seed) == ("easel-2", "640x480", "high", 7)


async def test_two_workers_who_claim_at_once_take_different_work(parts: Services) -> None:
    easel, other = painting(), painting()
    images = [await queued(parts, easel) for _ in range(20)]
    async with (
        worker(parts, easel, recovering=True) as one,
        worker(parts, other, recovering=True) as another,
    ):
        claims = [each.generation._recovery._claim(JobState.WAITING) for each in (one, another) * 5]
        claimed = [each for each in await asyncio.gather(*claims) if each]
        taken = [each.job.image_id for each in claimed]
        assert len(taken) == len(set(taken))
        await parts.library._database.execute("UPDATE job SET free_at = 0", {})
        for image in images:
            await until(parts, image.guid, Status.READY)
    assert len(easel.asked) + len(other.asked) == 20
    assert len(await rows(parts, "attempt")) == 20


async def test_who_has_lost_a_claim_on_queued_work_cannot_send_it(parts: Services) -> None:
    gate = Gate()
    slow, quick = painting(), Easel(gate)
    image = await queued(parts, slow)
    async with worker(parts, slow) as service:
        recovery = service.generation._recovery
        claimed = await recovery._claim(JobState.WAITING)
        assert claimed is not None
        await lease_over(parts)
        async with worker(parts, quick, recovering=True):
            await gate.reached.wait()
            await recovery._make(claimed)
            await service.generation.drain()
            gate.opened.set()
            await until(parts, image.guid, Status.READY)
    assert (slow.asked, len(quick.asked)) == ([], 1)
    assert len(await attempts_of(parts, image.guid)) == 1


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(painting().generate, Status.READY), (failing(OutcomeUnknown()).generate, Status.UNKNOWN)],
    ids=["ready", "unknown"],
)
async def test_who_has_lost_it_and_could_not_have_made_it_changes_nothing(
    parts: Services, outcome: Work, status: Status
) -> None:
    gate = Gate(outcome)
    image = await queued(parts, painting())
    async with worker(parts, Other(in_turn(PNG))) as service:
        recovery = service.generation._recovery
        claimed = await recovery._claim(JobState.WAITING)
        assert claimed is not None
        claimed = replace(claimed, job=replace(claimed.job, asked={"model": "easel-1"}))
        await lease_over(parts)
        async with worker(parts, Easel(gate), recovering=True):
            await gate.reached.wait()
            await recovery._make(claimed)  # its model is not one of this worker's
            await asyncio.sleep(0.1)
            gate.opened.set()
            before = await until(parts, image.guid, status)
            await service.generation.drain()
            await asyncio.sleep(0.1)
    assert await found(parts, image.guid) == before


async def test_an_answer_that_comes_while_another_holds_its_job_waits_for_that_to_end(
    parts: Services,
) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate)) as service, worker(parts, painting()) as another:
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        stand_still(service)
        await lease_over(parts)
        left = await another.generation._recovery._claim(JobState.SENT)
        assert left is not None
        gate.opened.set()
        await asyncio.sleep(0.3)
        [job] = await rows(parts, "job")
        image = await the_only_image(parts)
        assert (job["token"], image.status) == (left.token, Status.GENERATING)
        assert [path.suffix for path in parts.spool.files()] == [".answer"]
        await another.generation._recovery._bring_to_its_end(left)
        image = await until(parts, image.guid, Status.READY)
        await asyncio.gather(making, return_exceptions=True)
        await _is_tidy(parts)
    assert (await attempts_of(parts, image.guid))[0].status is AttemptStatus.SUCCEEDED


async def test_an_answer_that_somebody_looks_at_just_now_is_looked_for_again(parts: Services) -> None:
    image, attempt = await left_behind(parts, painting(), ANSWER)
    held = parts.spool.find(attempt.storage_key)
    assert held is not None
    async with worker(parts, painting(), recovering=True):

        async def is_claimed() -> bool:
            return [job["holder"] for job in await rows(parts, "job")] != ["gone"]

        await eventually(is_claimed)
        held.close()
        await eventually(partial(_is_settled, parts, image.guid))
    assert (await found(parts, image.guid)).status is Status.READY


async def _is_settled(parts: Services, guid: str) -> bool:
    return is_settled((await found(parts, guid)).status)


async def test_a_model_that_is_no_more_is_the_end(parts: Services) -> None:
    image = await queued(parts, painting(), ImagePrompt(prompt="a cat", model="easel-1"))
    other = Other(in_turn(PNG))
    async with worker(parts, other, recovering=True):
        image = await until(parts, image.guid, Status.FAILED)
        await _is_tidy(parts)
    assert image.failure is not None
    assert (image.failure.code, other.asked) == ("model_not_found", [])


async def test_what_nobody_can_read_any_more_is_the_end_too_and_holds_up_nothing(parts: Services) -> None:
    easel = painting()
    image, next_one = await queued(parts, easel), await queued(parts, easel)
    await parts.library._database.execute(
        "UPDATE job SET asked = :asked WHERE image_id = :id",
        {"asked": json.dumps({"size": "enormous"}), "id": image.id},
    )
    async with worker(parts, easel, recovering=True):
        await until(parts, next_one.guid, Status.READY)
        image = await until(parts, image.guid, Status.FAILED)
        await _is_tidy(parts)
    assert image.failure is not None
    assert image.failure.code == "internal"


async def test_an_answer_whose_generator_is_no_more_waits_for_it(parts: Services) -> None:
    easel = painting()
    image, _ = await left_behind(parts, easel, ANSWER)
    async with worker(parts, Other(in_turn(PNG)), recovering=True) as service:

        async def it_waits() -> bool:
            return service.generation.answers_waiting() == 1

        await eventually(it_waits)
    await lease_over(parts)
    async with worker(parts, easel, recovering=True):
        await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)


async def test_recovery_goes_on_after_it_failed(parts: Services, caplog: pytest.LogCaptureFixture) -> None:
    easel = painting()
    async with worker(parts, easel, recovering=True) as service:
        claim = service.generation._recovery._claim

        async def broken(_: JobState) -> None:
            raise TypeError("a defect")

        service.generation._recovery._claim = broken  # type: ignore[method-assign, assignment]

        async def was_seen() -> bool:
            return "a defect" in caplog.text

        await eventually(was_seen)
        service.generation._recovery._claim = claim  # type: ignore[method-assign]
        image = await queued(parts, easel)
        await until(parts, image.guid, Status.READY)
