"""A copy of many images as one ZIP file, sent while they are read: pictures, and what is known about each.

Neither a transaction nor a connection is held while anything is sent. A picture is read whole and compared
with its row before its entry begins: one that cannot be had is told of in the manifest, and leaves no half
entry.
"""

import asyncio
import hashlib
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from pixyproxy.core.bulk_requests import ExportRequest, ExportSearch
from pixyproxy.core.exceptions import (
    BytesMissing,
    ImagePromptException,
    InvalidRequest,
    PayloadTooLarge,
    PixyProxyException,
    Unavailable,
)
from pixyproxy.core.models import Image, Status
from pixyproxy.core.requests import ANY_STATUS, ImageFilters, ImageSearch
from pixyproxy.data.durable_files import errors_translated
from pixyproxy.service.archive import Archive, Entry
from pixyproxy.service.entry_names import EntryNames
from pixyproxy.service.reading import ImageReading, Picture
from pixyproxy.service.validation import refused, revalidated

log = logging.getLogger(__name__)

MOST_EXPORTED = 100_000
MOST_PICTURE_BYTES = 64 * 1024**2
MOST_AT_ONCE = 2
MANIFEST = "manifest.jsonl"
_PAGE = 200
_PIECE_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Exported:
    """One line of the manifest: an image, and its file in the archive or why there is none."""

    guid: str
    image: Image | None = None
    """None where there is no such image any more."""
    file: str | None = None
    error: PixyProxyException | None = None


Described = Callable[[Exported], bytes]


class Exports:
    """Those under way in this process: few, and of each owner one."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Timeout] = {}
        self._is_ending = False
        self._none_is_left = asyncio.Event()
        self._none_is_left.set()

    def check_room(self, owner: str) -> None:
        if self._is_ending:
            raise Unavailable("The service is ending; it begins no export.", retry_after_s=5)
        if owner in self._under_way:
            raise Unavailable(
                "An export of yours is under way; try again when it has ended.", retry_after_s=30
            )
        if len(self._under_way) >= MOST_AT_ONCE:
            raise Unavailable(
                "Other exports are under way; try again when they have ended.", retry_after_s=30
            )

    @asynccontextmanager
    async def room(self, owner: str) -> AsyncIterator[None]:
        """Raises `Unavailable` where there is none, and inside it once the service ends."""
        self.check_room(owner)
        self._none_is_left.clear()
        self._under_way[owner] = place = asyncio.timeout(None)
        try:
            async with place:
                yield
        except TimeoutError as error:
            if not place.expired():
                raise
            raise Unavailable("The service is ending.") from error
        finally:
            del self._under_way[owner]
            if not self._under_way:
                self._none_is_left.set()

    async def drain(self) -> None:
        """Ends them, wherever they are, and begins none any more."""
        self._is_ending = True
        for place in self._under_way.values():
            if not place.expired():
                place.reschedule(asyncio.get_running_loop().time())
        await self._none_is_left.wait()


class Export:
    """Of those images that a search finds, or that are named, as somebody may see them."""

    def __init__(
        self, images: ImageReading, wanted: ImageSearch | Sequence[str], described: Described
    ) -> None:
        self._images = images
        self._wanted = wanted
        self._described = described
        self._archive = Archive()
        self._names = EntryNames(MANIFEST)

    async def check(self) -> None:
        """Refuses what cannot be done, before the first byte is sent."""
        if not isinstance(self._wanted, ImageSearch):
            return
        if self._wanted.status not in {Status.READY, ANY_STATUS}:
            raise refused("status", "must be ready or any; other images have no picture")
        if not (await self._images.count(self._wanted, MOST_EXPORTED)).is_exact:
            raise InvalidRequest(f"These are more than {MOST_EXPORTED:,} images; narrow the filter.")

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        with _Manifest() as manifest:
            async with aclosing(self._guids()) as guids:
                async for guid in guids:
                    for piece in await self._taken_up(guid, manifest):
                        yield piece
            yield self._archive.begin(await asyncio.to_thread(manifest.finished))
            while piece := await asyncio.to_thread(manifest.read):
                yield piece
            for piece in self._archive.end():
                yield piece

    async def _guids(self) -> AsyncGenerator[str, None]:
        if not isinstance(self._wanted, ImageSearch):
            for guid in dict.fromkeys(self._wanted):
                yield guid
            return
        search: ImageSearch | None = self._wanted.model_copy(update={"limit": _PAGE})
        while search is not None:
            page = await self._images.list_(search)
            for image in page.images:
                yield image.guid
            more = page.next_cursor
            search = search.model_copy(update={"cursor": more}) if more else None

    async def _taken_up(self, guid: str, manifest: "_Manifest") -> Iterator[bytes]:
        """Its entry, if it has one; as it is now, for it may have changed since it was found."""
        image = None
        try:
            image = await self._images.get(guid)
            content = await _whole(self._images.picture_of(image))
        except PixyProxyException as error:
            _note(guid, error)
            line = Exported(guid, image, error=error)
            await asyncio.to_thread(manifest.add, self._described(line))
            return iter(())
        return await asyncio.to_thread(self._begun, image, content, manifest)

    def _begun(self, image: Image, content: bytearray, manifest: "_Manifest") -> Iterator[bytes]:
        name = self._names.take(image.filename, image.guid)
        manifest.add(self._described(Exported(image.guid, image, name)))
        header = self._archive.begin(Entry(name, image.created_at, zlib.crc32(content), len(content)))
        return _pieces(header, content)


class Exporting:
    """Copies for one owner, of what they may see."""

    def __init__(self, images: ImageReading, exports: Exports, owner: str) -> None:
        self._images = images
        self._exports = exports
        self._owner = owner

    async def prepare(self, asked: ExportSearch | ExportRequest, described: Described) -> Export:
        """Raises what keeps it from beginning."""
        self._exports.check_room(self._owner)
        export = Export(self._images, _wanted(revalidated(asked)), described)
        await export.check()
        return export

    def room(self) -> AbstractAsyncContextManager[None]:
        """To be held while it is sent."""
        return self._exports.room(self._owner)


def _wanted(asked: ExportSearch | ExportRequest) -> ImageSearch | Sequence[str]:
    if isinstance(asked, ExportSearch):
        return _search_of(asked)
    if asked.filter is not None:
        return _search_of(asked.filter)
    return [str(guid) for guid in asked.guids or ()]


def _search_of(filters: ImageFilters) -> ImageSearch:
    return ImageSearch(**filters.model_dump(exclude_unset=True))


async def _whole(picture: Picture) -> bytearray:
    size = picture.content.size_bytes
    if size > MOST_PICTURE_BYTES:
        raise PayloadTooLarge(f"Pictures of more than {MOST_PICTURE_BYTES // 1024**2} MiB are not exported.")
    content = bytearray()
    async for chunk in picture.read(0, size):
        content += chunk
    if (await asyncio.to_thread(hashlib.sha256, content)).hexdigest() != picture.content.sha256:
        raise BytesMissing
    return content


def _pieces(header: bytes, content: bytearray) -> Iterator[bytes]:
    first = _PIECE_BYTES - len(header)
    yield header + content[:first]
    for start in range(first, len(content), _PIECE_BYTES):
        yield bytes(content[start : start + _PIECE_BYTES])


def _note(guid: str, error: PixyProxyException) -> None:
    """What the caller could not have known is our affair."""
    if not isinstance(error, ImagePromptException):
        log.warning("image %s is left out of an export: %s (%s)", guid, error.detail, error.origin)


class _Manifest:
    """The last entry. It grows to the end, packed, in a temporary file once it is no longer small."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the manifest
        self._packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self._crc = self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, line: bytes) -> None:
        line += b"\n"
        self._crc = zlib.crc32(line, self._crc)
        self._size += len(line)
        with errors_translated():
            self._file.write(self._packer.compress(line))

    def finished(self) -> Entry:
        with errors_translated():
            self._file.write(self._packer.flush())
            packed = self._file.tell()
            self._file.seek(0)
        return Entry(MANIFEST, datetime.now(UTC), self._crc, self._size, packed)

    def read(self) -> bytes:
        with errors_translated():
            return self._file.read(_PIECE_BYTES)
