"""How bytes come into a bucket: tried again when the way fails, believed only when they were compared."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pixyproxy.core.pauses import jittered
from pixyproxy.data.s3.bucket import PART_BYTES, S3Bucket, md5_of
from pixyproxy.data.s3.errors import S3Error, errors_noted
from pixyproxy.data.s3.location import Patience


class S3Puts:
    def __init__(self, bucket: S3Bucket, patience: Patience) -> None:
        self._bucket = bucket
        self._patience = patience

    async def put(self, key: str, content: bytes) -> None:
        """What is large in parts: of those, only what failed is sent again."""
        if len(content) > PART_BYTES:
            await self._put_parts(key, _parts_of(_alone(content)))
        else:
            await self._put_whole(key, content)

    async def put_pieces(self, key: str, pieces: AsyncIterator[bytes]) -> int:
        """What the iterator raises goes on as it is."""
        parts = _parts_of(pieces)
        first, second = await anext(parts), await anext(parts, None)
        if second is None:
            await self._put_whole(key, first)
            return len(first)
        return await self._put_parts(key, _joined(first, second, parts))

    async def _put_whole(self, key: str, content: bytes) -> None:
        """In one request, as often as it takes. No attempt does harm to another: all bring the same bytes."""
        digest = await asyncio.to_thread(md5_of, content)
        with errors_noted(f"PUT of {key}"):
            async with asyncio.timeout(self._patience.request_s + self._patience.sending_s(len(content))):
                await self._try_again(key, content, digest)

    async def _try_again(self, key: str, content: bytes, digest: bytes) -> None:
        pause_s = self._patience.pause_s
        for _ in range(self._patience.tries - 1):
            try:
                return await self._try(key, content, digest)
            except S3Error as error:
                if not error.is_passing:
                    raise
            await asyncio.sleep(jittered(pause_s))
            pause_s *= 2
        return await self._try(key, content, digest)

    async def _try(self, key: str, content: bytes, digest: bytes) -> None:
        etag = await self._bucket.put(key, content, digest)
        self._bucket.etags_tell = etag == digest.hex()
        if not self._bucket.etags_tell:
            await self._compare(key, [digest], max(len(content), 1))

    async def _put_parts(self, key: str, parts: AsyncIterator[bytes]) -> int:
        digests: list[bytes] = []
        size = 0

        async def noted() -> AsyncIterator[bytes]:
            nonlocal size
            async for part in parts:
                size += len(part)
                digests.append(await asyncio.to_thread(md5_of, part))
                yield part

        etag = await self._bucket.put_in_parts(key, noted())
        if etag != f"{md5_of(b''.join(digests)).hex()}-{len(digests)}":
            await self._compare(key, digests, PART_BYTES)
        return size

    async def _compare(self, key: str, digests: Sequence[bytes], part_bytes: int) -> None:
        """An ETag need not be made of MD5s, as where the store encrypts. Then the bytes are read back."""
        try:
            stored = [
                await asyncio.to_thread(md5_of, part) async for part in self._read_back(key, part_bytes)
            ]
        except S3Error as error:
            raise S3Error(f"{error}; it could not be compared") from error
        if stored != digests:
            await self._bucket.delete(key)
            raise S3Error(f"PUT of {key}: other bytes were stored than were sent")

    def _read_back(self, key: str, part_bytes: int) -> AsyncIterator[bytes]:
        async def pieces() -> AsyncIterator[bytes]:
            async for piece in (await self._bucket.get(key)).pieces:
                yield piece

        return _parts_of(pieces(), part_bytes)


async def _parts_of(pieces: AsyncIterator[bytes], part_bytes: int = PART_BYTES) -> AsyncIterator[bytes]:
    """All of the same size but the last, which is empty only where there is nothing else."""
    part = bytearray()
    is_first = True
    async for piece in pieces:
        part += piece
        while len(part) >= part_bytes:
            yield bytes(part[:part_bytes])
            del part[:part_bytes]
            is_first = False
    if part or is_first:
        yield bytes(part)


async def _alone(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PART_BYTES):
        yield content[start : start + PART_BYTES]


async def _joined(first: bytes, second: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    yield second
    async for part in rest:
        yield part
