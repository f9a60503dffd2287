"""Bytes without rows: given back to the image they were made for, or removed when it is gone.

Removed are those of deleted images, and inputs that no job needs, as long as they are few. What this database
knows nothing of was paid for in another one, or in this one before a backup was restored: it goes only when
somebody insists.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable

from pixyproxy.core.exceptions import PixyProxyException, UnreadablePicture
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.service.upkeep.adoption import adopt
from pixyproxy.service.upkeep.belonging import Stray, Walk, Whose
from pixyproxy.service.upkeep.findings import Finding, Several, Verdict

_PART = "store"
_LOST = "Pictures whose image does not know of them"
_LABELS = {
    Whose.LOST: _LOST,
    Whose.UNNAMED: "Bytes that no image names, of images that are there",
    Whose.DELETED: "Bytes of images that are deleted",
    Whose.STRANGE: "Bytes this database knows nothing of",
    Whose.INPUT: "Inputs of images that have come to their end",
}
_ADVICE = {
    Whose.LOST: "--repair gives them back: they were paid for.",
    Whose.UNNAMED: "Kept, for they may be paid for; they go with their image.",
    Whose.DELETED: "--repair removes them.",
    Whose.STRANGE: "Kept: is PIXYPROXY_DATABASE_URL the right one, or was a backup restored? "
    "If they are to go, --repair --force removes them.",
    Whose.INPUT: "--repair removes them.",
}
_NAMED_BY_IMAGE = {Whose.LOST, Whose.INPUT}
_REMOVED_IF_FEW = {Whose.DELETED, Whose.INPUT}
_TOO_MANY = "Kept, for they are suspiciously many. If they are to go, --repair --force removes them."


class Orphans:
    """Walks through the store twice, to count and to remove, so that they need not all be held in memory."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        new_walk: Callable[[], Walk],
        *,
        repair: bool,
        force: bool,
    ) -> None:
        self._library = library
        self._store = store
        self._new_walk = new_walk
        self._repair = repair
        self._force = force
        self._seen: defaultdict[Whose, Several] = defaultdict(Several)
        self._adopted, self._not_adopted = Several(), Several()

    async def examine(self) -> AsyncIterator[Finding]:
        walk = self._new_walk()
        async for stray in walk.strays():
            if stray.whose is Whose.LOST and self._repair:
                await self._adopt(stray)
            else:
                self._seen[stray.whose].add(_name_of(stray))
        for finding in self._of_adoption():
            yield finding
        removable = self._removable(walk.objects)
        for whose, label in _LABELS.items():
            if self._seen[whose] and whose not in removable:
                sentence = f"{label}: {self._seen[whose]}. {self._advice(whose)}"
                yield Finding(_PART, Verdict.WRONG, sentence)
        async for finding in self._remove(removable):
            yield finding
        for finding in self._of_the_rest(walk):
            yield finding

    async def _adopt(self, stray: Stray) -> None:
        try:
            if await adopt(self._library, self._store, stray):
                self._adopted.add(stray.guid)
        except UnreadablePicture:
            self._seen[Whose.UNNAMED].add(stray.key)
        except PixyProxyException:
            self._not_adopted.add(stray.guid)

    def _of_adoption(self) -> list[Finding]:
        findings = []
        if self._adopted:
            sentence = f"{_LOST}: {self._adopted}. They are ready now; what they cost is not known."
            findings.append(Finding(_PART, Verdict.FIXED, sentence))
        if self._not_adopted:
            sentence = f"{_LOST}: {self._not_adopted}. They could not be given back now."
            findings.append(Finding(_PART, Verdict.WRONG, sentence))
        return findings

    def _removable(self, objects: int) -> set[Whose]:
        if not self._repair:
            return set()
        if self._force:
            wanted = {*_REMOVED_IF_FEW, Whose.STRANGE}
        else:
            wanted = {whose for whose in _REMOVED_IF_FEW if are_few(self._seen[whose].count, objects)}
        return {whose for whose in wanted if self._seen[whose]}

    def _advice(self, whose: Whose) -> str:
        return _TOO_MANY if self._repair and whose in _REMOVED_IF_FEW else _ADVICE[whose]

    async def _remove(self, removable: set[Whose]) -> AsyncIterator[Finding]:
        """Each is asked anew, and by its nature remains what it was."""
        if not removable:
            return
        removed: defaultdict[Whose, Several] = defaultdict(Several)
        kept = Several()
        async for stray in self._new_walk().strays():
            if stray.whose in removable:
                is_gone = await self._is_deleted(stray.key)
                if is_gone:
                    removed[stray.whose].add(_name_of(stray))
                else:
                    kept.add(stray.key)
        for whose, several in removed.items():
            yield Finding(_PART, Verdict.FIXED, f"{_LABELS[whose]}: {several}. They are removed.")
        if kept:
            yield Finding(_PART, Verdict.WRONG, f"Bytes that could not be removed now: {kept}.")

    async def _is_deleted(self, key: str) -> bool:
        try:
            await self._store.delete(key)
        except PixyProxyException:
            return False
        return True

    def _of_the_rest(self, walk: Walk) -> list[Finding]:
        findings = []
        if not any(self._seen.values()) and not self._not_adopted:
            sentence = f"Objects: {walk.objects:,}. Each belongs to an image."
            findings.append(Finding(_PART, Verdict.OK, sentence))
        if walk.foreign:
            sentence = f"Files that are none of PixyProxy's: {walk.foreign:,}. They are left alone."
            findings.append(Finding(_PART, Verdict.OK, sentence))
        return findings


def _name_of(stray: Stray) -> str:
    return stray.guid if stray.whose in _NAMED_BY_IMAGE else stray.key


def are_few(orphans: int, objects: int) -> bool:
    """At most ten, or one in a hundred, and never more than a hundred."""
    return orphans <= min(100, max(10, objects // 100))
