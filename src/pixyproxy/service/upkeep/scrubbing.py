"""Reads the bytes of every image that is ready, and compares them with what its row says of them."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.upkeep_queries import KeptBytes

_AT_ONCE = 4
_MEGABYTE = 1_000_000


class Damage(StrEnum):
    MISSING = "missing"
    SIZE = "wrong size"
    HASH = "wrong hash"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True)
class Damaged:
    """An image that is ready, and what is wrong with its bytes."""

    guid: str
    damage: Damage


@dataclass(slots=True)
class Progress:
    """How far it has come."""

    images: int = 0
    of_images: int = 0
    damaged: int = 0
    size_bytes: int = 0
    seconds: float = 0

    @property
    def read(self) -> str:
        """How much was read, and how fast."""
        megabytes = self.size_bytes / _MEGABYTE
        return f"{megabytes:,.1f} MB read at {megabytes / max(self.seconds, 0.001):,.1f} MB/s"


Told = Callable[[Progress], None]


class Scrub:
    """Of every image, or of those made since a moment; a few at once. A quick one reads nothing."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        *,
        quick: bool = False,
        since: datetime | None = None,
        mb_per_s: float | None = None,
        told: Told = lambda _: None,
    ) -> None:
        self._library = library
        self._store = store
        self._quick = quick
        self._since = since
        self._pace = _Pace(mb_per_s)
        self._told = told
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._began = 0.0
        self.progress = Progress()

    async def damaged(self) -> AsyncIterator[Damaged]:
        """Those whose bytes are not what they were."""
        self._began, past_id = time.monotonic(), 0
        self.progress.of_images = await self._library.upkeep.count_ready(self._since)
        while page := await self._library.upkeep.ready_page(past_id, self._since):
            past_id = page[-1].image_id
            for found in await asyncio.gather(*map(self._look_at, page)):
                if found is not None:
                    self.progress.damaged += 1
                    yield found

    async def _look_at(self, kept: KeptBytes) -> Damaged | None:
        async with self._room:
            damage = await (self._glance(kept) if self._quick else self._read_again(kept))
        self.progress.images += 1
        self.progress.seconds = time.monotonic() - self._began
        self._told(self.progress)
        if damage is None or not await self._library.upkeep.is_ready(kept):
            return None
        return Damaged(kept.guid, damage)

    async def _read_again(self, kept: KeptBytes) -> Damage | None:
        digest, size = hashlib.sha256(), 0
        try:
            async for chunk in self._store.read(kept.storage_key, 0, kept.size_bytes + 1):
                await asyncio.to_thread(digest.update, chunk)
                size += len(chunk)
                self.progress.size_bytes += len(chunk)
                await self._pace.keep(len(chunk))
        except BytesMissing:
            return Damage.MISSING
        except PixyProxyException:
            return Damage.UNREADABLE
        if size != kept.size_bytes:
            return Damage.SIZE
        return None if digest.hexdigest() == kept.sha256 else Damage.HASH

    async def _glance(self, kept: KeptBytes) -> Damage | None:
        try:
            size = await self._store.size_of(kept.storage_key)
        except BytesMissing:
            return Damage.MISSING
        except PixyProxyException:
            return Damage.UNREADABLE
        if size is None:
            return Damage.MISSING
        return None if size == kept.size_bytes else Damage.SIZE


class _Pace:
    """Lets no more through in a second than was asked for; what was not used is not made up for."""

    def __init__(self, mb_per_s: float | None) -> None:
        self._bytes_per_s = mb_per_s and mb_per_s * _MEGABYTE
        self._due = 0.0

    async def keep(self, size_bytes: int) -> None:
        if self._bytes_per_s:
            now = time.monotonic()
            self._due = max(self._due, now) + size_bytes / self._bytes_per_s
            await asyncio.sleep(self._due - now)
