"""Where the bytes lie. An object is written once, whole or not at all, and never changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pixyproxy.data.durable_files import Space


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Something that lies in a store."""

    key: str
    size_bytes: int
    age_s: float


class Readable(Protocol):
    """All that is asked of a store by those who only look."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`; raises `BytesMissing` when there are none."""


class ImageStore(Readable, Protocol):
    async def put(self, key: str, content: bytes) -> None:
        """Returns when the bytes would survive a power cut. Raises `StorageFull` or `Unavailable`."""

    def local_path(self, key: str) -> Path | None:
        """The file a server may send by itself, where the store is a folder."""

    def check_whole(self, key: str, size_bytes: int) -> None:
        """Raise `BytesMissing` where it can be told at once that these bytes are not there."""

    async def delete(self, key: str) -> None:
        """No error when it is gone already."""

    async def exists(self, key: str) -> bool: ...

    def list_(self) -> AsyncIterator[StoredObject]:
        """Every object, in no order. What comes or goes meanwhile may be among them or not."""

    def unfinished(self) -> AsyncIterator[StoredObject]:
        """What was begun and never became an object; `delete` removes it."""

    async def check(self) -> None:
        """Raises what `put` would raise now."""

    def space(self) -> Space | None:
        """The room there is, where the store lies on a disk."""
