"""What lies in one store and perhaps not in the other, so much of it at a time that the journal keeps up."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.listings import Beside

_MOST_DUE = 200
_MOST_DUE_BYTES = 256 * 1024**2
_MOST_BELIEVED = 20_000

Believed = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Due:
    """An object that is to be brought, or at least to be read back."""

    key: str
    size_bytes: int
    is_there: bool


@dataclass(slots=True)
class Batch:
    """All objects from where the last batch ended, up to a key."""

    until: str = ""
    due: list[Due] = field(default_factory=list)
    due_bytes: int = 0
    believed: int = 0
    believed_bytes: int = 0

    @property
    def is_full(self) -> bool:
        is_much = len(self.due) >= _MOST_DUE or self.due_bytes >= _MOST_DUE_BYTES
        return is_much or self.believed >= _MOST_BELIEVED

    def take(self, each: StoredObject, there: StoredObject | None, believed: Believed) -> None:
        self.until = each.key
        if there is not None and there.size_bytes == each.size_bytes and believed(each.key):
            self.believed += 1
            self.believed_bytes += each.size_bytes
        else:
            self.due.append(Due(each.key, each.size_bytes, there is not None))
            self.due_bytes += each.size_bytes


async def batches(beside: AsyncIterator[Beside], believed: Believed) -> AsyncIterator[Batch]:
    """What only the target has is not ours to judge: the service may keep its new images there already."""
    batch = Batch()
    async for each, there in beside:
        if each is None:
            continue
        batch.take(each, there, believed)
        if batch.is_full:
            yield batch
            batch = Batch()
    if batch.until:
        yield batch
