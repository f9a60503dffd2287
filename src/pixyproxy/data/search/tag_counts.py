"""Which tags there are, and how many images have each, as far as somebody may see them."""

from collections import Counter
from dataclasses import dataclass, field

from pyroaring import BitMap

from pixyproxy.core.models import Audience
from pixyproxy.data.database import Statements
from pixyproxy.data.image_rows import tag_key
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.question import seen_by
from pixyproxy.data.values import from_json

_BLOCKS_AT_ONCE = 16
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
        """Of the tags whose keys begin as told."""
        changed = await self._count_changed()
        blocks = await self._blocks()
        for first in range(0, len(blocks), _BLOCKS_AT_ONCE):
            await self._count_indexed(blocks[first : first + _BLOCKS_AT_ONCE], changed)
        return self._counts

    async def _count_changed(self) -> dict[int, BitMap]:
        """All that the log names, by block: the index is not to be believed of them."""
        rows = await self._statements.fetch_all(
            "SELECT log.image_id, tags FROM (SELECT DISTINCT image_id FROM image_change) AS log "
            f"LEFT JOIN image ON image.id = log.image_id AND {' AND '.join(self._question.conditions)}",
            self._question.parameters,
        )
        changed: dict[int, BitMap] = {}
        for row in rows:
            changed.setdefault(row["image_id"] // BLOCK, BitMap()).add(row["image_id"] % BLOCK)
            for key in {tag_key(tag) for tag in from_json(row["tags"] or "[]")}:
                if key.startswith(self._start):
                    self._counts.add(key, 1, row["image_id"])
        return changed

    async def _count_indexed(self, blocks: list[int], changed: dict[int, BitMap]) -> None:
        visible = await self._postings.meet(self._question.wanted, blocks)
        first = f"{_KIND}{self._start}"
        for block, term, with_tag in await self._postings.between(first, f"{first}{_AFTER_ALL}", blocks):
            places = with_tag & visible.get(block, BitMap()) - changed.get(block, BitMap())
            if places:
                self._counts.add(term.removeprefix(_KIND), len(places), block * BLOCK + places.max())

    async def _blocks(self) -> list[int]:
        row = await self._statements.fetch_one("SELECT max(id) AS id FROM image", {})
        return list(range(((row and row["id"]) or 0) // BLOCK + 1))
