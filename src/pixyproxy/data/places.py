"""Places where images lie, by one name each, however they are written."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from pixyproxy.core.exceptions import CannotStart, Unavailable
from pixyproxy.data.durable_files import errors_translated
from pixyproxy.data.s3.location import S3Location


def name_of(location: str) -> str:
    """Of a folder, or of a part of a bucket."""
    if "://" not in location:
        return str(Path(location).resolve())
    try:
        place = S3Location.parse(location)
    except ValueError as error:
        raise CannotStart(f"{location} is no place for images: it {error}.") from None
    return f"s3://{place.bucket}/{place.prefix}".removesuffix("/")


def check_apart(source: str, target: str) -> None:
    """One that is within the other would be moved into itself."""
    if not are_apart(source, target):
        raise CannotStart(f"Images cannot be moved from {source} to {target}: one is within the other.")


def are_apart(one: str, other: str) -> bool:
    return not _is_within(one, other) and not _is_within(other, one)


def check_folder_is_there(name: str) -> None:
    if "://" not in name and not Path(name).is_dir():
        raise CannotStart(f"There is no folder {name}.")


class Ground:
    """What a place stands on. Of a bucket there is nothing to tell."""

    def __init__(self, name: str) -> None:
        self._folder = None if "://" in name else Path(name)
        self._identity = _identity(self._folder) if self._folder else None

    async def check(self) -> None:
        """Raises `Unavailable` when the folder has gone, or the disk that was there."""
        if self._folder and await asyncio.to_thread(_identity, self._folder) != self._identity:
            raise Unavailable from FileNotFoundError(f"{self._folder} is not the folder any more that it was")

    async def links(self, most: int) -> list[str]:
        """Keys of what no listing follows, though `read` would."""
        with errors_translated():
            return await asyncio.to_thread(lambda: list(islice(_links_below(self._folder, ""), most)))


def _is_within(inner: str, outer: str) -> bool:
    return f"{inner}/".startswith(f"{outer.rstrip('/')}/")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        facts = folder.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _links_below(folder: Path | None, prefix: str) -> Iterator[str]:
    if folder is None:
        return
    folders = []
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in found:
            if entry.is_symlink():
                yield f"{prefix}{entry.name}"
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry)
    for each in folders:
        yield from _links_below(Path(each.path), f"{prefix}{each.name}/")
