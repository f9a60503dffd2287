"""Looks at what was made, so that images that look alike can be found: one at a time, beside all else."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import Image
from pixyproxy.core.pauses import jittered
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.looks import looks_in

log = logging.getLogger(__name__)

LOOKED_EVERY_S = 5.0
_PAUSE_S, _PAUSE_WHILE_BUSY_S = 0.1, 1.0
_MANY_CALLS = 4
_AT_ONCE = 20
_MOST_FAILURES = 3


class Looking:
    """Two processes may look at the same picture: they see the same."""

    def __init__(self, library: Library, store: ImageStore, calls: Callable[[], int]) -> None:
        self._library = library
        self._store = store
        self._calls = calls
        """How many are under way in this process."""

    async def look(self) -> None:
        """All there are, the newest first. What the store cannot give now keeps no other."""
        left_out: set[int] = set()
        in_a_row = 0
        while images := await self._unseen(left_out):
            for image in images:
                await self._pause()
                if await self._look_at(image):
                    in_a_row = 0
                    continue
                left_out.add(image.id)
                in_a_row += 1
                if in_a_row == _MOST_FAILURES:
                    return

    async def _unseen(self, left_out: set[int]) -> list[Image]:
        found = await self._library.images.unseen(_AT_ONCE + len(left_out))
        return [image for image in found if image.id not in left_out]

    async def _look_at(self, image: Image) -> bool:
        """False where the store cannot be asked."""
        try:
            looks = await looks_in(self._store, image.content) if image.content else ""
        except PixyProxyException as error:
            log.warning("image %s cannot be looked at yet (%s)", image.guid, error.origin)
            return False
        await self._library.transact(lambda repositories: _keep(repositories, image, looks))
        return True

    async def _pause(self) -> None:
        """Making images comes first: they share the processor."""
        is_busy = self._calls() >= _MANY_CALLS
        await asyncio.sleep(jittered(_PAUSE_WHILE_BUSY_S if is_busy else _PAUSE_S))


async def _keep(repositories: Repositories, seen: Image, looks: str) -> None:
    image = await repositories.images.find_in_making(seen.id)
    if image is not None and image.looks is None and image.content == seen.content:
        await repositories.images.change(image, replace(image, looks=looks))
