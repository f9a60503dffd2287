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


class Servable(Readable, Protocol):
    """What it takes to send an object to a caller."""

    def local_path(self, key: str) -> Path | None:
        """The file a server may send by itself, where the store is a folder."""

    async def check_whole(self, key: str, size_bytes: int) -> None:
        """Raise `BytesMissing` where it can be told cheaply that these bytes are not there."""

    async def link_to(self, key: str, lasts_s: int, /) -> str | None:
        """A URL at which the store gives the bytes itself, for so long; None where it has none."""


class ImageStore(Servable, Protocol):
    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        """Returns when the bytes would survive a power cut. Raises `StorageFull` or `Unavailable`.

        When the iterator raises, nothing is kept and the error goes on.
        """

    async def delete(self, key: str) -> None:
        """No error when it is gone already."""

    async def size_of(self, key: str) -> int | None:
        """In bytes; None when there is no such object."""

    def list_(self, after: str = "") -> AsyncIterator[StoredObject]:
        """Every object, in the order of their keys, past that one. What comes or goes meanwhile may be
        among them or not.
        """

    def unfinished(self) -> AsyncIterator[StoredObject]:
        """What was begun and never became an object; `delete` removes it."""

    async def check(self) -> None:
        """Raises what `put` would raise now."""

    def space(self) -> Space | None:
        """The room there is, where the store lies on a disk."""

    async def close(self) -> None: ...
