"""The call that may cost money. Each is an attempt in the database before it is made.

It is repeated, or tried with the next generator, only where nothing was sent. Between two attempts the job is
as good as queued: should this process die there, another may take it up.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import (
    GeneratorRefused,
    GeneratorRests,
    ImageNotFound,
    LeaseLost,
    PixyProxyException,
    RateLimited,
    Unavailable,
    UnreadablePicture,
)
from pixyproxy.core.life import step
from pixyproxy.core.models import Attempt, AttemptStatus, Failure, Image, Job, JobState, Status
from pixyproxy.core.names import new_guid
from pixyproxy.data.library import Library, Repositories
from pixyproxy.data.spool import AnswerAbout, Spool, SpooledAnswer
from pixyproxy.service.generators.catalogue import Choice
from pixyproxy.service.making.circuits import Circuits
from pixyproxy.service.making.leases import held_job
from pixyproxy.service.making.watched import Watched

log = logging.getLogger(__name__)

_PAUSES_S = (0.5, 2.0)
_LONGEST_PAUSE_S = 20.0
_MOST_BYTES = 256 * 1024**2


@dataclass(slots=True)
class Making:
    """One image on its way, as the process knows it that holds its job."""

    image: Image
    job: Job
    token: str
    plan: tuple[Choice, ...]
    watched: Watched
    attempt: Attempt | None = None
    """The call under way, at first to the first of the plan; None while nothing is sent."""
    answer: SpooledAnswer | None = None
    """What has come of it so far."""
    was_queued: bool = False


def new_attempt(image: Image, choice: Choice) -> Attempt:
    now = datetime.now(UTC)
    return Attempt(
        image_id=image.id,
        owner=image.owner,
        generator=choice.generator.name,
        model=choice.request.model,
        storage_key=f"{now:%Y/%m/%d}/{new_guid()}",
        started_at=now,
    )


class Calls:
    def __init__(self, library: Library, spool: Spool, circuits: Circuits) -> None:
        self._library = library
        self._spool = spool
        self._circuits = circuits
        self.ending = asyncio.Event()
        """Once it is set, no call is repeated."""

    def usable(self, plan: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """Those that need not be left in peace just now; raises `Unavailable` when there are none."""
        rests = [self._circuits.rest_s(choice.generator.name) for choice in plan]
        usable = tuple(choice for choice, rest in zip(plan, rests, strict=True) if not rest)
        if not usable:
            raise GeneratorRests(retry_after_s=max(1, round(min(rests))))
        return usable

    async def make(self, making: Making) -> SpooledAnswer:
        """The whole answer, safe on the disk.

        What was queued is queued again while its generators rest: nobody has to ask for it anew.
        """
        try:
            return await self._make(making)
        except GeneratorRests as error:
            if not making.was_queued or making.attempt is not None:
                raise
            await self._hand_back(making, error.retry_after_s or 1)
            raise LeaseLost from error

    async def _make(self, making: Making) -> SpooledAnswer:
        for pause in (*_PAUSES_S, None):
            result = await self._try_each(making)
            if isinstance(result, SpooledAnswer):
                return result
            wait = _wait_before_repeating(result, pause)
            if wait is None:
                raise result
            await self._pause(making, wait)
        raise AssertionError("unreachable")

    async def _try_each(self, making: Making) -> SpooledAnswer | PixyProxyException:
        """The first answer, or why the last of the generators was not called."""
        error: PixyProxyException = Unavailable(retry_after_s=5)
        usable = self.usable(making.plan)
        if making.attempt is not None and usable[0] is not making.plan[0]:
            await self._close_unsent(making, making.attempt, error)
        for choice in usable:
            try:
                return await self._call(making, choice)
            except PixyProxyException as failure:
                if not failure.nothing_was_sent or making.attempt is None:
                    raise
                log.warning("%s: %s (%s)", choice.generator.name, failure.detail, failure.origin)
                await self._close_unsent(making, making.attempt, failure)
                error = failure
        return error

    async def _call(self, making: Making, choice: Choice) -> SpooledAnswer:
        attempt = making.attempt or await self._record(making, choice)
        about = AnswerAbout(attempt.storage_key, attempt.generator, attempt.model)
        making.answer = answer = self._spool.begin(about)
        error: BaseException | None = None
        self._circuits.begin(attempt.generator)
        try:
            await choice.generator.call(choice.request, _IntoSpool(answer, making.watched))
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._circuits.end(attempt.generator, error)
        await answer.complete()
        return answer

    async def _record(self, making: Making, choice: Choice) -> Attempt:
        attempt = new_attempt(making.image, choice)

        async def work(repositories: Repositories) -> int:
            await held_job(repositories, making.image.id, making.token)
            image = await repositories.images.find_in_making(making.image.id)
            if image is None or image.deleted_at is not None:
                raise ImageNotFound(guid=making.image.guid)  # Nothing is bought for the trash.
            if image.status is Status.QUEUED:
                await repositories.images.change(image, step(image, Status.GENERATING, attempt.started_at))
            await repositories.jobs.change_state(image.id, JobState.SENT)
            return await repositories.attempts.add(attempt)

        making.attempt = replace(attempt, id=await self._library.transact(work))
        return making.attempt

    async def _close_unsent(self, making: Making, attempt: Attempt, failure: PixyProxyException) -> None:
        closed = replace(
            attempt,
            status=AttemptStatus.FAILED,
            provider_request_id=making.answer.about.provider_request_id if making.answer else None,
            failure=Failure(failure.code, failure.detail),
            ended_at=datetime.now(UTC),
        )

        async def work(repositories: Repositories) -> None:
            await held_job(repositories, making.image.id, making.token)
            await repositories.attempts.close(closed)
            await repositories.jobs.change_state(making.image.id, JobState.WAITING)

        await self._library.transact(work)
        if making.answer is not None:
            making.answer.discard()
        making.attempt = making.answer = None

    async def _pause(self, making: Making, seconds: float) -> None:
        """Raises `LeaseLost` when the process is about to end: somebody else shall go on."""
        try:
            async with asyncio.timeout(seconds):
                await self.ending.wait()
        except TimeoutError:
            return
        await self._hand_back(making)
        raise LeaseLost

    async def _hand_back(self, making: Making, for_s: float = 0) -> None:
        """To whoever has room, when that time is over."""

        async def work(repositories: Repositories) -> None:
            await held_job(repositories, making.image.id, making.token)
            await repositories.jobs.hand_back(making.image.id, for_s)
            image = await repositories.images.find_in_making(making.image.id)
            if image is not None and image.status is Status.GENERATING:
                await repositories.images.change(image, step(image, Status.QUEUED, datetime.now(UTC)))

        await self._library.transact(work)


class _IntoSpool:
    """Hands an answer to the disk, and previews to those who watch."""

    def __init__(self, answer: SpooledAnswer, watched: Watched) -> None:
        self._answer = answer
        self._watched = watched

    @property
    def is_watched(self) -> bool:
        return bool(self._watched.followers)

    def note_request_id(self, request_id: str | None) -> None:
        self._answer.about = replace(self._answer.about, provider_request_id=request_id)

    async def write(self, chunk: bytes) -> None:
        if self._answer.size_bytes + len(chunk) > _MOST_BYTES:
            raise UnreadablePicture("The generator's answer is too large.")
        await self._answer.write(chunk)

    def preview(self, content: bytes) -> None:
        self._watched.show(content)


def _wait_before_repeating(error: PixyProxyException, pause: float | None) -> float | None:
    """None when it would fail again, or take too long."""
    if pause is None or isinstance(error, GeneratorRefused):
        return None
    wait = max(error.retry_after_s or pause, pause) if isinstance(error, RateLimited) else pause
    return wait if wait <= _LONGEST_PAUSE_S else None
