"""How the service is doing, as an administrator is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pixyproxy.core.exceptions import (
    GeneratorRefused,
    GeneratorTimeout,
    OutcomeUnknown,
    PixyProxyException,
    Unavailable,
)
from pixyproxy.core.models import AttemptStatus, Failure, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.durable_files import Space
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.operations_queries import Kept
from pixyproxy.data.spool import Spool
from pixyproxy.service import operations
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.making.admission import Admission, Room
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.data.builders import a_job, added, an_attempt, an_image
from tests.service.making.workshop import Other, shaky
from tests.service.scenery import (
    ALICE,
    ON_SQLITE,
    PNG,
    Easel,
    Gate,
    painting,
    shelve,
    throw_away,
    with_generator,
)

HOUR = timedelta(hours=1)
REFUSED = GeneratorRefused("The provider refused the key this service calls it with.")


class Looked(Easel):
    """Says how it is, and counts how often it is asked."""

    def __init__(self, how: Callable[[], Awaitable[None]]) -> None:
        super().__init__(painting().generate)
        self._how = how
        self.looked_at = 0

    async def check_reachable(self) -> None:
        self.looked_at += 1
        await self._how()


def looked(error: PixyProxyException | None = None) -> Looked:
    async def how() -> None:
        if error is not None:
            raise error

    return Looked(how)


async def test_failures_of_a_day_are_told_the_most_frequent_first(services: Services) -> None:
    now = datetime.now(UTC)
    for code, count, at in (("rate_limited", 1, now), ("generator_failed", 2, now - 23 * HOUR)):
        for _ in range(count):
            await _failed(services, code, at)
    await _failed(services, "generator_failed", now - 25 * HOUR)
    unknown = an_attempt(status=AttemptStatus.UNKNOWN, failure=Failure("outcome_unknown", ""), started_at=now)
    await services.library.attempts.add(unknown)
    await services.library.attempts.add(an_attempt(status=AttemptStatus.FAILED, started_at=now))
    failures = (await services.operations().overview()).failures
    assert list(failures.by_code.items()) == [("generator_failed", 2), ("internal", 1), ("rate_limited", 1)]
    assert (failures.hours, failures.unknown) == (24, 1)


async def _failed(services: Services, code: str, at: datetime) -> None:
    failure = Failure(code, "No.")
    await services.library.attempts.add(
        an_attempt(status=AttemptStatus.FAILED, failure=failure, started_at=at)
    )


async def test_the_queue_is_that_of_all_workers_and_the_work_that_of_this_one(services: Services) -> None:
    long_ago = datetime(2026, 11, 20, tzinfo=UTC)
    queued = an_image(status=Status.QUEUED, content=None, created_at=long_ago)
    for image in await added(services.library, queued, replace(queued, guid="g", status=Status.GENERATING)):
        await services.library.jobs.add(a_job(image.id), 3600)
    gate = Gate()
    own = with_generator(services, Easel(gate))
    making = asyncio.create_task(own.private(ALICE).make(ImagePrompt(prompt="a cat")))
    await gate.reached.wait()
    queue = (await own.operations().overview()).queue
    gate.opened.set()
    await making
    await own.generation.close()
    assert (queue.queued.count, queue.queued.oldest_at) == (1, long_ago)
    assert (queue.generating.count, queue.under_way_here) == (2, 1)


async def test_images_are_counted_once_a_minute_and_it_is_told_when(services: Services) -> None:
    await shelve(services)
    await throw_away(services, await shelve(services))
    before = datetime.now(UTC)
    first, second = await asyncio.gather(*(services.operations().overview() for _ in range(2)))
    assert first.storage.images is second.storage.images
    assert first.storage.images.kept.there == first.storage.images.kept.in_trash == Kept(1, len(PNG))
    assert before <= first.storage.images.counted_at <= datetime.now(UTC)
    await shelve(services)
    assert (await services.operations().overview()).storage.images is first.storage.images


@ON_SQLITE
async def test_generators_are_looked_at_once_a_minute(services: Services) -> None:
    generator = looked()
    own = with_generator(services, generator)
    for _ in range(3):
        [state] = (await own.operations().overview()).generators
    assert (state.name, state.models, state.problem) == ("easel", ("easel-1", "easel-2"), None)
    assert generator.looked_at == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (REFUSED, REFUSED.detail),
        (OutcomeUnknown(), "It does not answer."),
        (GeneratorTimeout(), "It does not answer."),
    ],
)
async def test_what_keeps_a_generator_from_being_called_is_told_and_others_are_none_the_worse(
    services: Services, error: PixyProxyException, problem: str
) -> None:
    other = Other(painting().generate)
    own = replace(services, catalogue=Catalogue([looked(error), other], {}, None))
    states = (await own.operations().overview()).generators
    assert [(state.name, state.problem) for state in states] == [("easel", problem), ("other", None)]


@ON_SQLITE
async def test_a_generator_that_says_nothing_is_not_waited_for(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_PATIENCE_S", 0.01)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    own = with_generator(services, Looked(for_ever))
    [state] = (await own.operations().overview()).generators
    assert state.problem == "It does not answer."


@ON_SQLITE
async def test_a_disk_that_is_too_full_for_new_images_is_told_with_the_reason(services: Services) -> None:
    own = with_generator(services, painting(), Limits(reserve_bytes=2**62))
    overview = await own.operations().overview()
    assert overview.storage.room.is_low
    assert overview.storage.room.reserve_bytes == 2**62
    assert overview.reasons == {"images": "storage_full"}
    overview = await with_generator(services, painting()).operations().overview()
    assert (overview.storage.room.is_low, overview.reasons) == (False, {})


@ON_SQLITE
def test_of_two_disks_the_one_that_is_nearer_to_its_reserve_is_told(services: Services) -> None:
    assert isinstance(services.store, FolderStore)
    for answers, images, told in (
        (Space(10**13, 10**12), Space(10**11, 10**11), Room(10**11, 5 * 10**9)),
        (Space(10**14, 10**12), Space(10**12, 10**11), Room(10**12, 5 * 10**12)),
        (Space(10**11, 10**11), None, Room(10**11, 5 * 10**9)),
        (None, None, Room(None, 0)),
    ):
        assert Admission(SpoolOn(answers), StoreOn(images), None).room() == told


class SpoolOn(Spool):
    def __init__(self, space: Space | None) -> None:
        self._space = space

    def space(self) -> Space | None:
        return self._space


class StoreOn(FolderStore):
    def __init__(self, space: Space | None) -> None:
        self._space = space

    def space(self) -> Space | None:
        return self._space


@ON_SQLITE
async def test_while_the_database_is_away_nothing_is_told(services: Services) -> None:
    own, database = shaky(services)
    database.is_away = True
    with pytest.raises(Unavailable):
        await own.operations().overview()
    database.is_away = False
    assert (await own.operations().overview()).storage.images.kept.there == Kept()
