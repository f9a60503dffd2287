"""The first transaction: what is asked for is written down, and with it the call that is about to be made."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from pixyproxy.core.exceptions import CommitLost, PixyProxyException
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.life import step
from pixyproxy.core.models import Attempt, Audience, Failure, Image, Job, JsonValue, KeptKey, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.making.stopping import stop

log = logging.getLogger(__name__)
T = TypeVar("T")

_ASKED = {"model", "size", "quality", "background", "output_format", "seed"}
_UNDO_PAUSE_S = 1.0
_EVERYTHING = Audience(sees_everything=True)


def asked_of(prompt: ImagePrompt) -> dict[str, JsonValue]:
    """What a generator is to be asked for, besides the prompt, which the image has."""
    asked: dict[str, JsonValue] = prompt.model_dump(mode="json", include=_ASKED, exclude_unset=True)
    return asked


class Recording:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._undoing: set[asyncio.Task[None]] = set()

    async def queue(self, image: Image, job: Job, key: IdempotencyKey | None) -> Image:
        """Free for whoever has room. Raises `DuplicateRow` when the key stands for an image already."""

        async def work(repositories: Repositories) -> Image:
            recorded = await _add(repositories, image, key)
            await repositories.jobs.add(replace(job, image_id=recorded.id))
            return recorded

        return await self._certainly(image.guid, work, may_be_sent=True)

    async def begin(
        self, image: Image, job: Job, key: IdempotencyKey | None, attempt: Attempt, lease_s: float
    ) -> tuple[Image, Attempt]:
        """Held by us from the start, and as good as sent: from here on the call is never repeated."""

        async def work(repositories: Repositories) -> tuple[Image, Attempt]:
            recorded = await _add(repositories, image, key)
            await repositories.jobs.add(replace(job, image_id=recorded.id), lease_s)
            of_image = replace(attempt, image_id=recorded.id)
            return recorded, replace(of_image, id=await repositories.attempts.add(of_image))

        return await self._certainly(image.guid, work, may_be_sent=False)

    async def close(self) -> None:
        await stop(self._undoing)

    async def _certainly(
        self, guid: str, work: Callable[[Repositories], Awaitable[T]], *, may_be_sent: bool
    ) -> T:
        """What may be there although we say that it is not is taken back as soon as that can be done.

        But not what is queued, once another worker has begun it: that is made, and its key stands for it.
        """
        try:
            return await self._library.transact(work)
        except CommitLost as error:
            task = asyncio.create_task(self._undo(guid, error, may_be_sent=may_be_sent))
            self._undoing.add(task)
            task.add_done_callback(self._undoing.discard)
            raise

    async def _undo(self, guid: str, error: CommitLost, *, may_be_sent: bool) -> None:
        """Nothing was sent: the image has failed, and its key may be used again."""
        failure = Failure(error.code, error.detail)
        unsent = {Status.QUEUED} if may_be_sent else {Status.GENERATING, Status.UNKNOWN}

        async def work(repositories: Repositories) -> None:
            image = await repositories.images.find_for_update(guid, _EVERYTHING)
            if image is None or image.status not in unsent:
                return
            await repositories.jobs.remove(image.id)
            await repositories.idempotency.release(guid)
            await repositories.attempts.fail_started(image.id, failure, datetime.now(UTC))
            failed = step(image, Status.FAILED, datetime.now(UTC), failure=failure)
            await repositories.images.change(image, failed)

        while True:
            try:
                await self._library.transact(work)
            except PixyProxyException:
                await asyncio.sleep(_UNDO_PAUSE_S)
            except Exception:  # given up, it would keep its key for an image that was never sent
                log.exception("image %s: that it was recorded is not taken back yet", guid)
                await asyncio.sleep(_UNDO_PAUSE_S)
            else:
                return


async def _add(repositories: Repositories, image: Image, key: IdempotencyKey | None) -> Image:
    """The key first: of several requests that come at once, it lets one through."""
    if key is not None:
        kept = KeptKey(image.owner, key.route, key.key, key.fingerprint, image.guid, image.created_at)
        await repositories.idempotency.add(kept)
    return replace(image, id=await repositories.images.add(image))
