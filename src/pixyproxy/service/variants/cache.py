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

from pixyproxy.core.models import Content, Size
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.durable_files import Space
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.variants.rendering import renderer_version

log = logging.getLogger(__name__)

_LEAST_DISTANCE_BYTES, _DISTANCE_SHARE = 64 * 1024**2, 10
"""From the reserve, of which one part in so many: we never fill a disk so far that paid work is refused."""
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

    def __init__(
        self,
        folder: Path,
        *,
        reserve_bytes: int | None = None,
        space: Callable[[Path], Space | None] = Space.at,
    ) -> None:
        self.folder = folder.absolute()
        self._store = FolderStore(self.folder)
        self._version = renderer_version()
        self._reserve_bytes = reserve_bytes
        self._space = space
        self._silent_until = 0.0

    def local_path(self, key: str) -> Path:
        return self.folder / key

    async def check_whole(self, key: str, size_bytes: int) -> None:
        """Nothing to do: what is given out was looked at just now."""

    async def link_to(self, key: str, lasts_s: int) -> str | None:
        return await self._store.link_to(key, lasts_s)

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._store.read(key, start, end)

    def find(self, guid: str, copies: Iterable[Copy], known: Content | None = None) -> Content | None:
        """The first of these that is there, whole; from now on it counts as used just now. Blocks.

        Of the one that is known already, as it was read before, only the length is looked at.
        """
        if known is not None and self._is_there(known):
            return known
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

    def remove(self, content: Content) -> None:
        """One copy. Blocks. Raises `OSError`."""
        self.local_path(content.storage_key).unlink(missing_ok=True)

    def remove_image(self, guid: str) -> None:
        """All copies of it. Blocks. Raises `OSError`; not where another one comes meanwhile."""
        folder = self.folder / _place(guid)
        with suppress(FileNotFoundError, NotADirectoryError):
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()

    def _names(self, guid: str) -> list[str]:
        try:
            return [path.name for path in (self.folder / _place(guid)).iterdir()]
        except OSError:
            return []

    def _stem(self, name: str) -> str:
        return f"{name}-{self._version}-"

    def _is_there(self, known: Content) -> bool:
        path = self.local_path(known.storage_key)
        try:
            is_whole = path.stat().st_size == known.size_bytes
        except OSError:
            return False
        _note_use(path)
        return is_whole

    def _looked_at(self, key: str, copy: Copy) -> Content | None:
        path = self.local_path(key)
        try:
            bytes_ = path.read_bytes()
        except OSError:
            return None
        _note_use(path)
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
        reserve_bytes = space.reserve_bytes(self._reserve_bytes)
        distance_bytes = max(_LEAST_DISTANCE_BYTES, reserve_bytes // _DISTANCE_SHARE)
        if space.free_bytes - size_bytes < reserve_bytes + distance_bytes:
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


def _note_use(path: Path) -> None:
    """As far as the disk takes it: what is there is of use also where nothing can be written."""
    with suppress(OSError):
        os.utime(path)


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
