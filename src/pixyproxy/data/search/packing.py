"""Takes what the log of changes names into the index.

First the rows are read, and in a thread their terms are found; then, in one transaction, the sets are read,
changed and kept, and the log is shortened. Of two who do so at once the later finds it short, and leaves it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
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

_AT_ONCE = 500
_ONE_AT_A_TIME = "SELECT version FROM schema_version FOR UPDATE"
"""For MySQL: a set that is not there yet cannot be locked, and the later of two would put its own over it."""
_SELECTED = ", ".join(["id", *image_rows.COLUMNS])


@dataclass(slots=True)
class Plan:
    """Of one block: for each term the places of those who have it, and of those who have it no more."""

    present: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    gone: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


async def pack(database: Database, most: int) -> int:
    """So many changes at most; how many it were."""
    changes = await Changes(database).oldest(most)
    if not changes:
        return 0
    images = await _images(database, sorted({change.image_id for change in changes}))
    plans = await asyncio.to_thread(_planned, changes, images)
    lock = " FOR UPDATE" if database.dialect == "mysql" else ""

    async def work(statements: Statements) -> int:
        if lock:
            await statements.fetch_all(_ONE_AT_A_TIME, {})
        if not await Changes(statements).take([change.id for change in changes], lock=lock):
            return 0
        for block in sorted(plans):
            await _keep(Postings(statements), block, plans[block], lock)
        await Looks(statements).keep(
            {each.image_id: images.get(each.image_id) for each in changes}, lock=lock
        )
        return len(changes)

    return await database.transact(work)


async def _images(statements: Statements, ids: Sequence[int]) -> dict[int, Image]:
    names, named = any_of("id", ids)
    rows = await statements.fetch_all(f"SELECT {_SELECTED} FROM image WHERE id IN ({names})", named)
    return {row["id"]: image_rows.from_row(row) for row in rows}


def _planned(changes: Sequence[Change], images: dict[int, Image]) -> dict[int, Plan]:
    gone: dict[int, set[str]] = {}
    for change in changes:
        gone.setdefault(change.image_id, set()).update(change.gone)
    plans: dict[int, Plan] = {}
    for image_id, had in gone.items():
        plan = plans.setdefault(image_id // BLOCK, Plan())
        image = images.get(image_id)
        has = terms_of(image) if image else set()
        for term in has:
            plan.present[term].append(image_id % BLOCK)
        for term in had - has:
            plan.gone[term].append(image_id % BLOCK)
    return plans


async def _keep(postings: Postings, block: int, plan: Plan, lock: str) -> None:
    terms = sorted(plan.present.keys() | plan.gone.keys())
    for start in range(0, len(terms), _AT_ONCE):
        sets = await postings.of_terms(block, terms[start : start + _AT_ONCE], lock=lock)
        for term, places in sets.items():
            places.update(plan.present.get(term, ()))
            places.difference_update(BitMap(plan.gone.get(term, ())))
        await postings.keep(block, sets)
