"""An object that is read whole is compared with its ETag, so that what changed on its way is noticed."""

import asyncio
import re
from collections.abc import AsyncIterator
from hashlib import md5

from pixyproxy.data.s3.bucket import Opened, S3Bucket
from pixyproxy.data.s3.errors import S3Error

_OF_MD5 = re.compile(r"[0-9a-f]{32}")


async def compared(bucket: S3Bucket, key: str, opened: Opened) -> AsyncIterator[bytes]:
    """The last piece only when all were right: whoever has sent the others then cuts its answer off.

    ETags of parts, and of a bucket that is known to make others than MD5, say nothing.
    """
    if not (opened.is_whole and bucket.etags_tell and _OF_MD5.fullmatch(opened.etag)):
        async for piece in opened.pieces:
            yield piece
        return
    digest, held = md5(usedforsecurity=False), b""
    async for piece in opened.pieces:
        if held:
            yield held
        await asyncio.to_thread(digest.update, piece)
        held = piece
    if digest.hexdigest() != opened.etag and digest.digest() != await _digest_again(bucket, key):
        raise S3Error(f"GET of {key}: other bytes were sent than are stored")
    yield held


async def _digest_again(bucket: S3Bucket, key: str) -> bytes:
    """Where the same comes twice it is stored so, and its ETag is no MD5: it was encrypted, once."""
    digest = md5(usedforsecurity=False)
    async for piece in (await bucket.get(key)).pieces:
        await asyncio.to_thread(digest.update, piece)
    return digest.digest()
