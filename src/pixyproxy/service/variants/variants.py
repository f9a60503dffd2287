"""Copies of pictures, resized and re-encoded: each is made once, by another process, and kept for a while."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pixyproxy.core.exceptions import BytesMissing, ImageFailed, Unavailable
from pixyproxy.core.models import Content, Size
from pixyproxy.core.requests import VariantOptions
from pixyproxy.data.durable_files import errors_translated
from pixyproxy.service.background import stop
from pixyproxy.service.reading import Picture
from pixyproxy.service.variants.cache import Copy, FreshCopy, VariantCache
from pixyproxy.service.variants.locks import Locks
from pixyproxy.service.variants.messages import Refusal, RenderedFacts, RenderJob, Shape
from pixyproxy.service.variants.plan import Plan, changes_nothing, plan_of
from pixyproxy.service.variants.remembered import Question, Remembered
from pixyproxy.service.variants.sweep import sweep
from pixyproxy.service.variants.turns import Turns
from pixyproxy.service.variants.workshop import Workshop

_SWEPT_AFTER_SHARE = 20  # one part in so many of the bound, once it was written
_PICTURES_FOR_EACH_RENDERER = 2  # one is read or written while another is rendered
_LOCK_PATIENCE_S = 30.0
_PICTURE = "picture"
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

    def __init__(self, folder: Path, most_bytes: int, *, workshop: Workshop | None = None) -> None:
        self._cache = VariantCache(folder)
        self._locks = Locks(self._cache.folder / "locks")
        self._most_bytes = most_bytes
        self._workshop = workshop or Workshop()
        self._turns = Turns(_PICTURES_FOR_EACH_RENDERER * self._workshop.most)
        self._remembered = Remembered()
        self._cache.on_missing = self._remembered.forget_file
        self._making: dict[Question, asyncio.Task[_Made]] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._written_bytes = 0

    async def of(self, picture: Picture, options: VariantOptions, accept: str) -> Picture:
        """The picture itself, where nothing would change.

        Raises `ImageFailed` where it cannot be read, `BytesMissing` where it is not what was kept, and
        `Unavailable` where that has nothing to do with the picture.
        """
        wanted = _wanted(picture, options, accept)
        if wanted is None:
            return picture
        known = self._remembered.find(wanted.question)
        made = _Made(known) if known is not None else await self._once(wanted)
        return replace(picture, content=made.content, store=self._cache, at_hand=made.at_hand)

    async def forget(self, guid: str) -> None:
        """Of an image whose bytes are gone. What is being made of it on this machine goes as well."""
        self._remembered.forget_image(guid)
        if not self._cache.folder.is_dir():
            return
        async with self._held((_PICTURE, guid, False)):
            with errors_translated():
                await asyncio.to_thread(self._cache.remove_image, guid)
        self._remembered.forget_image(guid)

    async def sweep(self) -> None:
        """Back under the bound, the longest unused first."""
        self._written_bytes = 0
        if self._cache.folder.is_dir():
            async with self._held(("sweep", "", False)):
                await asyncio.to_thread(sweep, self._cache.folder, self._most_bytes)

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
        if not task.cancelled():
            task.exception()  # Perhaps nobody waits for it any more.

    async def _found_or_made(self, wanted: _Wanted) -> _Made:
        if found := await self._found(wanted):
            return found
        async with self._turns.turn():
            if not self._most_bytes:
                return await self._rendered(wanted)
            async with self._held(
                (_PICTURE, wanted.guid, True), ("copy", "".join(wanted.question[:2]), False)
            ):
                return await self._found(wanted) or await self._rendered(wanted)

    async def _found(self, wanted: _Wanted) -> _Made | None:
        if not self._most_bytes:
            return None
        content = await asyncio.to_thread(self._cache.find, wanted.guid, wanted.copies)
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
        if not self._most_bytes or not await asyncio.to_thread(self._cache.keep, wanted.guid, fresh):
            return _Made(content, at_hand=b"".join(fresh.pieces))
        self._remembered.note(wanted.question, content)
        self._written_bytes += content.size_bytes
        if self._written_bytes * _SWEPT_AFTER_SHARE >= self._most_bytes and not self._sweeping:
            self._sweeping = asyncio.create_task(self._sweep_between())
        return _Made(content)

    async def _sweep_between(self) -> None:
        try:
            await self.sweep()
        finally:
            self._sweeping = None

    @asynccontextmanager
    async def _held(self, *locks: tuple[str, str, bool]) -> AsyncIterator[None]:
        """As far as they can be had: without them a copy may be made twice, no more."""
        async with AsyncExitStack() as stack:
            with suppress(OSError):
                async with asyncio.timeout(_LOCK_PATIENCE_S):
                    for kind, name, shared in locks:
                        await stack.enter_async_context(self._locks.held(kind, name, shared=shared))
            yield


def _wanted(picture: Picture, options: VariantOptions, accept: str) -> _Wanted | None:
    content = picture.content
    size = Size(content.width, content.height)
    plan = plan_of(size, content.media_type, options, accept)
    if changes_nothing(plan, size, content.media_type, options):
        return None
    turned = plan_of(Size(size.height, size.width), content.media_type, options, accept)
    return _Wanted(picture, plan, replace(turned, format=plan.format, quality=plan.quality))
