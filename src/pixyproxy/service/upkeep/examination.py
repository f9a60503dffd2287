"""Everything in its order: first the rows that stand still, so that bytes are judged by the right rows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.data.spool_listing import SpooledFile, spooled_files
from pixyproxy.service.trash import Trash
from pixyproxy.service.upkeep.belonging import Walk
from pixyproxy.service.upkeep.content import examine_content
from pixyproxy.service.upkeep.findings import Finding, Verdict
from pixyproxy.service.upkeep.index import examine_index
from pixyproxy.service.upkeep.leftovers import examine_room, examine_spool, examine_unfinished
from pixyproxy.service.upkeep.orphans import Orphans
from pixyproxy.service.upkeep.scrubbing import Scrub, Told
from pixyproxy.service.upkeep.states import STANDING_STILL_S, States


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be done about what is found."""

    repair: bool = False
    force: bool = False
    quick: bool = False
    grace_s: float = 24 * 3600
    standing_still_s: float = STANDING_STILL_S
    reserve_bytes: int | None = None
    trash_kept_for: timedelta = timedelta(days=30)


async def examine_library(
    library: Library, store: ImageStore, spool: Spool, orders: Orders, told: Told = lambda _: None
) -> AsyncIterator[Finding]:
    files: list[SpooledFile] | None = None
    try:
        files = await asyncio.to_thread(spooled_files, spool)
    except PixyProxyException as error:
        sentence = f"It cannot be read, so nothing is repaired: {error.__cause__ or error.detail}"
        yield Finding("spool", Verdict.WRONG, sentence)
        orders = replace(orders, repair=False)
    examinations = [
        *_of_rows_and_bytes(library, store, files or [], orders, told),
        ("room", examine_room(spool, store, orders.reserve_bytes)),
    ]
    if files is not None:
        still_s = orders.standing_still_s
        in_spool = examine_spool(library, files, repair=orders.repair, standing_still_s=still_s)
        examinations.insert(-1, ("spool", in_spool))
    for part, examination in examinations:
        async for finding in _or_why_not(part, examination):
            yield finding


def _of_rows_and_bytes(
    library: Library, store: ImageStore, files: Sequence[SpooledFile], orders: Orders, told: Told
) -> list[tuple[str, AsyncIterator[Finding]]]:
    repair, grace_s, still_s = orders.repair, orders.grace_s, orders.standing_still_s
    spooled = {file.storage_key for file in files if file.storage_key is not None}

    def new_walk() -> Walk:
        return Walk(library, store, grace_s=grace_s, spooled=spooled)

    trash = Trash(library, store, orders.trash_kept_for)
    scrub = Scrub(library, store, quick=orders.quick, told=told)
    return [
        ("states", States(library, trash, repair=repair, standing_still_s=still_s).examine()),
        ("index", examine_index(library, repair=repair)),
        ("store", Orphans(library, store, new_walk, repair=repair, force=orders.force).examine()),
        ("store", examine_unfinished(store, repair=repair, grace_s=grace_s)),
        ("content", examine_content(scrub, quick=orders.quick)),
    ]


async def _or_why_not(part: str, examination: AsyncIterator[Finding]) -> AsyncIterator[Finding]:
    """What cannot be examined is a finding too, and the others are examined all the same."""
    try:
        async for finding in examination:
            yield finding
    except PixyProxyException as error:
        reason = error.__cause__ or error.detail
        yield Finding(part, Verdict.WRONG, f"It could not be examined to its end: {reason}")
