"""Goes through the blocks of ids, from the newest or from the oldest on, few at first, then more at once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from pixyproxy.data.database import Statements
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.terms import AnyOf

_FIRST_BLOCKS, _MOST_BLOCKS, _FASTER = 1, 64, 4
_CHANGES_AT_ONCE, _IDS_AT_ONCE = 5_000, 500


@dataclass(frozen=True, slots=True)
class Part:
    """Of one block: the places that the sets name, and those that the log names, which may be anything."""

    block: int
    indexed: BitMap
    changed: BitMap

    def ids(self, places: BitMap) -> list[int]:
        first = self.block * BLOCK
        return [first + place for place in places]


class Walk:
    def __init__(
        self, statements: Statements, wanted: Sequence[AnyOf], past_id: int | None, *, newest_first: bool
    ) -> None:
        self._statements = statements
        self._postings = Postings(statements)
        self._wanted = wanted
        self._past_id = past_id
        self._newest_first = newest_first
        self._changed = _Changed(Changes(statements), past_id, newest_first=newest_first)

    async def ids(self) -> AsyncIterator[Sequence[int]]:
        """In order, each once; a few at a time, for most of a block is seldom needed."""
        async for part in self.parts():
            places = (part.indexed | part.changed).to_array()
            if self._newest_first:
                places.reverse()
            for start in range(0, len(places), _IDS_AT_ONCE):
                yield [part.block * BLOCK + place for place in places[start : start + _IDS_AT_ONCE]]

    async def parts(self) -> AsyncIterator[Part]:
        """The log is read before the sets of the same blocks: what moves between them is not missed."""
        blocks, count = await self._blocks(), _FIRST_BLOCKS
        while blocks:
            now, blocks, count = blocks[:count], blocks[count:], min(count * _FASTER, _MOST_BLOCKS)
            await self._changed.read_to(now[-1])
            met = await self._postings.meet(self._wanted, now)
            for block in now:
                changed = self._changed.places_in(block)
                part = Part(block, met.get(block, BitMap()) - changed, changed)
                self._leave_out_earlier_pages(part)
                yield part

    async def _blocks(self) -> list[int]:
        row = await self._statements.fetch_one("SELECT max(id) AS id FROM image", {})
        newest = ((row and row["id"]) or 0) // BLOCK
        reached = None if self._past_id is None else self._past_id // BLOCK
        if self._newest_first:
            return list(range(newest if reached is None else min(newest, reached), -1, -1))
        return list(range(reached or 0, newest + 1))

    def _leave_out_earlier_pages(self, part: Part) -> None:
        if self._past_id is None or part.block != self._past_id // BLOCK:
            return
        place = self._past_id % BLOCK
        first, end = (place, BLOCK) if self._newest_first else (0, place + 1)
        part.indexed.remove_range(first, end)
        part.changed.remove_range(first, end)


class _Changed:
    """The images in the log, read block after block."""

    def __init__(self, changes: Changes, past_id: int | None, *, newest_first: bool) -> None:
        self._changes = changes
        self._newest_first = newest_first
        self._edge = past_id
        self._is_read = False
        self._places: dict[int, BitMap] = {}

    async def read_to(self, block: int) -> None:
        while not self._is_read and not self._is_past(block):
            ids = await self._changes.images_beyond(
                self._edge, _CHANGES_AT_ONCE, newest_first=self._newest_first
            )
            for image_id in ids:
                self._places.setdefault(image_id // BLOCK, BitMap()).add(image_id % BLOCK)
            self._is_read = len(ids) < _CHANGES_AT_ONCE
            self._edge = ids[-1] if ids else self._edge

    def places_in(self, block: int) -> BitMap:
        return self._places.get(block, BitMap())

    def _is_past(self, block: int) -> bool:
        if self._edge is None:
            return False
        reached = self._edge // BLOCK
        return reached < block if self._newest_first else reached > block
