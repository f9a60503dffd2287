"""What is being made in this process: each image in a task of its own, which nobody's hanging up disturbs."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, cast

from pixyproxy.core.exceptions import InternalError, LeaseLost, OutcomeUnknown, PixyProxyException
from pixyproxy.core.models import Attempt, Image, Job
from pixyproxy.service.background import stop
from pixyproxy.service.generators.catalogue import Choice
from pixyproxy.service.making.calls import Calls, Making
from pixyproxy.service.making.leases import Leases
from pixyproxy.service.making.outcomes import Ended
from pixyproxy.service.making.settling import Settling
from pixyproxy.service.making.watched import Watched
from pixyproxy.service.making.watching import Watching

log = logging.getLogger(__name__)


class Workbench:
    def __init__(
        self, calls: Calls, settling: Settling, leases: Leases, watching: Watching, most_calls: int
    ) -> None:
        self._calls = calls
        self._settling = settling
        self._leases = leases
        self._watching = watching
        self._most_calls = most_calls
        self._reserved = 0
        self._making: set[asyncio.Task[None]] = set()
        self._settling_only: set[asyncio.Task[None]] = set()
        self.has_changed = asyncio.Event()
        """There is room again, or something was queued."""

    @property
    def has_room(self) -> bool:
        return len(self._making) + self._reserved < self._most_calls

    @property
    def under_way(self) -> int:
        return len(self._making)

    @contextmanager
    def reserved_place(self) -> Iterator[None]:
        """While something is being recorded or claimed that is to begin."""
        self._reserved += 1
        try:
            yield
        finally:
            self._reserved -= 1

    @property
    def answers_waiting(self) -> int:
        return len(self._settling.waiting | self._settling.unsafe)

    def begin(self, image: Image, job: Job, plan: tuple[Choice, ...], attempt: Attempt | None = None) -> None:
        """With the attempt that is recorded as sent; without one it was queued."""
        making = Making(
            image=image,
            job=job,
            token=job.token or "",
            plan=plan,
            watched=self._watching.begin(image.guid),
            attempt=attempt,
            was_queued=attempt is None,
        )
        self._leases.hold(image.id)
        self._run(self._carry_out(making), self._making)

    def settle(self, ended: Ended, image: Image | None = None) -> None:
        """What another process sent, or received, and is there no more to bring to its end."""
        if ended.token is not None:
            self._leases.hold(ended.image_id)
        self._run(self._settle_left_behind(ended, image), self._settling_only)

    async def drain(self) -> None:
        """Repeat nothing any more, and return when nothing is on its way.

        What waits for a disk or a database is not waited for where the next process finds it in the spool.
        """
        self._calls.ending.set()
        while (busy := (self._making | self._settling_only) - self._settling.waiting) or self._reserved:
            if busy:
                await asyncio.wait(busy, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self.drain()
        await stop(self._making | self._settling_only)

    def _run(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _carry_out(self, making: Making) -> None:
        try:
            failure = await self._call(making)
            if failure is None or not isinstance(failure, LeaseLost):
                await self._end(_ended(making, failure), making.watched, making.image)
        finally:
            self._leases.let_go(making.image.id)
            self._watching.end(making.watched)
            self._leave_room()

    def _leave_room(self) -> None:
        """Before anybody is told: who wakes up would find no room until the task has ended altogether."""
        was_full = not self.has_room
        self._making.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        if was_full:
            self.has_changed.set()

    async def _settle_left_behind(self, ended: Ended, image: Image | None) -> None:
        watched = self._watching.begin(ended.guid)
        try:
            await self._end(ended, watched, image)
        finally:
            self._leases.let_go(ended.image_id)
            self._watching.end(watched)

    async def _call(self, making: Making) -> PixyProxyException | None:
        try:
            await self._calls.make(making)
        except Exception as error:  # noqa: BLE001 - whatever it is, the image must come to its end
            failure = error if isinstance(error, PixyProxyException) else _defect(making, error)
            failure.guid = making.image.guid
            _log_failure(failure, error)
            return failure
        return None

    async def _end(self, ended: Ended, watched: Watched, image: Image | None) -> None:
        """Nobody is kept waiting for a disk or a database: it is told how it ended, or how it stands."""

        def told(trouble: PixyProxyException) -> None:
            watched.tell(None if isinstance(trouble, LeaseLost) else ended.failure or image)

        def stored(content: bytes) -> None:
            self._watching.keep_at_hand(watched, content)

        try:
            outcome = await self._settling.settle(ended, told, stored)
            watched.tell(None if isinstance(outcome, LeaseLost) else outcome)
        finally:
            if ended.answer is not None:
                ended.answer.close()


def _ended(making: Making, failure: PixyProxyException | None) -> Ended:
    image, asked = making.image, making.job.asked
    return Ended(image.id, image.guid, making.token, making.attempt, making.answer, failure, asked)


def _defect(making: Making, error: Exception) -> PixyProxyException:
    """Once it may have been sent, nobody knows what a defect has left of it."""
    defect = InternalError() if making.attempt is None else OutcomeUnknown()
    defect.__cause__ = error
    return defect


def _log_failure(failure: PixyProxyException, error: Exception) -> None:
    """A provider's words may repeat the prompt or a key: they stay out of the log."""
    if isinstance(failure, LeaseLost):
        log.info("image %s goes on elsewhere", failure.guid)
    elif failure is not error:
        log.error("image %s was not made", failure.guid, exc_info=error)
    else:
        log.warning("image %s was not made: %s (%s)", failure.guid, failure.detail, failure.origin)
