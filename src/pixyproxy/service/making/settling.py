"""The end of the making: from an answer on the disk to an image that is ready, or failed for good.

What was paid for is not given up because a disk is full or a database away: it is tried again until it works,
and should the process end before, the answer waits in the spool for the next one.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from pixyproxy.core.exceptions import (
    ImageNotFound,
    InternalError,
    LeaseLost,
    PixyProxyException,
    StorageFull,
    Unavailable,
)
from pixyproxy.core.models import Image
from pixyproxy.core.pauses import jittered
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.making.kept_inputs import KeptInputs
from pixyproxy.service.making.last_transaction import write_end
from pixyproxy.service.making.outcomes import Ended, Outcome, understood

log = logging.getLogger(__name__)

_IN_MEMORY_AT_ONCE = 4
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0

Told = Callable[[PixyProxyException], None]
Stored = Callable[[bytes], None]


class Settling:
    def __init__(
        self,
        library: Library,
        store: ImageStore,
        catalogue: Catalogue,
        admission: Admission,
        kept_inputs: KeptInputs,
    ) -> None:
        self._library = library
        self._store = store
        self._catalogue = catalogue
        self._admission = admission
        self._kept_inputs = kept_inputs
        self._room = asyncio.Semaphore(_IN_MEMORY_AT_ONCE)
        self.waiting: set[asyncio.Task[None]] = set()
        """Tasks between two tries; the next process finds in the spool what they hold."""
        self.unsafe: set[asyncio.Task[None]] = set()
        """Such whose answer is in memory only, because the spool has failed."""

    async def settle(self, ended: Ended, told: Told, on_stored: Stored) -> Image | PixyProxyException:
        """The image, ready, or what it failed of. `told` hears when it takes longer, and why."""
        pause, stored = _FIRST_PAUSE_S, None
        while True:
            try:
                stored = stored or await self._store_what_came(ended, on_stored)
                return await self._write_down(ended, stored)
            except (StorageFull, Unavailable) as error:
                trouble: PixyProxyException = error
            except Exception as error:  # a defect may be mended; what was paid for is not given up for it
                log.exception("image %s: it is tried again", ended.guid)
                trouble = InternalError()
                trouble.__cause__ = error
            if isinstance(trouble, LeaseLost) and ended.token is not None:
                if ended.attempt is None:
                    return trouble  # Whoever has the job now brings it to its end.
                ended = replace(ended, token=None)
                continue
            trouble.guid = ended.guid
            told(trouble)
            log.warning("image %s is not settled yet: %s (%s)", ended.guid, trouble.detail, trouble.origin)
            await self._wait(ended, jittered(pause))
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _wait(self, ended: Ended, seconds: float) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        waiting = self.waiting if ended.is_safe else self.unsafe
        waiting.add(task)
        try:
            await asyncio.sleep(seconds)
        finally:
            waiting.discard(task)

    async def _write_down(self, ended: Ended, outcome: Outcome) -> Image | PixyProxyException:
        image = await self._library.transact(lambda repositories: write_end(repositories, ended, outcome))
        if image is None and outcome.key is not None:
            await self._store.delete(outcome.key)
        if ended.answer is not None:
            await asyncio.to_thread(ended.answer.discard)
        await self._kept_inputs.forget(ended.asked)
        if image is None or image.deleted_at is not None:
            return outcome.failure or ImageNotFound(guid=ended.guid)
        return outcome.failure or image

    async def _store_what_came(self, ended: Ended, on_stored: Stored) -> Outcome:
        async with self._room:
            outcome = await asyncio.to_thread(understood, self._catalogue, ended)
            if outcome.key is not None:
                await self._put(outcome.key, outcome.content)
        if outcome.facts is not None:
            on_stored(outcome.content)
        return replace(outcome, content=b"")  # Many may wait for the database; they do so without the bytes.

    async def _put(self, key: str, content: bytes) -> None:
        try:
            await self._store.put(key, content)
        except (StorageFull, Unavailable):
            self._admission.note_that_the_store_fails()
            raise
        self._admission.note_that_the_store_works()
