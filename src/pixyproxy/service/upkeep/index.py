"""Whether a search can find every image."""

from collections.abc import AsyncIterator

from pixyproxy.data.library import Library
from pixyproxy.service.upkeep.findings import Finding, Several, Verdict

_PART = "index"


async def examine_index(library: Library, *, repair: bool) -> AsyncIterator[Finding]:
    """What is in the log is found by its row, and packed sooner or later."""
    found = Several()
    async for image in library.upkeep.unindexed():
        found.add(image.guid)
        if repair:
            await library.upkeep.index_again(image)
    label = f"Images that no search finds: {found}."
    if not found:
        yield Finding(_PART, Verdict.OK, "Every image can be found.")
    elif repair:
        yield Finding(_PART, Verdict.FIXED, f"{label} They can be found again.")
    else:
        yield Finding(_PART, Verdict.WRONG, f"{label} --repair enters them again.")
