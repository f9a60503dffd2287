"""Pictures of somebody's are taken into the library: a folder of them, or one.

They come in the order in which their files were last changed, and are dated so. What is in the library
already is known by its bytes, so running it again adds only what is new. Never more is held than some
pictures and the names of all files.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pixyproxy.core.exceptions import DuplicateRow
from pixyproxy.core.models import Content, Image, JsonValue, Status, Visibility
from pixyproxy.core.names import guid_from, imported_key, new_guid
from pixyproxy.core.requests import Label, Tags
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.importing.finding import Finds, Found, find_file, find_files
from pixyproxy.service.importing.looking_at import MOST_BYTES, LeftOut, Picture, look_at
from pixyproxy.service.importing.naming import filename_of, words_of
from pixyproxy.service.transfer.together import together
from pixyproxy.service.upkeep.scrubbing import Progress, Told

GENERATOR, UNKNOWN_MODEL = "import", "unknown"
_MOST_AT_ONCE = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Labels(BaseModel):
    """What is said of all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    owner: str
    author: Label
    tags: Tags = []
    visibility: Visibility = Visibility.PRIVATE


@dataclass(slots=True)
class Imported:
    """What an import has come to."""

    pictures: int = 0
    were_there: int = 0
    no_pictures: int = 0
    links: int = 0
    left_out: int = 0
    size_bytes: int = 0


class PicturesImport:
    """`check_room` raises while nothing more may be kept."""

    def __init__(
        self,
        library: Library,
        store: ImageStore,
        labels: Labels,
        check_room: Callable[[], Awaitable[None]],
        *,
        told: Told = lambda _: None,
    ) -> None:
        self._library = library
        self._store = store
        self._labels = labels
        self._check_room = check_room
        self._told = told
        self.imported = Imported()

    async def notes(self, path: Path) -> AsyncIterator[str]:
        """Takes in what it can; tells of links, and of pictures that are left out."""
        root, finds = await asyncio.to_thread(_found_at, path)
        for sentence in self._of_finds(finds):
            yield sentence
        done, began = 0, time.monotonic()
        for some in _rounds(finds.files):
            await self._check_room()
            looked_at = await together([partial(asyncio.to_thread, look_at, root, found) for found in some])
            for found, each in zip(some, looked_at, strict=True):
                if isinstance(each, LeftOut) and (why := self._left_out(found, each)):
                    yield why
            await self._take_in([each for each in looked_at if isinstance(each, Picture)])
            done += len(some)
            seconds = time.monotonic() - began
            self._told(Progress(done, len(finds.files), 0, self.imported.size_bytes, seconds))

    def _of_finds(self, finds: Finds) -> Iterator[str]:
        self.imported.no_pictures += finds.others
        self.imported.links += len(finds.links)
        self.imported.left_out += len(finds.unreadable)
        yield from (f"{path}: is a symbolic link, which is not followed." for path in finds.links)
        yield from finds.unreadable

    def _left_out(self, found: Found, each: LeftOut) -> str | None:
        if each.why is None:
            self.imported.no_pictures += 1
            return None
        self.imported.left_out += 1
        return f"{found.path}: {each.why}; it is left out."

    async def _take_in(self, pictures: Sequence[Picture]) -> None:
        """The bytes of all of them, then their rows. What cannot be kept keeps no other."""
        new = await self._new_among(pictures)
        ends = await asyncio.gather(
            *(self._placed(guid, picture) for guid, picture in new.items()), return_exceptions=True
        )
        await self._admit([end for end in ends if isinstance(end, Image)])
        for error in (end for end in ends if isinstance(end, BaseException)):
            raise error

    async def _placed(self, guid: str, picture: Picture) -> Image:
        facts, created_at = picture.facts, _created_at(picture.found)
        key = imported_key(guid, created_at, facts.media_type)
        await self._store.put(key, picture.content)
        content = Content(
            key, facts.media_type, facts.width, facts.height, len(picture.content), facts.sha256
        )
        return self._image(guid, picture, content, created_at)

    async def _admit(self, images: Sequence[Image]) -> None:
        """All in one transaction; where another import was first with one of them, each in its own."""
        try:
            await self._library.transact(lambda repositories: _add(repositories, images))
        except DuplicateRow:
            if len(images) == 1:
                self.imported.were_there += 1
                return
            for image in images:
                await self._admit([image])
            return
        self.imported.pictures += len(images)
        self.imported.size_bytes += sum(image.content.size_bytes for image in images if image.content)

    async def _new_among(self, pictures: Sequence[Picture]) -> dict[str, Picture]:
        """By the guids that they are to have."""
        contents = list({picture.facts.sha256 for picture in pictures})
        kept = await self._library.images.kept_with_contents(contents)
        seen = {each.sha256 for each in kept if each.owner == self._labels.owner and not each.is_erased}
        new: dict[str, Picture] = {}
        for picture in pictures:
            if picture.facts.sha256 in seen:
                self.imported.were_there += 1
                continue
            seen.add(picture.facts.sha256)
            new[self._guid_of(picture)] = picture
        there = {each.guid for each in await self._library.images.kept_with_guids(list(new))}
        return {new_guid() if guid in there else guid: picture for guid, picture in new.items()}

    def _guid_of(self, picture: Picture) -> str:
        """The same each time, so that two imports at once meet, and bytes that a kill left are found again.

        Unless it is that of an image that is about to go, or of another picture.
        """
        milliseconds = picture.found.changed_at_ns // 1_000_000
        return guid_from(milliseconds, self._labels.owner, picture.facts.sha256)

    def _image(self, guid: str, picture: Picture, content: Content, created_at: datetime) -> Image:
        told, labels = picture.told, self._labels
        filename = filename_of(picture.found.path.rpartition("/")[2], content.media_type)
        source = (told.source or "file") if told.prompt else "filename"
        parameters: dict[str, JsonValue] = {**told.parameters, "prompt_source": source}
        return Image(
            guid=guid,
            owner=labels.owner,
            filename=filename,
            prompt=told.prompt or words_of(filename),
            tags=tuple(labels.tags),
            author=labels.author,
            status=Status.READY,
            visibility=labels.visibility,
            generator=GENERATOR,
            model=told.model or UNKNOWN_MODEL,
            parameters=parameters,
            content=content,
            created_at=created_at,
            updated_at=datetime.now(UTC),
        )


async def _add(repositories: Repositories, images: Sequence[Image]) -> None:
    for image in images:
        await repositories.images.add(image)


def _found_at(path: Path) -> tuple[Path, Finds]:
    """Whatever leads to it is followed: it was named."""
    path = path.resolve()
    return (path, find_files(path)) if path.is_dir() else (path.parent, find_file(path))


def _rounds(files: Sequence[Found]) -> Iterator[list[Found]]:
    """Some at a time: many small ones, or as few large ones as may be held."""
    some: list[Found] = []
    size = 0
    for found in files:
        if some and (len(some) == _MOST_AT_ONCE or size + found.size_bytes > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(found)
        size += min(found.size_bytes, MOST_BYTES)
    if some:
        yield some


def _created_at(found: Found) -> datetime:
    """Never in the future, nor before time began."""
    latest = datetime.now(UTC)
    microseconds = found.changed_at_ns // 1000
    if not 0 <= microseconds <= (latest - _EPOCH) // timedelta(microseconds=1):
        return latest if microseconds > 0 else _EPOCH
    return _EPOCH + timedelta(microseconds=microseconds)
