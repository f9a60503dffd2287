"""Private requests: what the holder of a key may do. Make, see, change and delete images."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import Forbidden, ImageNotFound, PixyProxyException
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Audience, Caller, Image, Job
from pixyproxy.core.requests import ImageChanges, ImagePrompt
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.inputs import NO_UPLOADS, Uploads, gather_inputs, sources_of
from pixyproxy.service.looks import Glances
from pixyproxy.service.making.canceling import cancel_unsent
from pixyproxy.service.making.generation import Batch, Generation, Made
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.reading import ImageReading, Picture
from pixyproxy.service.trash import Trash
from pixyproxy.service.validation import revalidated

log = logging.getLogger(__name__)


class PrivateImages(ImageReading):
    """The library as one caller sees it and may change it."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        cursors: Cursors,
        glances: Glances,
        generation: Generation,
        trash: Trash,
        caller: Caller,
    ) -> None:
        super().__init__(library, store, cursors, glances, generation.watching, Audience.of(caller))
        self._generation = generation
        self._trash = trash
        self._caller = caller

    async def make(self, prompt: ImagePrompt) -> Image:
        """The image, ready; raises what it failed of."""
        return (await self.begin(prompt)).image

    async def begin(
        self, prompt: ImagePrompt, key: IdempotencyKey | None = None, patience_s: float | None = None
    ) -> Made:
        """The image, ready, or as it is when the caller's patience ends."""
        batch = await self.begin_batch(prompt, key=key)
        try:
            image = await self._generation.watching.until_settled(batch.images[0], patience_s)
        except PixyProxyException as error:
            error.is_replay = batch.is_replay and not error.may_be_asked_again
            raise
        return Made(image, batch.is_replay)

    async def begin_batch(
        self,
        prompt: ImagePrompt,
        count: int = 1,
        uploads: Uploads = NO_UPLOADS,
        key: IdempotencyKey | None = None,
    ) -> Batch:
        """So many images of one request, recorded and on their way; returns at once."""
        prompt = revalidated(prompt)
        sources = await asyncio.to_thread(sources_of, prompt, uploads)
        if key is not None:
            key = key.also_for(str(count), *await asyncio.to_thread(lambda: sources.names))
        if earlier := await self._generation.earlier(self._caller, key):
            return earlier
        inputs = await gather_inputs(sources, self)
        return await self._generation.begin(self._caller, prompt, count, key, inputs)

    async def arrived(self, image: Image, patience_s: float | None = None) -> Picture:
        """The picture once it is there. Raises what the image failed of, and `ImageNotReady` when patience
        ends or it is safe and cannot be stored just now.
        """
        watching = self._generation.watching
        watched = watching.find(image.guid)
        if watched is not None:
            watched.is_wanted = True
        settled = await watching.until_settled(image, patience_s)
        return self.picture_of(settled, watched.content if watched else None)

    async def cancel(self, guid: str) -> Image:
        """Stops what has not been sent; what has been is finished and kept."""

        async def work(repositories: Repositories) -> tuple[Image, Job | None]:
            image = await self._lock_own(repositories, guid)
            canceled, job = await cancel_unsent(repositories, image)
            if job is not None:
                await repositories.images.change(image, canceled)
            return canceled, job

        image, job = await self._library.transact(work)
        if job is not None:
            await self._generation.note_canceled(image.guid, job)
        return image

    async def change(self, guid: str, changes: ImageChanges) -> Image:
        asked = revalidated(changes).model_dump(exclude_unset=True)
        if "tags" in asked:
            asked["tags"] = tuple(asked["tags"])

        async def work(repositories: Repositories) -> Image:
            before = await self._lock_own(repositories, guid)
            if not asked:
                return before
            after = replace(before, **asked, updated_at=datetime.now(UTC))
            await repositories.images.change(before, after)
            return after

        return await self._library.transact(work)

    async def get_own(self, guid: str) -> Image:
        """One that the caller may dispose of."""
        image = await self.get(guid)
        if not self._is_own(image):
            raise Forbidden("Only its owner and administrators may do that.")
        return image

    async def picture_in_trash(self, guid: str) -> Picture:
        """Of what can still be restored."""
        image = await self._library.images.find_in_trash(guid, self._audience)
        if image is None or self._trash.is_due(image):
            raise ImageNotFound
        return self.picture_of(image)

    async def unreadable_answer(self, guid: str) -> AsyncIterator[bytes]:
        """What was paid for and is no picture, as it came."""
        image = await self.get_own(guid)
        for attempt in reversed(await self._library.attempts.of_image(image.id)):
            key = quarantine_key(attempt.storage_key)
            if await self._store.size_of(key) is not None:
                return self._store.read(key)
        raise ImageNotFound("Of this image there is no answer that is not a picture.")

    async def delete(self, guid: str, *, permanently: bool = False) -> None:
        """Into the trash; permanently, also out of it. What has been sent is finished there, for it costs."""

        async def work(repositories: Repositories) -> tuple[Image, Job | None]:
            images = repositories.images
            found = await images.find_in_trash_for_update(guid, self._audience) if permanently else None
            image = found or await self._lock_own(repositories, guid)
            left, job = await cancel_unsent(repositories, image)
            deleted = self._trash.deleted(left, permanently=permanently)
            await images.change(image, deleted)
            return deleted, job

        image, job = await self._library.transact(work)
        if job is not None:
            await self._generation.note_canceled(image.guid, job)
        if self._trash.is_due(image):
            await self._remove(image)

    async def restore(self, guid: str) -> Image:
        """Out of the trash, as it is by now; what is not in it stays as it is."""

        async def work(repositories: Repositories) -> Image:
            image = await repositories.images.find_in_trash_for_update(guid, self._audience)
            if image is None:
                return await self._lock_own(repositories, guid)
            if self._trash.is_due(image):
                raise ImageNotFound("There is no such image in the trash any more.")
            restored = replace(image, deleted_at=None)
            await repositories.images.change(image, restored)
            return restored

        return await self._library.transact(work)

    async def _remove(self, image: Image) -> None:
        try:
            await self._trash.remove(image.id)
        except PixyProxyException as error:
            log.warning("image %s is deleted; it could not be removed yet (%s)", image.guid, error.origin)

    async def _lock_own(self, repositories: Repositories, guid: str) -> Image:
        image = await repositories.images.find_for_update(guid, self._audience)
        if image is None:
            raise ImageNotFound
        if not self._is_own(image):
            raise Forbidden("Only its owner and administrators may change this image.")
        return image

    def _is_own(self, image: Image) -> bool:
        return self._caller.is_admin or image.owner == self._caller.owner
