"""Which tags there are, and how many images have each, as far as somebody may see them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from pyroaring import BitMap

from pixyproxy.core.models import Audience
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.image_rows import tag_key
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.question import seen_by
from pixyproxy.data.search.similar import images_in_log
from pixyproxy.data.values import from_json

_BLOCKS_AT_ONCE = 16
_ROWS_AT_ONCE, _SETS_AT_ONCE = 1_000, 5_000
_FEW = 100  # rows or sets: some milliseconds' work
_AFTER_ALL = "\U0010ffff"
_KIND = "tag:"


@dataclass(slots=True)
class TagCounts:
    """By the key of the tag."""

    images: Counter[str] = field(default_factory=Counter)
    newest: dict[str, int] = field(default_factory=dict)
    """The id of an image that has it, to see how it is written."""

    def add(self, key: str, images: int, newest: int) -> None:
        self.images[key] += images
        self.newest[key] = max(newest, self.newest.get(key, 0))


class TagCounting:
    """What is in the log is counted by its rows, all else by the index."""

    def __init__(self, statements: Statements, audience: Audience, start: str) -> None:
        self._statements = statements
        self._postings = Postings(statements)
        self._question = seen_by(audience)
        self._start = start
        self._counts = TagCounts()

    async def count(self) -> TagCounts:
        """Of the tags whose keys begin as told. Raises `Unavailable` where the log is long."""
        changed = await images_in_log(Changes(self._statements))
        for block, places in changed.items():
            await self._count_changed([block * BLOCK + place for place in places])
        blocks = await self._blocks()
        for first in range(0, len(blocks), _BLOCKS_AT_ONCE):
            visible = await self._postings.meet(
                self._question.wanted, blocks[first : first + _BLOCKS_AT_ONCE]
            )
            for block, places in visible.items():
                if known := places - changed.get(block, BitMap()):
                    await self._count_indexed(block, known)
        return self._counts

    async def _count_changed(self, ids: Sequence[int]) -> None:
        """What the log names: the index is not to be believed of them."""
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            names, named = any_of("image", ids[start : start + _ROWS_AT_ONCE])
            rows = await self._statements.fetch_all(
                f"SELECT id, tags FROM image WHERE id IN ({names}) "
                f"AND {' AND '.join(self._question.conditions)}",
                {**self._question.parameters, **named},
            )
            await _in_thread_if_many(partial(self._add_rows, rows), len(rows))

    async def _count_indexed(self, block: int, visible: BitMap) -> None:
        first = f"{_KIND}{self._start}"
        parameters = {"block": block, "end": f"{first}{_AFTER_ALL}", "most": _SETS_AT_ONCE}
        done = ""
        while rows := await self._statements.fetch_all(
            "SELECT term, images FROM image_posting WHERE block = :block AND term >= :first "
            "AND term < :end AND term <> :done ORDER BY term LIMIT :most",
            {**parameters, "first": done or first, "done": done},
        ):
            await _in_thread_if_many(partial(self._add_sets, block, visible, rows), len(rows))
            if len(rows) < _SETS_AT_ONCE:
                break
            done = rows[-1]["term"]

    def _add_rows(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for key in {tag_key(tag) for tag in from_json(row["tags"])}:
                if key.startswith(self._start):
                    self._counts.add(key, 1, row["id"])

    def _add_sets(self, block: int, visible: BitMap, rows: Sequence[Row]) -> None:
        for row in rows:
            if places := BitMap.deserialize(row["images"]) & visible:
                self._counts.add(row["term"].removeprefix(_KIND), len(places), block * BLOCK + places.max())

    async def _blocks(self) -> list[int]:
        row = await self._statements.fetch_one("SELECT max(id) AS id FROM image", {})
        return list(range(((row and row["id"]) or 0) // BLOCK + 1))


async def _in_thread_if_many(work: Callable[[], None], count: int) -> None:
    """For the event loop has other things to do."""
    if count <= _FEW:
        work()
    else:
        await asyncio.to_thread(work)
