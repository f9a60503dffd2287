"""What was spent arrives: with its image where it can be, else by itself.

The list has the order of the images. Where it has not, or an image was left out, or was there before, its
attempts are found when the list is read once more at the end.

The storage key of an attempt stands for it alone. One that is there already with other facts, or of another
image, is left as it is, and what the line says is told.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pixyproxy.core.exceptions import InternalError, InvalidRequest
from pixyproxy.core.models import Attempt
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.attempt_lines import AttemptLine
from pixyproxy.service.transfer.lists import ListFile, Numbered, parsed
from pixyproxy.service.transfer.placing import Placing

NO_IMAGE = 0
"""No image ever has this id: what was spent on one that is gone is tied to it if it comes back."""

_MOST_AHEAD = 5000
Tied = Mapping[str, tuple[AttemptLine, int]]
"""By its storage key, an attempt and the id of its image."""


@dataclass(frozen=True, slots=True)
class There:
    """An attempt that is there already, and the id of its image; None where that is gone."""

    attempt: Attempt
    image_id: int | None

    def is_another(self, line: AttemptLine, image_id: int) -> bool:
        """Than the one in the line, whose image has this id."""
        if replace(self.attempt, id=0, image_id=NO_IMAGE) != line.attempt(NO_IMAGE):
            return True
        return line.image is not None and self.image_id not in {None, image_id}


class AttemptsAhead:
    """The list, read beside that of the images, as far as those have come."""

    def __init__(self, list_: ListFile) -> None:
        self._list = list_
        self._page: list[AttemptLine] = []
        self._is_over = False

    async def of(self, guids: set[str]) -> dict[str, list[AttemptLine]]:
        """Those of these images that come next."""
        found: defaultdict[str, list[AttemptLine]] = defaultdict(list)
        for _ in range(_MOST_AHEAD):
            line = await self._next()
            if line is None or line.image not in guids:
                break
            found[line.image].append(self._page.pop())
        return found

    async def _next(self) -> AttemptLine | None:
        while not self._page and not self._is_over:
            page = await asyncio.to_thread(self._list.page)
            self._is_over = not page
            self._page = _attempts_in(page)[0][::-1]
        return self._page[-1] if self._page else None


class AttemptsArriving:
    def __init__(self, library: Library, placing: Placing, arrived: Arrived) -> None:
        self._library = library
        self._placing = placing
        self._arrived = arrived

    async def problems(self, list_: ListFile) -> AsyncIterator[str]:
        """Takes in those that are not there yet, and tells of those that cannot be."""
        while page := await asyncio.to_thread(list_.page):
            lines, problems = _attempts_in(page)
            for sentence in problems + await self._take_in(lines):
                yield sentence

    async def _take_in(self, lines: Sequence[AttemptLine]) -> list[str]:
        guids = {line.image for line in lines if line.image}
        images = {kept.guid: kept.id for kept in await self._library.images.kept_with_guids(sorted(guids))}
        there = await _there_among(self._library, [line.storage_key for line in lines])
        new: dict[str, tuple[AttemptLine, int]] = {}
        problems = []
        for line in lines:
            tied = line, images.get(line.image or "", NO_IMAGE)
            known = there.get(line.storage_key)
            if new.get(line.storage_key, tied) != tied or (known and known.is_another(*tied)):
                problems.append(
                    f"The attempt {line.storage_key} is there already with other facts; it stays as it is."
                )
            elif known is not None and known.image_id is not None:
                continue
            elif tied[1] != NO_IMAGE and (problem := await place_answers(self._placing, [line])):
                problems.append(f"The attempt {line.storage_key} {problem}; it is left out.")
            else:
                new[line.storage_key] = tied
        return problems + await self._admit(new)

    async def _admit(self, new: Tied) -> list[str]:
        """As images are."""
        if not new:
            return []
        try:
            self._arrived.attempts += await self._library.transact(lambda all_: add_attempts(all_, new))
        except InternalError:
            if len(new) == 1:
                return [f"The attempt {next(iter(new))} cannot be written to this database; it is left out."]
            return [sentence for key in new for sentence in await self._admit({key: new[key]})]
        return []


async def own_attempts(
    library: Library, attempts: Mapping[str, Sequence[AttemptLine]], guids: Collection[str]
) -> dict[str, list[AttemptLine]]:
    """Those of these images, none of which is there yet, whose keys are nobody else's.

    Of the others is told when the list has been read to its end.
    """
    asked = [line for guid in guids for line in attempts.get(guid, ())]
    there = await _there_among(library, [line.storage_key for line in asked])
    claimed: set[str] = set()
    own: defaultdict[str, list[AttemptLine]] = defaultdict(list)
    for guid, lines in attempts.items():
        for line in lines if guid in guids else ():
            known = there.get(line.storage_key)
            if line.storage_key not in claimed and not (known and known.is_another(line, NO_IMAGE)):
                own[guid].append(line)
            claimed.add(line.storage_key)
    return own


async def _there_among(library: Library, storage_keys: Sequence[str]) -> dict[str, There]:
    images = await library.attempts.images_of(storage_keys)
    found = await library.attempts.of_images(sorted({each for each in images.values() if each is not None}))
    for key, image_id in images.items():
        if image_id is None and (attempt := await library.attempts.find(key)):
            found.append(attempt)
    return {
        each.storage_key: There(each, images[each.storage_key])
        for each in found
        if each.storage_key in images
    }


async def add_attempts(repositories: Repositories, new: Tied) -> int:
    """How many were not there. One whose image is gone is tied to the image that has come."""
    there = await repositories.attempts.images_of(list(new))
    added = 0
    for key, (line, image_id) in new.items():
        if key not in there:
            await repositories.attempts.add(line.attempt(image_id))
            added += 1
        elif there[key] is None and image_id != NO_IMAGE:
            await repositories.attempts.tie(key, image_id)
    return added


async def place_answers(placing: Placing, attempts: Sequence[AttemptLine]) -> str | None:
    """What was paid for and is no picture; why not, where something is wrong with it."""
    for line in attempts:
        if line.answer is not None:
            answer = line.answer
            problem = await placing.place(answer.file, line.answer_key, answer.size_bytes, answer.sha256)
            if problem is not None:
                return f"({line.answer_key}) {problem}"
    return None


def _attempts_in(page: Sequence[Numbered]) -> tuple[list[AttemptLine], list[str]]:
    """And what is wrong with the others."""
    lines, problems = [], []
    for each in page:
        try:
            lines.append(parsed(AttemptLine, each))
        except InvalidRequest as error:
            problems.append(error.detail)
    return lines, problems
