"""While images move from one place to another: each is where it lay before, where it is now, or at both."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException, Unavailable
from pixyproxy.data.durable_files import Space
from pixyproxy.data.image_store import ImageStore, StoredObject
from pixyproxy.data.listings import side_by_side

_MOST_FOUND = 30_000


class MovedStore:
    """New objects come to `now`. What is not there yet is looked for `before`."""

    def __init__(self, now: ImageStore, before: ImageStore) -> None:
        self._now = now
        self._before = before
        self._found: dict[str, ImageStore] = {}

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        await self._now.put(key, content)
        self._note(key, self._now)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        first, second = self._in_turn(key)
        is_begun = False
        try:
            async with _closed(first.read(key, start, end)) as chunks:
                async for chunk in chunks:
                    is_begun = True
                    yield chunk
        except (BytesMissing, Unavailable) as error:
            if is_begun or self._must_be_at(first, error):
                raise
            with self._nowhere_else(key, error):
                async with _closed(second.read(key, start, end)) as chunks:
                    async for chunk in chunks:
                        yield chunk

    def local_path(self, key: str) -> Path | None:
        """Where `check_whole` has found it, else where it would be now. To look would hold the event loop."""
        return self._found.get(key, self._now).local_path(key)

    async def check_whole(self, key: str, size_bytes: int) -> None:
        first, second = self._in_turn(key)
        try:
            await first.check_whole(key, size_bytes)
        except (BytesMissing, Unavailable) as error:
            if self._must_be_at(first, error):
                raise
            with self._nowhere_else(key, error):
                await second.check_whole(key, size_bytes)
            self._note(key, second)
        else:
            self._note(key, first)

    async def link_to(self, key: str, lasts_s: int) -> str | None:
        """Once it is given, nobody can fall back on the other place: so it is looked where it lies."""
        store = self._found.get(key)
        if store is None:
            is_moved = await self._now.size_of(key) is not None
            store = self._now if is_moved else self._before
        return await store.link_to(key, lasts_s)

    async def delete(self, key: str) -> None:
        """First where it was before: else a move that is under way could bring it back in between."""
        self._found.pop(key, None)
        await self._before.delete(key)
        await self._now.delete(key)

    async def size_of(self, key: str) -> int | None:
        size = await self._now.size_of(key)
        return await self._before.size_of(key) if size is None else size

    async def list_(self, after: str = "") -> AsyncIterator[StoredObject]:
        """Each once, as it is now."""
        async for now, before in side_by_side(self._now.list_(after), self._before.list_(after)):
            if each := now or before:
                yield each

    async def unfinished(self) -> AsyncIterator[StoredObject]:
        for store in (self._now, self._before):
            async for each in store.unfinished():
                yield each

    async def check(self) -> None:
        await self._now.check()

    def space(self) -> Space | None:
        return self._now.space()

    async def close(self) -> None:
        try:
            await self._now.close()
        finally:
            await self._before.close()

    def _in_turn(self, key: str) -> tuple[ImageStore, ImageStore]:
        """What was found where it lay before is still there: only a deletion takes it away, from both."""
        is_left = self._found.get(key) is self._before
        return (self._before, self._now) if is_left else (self._now, self._before)

    def _must_be_at(self, first: ImageStore, error: PixyProxyException) -> bool:
        """A new place that is away may have it; of what was found in the old one it mostly has a copy."""
        return first is self._now and isinstance(error, Unavailable)

    @contextmanager
    def _nowhere_else(self, key: str, refusal: PixyProxyException) -> Iterator[None]:
        """What the second place has not is missing only when the first one said so too."""
        self._found.pop(key, None)
        try:
            yield
        except BytesMissing:
            raise refusal from refusal.__cause__

    def _note(self, key: str, store: ImageStore) -> None:
        self._found.pop(key, None)
        self._found[key] = store
        if len(self._found) > _MOST_FOUND:
            del self._found[next(iter(self._found))]


@asynccontextmanager
async def _closed(chunks: AsyncIterator[bytes]) -> AsyncIterator[AsyncIterator[bytes]]:
    """Whoever leaves in the middle leaves no file and no answer open."""
    try:
        yield chunks
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
