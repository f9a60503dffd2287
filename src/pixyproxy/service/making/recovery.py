"""Takes up what is queued, and what a worker that is gone left behind.

What was not sent is made. What was sent is never sent again: its answer is in the spool, or nobody knows.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixyproxy.core.exceptions import (
    InternalError,
    OutcomeUnknown,
    PixyProxyException,
    StorageFull,
    Unavailable,
)
from pixyproxy.core.models import Attempt, Image, Job, JobState
from pixyproxy.core.pauses import jittered
from pixyproxy.data.library import Library, Repositories
from pixyproxy.data.spool import Spool, SpooledAnswer
from pixyproxy.service.background import again_and_again, stop
from pixyproxy.service.generators.catalogue import Catalogue, Choice, numbered
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.making.kept_inputs import KeptInputs
from pixyproxy.service.making.leases import Leases, held_job, new_token
from pixyproxy.service.making.outcomes import Ended
from pixyproxy.service.making.recording import prompt_of
from pixyproxy.service.making.spool_sweep import SpoolSweep
from pixyproxy.service.making.workbench import Workbench

log = logging.getLogger(__name__)

_POLL_S = 1.0
_SWEEP_S = 5.0
KEYS_KEPT = timedelta(hours=72)
_FORGET_S = 3600.0
_LOOKS, _LOOK_AGAIN_S = 5, 0.15


class Recovery:
    def __init__(
        self,
        library: Library,
        spool: Spool,
        catalogue: Catalogue,
        leases: Leases,
        workbench: Workbench,
        admission: Admission,
        kept_inputs: KeptInputs,
    ) -> None:
        self._library = library
        self._spool = spool
        self._catalogue = catalogue
        self._leases = leases
        self._workbench = workbench
        self._admission = admission
        self._kept_inputs = kept_inputs
        self._spool_sweep = SpoolSweep(library, spool, catalogue, leases, workbench)
        self._tasks: list[asyncio.Task[None]] = []
        self._leases_count_from = float("-inf")

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(again_and_again(self._take_up, self._until_work_may_be_there)),
            asyncio.create_task(again_and_again(self._spool_sweep.sweep, lambda: asyncio.sleep(_SWEEP_S))),
            asyncio.create_task(again_and_again(self._forget_old_keys, lambda: asyncio.sleep(_FORGET_S))),
        ]

    async def stop(self) -> None:
        await stop(self._tasks)
        self._tasks = []

    async def _until_work_may_be_there(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(jittered(_POLL_S)):
                await self._workbench.has_changed.wait()
        self._workbench.has_changed.clear()

    async def _take_up(self) -> None:
        try:
            await self._take_up_left_behind()
        except PixyProxyException:
            self._leases_count_from = time.monotonic() + self._leases.lease_s / 2
            raise
        await self._take_up_queued()

    async def _take_up_left_behind(self) -> None:
        """Not at once after the database was away: nobody could give it a sign of life meanwhile."""
        while time.monotonic() >= self._leases_count_from:
            left = await self._claim(JobState.SENT)
            if left is None:
                return
            await self._bring_to_its_end(left)

    async def _take_up_queued(self) -> None:
        """Nothing is begun whose picture could not be kept."""
        while await self._library.jobs.is_any_free(JobState.WAITING) and self._workbench.has_room:
            with self._workbench.reserved_place():
                await self._admission.check()
                queued = await self._claim(JobState.WAITING)
                if queued is None:
                    return
                await self._make(queued)

    async def _claim(self, state: JobState) -> "_Claimed | None":
        if not await self._library.jobs.is_any_free(state):
            return None
        await self._leases.renew()  # We are alive, though our sign of it may be late.
        token = new_token()

        async def work(repositories: Repositories) -> _Claimed | None:
            job = await repositories.jobs.claim(state, self._leases.holder, token, self._leases.lease_s)
            if job is None:
                return None
            attempts = await repositories.attempts.of_image(job.image_id)
            image = await repositories.images.find_in_making(job.image_id)
            return _Claimed(job, token, image, attempts[-1] if attempts else None)

        return await self._library.transact(work)

    async def _make(self, queued: "_Claimed") -> None:
        """Nothing was sent for it yet; nor will be, when it is gone for good or its model is no more."""
        image, job, token = queued.image, queued.job, queued.token
        if image is None:
            self._workbench.settle(Ended(job.image_id, "", token, asked=job.asked))
            return
        try:
            plan = await self._plan(image, job)
        except (Unavailable, StorageFull):
            await self._hand_back(job.image_id, token)
            raise
        except Exception as error:
            failure = error if isinstance(error, PixyProxyException) else InternalError()
            if failure is not error:
                log.exception("image %s: what is asked for cannot be read", image.guid)
            self._workbench.settle(Ended(image.id, image.guid, token, failure=failure, asked=job.asked))
        else:
            self._workbench.begin(image, job, plan)

    async def _hand_back(self, image_id: int, token: str) -> None:
        async def work(repositories: Repositories) -> None:
            await held_job(repositories, image_id, token)
            await repositories.jobs.hand_back(image_id, _SWEEP_S)

        await self._library.transact(work)

    async def _plan(self, image: Image, job: Job) -> tuple[Choice, ...]:
        inputs = await self._kept_inputs.load(job.asked)
        number = job.asked.get("number")
        plan = self._catalogue.plan(prompt_of(image, job), inputs)
        return numbered(plan, number if isinstance(number, int) else 0)

    async def _bring_to_its_end(self, left: "_Claimed") -> None:
        """Sent by a worker that is gone, or stands still."""
        attempt, guid = left.attempt, left.image.guid if left.image else ""
        answer = None if attempt is None else await self._find_answer(attempt.storage_key)
        if answer is not None and not self._catalogue.has_generator(answer.about.generator):
            log.warning("image %s: the generator that has answered is not configured here", guid)
            answer.close()
            return  # The lease is not renewed: another worker may be able to read it.
        found = answer is not None and answer.is_whole
        log.warning(
            "image %s was left behind; %s",
            guid,
            "its answer is here" if found else "what became of it is unknown",
        )
        failure = None if found else OutcomeUnknown(guid=guid)
        ended = Ended(left.job.image_id, guid, left.token, attempt, answer, failure, left.job.asked)
        self._workbench.settle(ended, left.image)

    async def _find_answer(self, storage_key: str) -> SpooledAnswer | None:
        """Who sweeps the spool holds a file for a moment, who still writes it for longer."""
        for _ in range(_LOOKS):
            answer = self._spool.find(storage_key)
            if answer is not None or not self._is_spooled(storage_key):
                return answer
            await asyncio.sleep(jittered(_LOOK_AGAIN_S))
        return None

    def _is_spooled(self, storage_key: str) -> bool:
        return any(storage_key.endswith(f"/{path.stem}") for path in self._spool.files())

    async def _forget_old_keys(self) -> None:
        while await self._library.idempotency.remove_older(datetime.now(UTC) - KEYS_KEPT):
            pass


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A job that is ours now, and what the database knows of it."""

    job: Job
    token: str
    image: Image | None
    attempt: Attempt | None
