"""Images in a bucket of S3, or of any store that speaks its API."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from pixyproxy.core.exceptions import BytesMissing
from pixyproxy.data.durable_files import Space
from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.s3.bucket import Listed, S3Bucket
from pixyproxy.data.s3.errors import S3Error, errors_translated
from pixyproxy.data.s3.location import Patience, S3Location, S3Options
from pixyproxy.data.s3.puts import S3Puts
from pixyproxy.data.s3.reads import compared
from pixyproxy.data.seen_whole import SeenWhole
from pixyproxy.data.store_keys import check_key, order

_PROBES = ".checks"
_LONGEST_LINK_S = 300


class S3Store:
    def __init__(
        self,
        location: S3Location,
        options: S3Options | None = None,
        patience: Patience | None = None,
    ) -> None:
        patience = patience or Patience()
        self._bucket = S3Bucket(location, options or S3Options(), patience)
        self._puts = S3Puts(self._bucket, patience)
        self._seen = SeenWhole()

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        check_key(key)
        with errors_translated(in_put=True):
            if isinstance(content, bytes):
                size = len(content)
                await self._puts.put(key, content)
            else:
                size = await self._puts.put_pieces(key, content)
        self._seen.note(key, size)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        check_key(key)
        with errors_translated():
            if end is not None and end <= start:
                await self._bucket.size_of(key)
                return
            try:
                opened = await self._bucket.get(key, start, end)
            except S3Error as error:
                if error.is_past_the_end:
                    return
                raise
            async with aclosing(compared(self._bucket, key, opened)) as pieces:
                async for piece in pieces:
                    yield piece

    def local_path(self, key: str) -> None:
        """It lies on another machine."""
        check_key(key)

    async def check_whole(self, key: str, size_bytes: int) -> None:
        if self._seen.is_trusted(key, size_bytes):
            return
        self._seen.forget(key)
        if await self.size_of(key) != size_bytes:
            raise BytesMissing
        self._seen.note(key, size_bytes)

    async def link_to(self, key: str, lasts_s: int) -> str:
        """For five minutes at most, whatever is asked: whoever has it needs no key of ours."""
        check_key(key)
        lasts = timedelta(seconds=max(1, min(lasts_s, _LONGEST_LINK_S)))
        with errors_translated():
            return await self._bucket.sign("GET", key, lasts)

    async def delete(self, key: str) -> None:
        check_key(key)
        try:
            with errors_translated():
                await self._bucket.delete(key)
        finally:
            self._seen.forget(key)

    async def size_of(self, key: str) -> int | None:
        check_key(key)
        try:
            with errors_translated():
                return await self._bucket.size_of(key)
        except BytesMissing:
            return None

    async def list_(self, after: str = "") -> AsyncIterator[StoredObject]:
        async for each in self._listed(None, after):
            is_past = not each.key.startswith(f"{_PROBES}/") and order(each.key) > order(after)
            if is_past and (each.size_bytes or not await self._is_folder_marker(each.key)):
                yield each

    async def unfinished(self) -> AsyncIterator[StoredObject]:
        """What a check that was cut off has left. Of parts without an end the bucket itself disposes."""
        async for each in self._listed(_PROBES, ""):
            yield each

    async def check(self) -> None:
        probe = f"{_PROBES}/{secrets.token_hex(8)}"
        await self.put(probe, bytes(16))
        await self.delete(probe)

    def space(self) -> Space | None:
        return None

    async def close(self) -> None:
        await self._bucket.close()

    async def _is_folder_marker(self, key: str) -> bool:
        """What consoles make: an empty object whose key ends in a slash, which obstore takes off."""
        return await self.size_of(key) is None

    async def _listed(self, folder: str | None, after: str) -> AsyncIterator[StoredObject]:
        with errors_translated():
            async for each in self._bucket.list_(folder, after.rstrip("/") or None):
                yield _stored(each)


def _stored(each: Listed) -> StoredObject:
    return StoredObject(each.key, each.size_bytes, max(time.time() - each.changed_at, 0.0))
