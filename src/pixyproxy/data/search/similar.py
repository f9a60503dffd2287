"""Finds the images that look most like one: all that the index knows of are compared, exactly.

Newest first, so that of equals the newer stay; what the log of changes names is asked of its rows instead.
"""

import asyncio
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress

from pyroaring import BitMap

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Audience, Image
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.looks import HASH_BYTES, STRETCH, Looks, distance, distances_to
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.question import Question, seen_by
from pixyproxy.data.search.terms import exactly

_MOST_BLOCKS = 4  # at once: two megabytes of hashes
_STRETCHES = BLOCK // STRETCH
_FEW_STRETCHES = 4  # not half a millisecond's work
_MOST_CHANGED = 20_000  # images whose rows are asked instead of the index
_CHANGES_AT_ONCE, _ROWS_AT_ONCE = 5_000, 1_000
_SPARE = 20  # for those that the last word, their rows, is against
_UNKNOWN = bytes(HASH_BYTES)
_IS_WITHIN = [bytes([1]) * (most + 1) + bytes(255 - most) for most in range(65)]
_SELECTED = ", ".join(["id", *image_rows.COLUMNS])


@dataclass(frozen=True, slots=True)
class Similar:
    """An image, and in how many of the 64 bits its looks differ."""

    image: Image
    distance: int


async def images_in_log(changes: Changes) -> dict[int, BitMap]:
    """Their places, by block. Raises `Unavailable` where it names more than whose rows can be asked."""
    found: dict[int, BitMap] = {}
    edge, count = None, 0
    while ids := await changes.images_beyond(edge, _CHANGES_AT_ONCE, newest_first=True):
        edge, count = ids[-1], count + len(ids)
        if count > _MOST_CHANGED:
            raise Unavailable("The search index is being brought up to date.", retry_after_s=60)
        for image_id in ids:
            found.setdefault(image_id // BLOCK, BitMap()).add(image_id % BLOCK)
        if len(ids) < _CHANGES_AT_ONCE:
            break
    return found


class Similarity:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._changes = Changes(statements)
        self._postings = Postings(statements)
        self._looks = Looks(statements)

    async def nearest(
        self, looks: str, audience: Audience, besides: int, limit: int, most_distance: int
    ) -> list[Similar]:
        """Of what is ready and may be seen; the nearest first, of equals the newest. Without `besides`."""
        question = seen_by(audience)
        if not looks or question.is_empty:
            return []
        question.where("looks <> '' AND id <> :besides", besides=besides)
        from_log, packed = (_Nearest(looks, most_distance, limit + _SPARE) for _ in range(2))
        left_out = await images_in_log(self._changes)
        await self._compare_log(question, left_out, from_log)
        left_out.setdefault(besides // BLOCK, BitMap()).add(besides % BLOCK)
        await self._compare_packed(question, left_out, packed)
        ids = {*from_log.ids, *packed.ids}
        rows = await self._rows(question, sorted(ids), _SELECTED) if ids else []
        found = [Similar(image_rows.from_row(row), distance(looks, row["looks"])) for row in rows]
        met = [each for each in found if each.distance <= most_distance]
        return sorted(met, key=lambda each: (each.distance, -each.image.id))[:limit]

    async def _compare_log(
        self, question: Question, changed: Mapping[int, BitMap], nearest: "_Nearest"
    ) -> None:
        """Their hashes in the index may be old."""
        for block in sorted(changed, reverse=True):
            ids = [block * BLOCK + place for place in reversed(changed[block].to_array())]
            for start in range(0, len(ids), _ROWS_AT_ONCE):
                for row in await self._rows(question, ids[start : start + _ROWS_AT_ONCE], "id, looks"):
                    nearest.offer(distance(nearest.looks, row["looks"]), row["id"])

    async def _compare_packed(
        self, question: Question, left_out: Mapping[int, BitMap], nearest: "_Nearest"
    ) -> None:
        wanted = [*question.wanted, exactly("looks", "known")]
        blocks, count = list(range(await self._last_block(), -1, -1)), 1
        while blocks and nearest.most_distance >= 0:
            now, blocks, count = blocks[:count], blocks[count:], _MOST_BLOCKS
            met = await self._postings.meet(wanted, now)
            places = {block: met[block] - left_out.get(block, BitMap()) for block in now if block in met}
            if stretches := dict(_by_stretch(places)):
                packed = await self._looks.of_stretches(list(stretches))
                await _in_thread_if_long(partial(nearest.compare, stretches, packed), len(packed))

    async def _last_block(self) -> int:
        row = await self._statements.fetch_one("SELECT max(id) AS id FROM image", {})
        return (row["id"] or 0) // BLOCK if row else 0

    async def _rows(self, question: Question, ids: Sequence[int], selected: str) -> list[Row]:
        """The newest first."""
        names, named = any_of("image", ids)
        return await self._statements.fetch_all(
            f"SELECT {selected} FROM image WHERE id IN ({names}) "
            f"AND {' AND '.join(question.conditions)} ORDER BY id DESC",
            {**question.parameters, **named},
        )


class _Nearest:
    """So many as are wanted, the nearest of all that were compared; older ones come after newer ones."""

    def __init__(self, looks: str, most_distance: int, wanted: int) -> None:
        self.looks = looks
        self.most_distance = most_distance
        """Of what is compared next; below zero when nothing can be nearer any more."""
        self._wanted = wanted
        self._compared_to = distances_to(looks)
        self._worst_first: list[tuple[int, int]] = []

    @property
    def ids(self) -> list[int]:
        return [image_id for _, image_id in self._worst_first]

    def offer(self, distance: int, image_id: int) -> None:
        if distance > self.most_distance:
            return
        heapq.heappush(self._worst_first, (-distance, image_id))
        if len(self._worst_first) > self._wanted:
            heapq.heappop(self._worst_first)
        if len(self._worst_first) == self._wanted:
            self.most_distance = -self._worst_first[0][0] - 1

    def compare(self, stretches: Mapping[int, BitMap], packed: Mapping[int, bytes]) -> None:
        """In the order of newest first."""
        for stretch in sorted(packed, reverse=True):
            if self.most_distance < 0:
                return
            looks = packed[stretch]
            distances = self._compared_to(looks)
            for place in _near(distances, self.most_distance, stretches[stretch]):
                if looks[place * HASH_BYTES : (place + 1) * HASH_BYTES] != _UNKNOWN:
                    self.offer(distances[place], stretch * STRETCH + place)


async def _in_thread_if_long(compare: Callable[[], None], stretches: int) -> None:
    if stretches <= _FEW_STRETCHES:
        compare()
    else:
        await asyncio.to_thread(compare)


def _by_stretch(places: Mapping[int, BitMap]) -> Iterator[tuple[int, BitMap]]:
    """From places in blocks to places in stretches; those that hold any."""
    for block, in_block in places.items():
        for number in range(_STRETCHES):
            start = number * STRETCH
            if in_stretch := in_block & BitMap(range(start, start + STRETCH)):
                yield block * _STRETCHES + number, in_stretch.shift(-start)


def _near(distances: bytes, most: int, places: BitMap) -> Sequence[int]:
    """Those of the places, the last first, that are no farther than that."""
    is_near = distances.translate(_IS_WITHIN[most])
    if 1 not in is_near:
        return ()
    return (BitMap(compress(range(STRETCH), is_near)) & places).to_array()[::-1]
