"""A library arrives: its keys, its images with what was spent on them, and what was spent on others.

What is there already stays as it is, so an import that was cut off is run again and goes on. A line that
cannot be taken is told of and left out; it keeps no other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.arriving_attempts import AttemptsAhead, AttemptsArriving
from pixyproxy.service.transfer.arriving_images import ImagesArriving
from pixyproxy.service.transfer.arriving_keys import arriving_keys
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS
from pixyproxy.service.transfer.lists import ListFile, read_manifest, why_not
from pixyproxy.service.transfer.placing import Placing
from pixyproxy.service.upkeep.scrubbing import Told


class Arriving:
    """`check_room` raises while nothing more may be kept; `kept_for` is how long the trash keeps here."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        folder: Path,
        check_room: Callable[[], Awaitable[None]],
        *,
        kept_for: timedelta,
        with_keys: bool = True,
        told: Told = lambda _: None,
    ) -> None:
        self._library = library
        self._folder = folder
        self._placing = Placing(store, folder, check_room)
        self._kept_for = kept_for
        self._check_room = check_room
        self._with_keys = with_keys
        self._told = told
        self._of_images = 0
        self.arrived = Arrived()

    async def problems(self) -> AsyncIterator[str]:
        """Takes everything in; tells of what cannot be."""
        try:
            async for sentence in self._all():
                self.arrived.problems += 1
                yield sentence
        except OSError as error:
            raise InvalidRequest(f"A list in {self._folder} {why_not(error)}.") from error

    async def _all(self) -> AsyncIterator[str]:
        manifest = await asyncio.to_thread(read_manifest, self._folder)
        self._of_images = manifest.images
        with ExitStack() as opened:
            images, ahead, attempts, keys = [
                opened.enter_context(await asyncio.to_thread(self._list, name))
                for name in (IMAGES, ATTEMPTS, ATTEMPTS, KEYS)
            ]
            if self._with_keys:
                async for sentence in arriving_keys(self._library, keys, self.arrived):
                    yield sentence
            arriving = ImagesArriving(
                self._library, self._placing, AttemptsAhead(ahead), self.arrived, self._kept_for
            )
            async for sentence in self._pages(images, arriving):
                yield sentence
            spent = AttemptsArriving(self._library, self._placing, self.arrived)
            async for sentence in spent.problems(attempts):
                yield sentence
            counted = {images: manifest.images, attempts: manifest.attempts}
            if self._with_keys:
                counted[keys] = manifest.keys
            for list_, count in counted.items():
                if list_.count != count:
                    yield f"{list_.name} has {list_.count:,} lines, and should have {count:,}."

    async def _pages(self, images: ListFile, arriving: ImagesArriving) -> AsyncIterator[str]:
        while page := await asyncio.to_thread(images.page):
            await self._check_room()
            for sentence in await arriving.take_in(page):
                yield sentence
            self.arrived.tell(self._told, self._of_images)

    def _list(self, name: str) -> ListFile:
        try:
            return ListFile(self._folder, name)
        except OSError as error:
            raise InvalidRequest(f"{name} in {self._folder} {why_not(error)}.") from error
