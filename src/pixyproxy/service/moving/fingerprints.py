"""What bytes are, told from them as they go by."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    size_bytes: int
    sha256: str


class Hashed:
    """Chunks, to be taken once; then their fingerprint is known."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            await asyncio.to_thread(self._digest.update, chunk)
            self._size_bytes += len(chunk)
            yield chunk

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._size_bytes, self._digest.hexdigest())


async def fingerprint_of(chunks: AsyncIterator[bytes]) -> Fingerprint:
    hashed = Hashed(chunks)
    async for _ in hashed.chunks():
        pass
    return hashed.fingerprint
