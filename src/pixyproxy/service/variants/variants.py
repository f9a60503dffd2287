"""Copies of pictures, resized and re-encoded: each is made once, by another process, and kept for a while."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pixyproxy.core.exceptions import BytesMissing, ImageFailed, Unavailable
from pixyproxy.core.models import Content, Size
from pixyproxy.core.picture_requests import VariantOptions
from pixyproxy.data.durable_files import errors_translated
from pixyproxy.service.background import stop
from pixyproxy.service.reading import Picture
from pixyproxy.service.variants.bound import Bound
from pixyproxy.service.variants.cache import Copy, FreshCopy, VariantCache
from pixyproxy.service.variants.locks import Locks
from pixyproxy.service.variants.messages import Refusal, RenderedFacts, RenderJob, Shape
from pixyproxy.service.variants.plan import Plan, plan_of
from pixyproxy.service.variants.remembered import Question, Remembered
from pixyproxy.service.variants.sweep import sweep
from pixyproxy.service.variants.turns import Turns
from pixyproxy.service.variants.workshop import Workshop

_PICTURES_FOR_EACH_RENDERER = 2  # one is read or written while another is rendered
_LOCK_PATIENCE_S = 30.0
_SWEEP_PAUSE_S = 5.0
_DETAIL = "This picture cannot be resized."


@dataclass(frozen=True, slots=True)
class _Made:
    """A copy in the cache, or with its bytes at hand where it could not be kept."""

    content: Content
    at_hand: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A copy of a picture, and the other one that it is if the picture lies on its side."""

    picture: Picture
    plan: Plan
    turned: Plan

    @property
    def guid(self) -> str:
        return self.picture.image.guid

    @property
    def question(self) -> Question:
        return self.guid, self.plan.name, self.turned.name

    @property
    def copies(self) -> Sequence[Copy]:
        return self.copy(is_turned=False), self.copy(is_turned=True)

    def copy(self, *, is_turned: bool) -> Copy:
        if is_turned:
            return Copy(f"turned-{self.turned.name}", self.turned.size)
        return Copy(self.plan.name, self.plan.size)

    @property
    def job(self) -> RenderJob:
        return RenderJob(
            sha256=self.picture.content.sha256,
            shape=Shape(*self.plan.size, self.plan.crop),
            turned_shape=Shape(*self.turned.size, self.turned.crop),
            format=self.plan.format,
            quality=self.plan.quality,
        )


class Variants:
    """With a bound of 0 nothing is kept."""

    def __init__(
        self,
        folder: Path,
        most_bytes: int,
        reserve_bytes: int | None = None,
        *,
        workshop: Workshop | None = None,
    ) -> None:
        self._cache = VariantCache(folder, reserve_bytes=reserve_bytes)
        self._locks = Locks(self._cache.folder / "locks")
        self._bound = Bound(most_bytes)
        self._workshop = workshop or Workshop()
        self._turns = Turns(_PICTURES_FOR_EACH_RENDERER * self._workshop.most)
        self._remembered = Remembered()
        self._making: dict[Question, asyncio.Task[_Made]] = {}
        self._unwanted: set[Question] = set()
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def kept_bytes(self) -> int:
        """As far as this process can tell: what its last sweep has left, and what it made since."""
        return self._bound.kept_bytes

    @property
    def most_bytes(self) -> int:
        return self._bound.most_bytes

    async def of(self, picture: Picture, options: VariantOptions, accept: str) -> Picture:
        """The picture itself where nothing is asked for, else always a copy: only that surely says nothing.

        Raises `ImageFailed` where it cannot be read, `BytesMissing` where it is not what was kept, and
        `Unavailable` where that has nothing to do with the picture.
        """
        if options.is_original:
            return picture
        wanted = _wanted(picture, options, accept)
        known = self._remembered.find_trusted(wanted.question)
        made = _Made(known) if known is not None else await self._once(wanted)
        return replace(picture, content=made.content, store=self._cache, at_hand=made.at_hand)

    async def forget(self, guid: str) -> None:
        """Of an image whose bytes are gone. What is being made of it goes when it is done."""
        self._unwanted.update(each for each in self._making if each[0] == guid)
        self._remembered.forget_image(guid)
        with errors_translated():
            await asyncio.to_thread(self._cache.remove_image, guid)

    async def sweep(self) -> None:
        """Back under the bound, the longest unused first."""
        counted_bytes, left_bytes = self._bound.written_bytes, 0
        if await asyncio.to_thread(self._cache.folder.is_dir):
            async with self._held("sweep", ""):
                left_bytes = await asyncio.to_thread(sweep, self._cache.folder, self._bound.most_bytes)
        self._bound.note_left(left_bytes, counted_bytes=counted_bytes)

    async def close(self) -> None:
        await stop([*self._making.values(), *([self._sweeping] if self._sweeping else [])])
        await self._workshop.close()

    async def _once(self, wanted: _Wanted) -> _Made:
        """Whoever asks for the same waits for the same; nobody who leaves ends it for others."""
        task = self._making.get(wanted.question)
        if task is None:
            task = self._making[wanted.question] = asyncio.create_task(self._found_or_made(wanted))
            task.add_done_callback(lambda done: self._end(wanted.question, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise Unavailable(retry_after_s=5) from None
            raise

    def _end(self, question: Question, task: asyncio.Task[_Made]) -> None:
        del self._making[question]
        self._unwanted.discard(question)
        if not task.cancelled():
            task.exception()  # Perhaps nobody waits for it any more.

    async def _found_or_made(self, wanted: _Wanted) -> _Made:
        if found := await self._found(wanted):
            return found
        async with self._turns.turn():
            if not self._bound.most_bytes:
                return await self._rendered(wanted)
            async with self._held("copy", "".join(wanted.question[:2])):
                return await self._found(wanted) or await self._rendered(wanted)

    async def _found(self, wanted: _Wanted) -> _Made | None:
        if not self._bound.most_bytes:
            return None
        known = self._remembered.find(wanted.question)
        content = await asyncio.to_thread(self._cache.find, wanted.guid, wanted.copies, known)
        if content is None:
            return None
        self._remembered.note(wanted.question, content)
        return _Made(content)

    async def _rendered(self, wanted: _Wanted) -> _Made:
        source = wanted.picture
        pieces = [piece async for piece in source.read(0, source.content.size_bytes)]
        header = wanted.job.header(sum(map(len, pieces)))
        answer, copy = await self._workshop.ask(header, pieces)
        match answer.get("refusal"):
            case Refusal.UNREADABLE:
                raise ImageFailed(_DETAIL, guid=wanted.guid)
            case Refusal.CHANGED:
                raise BytesMissing(guid=wanted.guid)
        facts = RenderedFacts.of(answer)
        fresh = FreshCopy(wanted.copy(is_turned=facts.is_turned), facts.media_type, facts.sha256, copy)
        return await self._kept(wanted, fresh)

    async def _kept(self, wanted: _Wanted, fresh: FreshCopy) -> _Made:
        content = self._cache.content_of(wanted.guid, fresh)
        is_written = await self._is_written(wanted.guid, fresh, content.size_bytes)
        self._sweep_if_due()
        if not is_written:
            return _Made(content, at_hand=b"".join(fresh.pieces))
        async with AsyncExitStack() as undoing:
            undoing.push_async_callback(self._remove, content)
            await self._check_still_wanted(wanted)
            undoing.pop_all()
        self._remembered.note(wanted.question, content)
        return _Made(content)

    async def _is_written(self, guid: str, fresh: FreshCopy, size_bytes: int) -> bool:
        if not self._bound.takes(size_bytes):
            return False
        try:
            return await asyncio.to_thread(self._cache.keep, guid, fresh)
        finally:
            self._bound.note_written(size_bytes)

    async def _check_still_wanted(self, wanted: _Wanted) -> None:
        """After a copy was written: who removed its image before that has not seen it, later ones see it.

        Raises `BytesMissing`.
        """
        source = wanted.picture
        async for _ in source.store.read(source.content.storage_key, 0, 1):
            pass
        if wanted.question in self._unwanted:
            raise BytesMissing(guid=wanted.guid)

    async def _remove(self, content: Content) -> None:
        with suppress(OSError):
            await asyncio.to_thread(self._cache.remove, content)

    def _sweep_if_due(self) -> None:
        if self._bound.is_sweep_due and not self._sweeping:
            self._sweeping = asyncio.create_task(self._sweep_and_rest())

    async def _sweep_and_rest(self) -> None:
        """What was used just now is spared: to sweep again at once would be of no use."""
        try:
            while self._bound.is_sweep_due:
                await self.sweep()
                await asyncio.sleep(_SWEEP_PAUSE_S)
        finally:
            self._sweeping = None

    @asynccontextmanager
    async def _held(self, kind: str, name: str) -> AsyncIterator[None]:
        """As far as it can be had: without it a copy may be made twice, no more."""
        async with AsyncExitStack() as stack:
            with suppress(OSError):
                async with asyncio.timeout(_LOCK_PATIENCE_S):
                    await stack.enter_async_context(self._locks.held(kind, name))
            yield


def _wanted(picture: Picture, options: VariantOptions, accept: str) -> _Wanted:
    content = picture.content
    size = Size(content.width, content.height)
    plan = plan_of(size, content.media_type, options, accept)
    turned = plan_of(Size(size.height, size.width), content.media_type, options, accept)
    return _Wanted(picture, plan, replace(turned, format=plan.format, quality=plan.quality))
