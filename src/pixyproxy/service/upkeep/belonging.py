"""Whose the objects in the store are. First the store is listed, then the rows are asked.

An attempt is in the database before its bytes are in the store, and stays there when its image is removed.
So bytes of an image that is gone were left by a removal that was cut off, and will never be anybody's again;
bytes of no attempt at all do not come from this database, or not from its present state.

Images that were not made here may have no attempt. Their guid is in the key of their bytes: those that this
image does not name are strange.

Pictures to start from are copies of what a caller sent, kept as long as some job needs them.
"""

import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from enum import StrEnum

from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.upkeep_queries import PAGE, Belonging

_MOST_DOUBTFUL = 100_000
_QUARANTINED = "quarantined"
_DAY = "[0-9]{4}/[0-9]{2}/[0-9]{2}"
_UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PICTURE = "|".join(EXTENSIONS.values())
_OURS = re.compile(
    rf"(?P<attempt>{_DAY}/{_UUID7})\.(?:{_PICTURE}|{_QUARANTINED})"
    rf"|inputs/(?P<made>{_UUID7})\.[0-9]+"
    rf"|imported/[0-9]{{4}}/[0-9]{{2}}/(?P<imported>{_UUID})\.(?:{_PICTURE})"
)
_LONGEST_RECORDING_S = 3600.0
_NOT_KNOWN = {Status.GENERATING, Status.UNKNOWN}
_NOT_ENDED = {AttemptStatus.STARTED, AttemptStatus.UNKNOWN}


class Whose(StrEnum):
    LOST = "lost"
    """A picture whose image does not know of it."""
    UNNAMED = "unnamed"
    """Of an image that is there and has an end without it."""
    DELETED = "deleted"
    """Of an image that is gone."""
    STRANGE = "strange"
    """Of an attempt, or an image that was imported, of which this database does not know."""
    INPUT = "input"
    """A picture to start from, of which nothing is to be made any more."""


NOBODYS = {Whose.DELETED, Whose.STRANGE}


@dataclass(frozen=True, slots=True)
class Stray:
    """An object that no image names as its bytes."""

    key: str
    attempt_key: str
    whose: Whose
    guid: str
    """Of its image, or the first that was to be made from it; empty when it is gone."""


class Walk:
    """Once through the whole store. `objects` counts all of ours, `foreign` what others have put there."""

    def __init__(
        self, library: Library, store: ImageStore, *, grace_s: float, spooled: Collection[str]
    ) -> None:
        self._library = library
        self._store = store
        self._grace_s = grace_s
        self._spooled = spooled
        self.objects = 0
        self.foreign = 0

    async def strays(self) -> AsyncIterator[Stray]:
        """Those older than the grace time of whose attempt nothing waits in the spool."""
        doubtful: dict[str, Stray] = {}
        async for page in self._pages():
            for stray in await self._strays_among(page):
                if stray.whose in NOBODYS:
                    doubtful[stray.key] = stray
                else:
                    yield stray
            if len(doubtful) > _MOST_DOUBTFUL:
                async for stray in self._named_by_none(doubtful):
                    yield stray
                doubtful.clear()
        async for stray in self._named_by_none(doubtful):
            yield stray

    async def _pages(self) -> AsyncIterator[list[re.Match[str]]]:
        page = []
        async for each in self._store.list_():
            ours = _OURS.fullmatch(each.key)
            self.objects += ours is not None
            self.foreign += ours is None
            if ours is not None and each.age_s >= self._grace_of(ours):
                page.append(ours)
            if len(page) == PAGE:
                yield page
                page = []
        if page:
            yield page

    def _grace_of(self, ours: re.Match[str]) -> float:
        """However short, an input is left alone whose job may be about to be recorded."""
        return max(self._grace_s, _LONGEST_RECORDING_S) if ours["made"] else self._grace_s

    async def _strays_among(self, page: list[re.Match[str]]) -> list[Stray]:
        attempt_keys = {ours[0]: ours["attempt"] for ours in page if ours["attempt"]}
        guids = {ours[0]: ours["made"] for ours in page if ours["made"]}
        imported = {ours[0]: ours["imported"] for ours in page if ours["imported"]}
        return [
            *await self._bytes_among(attempt_keys),
            *await self._inputs_among(guids),
            *await self._imported_among(imported),
        ]

    async def _bytes_among(self, attempt_keys: dict[str, str]) -> list[Stray]:
        if not attempt_keys:
            return []
        belongings = await self._library.upkeep.belongings(list(set(attempt_keys.values())))
        strays = []
        for key, attempt_key in attempt_keys.items():
            belonging = belongings.get(attempt_key)
            whose = _whose(key, belonging)
            if whose is not None and attempt_key not in self._spooled:
                strays.append(Stray(key, attempt_key, whose, (belonging and belonging.guid) or ""))
        return strays

    async def _inputs_among(self, guids: dict[str, str]) -> list[Stray]:
        if not guids:
            return []
        needed = await self._library.upkeep.in_making(list(set(guids.values())))
        return [Stray(key, "", Whose.INPUT, guid) for key, guid in guids.items() if guid not in needed]

    async def _imported_among(self, guids: dict[str, str]) -> list[Stray]:
        kept = await self._library.images.kept_with_guids(list(set(guids.values())))
        named = {each.storage_key for each in kept}
        return [Stray(key, "", Whose.STRANGE, "") for key in guids if key not in named]

    async def _named_by_none(self, doubtful: dict[str, Stray]) -> AsyncIterator[Stray]:
        """An image that came into the database without an attempt may name its bytes all the same."""
        named = await self._library.upkeep.named_among(doubtful.keys())
        for key, stray in doubtful.items():
            if key not in named:
                yield stray


def _whose(key: str, belonging: Belonging | None) -> Whose | None:
    """None when all is in order."""
    if belonging is None:
        return Whose.STRANGE
    if belonging.guid is None:
        return Whose.DELETED
    if belonging.has_job or belonging.content_key == key:
        return None
    if key.endswith(f".{_QUARANTINED}"):
        return None
    if belonging.image_status in _NOT_KNOWN and belonging.attempt_status in _NOT_ENDED:
        return Whose.LOST
    return Whose.UNNAMED
