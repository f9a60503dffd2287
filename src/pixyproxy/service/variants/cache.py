"""Copies in a folder. Each can be made again: nothing is flushed, and what cannot be kept is no misfortune.

A file is named for what it shows and for its own bytes: what a power cut left half written is known by that.
"""

import errno
import hashlib
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pixyproxy.core.exceptions import BytesMissing
from pixyproxy.core.models import Content, Size
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.durable_files import Space
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.variants.rendering import renderer_version

log = logging.getLogger(__name__)

_LEAST_FREE_BYTES = 2_000_000_000
_LEAST_FREE_SHARE = 20  # one part in so many
_TOLD_EVERY_S = 60.0
_SUM_LETTERS = 16
_MEDIA_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}


@dataclass(frozen=True, slots=True)
class Copy:
    """One that is wanted: its name among those of its image, and how large it is then."""

    name: str
    size: Size


@dataclass(frozen=True, slots=True)
class FreshCopy:
    """One that has just been made."""

    copy: Copy
    media_type: str
    sha256: str
    pieces: Sequence[bytes]


class VariantCache:
    """A `Servable`."""

    def __init__(self, folder: Path, *, space: Callable[[Path], Space | None] = Space.at) -> None:
        self.folder = folder.absolute()
        self._store = FolderStore(self.folder)
        self._version = renderer_version()
        self._space = space
        self._silent_until = 0.0
        self.on_missing: Callable[[str], None] = lambda _key: None

    def local_path(self, key: str) -> Path:
        return self.folder / key

    async def check_whole(self, key: str, size_bytes: int) -> None:
        """On the event loop, as it takes 2 µs. Raises `BytesMissing`; who asks again gets a new copy."""
        try:
            size = self.local_path(key).stat().st_size
        except OSError:
            size = -1
        if size != size_bytes:
            self.on_missing(key)
            raise BytesMissing

    async def link_to(self, key: str, lasts_s: int) -> str | None:
        return await self._store.link_to(key, lasts_s)

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._store.read(key, start, end)

    def find(self, guid: str, copies: Iterable[Copy]) -> Content | None:
        """The first of these that is there, whole; from now on it counts as used just now. Blocks."""
        names = self._names(guid)
        for copy in copies:
            stem = self._stem(copy.name)
            for name in names:
                if name.startswith(stem) and (content := self._looked_at(f"{_place(guid)}/{name}", copy)):
                    return content
        return None

    def keep(self, guid: str, fresh: FreshCopy) -> bool:
        """False where there is no room for it, or it cannot be written. Blocks."""
        content = self.content_of(guid, fresh)
        try:
            self._check_room(content.size_bytes)
            _write(self.local_path(content.storage_key), fresh.pieces)
        except OSError as error:
            self._tell(error)
            return False
        return True

    def content_of(self, guid: str, fresh: FreshCopy) -> Content:
        stem, extension = self._stem(fresh.copy.name), EXTENSIONS[fresh.media_type]
        key = f"{_place(guid)}/{stem}{fresh.sha256[:_SUM_LETTERS]}.{extension}"
        size_bytes = sum(map(len, fresh.pieces))
        return Content(key, fresh.media_type, *fresh.copy.size, size_bytes, fresh.sha256)

    def remove_image(self, guid: str) -> None:
        """All copies of it. Blocks. Raises `OSError`."""
        folder = self.folder / _place(guid)
        with suppress(FileNotFoundError, NotADirectoryError):
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            folder.rmdir()

    def _names(self, guid: str) -> list[str]:
        try:
            return [path.name for path in (self.folder / _place(guid)).iterdir()]
        except OSError:
            return []

    def _stem(self, name: str) -> str:
        return f"{name}-{self._version}-"

    def _looked_at(self, key: str, copy: Copy) -> Content | None:
        path = self.local_path(key)
        try:
            bytes_ = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        sha256 = hashlib.sha256(bytes_).hexdigest()
        media_type = _MEDIA_TYPES.get(path.suffix[1:])
        if media_type is None or path.stem.rpartition("-")[2] != sha256[:_SUM_LETTERS]:
            with suppress(OSError):
                path.unlink()
            return None
        return Content(key, media_type, *copy.size, len(bytes_), sha256)

    def _check_room(self, size_bytes: int) -> None:
        space = self._space(self.folder)
        if space is None:
            return
        least = max(_LEAST_FREE_BYTES, space.total_bytes // _LEAST_FREE_SHARE)
        if space.free_bytes - size_bytes < least:
            raise OSError(errno.ENOSPC, "The rest of the disk is left to others")

    def _tell(self, error: OSError) -> None:
        """Not for each of them: there may be thousands a minute."""
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + _TOLD_EVERY_S
            log.warning(
                "Resized pictures are not kept (%s)", errno.errorcode.get(error.errno or 0, "unknown")
            )


def _place(guid: str) -> str:
    return f"{guid[-2:]}/{guid}"


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    """Whole or not at all. The folder may be swept away just before it is used: once more, then."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            _write_new(beside, pieces)
        except FileNotFoundError:
            beside.parent.mkdir(parents=True, exist_ok=True)
            _write_new(beside, pieces)
        beside.rename(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _write_new(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(pieces)
