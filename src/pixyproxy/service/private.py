"""Private requests: what the holder of a key may do. Make, see, change and delete images."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import Forbidden, ImageNotFound, PixyProxyException
from pixyproxy.core.models import Audience, Caller, Image, Status
from pixyproxy.core.requests import ImageChanges, ImagePrompt
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.generation import Generation, quarantine_key
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.validation import revalidated

log = logging.getLogger(__name__)


class PrivateImages(ImageReading):
    """The library as one caller sees it and may change it."""

    def __init__(
        self, library: Library, store: ImageStore, cursors: Cursors, generation: Generation, caller: Caller
    ) -> None:
        super().__init__(library, store, cursors, Audience.of(caller))
        self._generation = generation
        self._caller = caller

    async def make(self, prompt: ImagePrompt) -> Image:
        return await self._generation.make(self._caller, revalidated(prompt))

    async def change(self, guid: str, changes: ImageChanges) -> Image:
        asked = revalidated(changes).model_dump(exclude_unset=True)
        if "tags" in asked:
            asked["tags"] = tuple(asked["tags"])

        async def work(repositories: Repositories) -> Image:
            before = await self._get_own(repositories, guid)
            if not asked:
                return before
            after = replace(before, **asked, updated_at=datetime.now(UTC))
            await repositories.images.change(before, after)
            return after

        return await self._library.transact(work)

    async def delete(self, guid: str) -> None:
        async def hide(repositories: Repositories) -> Image:
            image = await self._get_own(repositories, guid)
            await repositories.images.hide(image, datetime.now(UTC))
            return image

        image = await self._library.transact(hide)
        if image.status in {Status.QUEUED, Status.GENERATING}:
            return  # Whoever makes it finds it gone, and clears up.
        try:
            await self._remove_bytes(image)
            await self._library.transact(lambda repositories: repositories.images.remove(image))
        except PixyProxyException as error:
            log.warning("image %s is hidden; its bytes could not be removed yet (%s)", guid, error.origin)

    async def _remove_bytes(self, image: Image) -> None:
        keys = [quarantine_key(attempt) for attempt in await self._library.attempts.of_image(image.id)]
        if image.content is not None:
            keys.append(image.content.storage_key)
        for key in keys:
            await self._store.delete(key)

    async def _get_own(self, repositories: Repositories, guid: str) -> Image:
        image = await repositories.images.find_for_update(guid, self._audience)
        if image is None:
            raise ImageNotFound
        if not (self._caller.is_admin or image.owner == self._caller.owner):
            raise Forbidden("Only its owner and administrators may change this image.")
        return image
