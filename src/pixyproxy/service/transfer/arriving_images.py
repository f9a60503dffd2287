"""Images arrive: first the bytes of each are in the store, then its row is written, and what was spent on it.

They come in the order of the list, so that they are listed as they were.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pixyproxy.core.exceptions import InternalError, InvalidRequest
from pixyproxy.core.models import Content
from pixyproxy.data.image_repository import Kept
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.arriving_attempts import AttemptsAhead, add_attempts, place_answers
from pixyproxy.service.transfer.lines import AttemptLine, ImageLine
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
    def __init__(self, library: Library, placing: Placing, attempts: AttemptsAhead, arrived: Arrived) -> None:
        self._library = library
        self._placing = placing
        self._attempts = attempts
        self._arrived = arrived

    async def take_in(self, page: Sequence[Numbered]) -> list[str]:
        """What could not be, in sentences."""
        lines, problems = _images_in(page)
        attempts = await self._attempts.of(_guids_in(page))
        there = {kept.guid: kept for kept in await self._library.images.kept_with_guids(list(lines))}
        problems += self._compared(lines, there)
        new = [Arrival(line, attempts.get(guid, ())) for guid, line in lines.items() if guid not in there]
        held = await self._holders(new)
        placed = await together([partial(self._place, each, held) for each in new])
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

    async def _holders(self, new: Sequence[Arrival]) -> dict[str, str]:
        """Whose a storage key is: that of an image that is there, or else of the first that names it here."""
        contents = [each.line.content for each in new if each.line.content]
        kept = await self._library.images.kept_with_contents([each.sha256 for each in contents])
        held = {each.storage_key: each.guid for each in kept if each.storage_key}
        for each in new:
            if each.line.content:
                held.setdefault(each.line.content.storage_key, each.line.guid)
        return held

    async def _place(self, new: Arrival, held: Mapping[str, str]) -> Arrival:
        """Its bytes, and what generators answered instead."""
        problem = None
        if new.line.content is not None:
            problem = await self._place_content(new.line, new.line.content.content(), held)
        problem = problem or await place_answers(self._placing, new.attempts)
        told = problem and f"{new.line.guid}  {problem}; it is left out."
        return Arrival(new.line, new.attempts, told)

    async def _place_content(self, line: ImageLine, content: Content, held: Mapping[str, str]) -> str | None:
        if held[content.storage_key] != line.guid:
            return "names the storage key of another image"
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
                return [f"{placed[0].line.guid}  cannot be written to this database; it is left out."]
            return [sentence for each in placed for sentence in await self._admit([each])]
        self._arrived.images += len(placed)
        return []


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
