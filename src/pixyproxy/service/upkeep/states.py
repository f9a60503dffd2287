"""Rows that stand still: images nobody makes any more, attempts that never ended, removals cut off."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import Image
from pixyproxy.data.library import Library
from pixyproxy.data.upkeep_queries import OpenAttempt
from pixyproxy.service.trash import EMPTIED_EVERY_S, Trash
from pixyproxy.service.upkeep.endings import end_attempt, end_image
from pixyproxy.service.upkeep.findings import Finding, Several, Verdict

T = TypeVar("T")

STANDING_STILL_S = 300.0
_PART = "states"
_TWO_PASSES = timedelta(seconds=2 * EMPTIED_EVERY_S)


@dataclass(frozen=True, slots=True)
class _Trouble(Generic[T]):
    """One way of standing still: where it is found, how it is mended, what is said of it."""

    page: Callable[[T | None, datetime], Awaitable[list[T]]]
    """What comes after that one."""
    name_of: Callable[[T], str]
    mend: Callable[[T], Awaitable[bool]]
    label: str
    advice: str
    done: str


class States:
    def __init__(self, library: Library, trash: Trash, *, repair: bool, standing_still_s: float) -> None:
        self._library = library
        self._trash = trash
        self._repair = repair
        self._standing_still_s = standing_still_s

    async def examine(self) -> AsyncIterator[Finding]:
        is_well = True
        for examination in (
            self._treat(self._images()),
            self._treat(self._attempts()),
            self._treat(self._deletions()),
            self._jobs(),
        ):
            async for finding in examination:
                is_well = False
                yield finding
        if is_well:
            yield Finding(_PART, Verdict.OK, "No image, attempt, deletion or job stands still.")

    async def _treat(self, trouble: _Trouble[T]) -> AsyncIterator[Finding]:
        found, failed = Several(), Several()
        past: T | None = None
        before = datetime.now(UTC) - timedelta(seconds=self._standing_still_s)
        while page := await trouble.page(past, before):
            past = page[-1]
            for each in page:
                try:
                    if not self._repair or await trouble.mend(each):
                        found.add(trouble.name_of(each))
                except PixyProxyException:
                    failed.add(trouble.name_of(each))
        if found and self._repair:
            yield Finding(_PART, Verdict.FIXED, f"{trouble.label}: {found}. {trouble.done}")
        elif found:
            yield Finding(_PART, Verdict.WRONG, f"{trouble.label}: {found}. {trouble.advice}")
        if failed:
            yield Finding(_PART, Verdict.WRONG, f"{trouble.label}: {failed}. They could not be repaired now.")

    def _images(self) -> _Trouble[Image]:
        return _Trouble(
            page=lambda past, before: self._library.upkeep.stuck_page(past.id if past else 0, before),
            name_of=lambda image: image.guid,
            mend=lambda image: self._library.transact(lambda repositories: end_image(repositories, image.id)),
            label="Images that nobody makes any more",
            advice="--repair ends them: as failed where nothing was sent, else as unknown.",
            done="They are failed now where nothing was sent, else unknown.",
        )

    def _attempts(self) -> _Trouble[OpenAttempt]:
        return _Trouble(
            page=lambda past, before: self._library.upkeep.open_attempts_page(past.id if past else 0, before),
            name_of=lambda attempt: attempt.storage_key,
            mend=lambda attempt: self._library.transact(
                lambda repositories: end_attempt(repositories, attempt.storage_key)
            ),
            label="Attempts without an end, though their image has one",
            advice="--repair ends them as unknown.",
            done="They are ended now.",
        )

    def _deletions(self) -> _Trouble[Image]:
        return _Trouble(
            page=self._due_page,
            name_of=lambda image: image.guid,
            mend=lambda image: self._trash.remove(image.id),
            label="Deleted images that are not removed yet",
            advice="--repair removes their bytes and rows.",
            done="Their bytes and rows are removed.",
        )

    async def _due_page(self, past: Image | None, before: datetime) -> list[Image]:
        """The service has been there since, and has not removed them."""
        before -= _TWO_PASSES
        return await self._library.upkeep.due_page(past, before - self._trash.kept_for, before)

    async def _jobs(self) -> AsyncIterator[Finding]:
        overdue = await self._library.jobs.count_overdue(self._standing_still_s)
        if overdue:
            sentence = (
                f"Images that wait to be taken up: {overdue:,}. Start the service; it goes on with them."
            )
            yield Finding(_PART, Verdict.WRONG, sentence)
