"""Waiting for an image: of one that is made here we are told, for another the database is asked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakSet

from pixyproxy.core.exceptions import ImageFailed, ImageNotFound, PixyProxyException, as_told
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Audience, Image, Status
from pixyproxy.data.library import Library

_POLL_S = 0.5
_MOST_AT_HAND = 32
_EVERYTHING = Audience(sees_everything=True)
_ASK_AGAIN_S = 1  # of a failure that is told once more: what it waited for then may be over


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture that is not finished."""

    number: int
    content: bytes


@dataclass(eq=False, slots=True, weakref_slot=True)
class Watched:
    """An image that is made in this process, as those see it who wait for it."""

    guid: str
    previews: list[Preview] = field(default_factory=list)
    followers: int = 0
    outcome: asyncio.Future[Image | None] = field(default_factory=asyncio.Future)
    """None when it was given to another worker."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_wanted: bool = False
    """Somebody waits for the picture itself, and is spared reading it from the store."""
    content: bytes | None = None

    def show(self, content: bytes) -> None:
        self.previews.append(Preview(len(self.previews), content))
        self._wake()

    def tell(self, outcome: Image | PixyProxyException | None) -> None:
        if not self.outcome.done():
            if isinstance(outcome, PixyProxyException):
                self.outcome.set_exception(outcome)
                self.outcome.exception()  # Nobody may be waiting; it is in the row and the log.
            else:
                self.outcome.set_result(outcome)
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Watching:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._here: dict[str, Watched] = {}
        self._at_hand: WeakSet[Watched] = WeakSet()
        self.is_over = False
        """The process ends, and nothing more is made here: those who wait ask again, elsewhere."""

    def begin(self, guid: str) -> Watched:
        watched = self._here[guid] = Watched(guid)
        return watched

    def keep_at_hand(self, watched: Watched, content: bytes) -> None:
        """The picture, once it is stored, for who wants it; of many at once the store is asked."""
        if watched.is_wanted and len(self._at_hand) < _MOST_AT_HAND:
            watched.content = content
            self._at_hand.add(watched)

    def end(self, watched: Watched) -> None:
        if self._here.get(watched.guid) is watched:
            del self._here[watched.guid]
        watched.tell(None)

    def find(self, guid: str) -> Watched | None:
        return self._here.get(guid)

    async def until_settled(self, image: Image, patience_s: float | None) -> Image:
        """The image at the end of its life, or as it is when patience is; raises what it failed of."""
        if patience_s is None or patience_s > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    return await self._settled(image)
        image = await self._look_up(image.guid)
        return _ready(image) if is_settled(image.status) else image

    async def follow(self, image: Image, audience: Audience) -> AsyncGenerator[Image | Preview, None]:
        """The image now and after each step, and its previews in between; ends when it is settled."""
        seen, shown = image, 0
        joined: Watched | None = None
        yield image
        try:
            while not (is_settled(seen.status) or self.is_over):
                watched = self.find(image.guid)
                if watched is not joined:
                    _leave(joined)
                    joined, shown = _join(watched), 0
                await _change(watched, shown)
                now = await self._look_up(image.guid, audience)
                for preview in watched.previews[shown:] if watched else ():
                    shown += 1
                    yield preview
                if now.status is not seen.status:
                    yield now
                seen = now
        finally:
            _leave(joined)

    async def _settled(self, image: Image) -> Image:
        while True:
            watched = self.find(image.guid)
            if watched is not None and not watched.outcome.done():
                told = await asyncio.shield(watched.outcome)
                if told is not None:
                    return told
            image = await self._look_up(image.guid)
            if is_settled(image.status):
                return _ready(image)
            told = None if watched is None else await watched.outcome  # Raises what it is about to fail of.
            if told is not None or self.is_over:
                return image
            await asyncio.sleep(_POLL_S)

    async def _look_up(self, guid: str, audience: Audience = _EVERYTHING) -> Image:
        try:
            image = await self._library.images.find(guid, audience)
        except PixyProxyException as error:
            error.guid = guid
            raise
        if image is None:
            raise ImageNotFound
        return image


def _join(watched: Watched | None) -> Watched | None:
    if watched is not None:
        watched.followers += 1
    return watched


def _leave(watched: Watched | None) -> None:
    if watched is not None:
        watched.followers -= 1


async def _change(watched: Watched | None, shown: int) -> None:
    """There may be something new; it does not wait where there certainly is."""
    if watched is None:
        await asyncio.sleep(_POLL_S)
    elif len(watched.previews) == shown:
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_S):
                await watched.changed.wait()


def _ready(image: Image) -> Image:
    if image.status is Status.READY:
        return image
    if image.failure is None:
        failure: PixyProxyException = ImageFailed("This image was canceled before it was made.")
    else:
        failure = as_told(image.failure.code, image.failure.detail)
        if failure.may_be_asked_again:
            failure.retry_after_s = _ASK_AGAIN_S
    failure.guid = image.guid
    raise failure
