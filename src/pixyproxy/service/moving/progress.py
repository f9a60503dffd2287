"""How far a move has come, and what is left."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.move_journal import MoveState

_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Progress:
    """Of the pass that is under way."""

    objects: int = 0
    size_bytes: int = 0
    of_objects: int = 0
    """Counted while the move goes on already."""
    of_bytes: int = 0
    copied_bytes: int = 0
    """By this run."""
    began_at: float = field(default_factory=time.monotonic)

    async def count(self, listed: AsyncIterator[StoredObject]) -> None:
        async for each in listed:
            self.of_objects += 1
            self.of_bytes += each.size_bytes

    def go_on_from(self, state: MoveState) -> None:
        self.objects, self.size_bytes = state.objects, state.size_bytes

    def note(self, size_bytes: int, *, is_copied: bool) -> None:
        self.objects += 1
        self.size_bytes += size_bytes
        self.copied_bytes += size_bytes if is_copied else 0

    @property
    def sentence(self) -> str:
        left = max(self.of_bytes - self.size_bytes, 0) / _MEGABYTE
        return f"{self.objects:,} of {self.of_objects:,} objects, {self.speed}, {left:,.1f} MB left"

    @property
    def speed(self) -> str:
        seconds = max(time.monotonic() - self.began_at, 0.001)
        return f"{self.copied_bytes / _MEGABYTE / seconds:,.1f} MB/s"


Told = Callable[[Progress], None]
