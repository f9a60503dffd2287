"""Looking at images: one, a page of them, the bytes. Always through somebody's eyes."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pixyproxy.core.exceptions import (
    BytesMissing,
    FieldError,
    ImageFailed,
    ImageNotFound,
    ImageNotReady,
    InvalidRequest,
)
from pixyproxy.core.models import Audience, Content, Image, Status
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.core.requests import FollowedImages, ImageSearch, SimilarSearch
from pixyproxy.core.search_terms import MOST_TERMS, parse_search
from pixyproxy.data.image_store import ImageStore, Servable
from pixyproxy.data.library import Library
from pixyproxy.data.search.similar import Similar
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.looks import Glances
from pixyproxy.service.making.watched import Preview
from pixyproxy.service.making.watching import Watching
from pixyproxy.service.validation import revalidated

MOST_RELATIVES = 200
MOST_COUNTED = 10_000
_PIECE_BYTES = 384 * 1024
_EXTENSION = re.compile(r"\.(?:png|jpe?g|webp|gif|avif|svg)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    images: list[Image]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many images a search finds: so many, or more than that."""

    images: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """An image and its family, each side the oldest first."""

    image: Image
    ancestors: list[Image]
    descendants: list[Image]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that is ready, or a copy of it, and how to get at the bytes."""

    image: Image
    content: Content
    """Of the copy, where it is one."""
    store: Servable
    at_hand: bytes | None = field(default=None, repr=False)
    """Its bytes, where they need not be read."""

    @property
    def local_path(self) -> Path | None:
        return None if self.at_hand is not None else self.store.local_path(self.content.storage_key)

    @property
    def is_copy(self) -> bool:
        return self.content != self.image.content

    @property
    def is_in_trash(self) -> bool:
        return self.image.deleted_at is not None

    @property
    def filename(self) -> str:
        """Of a copy, with the extension of what it is."""
        name, original = self.image.filename, self.image.content
        if original is None or self.content.media_type == original.media_type:
            return name
        return f"{_EXTENSION.sub('', name)}.{EXTENSIONS[self.content.media_type]}"

    async def check_whole(self) -> None:
        """Raises `BytesMissing` where it can be told cheaply that its bytes are not there."""
        if self.at_hand is None:
            await self.store.check_whole(self.content.storage_key, self.content.size_bytes)

    async def is_there(self) -> bool:
        """Still: it may have been deleted while others were waited for."""
        with suppress(BytesMissing):
            await self.check_whole()
            return True
        return False

    async def link_to(self, lasts_s: int) -> str | None:
        """Where the store itself gives the bytes to whoever has this URL, if it does."""
        return await self.store.link_to(self.content.storage_key, lasts_s)

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        if self.at_hand is not None:
            return _pieces(memoryview(self.at_hand)[start:end])
        return self.store.read(self.content.storage_key, start, end)


class ImageReading:
    def __init__(
        self,
        library: Library,
        store: ImageStore,
        cursors: Cursors,
        glances: Glances,
        watching: Watching,
        audience: Audience,
    ) -> None:
        self._library = library
        self._store = store
        self._cursors = cursors
        self._glances = glances
        self._watching = watching
        self._audience = audience

    async def get(self, guid: str) -> Image:
        image = await self._library.images.find(guid, self._audience)
        if image is None:
            raise ImageNotFound
        return self._as_seen(image)

    def _as_seen(self, image: Image) -> Image:
        """By those who do not own it: what it was made from and with is not theirs to know, nor to change."""
        audience = self._audience
        is_own = audience.sees_everything or image.owner == audience.owner
        return image if is_own else replace(image, parents=(), batch=None, may_change=False)

    async def find(self, guid: str) -> Image | None:
        return await self._library.images.find(guid, self._audience)

    async def guid_of_content(self, sha256: str) -> str | None:
        """Of the newest image with these bytes that may be seen."""
        return await self._library.images.guid_of_content(sha256, self._audience)

    async def content_of(self, guid: str) -> bytes:
        picture = await self.picture(guid)
        return b"".join([chunk async for chunk in picture.read(0, picture.content.size_bytes)])

    async def lineage(self, guid: str) -> Lineage:
        """What it was made from, and what was made from it, as far as that may be seen."""
        image = await self._library.images.find(guid, self._audience)
        if image is None:
            raise ImageNotFound
        ancestors, descendants = await self._ancestors(image), await self._descendants(image)
        return Lineage(
            self._as_seen(image),
            [self._as_seen(each) for each in ancestors],
            [self._as_seen(each) for each in descendants],
        )

    async def _ancestors(self, image: Image) -> list[Image]:
        known: dict[str, Image] = {}
        asked, wanted = {image.guid}, list(image.parents)
        while (wanted := [guid for guid in wanted if guid not in asked]) and len(known) < MOST_RELATIVES:
            asked.update(wanted)
            found = await self._library.images.with_guids(wanted[:MOST_RELATIVES], self._audience)
            known |= {each.guid: each for each in found}
            wanted = [guid for each in found for guid in each.parents]
        return sorted(known.values(), key=lambda each: each.id)[:MOST_RELATIVES]

    async def _descendants(self, image: Image) -> list[Image]:
        known: dict[str, Image] = {}
        parents = [image.guid]
        while parents and len(known) < MOST_RELATIVES:
            found = await self._library.images.made_from(parents, self._audience, MOST_RELATIVES)
            new = {each.guid: each for each in found if each.guid not in known}
            known |= new
            parents = list(new)
        return sorted(known.values(), key=lambda each: each.id)[:MOST_RELATIVES]

    async def similar(self, guid: str, search: SimilarSearch) -> list[Similar]:
        """Those that look like it, the nearest first."""
        search = revalidated(search)
        image = await self.get(guid)
        looks = image.looks
        if looks is None:
            content = _content_of(image)
            looks = await self._glances.looks_in(self._store, content)
        found = await self._library.images.similar(
            image, looks, self._audience, search.limit, search.max_distance
        )
        return [replace(each, image=self._as_seen(each.image)) for each in found]

    async def follow(self, guid: str) -> AsyncGenerator[Image | Preview, None]:
        """The image now and after each step of its life."""
        return self._steps(self._watching.follow(await self.get(guid), self._audience))

    async def follow_all(self, followed: FollowedImages) -> AsyncGenerator[Image | Preview, None]:
        """The same of several at once. Raises `ImageNotFound` where one of them may not be seen."""
        guids = list(dict.fromkeys(guid.lower() for guid in revalidated(followed).guid))
        images = {each.guid: each for each in await self._library.images.with_guids(guids, self._audience)}
        if not images.keys() >= set(guids):
            raise ImageNotFound
        return self._steps(self._watching.follow_all([images[guid] for guid in guids], self._audience))

    async def _steps(
        self, steps: AsyncGenerator[Image | Preview, None]
    ) -> AsyncGenerator[Image | Preview, None]:
        async with aclosing(steps):
            async for each in steps:
                yield self._as_seen(each) if isinstance(each, Image) else each

    async def list_(self, search: ImageSearch) -> Page:
        search = checked(search)
        past_id = self._cursors.open(search, self._audience)
        found = await self._library.images.list_(search, self._audience, past_id)
        images = [self._as_seen(image) for image in found[: search.limit]]
        more = len(found) > search.limit
        return Page(images, self._cursors.after(images[-1].id, search, self._audience) if more else None)

    async def count(self, search: ImageSearch, most: int = MOST_COUNTED) -> Count:
        """Of all pages together."""
        search = checked(search)
        found = await self._library.images.count(search, self._audience, most)
        return Count(min(found, most), is_exact=found <= most)

    async def picture(self, guid: str) -> Picture:
        return self.picture_of(await self.get(guid))

    async def picture_in_trash(self, guid: str) -> Picture:
        """Exists for the holder of a key alone: no visitor has a trash, and no link opens one."""
        del guid
        raise ImageNotFound

    def picture_of(self, image: Image, at_hand: bytes | None = None) -> Picture:
        """Whether its bytes are there is seen when they are read."""
        return Picture(image, _content_of(image), self._store, at_hand)


def _content_of(image: Image) -> Content:
    if image.content is not None:
        return image.content
    if image.status in {Status.QUEUED, Status.GENERATING}:
        raise ImageNotReady(guid=image.guid, retry_after_s=2)
    raise ImageFailed(guid=image.guid)


async def _pieces(content: memoryview) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE_BYTES):
        yield bytes(content[start : start + _PIECE_BYTES])


def checked(search: ImageSearch) -> ImageSearch:
    search = revalidated(search)
    if search.prompt is not None:
        _check_terms("prompt", search.prompt)
    return search


def _check_terms(field: str, text: str) -> None:
    if parse_search(text).to_be_met > MOST_TERMS:
        message = f"at most {MOST_TERMS} words"
        raise InvalidRequest("There are too many words to search for.", errors=[FieldError(field, message)])
