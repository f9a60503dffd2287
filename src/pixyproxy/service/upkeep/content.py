"""What a scrub has found, as the doctor says it. Nothing of it can be repaired but from a backup."""

from collections import defaultdict
from collections.abc import AsyncIterator

from pixyproxy.service.upkeep.findings import Finding, Several, Verdict
from pixyproxy.service.upkeep.scrubbing import Damage, Progress, Scrub

_PART = "content"
_LABELS = {
    Damage.MISSING: "Images whose bytes are missing",
    Damage.SIZE: "Images whose bytes are of another size than was stored",
    Damage.HASH: "Images whose bytes are not those that were stored",
    Damage.UNREADABLE: "Images whose bytes cannot be read",
}


async def examine_content(scrub: Scrub, *, quick: bool) -> AsyncIterator[Finding]:
    damages: defaultdict[Damage, Several] = defaultdict(Several)
    async for each in scrub.damaged():
        damages[each.damage].add(each.guid)
    for damage, label in _LABELS.items():
        if damage in damages:
            sentence = f"{label}: {damages[damage]}. Restore the files from a backup; the rows are kept."
            yield Finding(_PART, Verdict.WRONG, sentence)
    if not damages:
        yield Finding(_PART, Verdict.OK, _all_well(scrub.progress, quick=quick))


def _all_well(progress: Progress, *, quick: bool) -> str:
    if quick:
        return f"Images: {progress.images:,}. All have bytes of the right size, which were not read."
    return f"Images: {progress.images:,}. All have the bytes that were stored ({progress.read})."
