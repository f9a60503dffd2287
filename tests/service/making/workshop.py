"""What the tests of the making share: workers over the same parts, work left behind, faults to be had."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI

from pixyproxy.core.exceptions import CommitLost, Unavailable
from pixyproxy.core.models import Attempt, Audience, Caller, Image, Job, JobState, Status
from pixyproxy.core.names import new_guid
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.database import Database, Parameters, Row, Statements
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import AnswerAbout
from pixyproxy.service.generators import own_answers
from pixyproxy.service.generators.catalogue import Catalogue, Choice
from pixyproxy.service.generators.generator import GeneratedPicture, Generator, PictureRequest
from pixyproxy.service.making.calls import new_attempt
from pixyproxy.service.making.generation import Generation, Limits
from pixyproxy.service.making.kept_inputs import KeptInputs
from pixyproxy.service.making.new_images import new_image
from pixyproxy.service.making.recording import Recording, Wanted, asked_of
from pixyproxy.service.services import Services
from tests.service.scenery import ALICE, NO_RESERVE, PNG, Easel, Work, rows

T = TypeVar("T")
CAT = ImagePrompt(prompt="a cat on a chair")
ANSWER = own_answers.written(GeneratedPicture(PNG))
EVERYTHING = Audience(sees_everything=True)


class Other(Easel):
    """A second generator, with models of its own."""

    name = "other"
    models = ("other-1", "other-2")


def in_turn(*outcomes: Exception | bytes) -> Work:
    """Each serves one call, the last all further ones."""
    coming = deque(outcomes)

    async def work(_: PictureRequest) -> GeneratedPicture:
        outcome = coming.popleft() if len(coming) > 1 else coming[0]
        if isinstance(outcome, Exception):
            raise outcome
        return GeneratedPicture(outcome)

    return work


class Stubborn(FolderStore):
    """A folder that takes nothing as long as a test says why."""

    def __init__(self, folder: Path, why_not: Exception | None = None) -> None:
        super().__init__(folder)
        self.why_not = why_not
        self.refused = 0
        self.taken: list[str] = []

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        if self.why_not is not None:
            self.refused += 1
            raise self.why_not
        await super().put(key, content)
        self.taken.append(key)


class Shaky:
    """A database that can be away, or do what it was asked and not say so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_away = False
        self.refused = 0
        self.lost_commits: deque[bool] = deque()
        """For each transaction to come: whether the answer to its COMMIT is lost."""

    @property
    def dialect(self) -> str:
        return self._database.dialect

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        self._refuse_if_away()
        return await self._database.fetch_one(sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        self._refuse_if_away()
        return await self._database.fetch_all(sql, parameters)

    async def execute(self, sql: str, parameters: Parameters) -> int:
        self._refuse_if_away()
        return await self._database.execute(sql, parameters)

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        self._refuse_if_away()
        await self._database.execute_many(sql, parameters)

    async def insert(self, sql: str, parameters: Parameters) -> int:
        self._refuse_if_away()
        return await self._database.insert(sql, parameters)

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        self._refuse_if_away()
        result = await self._database.transact(work)
        if self.lost_commits and self.lost_commits.popleft():
            raise CommitLost(retry_after_s=5)
        return result

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        return await self._database.upgrade(work)

    async def close(self) -> None:
        """The other one is closed by whoever opened it."""

    def _refuse_if_away(self) -> None:
        if self.is_away:
            self.refused += 1
            raise Unavailable(retry_after_s=5)


def shaky(parts: Services) -> tuple[Services, Shaky]:
    database = Shaky(parts.library._database)
    return replace(parts, library=Library(database)), database


@asynccontextmanager
async def worker(
    parts: Services,
    *generators: Generator,
    limits: Limits = NO_RESERVE,
    aliases: Mapping[str, Sequence[str]] | None = None,
    store: ImageStore | None = None,
    recovering: bool = False,
) -> AsyncIterator[Services]:
    """A process of the service, as far as the making of images goes."""
    catalogue = Catalogue(generators, aliases or {}, None)
    store = store or parts.store
    generation = Generation(parts.library, store, parts.spool, catalogue, limits)
    if recovering:
        generation.start_recovery()
    try:
        yield replace(parts, catalogue=catalogue, generation=generation, store=store)
    finally:
        await generation.close()


async def begun(service: Services, caller: Caller = ALICE, prompt: ImagePrompt = CAT) -> Image:
    """An image that is on its way, for which nobody waits."""
    return (await service.private(caller).begin(prompt, patience_s=0)).image


async def found(parts: Services, guid: str) -> Image:
    image = await parts.library.images.find(guid, EVERYTHING)
    assert image is not None
    return image


async def attempts_of(parts: Services, guid: str) -> list[Attempt]:
    return await parts.library.attempts.of_image((await found(parts, guid)).id)


async def the_only_image(parts: Services) -> Image:
    [row] = await rows(parts, "image")
    return await found(parts, row["guid"])


async def eventually(happened: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await happened():  # noqa: ASYNC110 - what is waited for happens in a database
            await asyncio.sleep(0.01)


async def until(parts: Services, guid: str, status: Status) -> Image:
    async def is_there() -> bool:
        return (await found(parts, guid)).status is status

    await eventually(is_there)
    return await found(parts, guid)


async def nothing_is_left_to_do(parts: Services) -> bool:
    return not await rows(parts, "job") and not parts.spool.files()


def files_of(parts: Services) -> list[str]:
    """What lies in the store."""
    folder = parts.store.local_path("")
    assert folder is not None
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def left_behind(
    parts: Services,
    generator: Generator,
    answer: bytes | None = None,
    *,
    is_whole: bool = True,
    lease_s: float = 0,
) -> tuple[Image, Attempt]:
    """What a worker leaves that sent a call and was killed: its lease is over, its answer perhaps here."""
    choice = Choice(generator, PictureRequest(CAT.prompt, generator.models[0]))
    image = new_image(ALICE, CAT, new_guid(), choice)
    job = Job(image_id=0, state=JobState.SENT, asked=asked_of(CAT), holder="gone", token="gone")
    attempt = new_attempt(image, choice)
    [recorded] = await _recording(parts).add([Wanted(image, job, attempt)], None, lease_s)
    assert recorded.attempt is not None
    image, attempt = recorded.image, recorded.attempt
    if answer is not None:
        await spooled(parts, attempt, answer, is_whole=is_whole)
    return image, attempt


async def spooled(parts: Services, attempt: Attempt, answer: bytes, *, is_whole: bool = True) -> None:
    spooling = parts.spool.begin(AnswerAbout(attempt.storage_key, attempt.generator, attempt.model))
    await spooling.write(answer)
    if is_whole:
        await spooling.complete()
    else:
        spooling._flush()
    spooling.close()


def _recording(parts: Services) -> Recording:
    return Recording(parts.library, KeptInputs(parts.library, parts.store))


async def queued(parts: Services, generator: Generator, prompt: ImagePrompt = CAT) -> Image:
    """An image that nobody has begun."""
    choice = Choice(generator, PictureRequest(CAT.prompt, generator.models[0]))
    image = replace(new_image(ALICE, prompt, new_guid(), choice), status=Status.QUEUED)
    job = Job(image_id=0, state=JobState.WAITING, asked=asked_of(prompt))
    [recorded] = await _recording(parts).add([Wanted(image, job)], None, 0)
    return recorded.image


def stand_still(service: Services) -> None:
    """Its signs of life end; its work goes on."""
    leases = service.generation._leases
    setattr(leases, "hold", leases._held.add)  # noqa: B010 - mypy lets no method be assigned
    if leases._renewing is not None:
        leases._renewing.cancel()


def costs(attempts: Sequence[Attempt]) -> list[Any]:
    return [attempt.cost and attempt.cost.usd for attempt in attempts]


async def lease_over(parts: Services) -> None:
    """As when a worker has given no sign of life for long enough."""
    await parts.library._database.execute("UPDATE job SET free_at = 0", {})


@asynccontextmanager
async def at_work_in(app: FastAPI, *generators: Generator, **known: Any) -> AsyncIterator[Services]:
    """The application with these generators alone; its own worker takes nothing up meanwhile."""
    own: Services = app.state.services
    await own.generation._recovery.stop()
    async with worker(own, *generators, **known) as services:
        app.state.services = services
        try:
            yield services
        finally:
            app.state.services = own
