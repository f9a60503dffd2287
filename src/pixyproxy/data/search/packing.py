"""Takes what the log of changes names into the index.

First the rows are read, and in a thread their terms are found; then, in one transaction, the sets are read,
changed and kept, and the log is shortened. Of two who do so at once the later finds it short, and leaves it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from pixyproxy.core.models import Image
from pixyproxy.data import image_rows
from pixyproxy.data.database import Database, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.changes import Change, Changes
from pixyproxy.data.search.looks import Looks
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.terms import terms_of

log = logging.getLogger(__name__)

_AT_ONCE, _MOST_TERMS = 500, 20_000
_ONE_AT_A_TIME = "SELECT version FROM schema_version FOR UPDATE SKIP LOCKED"
"""For MySQL: a set that is not there yet cannot be locked, and the later of two would put its own over it."""
_SELECTED = ", ".join(["id", *image_rows.COLUMNS])


@dataclass(slots=True)
class Plan:
    """Of one block: for each term the places of those who have it, and of those who have it no more."""

    present: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    gone: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: int, present: Iterable[str], gone: Iterable[str]) -> None:
        for term in present:
            self.present[term].append(place)
        for term in gone:
            self.gone[term].append(place)

    def size(self) -> int:
        return len(self.present) + len(self.gone)


async def pack(database: Database, most: int) -> int:
    """So many changes at most, and fewer where they are about many terms; how many it were."""
    changes = await Changes(database).oldest(most)
    if not changes:
        return 0
    images = await _images(database, sorted({change.image_id for change in changes}))
    planned, plans = await asyncio.to_thread(_planned, changes, images)
    taken = [change for change in changes if change.image_id in planned]
    lock = " FOR UPDATE" if database.dialect == "mysql" else ""

    async def work(statements: Statements) -> int:
        if lock and not await statements.fetch_all(_ONE_AT_A_TIME, {}):
            return 0
        if not await Changes(statements).take([change.id for change in taken], lock=lock):
            return 0
        for block in sorted(plans):
            await _keep(Postings(statements), block, plans[block], lock)
        await Looks(statements).keep({image_id: images.get(image_id) for image_id in planned}, lock=lock)
        return len(taken)

    return await database.transact(work)


async def postpone(database: Database) -> None:
    """The oldest change: it cannot be taken in, and is not to keep the others."""

    async def work(statements: Statements) -> list[Change]:
        oldest = await Changes(statements).oldest(1)
        for change in oldest:
            await Changes(statements).put_last(change.id)
        return oldest

    for change in await database.transact(work):
        log.error("image %d is not in the search index: its terms cannot be taken in", change.image_id)


async def _images(statements: Statements, ids: Sequence[int]) -> dict[int, Image]:
    names, named = any_of("id", ids)
    rows = await statements.fetch_all(f"SELECT {_SELECTED} FROM image WHERE id IN ({names})", named)
    return {row["id"]: image_rows.from_row(row) for row in rows}


def _planned(changes: Sequence[Change], images: dict[int, Image]) -> tuple[set[int], dict[int, Plan]]:
    """The images, in the order of their changes, until there are terms enough; and what is to be done."""
    gone: dict[int, set[str]] = {}
    for change in changes:
        gone.setdefault(change.image_id, set()).update(change.gone)
    planned: set[int] = set()
    plans: dict[int, Plan] = {}
    for image_id, had in gone.items():
        if sum(map(Plan.size, plans.values())) > _MOST_TERMS:
            break
        planned.add(image_id)
        image = images.get(image_id)
        has = terms_of(image) if image else set()
        plans.setdefault(image_id // BLOCK, Plan()).add(image_id % BLOCK, has, had - has)
    return planned, plans


async def _keep(postings: Postings, block: int, plan: Plan, lock: str) -> None:
    terms = sorted(plan.present.keys() | plan.gone.keys())
    for start in range(0, len(terms), _AT_ONCE):
        sets = await postings.of_terms(block, terms[start : start + _AT_ONCE], lock=lock)
        for term, places in sets.items():
            places.update(plan.present.get(term, ()))
            places.difference_update(BitMap(plan.gone.get(term, ())))
        await postings.keep(block, sets)
