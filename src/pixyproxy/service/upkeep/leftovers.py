"""Answers that wait in the spool, writes that were cut off, and the room there is."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.data.spool_listing import SpooledFile, remove_empty
from pixyproxy.data.upkeep_queries import PAGE, Belonging
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.upkeep.findings import Finding, Several, Verdict

_LONGEST_WRITE_S = 3600.0
_GIGABYTE = 1e9


async def examine_spool(
    library: Library, files: Sequence[SpooledFile], *, repair: bool, standing_still_s: float
) -> AsyncIterator[Finding]:
    """Nothing is said of images that have a job: its lease decides."""
    waiting, foreign, empty, unreadable = Several(), Several(), Several(), Several()
    belongings = await _belongings(library, files)
    for file in files:
        belonging = belongings.get(file.storage_key or "")
        if file.age_s < standing_still_s or (belonging is not None and belonging.has_job):
            continue
        if file.storage_key is not None:
            (foreign if belonging is None else waiting).add(file.path.name)
        elif not file.is_empty:
            unreadable.add(file.path.name)
        elif not repair or await asyncio.to_thread(remove_empty, file):
            empty.add(file.path.name)
    for finding in _of_spool(waiting, foreign, empty, unreadable, repair=repair):
        yield finding


async def examine_unfinished(store: ImageStore, *, repair: bool, grace_s: float) -> AsyncIterator[Finding]:
    """However short the grace time, a write that may still be under way is left alone."""
    found = Several()
    async for each in store.unfinished():
        if each.age_s >= max(grace_s, _LONGEST_WRITE_S):
            found.add(each.key)
            if repair:
                await store.delete(each.key)
    if found:
        yield _removable("store", "Writes that were cut off", found, repair=repair)


async def examine_room(spool: Spool, store: ImageStore, reserve_bytes: int | None) -> AsyncIterator[Finding]:
    free = [space.free_bytes for space in (spool.space(), store.space()) if space is not None]
    sentence = f"{min(free) / _GIGABYTE:,.1f} GB are free." if free else "The store has room."
    try:
        await Admission(spool, store, reserve_bytes).check_room_and_store()
        yield Finding("room", Verdict.OK, sentence)
    except PixyProxyException as error:
        yield Finding("room", Verdict.WRONG, f"{sentence} New images are refused: {error.detail}")


async def _belongings(library: Library, files: Sequence[SpooledFile]) -> dict[str, Belonging]:
    keys = [file.storage_key for file in files if file.storage_key is not None]
    found: dict[str, Belonging] = {}
    for start in range(0, len(keys), PAGE):
        found |= await library.upkeep.belongings(keys[start : start + PAGE])
    return found


def _of_spool(
    waiting: Several, foreign: Several, empty: Several, unreadable: Several, *, repair: bool
) -> list[Finding]:
    findings = []
    if waiting:
        sentence = f"Answers that wait for their image: {waiting}. The service takes them up when it can."
        findings.append(Finding("spool", Verdict.WRONG, sentence))
    if foreign:
        sentence = (
            f"Answers of another database: {foreign}. They are kept. Was PIXYPROXY_DATABASE_URL changed, "
            "or a backup restored?"
        )
        findings.append(Finding("spool", Verdict.WRONG, sentence))
    if unreadable:
        sentence = (
            f"Files whose first line cannot be read: {unreadable}. They are kept; look at them yourself."
        )
        findings.append(Finding("spool", Verdict.WRONG, sentence))
    if empty:
        findings.append(_removable("spool", "Answers with nothing in them", empty, repair=repair))
    return findings or [Finding("spool", Verdict.OK, "No answer waits for its image.")]


def _removable(part: str, label: str, several: Several, *, repair: bool) -> Finding:
    if repair:
        return Finding(part, Verdict.FIXED, f"{label}: {several}. They are removed.")
    return Finding(part, Verdict.WRONG, f"{label}: {several}. --repair removes them.")
