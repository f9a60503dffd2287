"""Images arrive: first the bytes of each are in the store, then its row is written, and what was spent on it.

They come in the order of the list, so that they are listed as they were.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from pixyproxy.core.exceptions import InternalError, InvalidRequest
from pixyproxy.data.image_repository import Kept
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.arriving_attempts import (
    AttemptsAhead,
    add_attempts,
    own_attempts,
    place_answers,
)
from pixyproxy.service.transfer.attempt_lines import AttemptLine
from pixyproxy.service.transfer.image_lines import ImageLine
from pixyproxy.service.transfer.lists import Numbered, parsed
from pixyproxy.service.transfer.placing import Placing
from pixyproxy.service.transfer.together import together

_GUID_AT_START = re.compile(rb'\s*{\s*"guid"\s*:\s*"([0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Arrival:
    """An image that is not there yet, and what was spent on it."""

    line: ImageLine
    attempts: Sequence[AttemptLine]
    problem: str | None = None
    """Why it is left out."""


class ImagesArriving:
    def __init__(
        self,
        library: Library,
        placing: Placing,
        attempts: AttemptsAhead,
        arrived: Arrived,
        kept_for: timedelta,
    ) -> None:
        self._library = library
        self._placing = placing
        self._attempts = attempts
        self._arrived = arrived
        self._kept_for = kept_for

    async def take_in(self, page: Sequence[Numbered]) -> list[str]:
        """What could not be, in sentences."""
        lines, problems = _images_in(page)
        attempts = await self._attempts.of(_guids_in(page))
        there = {kept.guid: kept for kept in await self._library.images.kept_with_guids(list(lines))}
        problems += self._compared(lines, there)
        own = await own_attempts(self._library, attempts, set(lines) - set(there))
        new = [
            Arrival(self._restorable(line), own.get(guid, ()))
            for guid, line in lines.items()
            if guid not in there
        ]
        placed = await together([partial(self._place, each) for each in new])
        problems += [each.problem for each in placed if each.problem]
        return problems + await self._admit([each for each in placed if not each.problem])

    def _compared(self, lines: Mapping[str, ImageLine], there: Mapping[str, Kept]) -> list[str]:
        """Those that are there stay as they are; one of them may be another picture."""
        self._arrived.were_there += len(there)
        return [
            f"{guid}  is there already, with other bytes; it stays as it is."
            for guid, kept in there.items()
            if kept.sha256 != (content.sha256 if (content := lines[guid].content) else None)
        ]

    def _restorable(self, line: ImageLine) -> ImageLine:
        """One whose time in the trash would be over at once, before anybody looks, has all of it anew."""
        now = datetime.now(UTC)
        if line.deleted_at is None or line.deleted_at > now - self._kept_for:
            return line
        return line.model_copy(update={"deleted_at": now})

    async def _place(self, new: Arrival) -> Arrival:
        """Its bytes, and what generators answered instead."""
        problem = await self._place_content(new.line) or await place_answers(self._placing, new.attempts)
        told = problem and f"{new.line.guid}  {problem}; it is left out."
        return Arrival(new.line, new.attempts, told)

    async def _place_content(self, line: ImageLine) -> str | None:
        content = line.placed_content()
        if content is None:
            return None
        if line.file is None:
            return f"has no bytes in this export ({line.file_error or 'it does not say why'})"
        problem = await self._placing.place(
            line.file, content.storage_key, content.size_bytes, content.sha256
        )
        if problem is None:
            self._arrived.size_bytes += content.size_bytes
        return problem

    async def _admit(self, placed: Sequence[Arrival]) -> list[str]:
        """All in one transaction; where one of them cannot be written, each in its own."""
        if not placed:
            return []

        async def work(repositories: Repositories) -> int:
            return sum([await _add(repositories, each) for each in placed])

        try:
            self._arrived.attempts += await self._library.transact(work)
        except InternalError:
            if len(placed) == 1:
                return await self._not_admitted(placed[0].line)
            return [sentence for each in placed for sentence in await self._admit([each])]
        self._arrived.images += len(placed)
        return []

    async def _not_admitted(self, line: ImageLine) -> list[str]:
        """Another import may have been first."""
        there = await self._library.images.kept_with_guids([line.guid])
        if there:
            return self._compared({line.guid: line}, {each.guid: each for each in there})
        return [f"{line.guid}  cannot be written to this database; it is left out."]


async def _add(repositories: Repositories, new: Arrival) -> int:
    image_id = await repositories.images.add(new.line.image())
    return await add_attempts(repositories, {each.storage_key: (each, image_id) for each in new.attempts})


def _images_in(page: Sequence[Numbered]) -> tuple[dict[str, ImageLine], list[str]]:
    """By their guids, in their order; and what is wrong with the others."""
    lines: dict[str, ImageLine] = {}
    problems: list[str] = []
    for each in page:
        try:
            line = parsed(ImageLine, each)
        except InvalidRequest as error:
            problems.append(error.detail)
            continue
        if line.guid in lines:
            problems.append(f"{each.place}: is of the same image as another line.")
        lines.setdefault(line.guid, line)
    return lines, problems


def _guids_in(page: Sequence[Numbered]) -> set[str]:
    """Also of lines that cannot be taken: what was spent on them stands before what is wanted next."""
    found = [_GUID_AT_START.match(each.text) for each in page if each.text]
    return {each[1].decode() for each in found if each}
