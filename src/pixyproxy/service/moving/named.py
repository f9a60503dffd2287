"""Whether what the images name is where it was moved to: the listings alone cannot tell what they lack."""

from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.upkeep_queries import KeptBytes, UpkeepQueries
from pixyproxy.service.moving.bringing import Wrong


@dataclass(slots=True)
class Lacking:
    """What the target has not, or not as its row says."""

    behind: list[KeptBytes] = field(default_factory=list)
    """In the source still: made meanwhile."""
    wrong: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.behind) + len(self.wrong)


class Named:
    def __init__(self, upkeep: UpkeepQueries, source: ImageStore, target: ImageStore) -> None:
        self._upkeep = upkeep
        self._source = source
        self._target = target

    async def lacking(self, most: int) -> Lacking:
        """Of all images, also those in the trash; it looks no further when there are more."""
        lacking = Lacking()
        there = await _Seen.of(self._target)
        async for kept in self._rows():
            if (kept.storage_key, kept.size_bytes) not in there:
                await self._look(kept, lacking)
            if len(lacking) > most:
                break
        return lacking

    async def still_lacking(self, behind: list[KeptBytes]) -> dict[str, str]:
        """After one more pass nothing excuses them."""
        lacking = Lacking()
        for kept in behind:
            await self._look(kept, lacking)
        return lacking.wrong | {kept.storage_key: Wrong.MISSING.value for kept in lacking.behind}

    async def _rows(self) -> AsyncIterator[KeptBytes]:
        past_id = 0
        while page := await self._upkeep.ready_page(past_id, None):
            for kept in page:
                yield kept
            past_id = page[-1].image_id

    async def _look(self, kept: KeptBytes, lacking: Lacking) -> None:
        """Once more, for what the listing has not: it may have come, or its image gone, since."""
        key = kept.storage_key
        size = await self._target.size_of(key) if key else None
        if (key and size == kept.size_bytes) or not await self._upkeep.is_ready(kept):
            return
        if size is not None:
            lacking.wrong[key] = Wrong.OF_OTHER_SIZE.value
        elif key and await self._source.size_of(key) is not None:
            lacking.behind.append(kept)
        else:
            lacking.wrong[key or f"(image {kept.guid})"] = Wrong.MISSING.value


class _Seen:
    """Keys and sizes of a listing, in eight bytes each: of millions there is room for no more."""

    def __init__(self, hashes: Sequence[int]) -> None:
        self._hashes = array("q", sorted(hashes))

    @classmethod
    async def of(cls, store: ImageStore) -> "_Seen":
        hashes = array("q")
        async for each in store.list_():
            hashes.append(hash((each.key, each.size_bytes)))
        return cls(hashes)

    def __contains__(self, key_and_size: tuple[str, int]) -> bool:
        sought = hash(key_and_size)
        place = bisect_left(self._hashes, sought)
        return place < len(self._hashes) and self._hashes[place] == sought
