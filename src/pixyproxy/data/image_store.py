"""Where the bytes lie. An object is written once, whole or not at all, and never changed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol


class ImageStore(Protocol):
    async def put(self, key: str, content: bytes) -> None:
        """Returns when the bytes would survive a power cut. Raises `StorageFull` or `Unavailable`."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`; raises `BytesMissing` when there are none."""

    def local_path(self, key: str) -> Path | None:
        """The file a server may send by itself, where the store is a folder."""

    def check_whole(self, key: str, size_bytes: int) -> None:
        """Raise `BytesMissing` where it can be told at once that these bytes are not there."""

    async def delete(self, key: str) -> None:
        """No error when it is gone already."""

    async def exists(self, key: str) -> bool: ...

    async def check(self) -> None:
        """Raises what `put` would raise now."""
