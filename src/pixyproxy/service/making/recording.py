"""The first transaction: what is asked for is written down, and with it the call that is about to be made."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import CommitLost, PixyProxyException
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.life import step
from pixyproxy.core.models import Attempt, Audience, Failure, Image, Job, JsonValue, KeptKey, Status
from pixyproxy.core.requests import GENERATOR_FIELDS, ImagePrompt
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.background import stop
from pixyproxy.service.making.kept_inputs import KeptInputs
from pixyproxy.service.making.last_transaction import let_go_of_key

log = logging.getLogger(__name__)

_UNDO_PAUSE_S = 1.0
_EVERYTHING = Audience(sees_everything=True)


def asked_of(prompt: ImagePrompt) -> dict[str, JsonValue]:
    """What a generator is to be asked for, besides the prompt, which the image has."""
    asked: dict[str, JsonValue] = prompt.model_dump(
        mode="json", include=set(GENERATOR_FIELDS), exclude_unset=True
    )
    return asked


def prompt_of(image: Image, job: Job) -> ImagePrompt:
    """The same, read again. Raises `ValueError` when it makes no sense."""
    asked = {name: value for name, value in job.asked.items() if name in GENERATOR_FIELDS}
    return ImagePrompt.model_validate({**asked, "prompt": image.prompt})


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image with its job, and the call that is about to be made for it.

    With a call it is held by us from the start, and as good as sent: from here on that is never repeated.
    Without one it is queued, for whoever has room.
    """

    image: Image
    job: Job
    attempt: Attempt | None = None


class Recording:
    def __init__(self, library: Library, kept_inputs: KeptInputs) -> None:
        self._library = library
        self._kept_inputs = kept_inputs
        self._undoing: set[asyncio.Task[None]] = set()

    async def add(self, wanted: Sequence[Wanted], key: IdempotencyKey | None, lease_s: float) -> list[Wanted]:
        """All of them or none. Raises `DuplicateRow` when the key stands for an image already."""

        async def work(repositories: Repositories) -> list[Wanted]:
            if key is not None:
                first = wanted[0].image  # The key before it: of several requests it lets one through.
                kept = KeptKey(first.owner, key.route, key.key, key.fingerprint, first.guid, first.created_at)
                await repositories.idempotency.add(kept)
            return [await _add(repositories, each, lease_s) for each in wanted]

        try:
            return await self._library.transact(work)
        except CommitLost as error:
            for each in wanted:
                self._take_back(each, error)
            raise

    async def close(self) -> None:
        await stop(self._undoing)

    def _take_back(self, wanted: Wanted, error: CommitLost) -> None:
        """What may be there although we say that it is not is taken back as soon as that can be done.

        But not what is queued, once another worker has begun it: that is made, and its key stands for it.
        """
        task = asyncio.create_task(self._undo(wanted, error))
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)

    async def _undo(self, wanted: Wanted, error: CommitLost) -> None:
        """Nothing was sent: the image has failed, and its key may be used again."""
        guid, may_be_sent = wanted.image.guid, wanted.attempt is None
        failure = Failure(error.code, error.detail)
        unsent = {Status.QUEUED} if may_be_sent else {Status.GENERATING, Status.UNKNOWN}

        async def work(repositories: Repositories) -> None:
            images = repositories.images
            image = await images.find_for_update(guid, _EVERYTHING)
            image = image or await images.find_in_trash_for_update(guid, _EVERYTHING)
            if image is None or image.status not in unsent:
                return
            await repositories.jobs.remove(image.id)
            await repositories.attempts.fail_started(image.id, failure, datetime.now(UTC))
            failed = step(image, Status.FAILED, datetime.now(UTC), failure=failure)
            await images.change(image, failed)
            await let_go_of_key(repositories, image.batch or guid, image.id, wanted.job.asked)

        while True:
            try:
                await self._library.transact(work)
            except PixyProxyException:
                await asyncio.sleep(_UNDO_PAUSE_S)
            except Exception:  # given up, it would keep its key for an image that was never sent
                log.exception("image %s: that it was recorded is not taken back yet", guid)
                await asyncio.sleep(_UNDO_PAUSE_S)
            else:
                return await self._kept_inputs.forget(wanted.job.asked)


async def _add(repositories: Repositories, wanted: Wanted, lease_s: float) -> Wanted:
    image = replace(wanted.image, id=await repositories.images.add(wanted.image))
    job = replace(wanted.job, image_id=image.id)
    if wanted.attempt is None:
        await repositories.jobs.add(job)
        return Wanted(image, job)
    await repositories.jobs.add(job, lease_s)
    attempt = replace(wanted.attempt, image_id=image.id)
    return Wanted(image, job, replace(attempt, id=await repositories.attempts.add(attempt)))
