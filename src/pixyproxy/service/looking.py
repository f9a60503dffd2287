"""Looks at what was made, so that images that look alike can be found: one at a time, beside all else."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException
from pixyproxy.core.models import Audience, Image
from pixyproxy.core.pauses import jittered
from pixyproxy.data.image_store import Readable
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.looks import Seen, seen_in

log = logging.getLogger(__name__)

LOOKED_EVERY_S = 5.0
_PAUSE_S, _PAUSE_WHILE_BUSY_S = 0.1, 1.0
_MANY_CALLS = 4
_AT_ONCE = 100
_MOST_FAILURES, _MOST_MISSING = 3, 20
_EVERYTHING = Audience(sees_everything=True)


class Looking:
    """Two processes seldom look at the same picture: each takes its own way through a page of them."""

    def __init__(self, library: Library, store: Readable, calls: Callable[[], int]) -> None:
        self._library = library
        self._store = store
        self._calls = calls
        """How many are under way in this process."""

    async def look(self) -> None:
        """All there are, about the newest first. What the store cannot give now keeps no other."""
        left_out: set[int] = set()
        failures = missing = 0
        while images := await self._unseen(left_out):
            for image in images:
                try:
                    await self._look_at(image)
                except BytesMissing:
                    missing += 1
                except PixyProxyException as error:
                    log.warning("image %s cannot be looked at yet (%s)", image.guid, error.origin)
                    failures += 1
                else:
                    failures = missing = 0
                    continue
                left_out.add(image.id)
                if failures == _MOST_FAILURES:
                    return
                if missing == _MOST_MISSING:
                    log.warning(
                        "the bytes of %d images in a row are missing: is it the right store?", missing
                    )
                    return

    async def _unseen(self, left_out: set[int]) -> list[Image]:
        found = await self._library.images.unseen(_AT_ONCE + len(left_out))
        images = [image for image in found if image.id not in left_out]
        random.shuffle(images)
        return images

    async def _look_at(self, image: Image) -> None:
        """Raises `BytesMissing`, which is no answer, and whatever keeps the store from being asked."""
        now = await self._library.images.find(image.guid, _EVERYTHING)
        if now is None or now.colors is not None:
            return
        await self._pause()
        seen = await seen_in(self._store, now.content) if now.content else Seen()
        await self._library.transact(lambda repositories: _keep(repositories, now, seen))

    async def _pause(self) -> None:
        """Making images comes first: they share the processor."""
        is_busy = self._calls() >= _MANY_CALLS
        await asyncio.sleep(jittered(_PAUSE_WHILE_BUSY_S if is_busy else _PAUSE_S))


async def _keep(repositories: Repositories, looked_at: Image, seen: Seen) -> None:
    """Looks that are known stay: those of an older library, whose colors nobody had seen."""
    image = await repositories.images.find_in_making(looked_at.id)
    if image is None or image.colors is not None or image.content != looked_at.content:
        return
    looks = seen.looks if image.looks is None else image.looks
    await repositories.images.change(image, replace(image, looks=looks, colors=seen.colors))
