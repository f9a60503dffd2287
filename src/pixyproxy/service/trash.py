"""The trash: what is deleted lies there for some days and can be restored; then it is removed for good.

An image is marked as erased before its first byte goes, and from then on nobody can restore it. Its row goes
last: whatever cuts a removal off, the next pass goes on with it. What was spent on it stays, in its attempts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import ERASED_AT, Attempt, Image
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.making.outcomes import quarantine_key

log = logging.getLogger(__name__)

EMPTIED_EVERY_S = 600.0
_PAUSE_S = 0.02


Forget = Callable[[str], Awaitable[None]]
"""Lets go of what was derived from the image with this guid."""


async def _nothing_to_forget(guid: str) -> None:
    pass


class Trash:
    def __init__(
        self, library: Library, store: ImageStore, kept_for: timedelta, forget: Forget = _nothing_to_forget
    ) -> None:
        self._library = library
        self._store = store
        self.kept_for = kept_for
        self._forget = forget

    def deleted(self, image: Image, *, permanently: bool) -> Image:
        """The image as it is once it is deleted."""
        is_kept = self.kept_for and not permanently
        return replace(image, deleted_at=datetime.now(UTC)) if is_kept else _erased(image)

    def is_due(self, image: Image) -> bool:
        """It can be restored no more."""
        return image.deleted_at is not None and image.deleted_at <= datetime.now(UTC) - self.kept_for

    async def empty(self) -> None:
        """All that is due. What cannot be removed now keeps no other, and is left to the next time."""
        past: Image | None = None
        failed = 0
        why: PixyProxyException | None = None
        while page := await self._due_page(past):
            past = page[-1]
            for image in page:
                try:
                    await self.remove(image.id)
                except PixyProxyException as error:
                    failed, why = failed + 1, error
                await asyncio.sleep(_PAUSE_S)
        if why is not None:
            log.warning("%d deleted images could not be removed yet (%s)", failed, why.origin)

    async def remove(self, image_id: int) -> bool:
        """For good. False when it is not due, is still being made, or has changed meanwhile."""
        doomed = await self._library.transact(lambda repositories: self._doom(repositories, image_id))
        if doomed is None:
            return False
        for key in doomed.storage_keys():
            await self._store.delete(key)
        await self._forget(doomed.image.guid)
        return await self._library.transact(lambda repositories: _remove_row(repositories, doomed))

    async def _due_page(self, past: Image | None) -> list[Image]:
        now = datetime.now(UTC)
        return await self._library.upkeep.due_page(past, now - self.kept_for, now)

    async def _doom(self, repositories: Repositories, image_id: int) -> "_Doomed | None":
        doomed = await _look(repositories, image_id)
        if doomed is None or not self.is_due(doomed.image):
            return None
        if doomed.image.deleted_at == ERASED_AT:
            return doomed
        erased = _erased(doomed.image)
        await repositories.images.change(doomed.image, erased)
        return replace(doomed, image=erased)


@dataclass(frozen=True, slots=True)
class _Doomed:
    """An image whose bytes are about to go, with all that tells where they may lie."""

    image: Image
    attempts: tuple[Attempt, ...]

    def storage_keys(self) -> set[str]:
        """Also of bytes that the image does not know of."""
        keys = set() if self.image.content is None else {self.image.content.storage_key}
        for attempt in self.attempts:
            keys.add(quarantine_key(attempt.storage_key))
            keys.update(f"{attempt.storage_key}.{extension}" for extension in EXTENSIONS.values())
        return keys


def _erased(image: Image) -> Image:
    """`updated_at` tells since when it waits to be removed."""
    return replace(image, deleted_at=ERASED_AT, updated_at=datetime.now(UTC))


async def _look(repositories: Repositories, image_id: int) -> _Doomed | None:
    """None when it is gone, or somebody is making it still."""
    if await repositories.jobs.find_for_update(image_id) is not None:
        return None
    image = await repositories.images.find_in_making(image_id)
    if image is None:
        return None
    return _Doomed(image, tuple(await repositories.attempts.of_image(image_id)))


async def _remove_row(repositories: Repositories, doomed: _Doomed) -> bool:
    """Not when an answer has turned up meanwhile: its bytes may have come after ours had gone."""
    if await _look(repositories, doomed.image.id) != doomed:
        return False
    await repositories.images.remove(doomed.image)
    return True
