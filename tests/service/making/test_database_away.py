"""The database is away, or does as it was asked and cannot say so: one image, one cost, one call."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pixyproxy.core.exceptions import (
    CommitLost,
    GeneratorFailed,
    GeneratorTimeout,
    InternalError,
    OutcomeUnknown,
    PixyProxyException,
    RateLimited,
    Unavailable,
)
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import AttemptStatus, Cost, JobState, Status
from pixyproxy.data.database import Statements
from pixyproxy.data.library import Library
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making import recording
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    CAT,
    Shaky,
    T,
    attempts_of,
    costs,
    eventually,
    files_of,
    found,
    in_turn,
    lease_over,
    nothing_is_left_to_do,
    queued,
    shaky,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, PNG, Easel, Gate, painting, rows

COST = Cost(Decimal("0.04"), "list")
KEY = IdempotencyKey.of("POST /image", ["a"], CAT)


@pytest.fixture(autouse=True)
def _undo_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_UNDO_PAUSE_S", 0.02)


def _away_once_called(database: Shaky, *, lost_commits: int = 0) -> Easel:
    async def work(_: PictureRequest) -> GeneratedPicture:
        database.is_away = not lost_commits
        database.lost_commits.extend([True] * lost_commits)
        return GeneratedPicture(PNG, cost=COST)

    return Easel(work)


async def _is_tidy(parts: Services) -> None:
    async def tidy() -> bool:
        return await nothing_is_left_to_do(parts)

    await eventually(tidy)


async def test_the_caller_gets_the_image_as_it_stands_and_it_is_ready_when_the_database_is_back(
    parts: Services,
) -> None:
    shaken, database = shaky(parts)
    easel = _away_once_called(database)
    async with worker(shaken, easel) as service:
        image = await service.private(ALICE).make(CAT)
        assert (image, image.status) == (await the_only_image(parts), Status.GENERATING)
        assert [path.suffix for path in parts.spool.files()] == [".answer"]
        database.is_away = False
        image = await until(parts, image.guid, Status.READY)
    assert (len(easel.asked), costs(await attempts_of(parts, image.guid))) == (1, [COST.usd])
    assert len(files_of(parts)) == 1
    assert await nothing_is_left_to_do(parts)


@pytest.mark.parametrize("lost", [1, 3])
async def test_an_image_whose_commit_was_not_acknowledged_is_one_image_with_one_cost(
    parts: Services, lost: int
) -> None:
    shaken, database = shaky(parts)
    easel = _away_once_called(database, lost_commits=lost)
    async with worker(shaken, easel) as service:
        assert (await service.private(ALICE).make(CAT)).status is Status.GENERATING
        await _is_tidy(parts)
    image = await the_only_image(parts)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status) == (Status.READY, AttemptStatus.SUCCEEDED)
    assert (image.cost_usd, attempt.cost, len(easel.asked)) == (COST.usd, COST, 1)
    assert image.content is not None
    assert files_of(parts) == [image.content.storage_key]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (GeneratorFailed(), Status.FAILED, "generator_failed"),
        (OutcomeUnknown(), Status.UNKNOWN, "outcome_unknown"),
        (RateLimited(retry_after_s=60), Status.FAILED, "rate_limited"),
    ],
    ids=lambda value: getattr(value, "code", None),
)
async def test_a_failure_whose_commit_was_not_acknowledged_stays_what_it_is(
    parts: Services, error: PixyProxyException, status: Status, code: str
) -> None:
    shaken, database = shaky(parts)
    closes_first = isinstance(error, RateLimited)

    async def work(_: PictureRequest) -> GeneratedPicture:
        database.lost_commits.extend([False, True] if closes_first else [True])
        raise error

    easel = Easel(work)
    async with worker(shaken, easel) as service:
        with pytest.raises(type(error)):
            await service.private(ALICE).make(CAT)
        await _is_tidy(parts)
    image = await the_only_image(parts)
    assert image.failure is not None
    assert (image.status, image.failure.code, len(easel.asked)) == (status, code, 1)
    [attempt] = await attempts_of(parts, image.guid)
    assert attempt.status is (AttemptStatus.UNKNOWN if status is Status.UNKNOWN else AttemptStatus.FAILED)


async def test_one_deleted_for_good_when_its_commit_was_not_acknowledged_leaves_no_bytes(
    parts: Services,
) -> None:
    shaken, database = shaky(parts)
    easel = _away_once_called(database, lost_commits=1)
    async with worker(shaken, easel) as service:
        await service.private(ALICE).make(CAT)
        await parts_delete(parts)
        await _is_tidy(parts)
    assert (await rows(parts, "image"), files_of(parts)) == ([], [])
    assert [row["status"] for row in await rows(parts, "attempt")] == ["succeeded"]


async def parts_delete(parts: Services) -> None:
    async with worker(parts, painting()) as other:
        guid = (await the_only_image(parts)).guid
        await other.private(ALICE).delete(guid, permanently=True)


class Misunderstood(Shaky):
    """A database with an answer that nobody has foreseen."""

    defects = 0

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        if self.defects:
            self.defects -= 1
            raise InternalError
        return await super().transact(work)


async def test_an_error_that_nobody_has_foreseen_costs_no_picture(
    parts: Services, caplog: pytest.LogCaptureFixture
) -> None:
    database = Misunderstood(parts.library._database)

    async def work(_: PictureRequest) -> GeneratedPicture:
        database.defects = 3
        return GeneratedPicture(PNG, cost=COST)

    easel = Easel(work)
    async with worker(replace(parts, library=Library(database)), easel) as service:
        image = await service.private(ALICE).make(CAT)
        assert image.status is Status.GENERATING
        image = await until(parts, image.guid, Status.READY)
        await _is_tidy(parts)
    assert image.content is not None
    assert files_of(parts) == [image.content.storage_key]
    assert (len(easel.asked), costs(await attempts_of(parts, image.guid))) == (1, [COST.usd])
    assert f"image {image.guid}: it is tried again" in caplog.text


async def test_nothing_begins_without_a_database(parts: Services) -> None:
    shaken, database = shaky(parts)
    database.is_away = True
    easel = painting()
    async with worker(shaken, easel) as service:
        with pytest.raises(Unavailable) as raised:
            await service.private(ALICE).begin(CAT, KEY)
    assert raised.value.retry_after_s == 5
    assert (easel.asked, await rows(parts, "image"), await rows(parts, "idempotency")) == ([], [], [])


async def test_a_birth_that_was_not_acknowledged_is_taken_back(parts: Services) -> None:
    shaken, database = shaky(parts)
    easel = painting()
    async with worker(shaken, easel) as service:
        database.lost_commits.append(True)
        with pytest.raises(CommitLost):
            await service.private(ALICE).begin(CAT, KEY)
        image = await until(parts, (await the_only_image(parts)).guid, Status.FAILED)
        assert (easel.asked, await rows(parts, "idempotency")) == ([], [])
        [attempt] = await attempts_of(parts, image.guid)
        assert attempt.status is AttemptStatus.FAILED
        assert await nothing_is_left_to_do(parts)
        again = await service.private(ALICE).begin(CAT, KEY)
    assert (again.image.status, again.is_replay, len(easel.asked)) == (Status.READY, False, 1)


async def test_a_birth_is_taken_back_also_when_the_database_stays_away_for_a_while(parts: Services) -> None:
    shaken, database = shaky(parts)
    async with worker(shaken, painting()) as service:
        database.lost_commits.append(True)
        making = asyncio.create_task(service.private(ALICE).begin(CAT, KEY))
        with pytest.raises(CommitLost):
            await making
        database.is_away = True
        await asyncio.sleep(0)
        database.is_away = False
        await until(parts, (await the_only_image(parts)).guid, Status.FAILED)


async def test_a_birth_that_others_have_declared_unknown_is_taken_back_too(parts: Services) -> None:
    """It was never sent, whatever they took it for."""
    shaken, database = shaky(parts)
    async with worker(shaken, painting()) as service:
        image = await _born_unacknowledged(service, parts, database)
        async with worker(parts, painting()) as other:
            await parts.library._database.execute("UPDATE job SET free_at = 0", {})
            await other.generation._recovery._take_up()
            await until(parts, image, Status.UNKNOWN)
        database.is_away = False
        await until(parts, image, Status.FAILED)


async def test_a_birth_that_its_owner_has_deleted_meanwhile_is_taken_back_too(parts: Services) -> None:
    shaken, database = shaky(parts)
    async with worker(shaken, painting()) as service:
        guid = await _born_unacknowledged(service, parts, database)
        async with worker(parts, painting()) as other:
            await other.private(ALICE).delete(guid)
        database.is_away = False
        await _is_tidy(parts)
        assert (await service.private(ALICE).restore(guid)).status is Status.FAILED
    assert await rows(parts, "idempotency") == []


async def _born_unacknowledged(service: Services, parts: Services, database: Shaky) -> str:
    """And the database stays away from the one who asked."""
    database.lost_commits.append(True)
    transact = service.generation._recording._undo

    async def undo(*known: Any, **more: Any) -> None:
        database.is_away = True
        await transact(*known, **more)

    service.generation._recording._undo = undo  # type: ignore[method-assign]
    with pytest.raises(CommitLost):
        await service.private(ALICE).begin(CAT, KEY)
    return (await the_only_image(parts)).guid


async def test_a_queued_birth_that_another_worker_has_made_meanwhile_is_left_alone(parts: Services) -> None:
    """Its caller was told 503; with the same key the picture is theirs."""
    shaken, database = shaky(parts)
    easel = painting(PNG, cost=COST)
    async with worker(shaken, easel, limits=Limits(most_calls=0, reserve_bytes=0)) as service:
        guid = await _born_unacknowledged(service, parts, database)
        async with worker(parts, easel, recovering=True):
            await until(parts, guid, Status.READY)
        database.is_away = False

        async def is_over() -> bool:
            return not service.generation._recording._undoing

        await eventually(is_over)
        replay = await service.private(ALICE).begin(CAT, KEY)
    assert (replay.image.guid, replay.image.status, replay.is_replay) == (guid, Status.READY, True)
    assert len(easel.asked) == 1


async def test_a_queued_birth_that_another_worker_is_making_is_left_alone(parts: Services) -> None:
    shaken, database = shaky(parts)
    gate = Gate()
    easel = Easel(gate)
    async with worker(shaken, easel, limits=Limits(most_calls=0, reserve_bytes=0)) as service:
        guid = await _born_unacknowledged(service, parts, database)
        async with worker(parts, easel, recovering=True):
            await gate.reached.wait()
            database.is_away = False

            async def is_over() -> bool:
                return not service.generation._recording._undoing

            await eventually(is_over)
            gate.opened.set()
            await until(parts, guid, Status.READY)
    [attempt] = await attempts_of(parts, guid)
    assert attempt.status is AttemptStatus.SUCCEEDED
    assert len(await rows(parts, "idempotency")) == 1


async def test_a_queued_birth_that_nobody_has_begun_is_taken_back(parts: Services) -> None:
    shaken, database = shaky(parts)
    easel = painting()
    async with worker(shaken, easel, limits=Limits(most_calls=0, reserve_bytes=0)) as service:
        database.lost_commits.append(True)
        with pytest.raises(CommitLost):
            await service.private(ALICE).begin(CAT, KEY)
        await until(parts, (await the_only_image(parts)).guid, Status.FAILED)
    assert (await rows(parts, "job"), await rows(parts, "idempotency"), easel.asked) == ([], [], [])


async def test_an_attempt_whose_record_was_not_acknowledged_is_closed_and_never_made(parts: Services) -> None:
    shaken, database = shaky(parts)
    easel = Easel(in_turn(GeneratorTimeout(), PNG))
    calls = 0

    async def work(request: PictureRequest) -> GeneratedPicture:
        nonlocal calls
        calls += 1
        database.lost_commits.extend([False, True])  # the first attempt is closed, the second recorded
        return await in_turn(GeneratorTimeout())(request)

    easel._work = work
    async with worker(shaken, easel) as service:
        with pytest.raises(PixyProxyException):
            await service.private(ALICE).make(CAT)
        await _is_tidy(parts)
    image = await the_only_image(parts)
    assert (image.status, calls) == (Status.FAILED, 1)
    assert [each.status for each in await attempts_of(parts, image.guid)] == [AttemptStatus.FAILED] * 2


async def test_queued_work_whose_claim_was_not_acknowledged_is_made_all_the_same(parts: Services) -> None:
    shaken, database = shaky(parts)
    easel = painting()
    image = await queued(parts, easel)
    database.lost_commits.append(True)
    limits = Limits(lease_s=0.5, reserve_bytes=0)
    async with worker(shaken, easel, limits=limits, recovering=True):
        await until(parts, image.guid, Status.READY)
    assert len(easel.asked) == 1


async def test_who_is_alive_keeps_its_images_when_the_database_was_away_for_longer_than_the_lease(
    parts: Services,
) -> None:
    """Nobody could give it a sign of life: that is no reason to give anybody up."""
    shaken, database = shaky(parts)
    gate = Gate()
    limits = Limits(lease_s=1.5, reserve_bytes=0)
    seen: set[Status] = set()
    async with (
        worker(shaken, Easel(gate), limits=limits, recovering=True) as service,
        worker(shaken, Easel(gate), limits=limits, recovering=True),
    ):
        making = asyncio.create_task(service.private(ALICE).make(CAT))
        await gate.reached.wait()
        image = await the_only_image(parts)
        database.is_away = True
        refused = database.refused

        async def was_missed() -> bool:
            return database.refused > refused + 4

        await eventually(was_missed)
        await lease_over(parts)
        database.is_away = False

        async def is_held_again() -> bool:
            seen.add((await found(parts, image.guid)).status)
            return not await parts.library.jobs.is_any_free(JobState.SENT)

        await eventually(is_held_again)
        gate.opened.set()
        assert (await making).status is Status.READY
    assert seen == {Status.GENERATING}
