"""An object that is read whole is compared with its ETag, so that what changed on its way is noticed."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from hashlib import md5

from pixyproxy.data.s3.bucket import Opened, S3Bucket
from pixyproxy.data.s3.errors import S3Error

_OF_MD5 = re.compile(r"[0-9a-f]{32}")


async def compared(bucket: S3Bucket, key: str, opened: Opened) -> AsyncGenerator[bytes, None]:
    """The last piece only when all were right: whoever has sent the others then cuts its answer off.

    ETags of parts, and of a bucket that is known to make others than MD5, say nothing.
    """
    digest, held = md5(usedforsecurity=False), b""
    is_told = opened.is_whole and bucket.etags_tell and _OF_MD5.fullmatch(opened.etag)
    async with aclosing(opened.pieces) as pieces:
        async for piece in pieces:
            if held:
                yield held
            if is_told:
                await asyncio.to_thread(digest.update, piece)
                held = piece
            else:
                yield piece
    if not is_told:
        return
    if digest.hexdigest() != opened.etag and digest.digest() != await _digest_again(bucket, key):
        raise S3Error(f"GET of {key}: other bytes were sent than are stored")
    yield held


async def _digest_again(bucket: S3Bucket, key: str) -> bytes:
    """Where the same comes twice it is stored so, and its ETag is no MD5: it was encrypted, once."""
    digest = md5(usedforsecurity=False)
    async for piece in (await bucket.get(key)).pieces:
        await asyncio.to_thread(digest.update, piece)
    return digest.digest()
