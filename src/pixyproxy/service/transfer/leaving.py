"""A library leaves: page after page of its rows, the bytes of each, and then the lists of what was taken.

The service may go on working. What is queued or being made stays behind, and what is erased meanwhile.
"""

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pixyproxy import __version__
from pixyproxy.core.exceptions import InvalidRequest, PixyProxyException, StorageFull
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import ERASED_AT, Attempt, AttemptStatus, Image, Status
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.upkeep_queries import KeptBytes
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.transfer.attempt_lines import AnswerLine, AttemptLine
from pixyproxy.service.transfer.copying import Copying
from pixyproxy.service.transfer.image_lines import ImageLine
from pixyproxy.service.transfer.key_lines import KeyLine
from pixyproxy.service.transfer.layout import ATTEMPTS, FORMAT, IMAGES, KEYS, Manifest, file_of
from pixyproxy.service.transfer.lines import Line
from pixyproxy.service.transfer.target import Part, Target
from pixyproxy.service.transfer.together import together
from pixyproxy.service.upkeep.scrubbing import Damage, Progress, Told

_PAGE = 200
_SEVERAL = 500
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(slots=True)
class Taken:
    """What an export has come to."""

    images: int = 0
    in_trash: int = 0
    in_making: int = 0
    """Left out."""
    damaged: int = 0
    attempts: int = 0
    keys: int = 0
    files: int = 0
    size_bytes: int = 0
    """Of all files."""
    copied: int = 0
    copied_bytes: int = 0
    seconds: float = 0


class Leaving:
    """Of everything there is, whoever's it is; a few files at once. A quick one trusts what lies there."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        folder: Path,
        *,
        quick: bool = False,
        told: Told = lambda _: None,
    ) -> None:
        self._library = library
        self._folder = folder
        self._told = told
        self._target = Target(folder)
        self._copying = Copying(store, self._target, quick=quick)
        self._progress = Progress()
        self._began = 0.0
        self.taken = Taken()

    async def damages(self) -> AsyncIterator[str]:
        """Takes everything along; what has no bytes that are as they were is told of, and goes without."""
        self._began = time.monotonic()
        try:
            await asyncio.to_thread(self._target.open)
            async for sentence in self._all():
                yield sentence
        except OSError as error:
            raise _refused(self._folder, error) from error
        finally:
            await asyncio.to_thread(self._target.close)
            self.taken.seconds = time.monotonic() - self._began

    async def _all(self) -> AsyncIterator[str]:
        self._progress.of_images = await self._library.upkeep.count_ready(None)
        lists: dict[str, Part] = {}
        try:
            for name in (IMAGES, ATTEMPTS, KEYS):
                lists[name] = self._target.begin()
            async for sentence in self._images(lists[IMAGES], lists[ATTEMPTS]):
                yield sentence
            await self._attempts_of_no_image(lists[ATTEMPTS])
            await self._keys(lists[KEYS])
            await asyncio.to_thread(self._target.finish, lists, self._manifest())
        finally:
            for part in lists.values():
                await asyncio.to_thread(self._target.discard, part)

    async def _images(self, images: Part, attempts: Part) -> AsyncIterator[str]:
        past_id = 0
        while page := await self._library.images.past(past_id, _PAGE):
            past_id = page[-1].id
            settled = [image for image in page if not _is_erased(image) and self._is_settled(image)]
            made = await self._library.attempts.of_images([image.id for image in settled])
            left = await together([partial(self._leave, image, made) for image in settled])
            for each in left:
                for sentence in each.damages:
                    yield sentence
            await asyncio.to_thread(_write, images, [each.image for each in left if each.image])
            await asyncio.to_thread(_write, attempts, [line for each in left for line in each.attempts])
            self._count(left)

    def _is_settled(self, image: Image) -> bool:
        settled = is_settled(image.status)
        self.taken.in_making += not settled
        return settled

    async def _leave(self, image: Image, made: Sequence[Attempt]) -> "_Left":
        left = _Left()
        file, damage = await self._content(image)
        if damage is not None and await self._is_gone(image):
            return left
        if damage is not None:
            left.damages.append(f"{image.guid}  {damage}")
        left.image = ImageLine.of(image, file, damage)
        for attempt in (each for each in made if each.image_id == image.id):
            left.attempts.append(AttemptLine.of(attempt, image.guid, await self._answer(attempt, left)))
        return left

    async def _content(self, image: Image) -> tuple[str | None, Damage | None]:
        """Its file and, where it should have one and has not, why."""
        if image.content is None:
            return None, Damage.MISSING if image.status is Status.READY else None
        copied = await self._copying.copy(image.content)
        if isinstance(copied, Damage):
            return None, copied
        self._count_file(copied.size_bytes, was_there=copied.was_there)
        return file_of(image.content.storage_key), None

    async def _answer(self, attempt: Attempt, left: "_Left") -> AnswerLine | None:
        """What came of it instead of a picture."""
        if attempt.status is AttemptStatus.SUCCEEDED:
            return None
        answer = await self._copying.copy_answer(quarantine_key(attempt.storage_key))
        if isinstance(answer, Damage):
            left.damages.append(f"{quarantine_key(attempt.storage_key)}  {answer}")
            return None
        if answer is not None:
            self._count_file(answer.size_bytes, was_there=False)
        return answer

    async def _is_gone(self, image: Image) -> bool:
        """Its bytes may have been looked for while it was erased."""
        return not await self._library.upkeep.is_ready(KeptBytes(image.id, image.guid, "", 0, ""))

    async def _attempts_of_no_image(self, part: Part) -> None:
        past_id = 0
        while page := await self._library.attempts.of_no_image(past_id, _SEVERAL):
            past_id = page[-1].id
            await asyncio.to_thread(_write, part, [AttemptLine.of(each, None, None) for each in page])
            self.taken.attempts += len(page)

    async def _keys(self, part: Part) -> None:
        keys = await self._library.keys.list_()
        await asyncio.to_thread(_write, part, map(KeyLine.of, keys))
        self.taken.keys = len(keys)

    def _count_file(self, size_bytes: int, *, was_there: bool) -> None:
        self.taken.files += 1
        self.taken.size_bytes += size_bytes
        if not was_there:
            self.taken.copied += 1
            self.taken.copied_bytes += size_bytes
        self._progress.images += 1
        self._progress.size_bytes += size_bytes
        self._progress.seconds = time.monotonic() - self._began
        self._told(self._progress)

    def _count(self, left: Sequence["_Left"]) -> None:
        images = [each.image for each in left if each.image]
        self.taken.images += len(images)
        self.taken.in_trash += sum(image.deleted_at is not None for image in images)
        self.taken.attempts += sum(len(each.attempts) for each in left)
        self.taken.damaged += sum(len(each.damages) for each in left)

    def _manifest(self) -> Manifest:
        taken = self.taken
        return Manifest(
            format=FORMAT,
            made_by=f"PixyProxy {__version__}",
            made_at=datetime.now(UTC),
            images=taken.images,
            images_in_trash=taken.in_trash,
            images_in_making_left_out=taken.in_making,
            damaged=taken.damaged,
            attempts=taken.attempts,
            keys=taken.keys,
            files=taken.files,
            size_bytes=taken.size_bytes,
        )


@dataclass(slots=True)
class _Left:
    """What is to be written of one image; nothing where it went for good meanwhile."""

    image: ImageLine | None = None
    attempts: list[AttemptLine] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)


def _is_erased(image: Image) -> bool:
    return image.deleted_at is not None and image.deleted_at <= ERASED_AT


def _write(part: Part, lines: Iterable[Line]) -> None:
    part.write(b"".join(line.model_dump_json(warnings=False).encode() + b"\n" for line in lines))


def _refused(folder: Path, error: OSError) -> PixyProxyException:
    if error.errno in _FULL:
        return StorageFull(f"There is no room left in {folder}. Make some, and run it again: it goes on.")
    if error.errno in {errno.ENOTDIR, errno.ELOOP}:
        name = os.fsdecode(error.filename or folder)
        return InvalidRequest(f"In {folder}, {name} is no folder, or a symbolic link, which is not followed.")
    return InvalidRequest(f"{folder} cannot be written: {error.strerror}.")
