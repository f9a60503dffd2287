"""What can be asked of a bucket. Every question is bounded in time, and raises `S3Error`."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Literal, cast

import httpx2
import obstore
from obstore.store import S3Store as Bucket

from pixyproxy.core.names import EXTENSIONS
from pixyproxy.data.s3.errors import S3Error, errors_noted, no_credentials_noted, refusal, refusals_to_build
from pixyproxy.data.s3.location import Patience, S3Location, S3Options

if TYPE_CHECKING:
    from obstore.store import S3Config  # a type only, by obstore's own choice

_CHUNK_BYTES = 256 * 1024
_SENT_AT_ONCE = 64 * 1024
_PARTS_AT_ONCE = 2
_LISTED_AT_ONCE = 500
_CONNECTIONS = 64
_SIGNED_FOR = timedelta(minutes=5)
PART_BYTES = 8 * 1024 * 1024
"""Some five of them are in memory for one large object. S3 takes 10,000: 80 GB."""
_MEDIA_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}


@dataclass(frozen=True, slots=True)
class Opened:
    """An object that is being read."""

    size_bytes: int
    """Of the whole object."""
    etag: str
    is_whole: bool
    pieces: AsyncGenerator[bytes, None]


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a list."""

    key: str
    size_bytes: int
    changed_at: float


class S3Bucket:
    """Keys are those within our prefix."""

    def __init__(self, location: S3Location, options: S3Options, patience: Patience) -> None:
        self.etags_tell = True
        """Whether the ETag of what was last put was made of MD5s."""
        self._patience = patience
        self._has_credentials = options.access_key_id is not None
        part_s = patience.sending_s(PART_BYTES * _PARTS_AT_ONCE)
        # obstore waits for the answer from the beginning of a request: the part must be sent by then.
        sending = replace(patience, read_s=patience.read_s + part_s, request_s=patience.request_s + part_s)
        with refusals_to_build():
            self._objects = _bucket(location, options, patience, longest_s=patience.request_s)
            self._parts = _bucket(location, options, sending, longest_s=sending.request_s)
            self._reads = _bucket(location, options, patience, longest_s=patience.longest_read_s)
        self._client = httpx2.AsyncClient(
            limits=httpx2.Limits(max_connections=_CONNECTIONS),
        )

    async def put(self, key: str, content: bytes, digest: bytes) -> str:
        """Once, and what its ETag is now. The store compares the bytes that came with their MD5."""
        url = await self.sign("PUT", key, _SIGNED_FOR)
        headers = {
            "Content-MD5": base64.b64encode(digest).decode(),
            "Content-Length": str(len(content)),
            **_headers(key),
        }
        async with self._asking(f"PUT of {key}", len(content)):
            answer = await self._client.put(
                url, content=_slices(content), headers=headers, timeout=self._timeout(len(content))
            )
            if not answer.is_success:
                raise refusal(f"PUT of {key}", answer)
        return answer.headers.get("etag", "").strip('"')

    async def put_in_parts(self, key: str, parts: AsyncIterator[bytes]) -> str:
        """What its ETag is now. All parts are of `PART_BYTES` but the last. When the iterator raises nothing
        is kept under the key; the store keeps the parts until a rule of the bucket removes them.
        """
        writer = obstore.open_writer_async(
            self._parts,
            key,
            attributes=_headers(key),
            buffer_size=PART_BYTES,
            max_concurrency=_PARTS_AT_ONCE,
        )
        async for part in parts:
            async with self._asking(f"PUT of a part of {key}", _PARTS_AT_ONCE * PART_BYTES):
                await writer.write(part)
        async with self._asking(f"PUT of the last part of {key}", (_PARTS_AT_ONCE + 1) * PART_BYTES):
            await writer.close()
        async with self._asking(f"HEAD of {key}"):
            return _etag((await obstore.head_async(self._objects, key))["e_tag"])

    async def get(self, key: str, start: int = 0, end: int | None = None) -> Opened:
        """From `start` up to, not including, `end`."""
        async with self._asking(f"GET of {key}"):
            if end is not None:
                found = await obstore.get_async(self._reads, key, options={"range": (start, end)})
            elif start:
                found = await obstore.get_async(self._reads, key, options={"range": {"offset": start}})
            else:
                found = await obstore.get_async(self._reads, key)
        first, past = found.range
        size = found.meta["size"]
        if first != start or past != min(size, size if end is None else end):
            raise S3Error(f"GET of {key}: other bytes were sent than were asked for")
        pieces = all_of(key, found.stream(min_chunk_size=_CHUNK_BYTES), past - first)
        return Opened(size, _etag(found.meta["e_tag"]), past - first == size, pieces)

    async def size_of(self, key: str) -> int:
        """Where HEAD finds nothing it does not say whether it was the object or the bucket: GET does."""
        try:
            async with self._asking(f"HEAD of {key}"):
                return (await obstore.head_async(self._objects, key))["size"]
        except S3Error as error:
            if error.status_code != httpx2.codes.NOT_FOUND:
                raise
        return (await self.get(key)).size_bytes

    async def delete(self, key: str) -> None:
        """No error when it is gone already."""
        try:
            async with self._asking(f"DELETE of {key}"):
                await obstore.delete_async(self._objects, key)
        except S3Error as error:
            if not error.is_missing:
                raise

    async def list_(self, folder: str | None, after: str | None) -> AsyncIterator[Listed]:
        pages = obstore.list(self._objects, folder, offset=after, chunk_size=_LISTED_AT_ONCE)
        while True:
            async with self._asking("LIST"):
                page = await anext(pages, None)
            if page is None:
                return
            for each in page:
                yield Listed(each["path"], each["size"], each["last_modified"].timestamp())

    async def sign(self, method: Literal["GET", "PUT"], key: str, lasts: timedelta) -> str:
        async with self._asking(f"{method} of {key}"):
            return await obstore.sign_async(self._objects, method, key, lasts)

    async def close(self) -> None:
        await self._client.aclose()

    def _timeout(self, sent_bytes: int) -> httpx2.Timeout:
        patience = self._patience
        return httpx2.Timeout(
            connect=patience.connect_s,
            write=patience.read_s,
            read=patience.read_s + patience.sending_s(sent_bytes),
            pool=max(patience.request_s, patience.read_s),
        )

    @asynccontextmanager
    async def _asking(self, asked: str, sent_bytes: int = 0) -> AsyncIterator[None]:
        with no_credentials_noted(has_any=self._has_credentials), errors_noted(asked):
            async with asyncio.timeout(self._patience.request_s + self._patience.sending_s(sent_bytes)):
                yield


def _bucket(location: S3Location, options: S3Options, patience: Patience, longest_s: float) -> Bucket:
    given = {
        "endpoint": options.endpoint,
        "region": options.region,
        "access_key_id": options.access_key_id,
        "secret_access_key": options.secret_access_key,
        "session_token": options.session_token,
    }
    known = {name: value for name, value in given.items() if value is not None}
    return Bucket(
        location.bucket,
        prefix=location.prefix or None,
        config=cast("S3Config", known),
        virtual_hosted_style_request=not options.path_style,
        disable_bulk_delete=True,
        client_options={
            "allow_http": True,
            "connect_timeout": timedelta(seconds=patience.connect_s),
            "read_timeout": timedelta(seconds=patience.read_s),
            "timeout": timedelta(seconds=longest_s),
        },
        retry_config={
            "max_retries": patience.tries - 1,
            "retry_timeout": timedelta(seconds=patience.request_s),
            "backoff": {
                "init_backoff": timedelta(seconds=patience.pause_s),
                "max_backoff": timedelta(seconds=patience.pause_s * 8),
                "base": 2,
            },
        },
    )


async def _slices(content: bytes) -> AsyncIterator[bytes]:
    """A line that is slow is none that stands still: each is waited for by itself."""
    for start in range(0, len(content), _SENT_AT_ONCE):
        yield content[start : start + _SENT_AT_ONCE]


def _headers(key: str) -> dict[str, str]:
    """A browser that is led to the object itself must not run what is in it."""
    extension = key.rpartition("/")[2].rpartition(".")[2]
    kind = {"Content-Type": _MEDIA_TYPES.get(extension, "application/octet-stream")}
    return kind | ({"Content-Disposition": "attachment"} if extension == "svg" else {})


async def all_of(key: str, stream: AsyncIterator[bytes], left: int) -> AsyncGenerator[bytes, None]:
    """An answer that ends early is no answer."""
    with errors_noted(f"GET of {key}"):
        async for piece in stream:
            left -= len(piece)
            yield bytes(piece)
    if left:
        raise S3Error(f"GET of {key}: {abs(left)} bytes too {'few' if left > 0 else 'many'} were sent")


def _etag(sent: str | None) -> str:
    return (sent or "").strip('"')


def md5_of(content: bytes) -> bytes:
    """Not for secrecy: it is what S3 compares, and mostly what its ETags are made of."""
    return md5(content, usedforsecurity=False).digest()
