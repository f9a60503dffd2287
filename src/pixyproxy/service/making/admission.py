"""Whether new work may begin. It is refused before money is spent, not after."""

import asyncio
import time
from dataclasses import dataclass

from pixyproxy.core.exceptions import StorageFull, Unavailable
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.spool import Spool

_TRUSTED_S = 1.0
_PATIENCE_S = 10.0  # A disk that does not answer is as good as full.


@dataclass(frozen=True, slots=True)
class Room:
    """On the disk that is nearest to being full, of those that answers and images lie on."""

    free_bytes: int | None
    """None where it cannot be told."""
    reserve_bytes: int

    @property
    def is_low(self) -> bool:
        """What is free below the reserve is for answers that are paid for already."""
        return self.free_bytes is not None and self.free_bytes < self.reserve_bytes


class Admission:
    def __init__(self, spool: Spool, store: ImageStore, reserve_bytes: int | None) -> None:
        self._spool = spool
        self._store = store
        self._reserve_bytes = reserve_bytes
        self._checking = asyncio.Lock()
        self._store_worked_at = float("-inf")
        self.is_ending = False

    async def check(self) -> None:
        """Raises `Unavailable` or `StorageFull` while an answer could not be kept, or we are about to end."""
        self.check_not_ending()
        await self.check_room_and_store()

    def check_not_ending(self) -> None:
        if self.is_ending:
            raise Unavailable("The service is ending; it takes no new work.", retry_after_s=5)

    async def check_room_and_store(self) -> None:
        self._check_room()
        try:
            async with asyncio.timeout(_PATIENCE_S), self._checking:
                if time.monotonic() - self._store_worked_at > _TRUSTED_S:
                    await self._spool.check()
                    await self._store.check()
                    self.note_that_the_store_works()
        except TimeoutError as error:
            raise Unavailable(retry_after_s=5) from error

    def note_that_the_store_works(self) -> None:
        self._store_worked_at = time.monotonic()

    def note_that_the_store_fails(self) -> None:
        self._store_worked_at = float("-inf")

    def room(self) -> Room:
        disks = [
            (space.free_bytes, space.reserve_bytes(self._reserve_bytes))
            for space in (self._spool.space(), self._store.space())
            if space is not None
        ]
        if not disks:
            return Room(None, self._reserve_bytes or 0)
        return Room(*min(disks, key=lambda disk: disk[0] - disk[1]))

    def _check_room(self) -> None:
        if self.room().is_low:
            raise StorageFull(retry_after_s=60)
