"""Waiting for an image: of one that is made here we are told, for another the database is asked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from weakref import WeakSet

from pixyproxy.core.exceptions import ImageFailed, ImageNotFound, PixyProxyException, as_told
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Audience, Image, Status
from pixyproxy.data.library import Library
from pixyproxy.service.making.watched import Follower, Preview, Watched

_POLL_S = 0.5
_MOST_AT_HAND = 32
_EVERYTHING = Audience(sees_everything=True)
_ASK_AGAIN_S = 1  # of a failure that is told once more: what it waited for then may be over


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
        follower = Follower(image, asyncio.Event())
        yield image
        try:
            while not (follower.is_done or self.is_over):
                await self._news_of([follower])
                now = await self._look_up(image.guid, audience)
                for preview in follower.previews():
                    yield preview
                if follower.sees_a_step(now):
                    yield now
        finally:
            follower.leave()

    async def follow_all(
        self, images: Sequence[Image], audience: Audience
    ) -> AsyncGenerator[Image | Preview, None]:
        """The same of several at once. Of the previews that nobody has taken in time, the newest.

        Of one that may not be seen any more nothing more is told.
        """
        news = asyncio.Event()
        followers = [Follower(image, news) for image in images]
        for image in images:
            yield image
        try:
            while (going := [each for each in followers if not each.is_done]) and not self.is_over:
                await self._news_of(going)
                seen = await self._library.images.with_guids([each.guid for each in going], audience)
                now = {image.guid: image for image in seen}
                for each in going:
                    for preview in each.previews()[-1:]:
                        yield preview
                    if each.sees_a_step(now.get(each.guid)):
                        yield each.seen
        finally:
            for each in followers:
                each.leave()

    async def _news_of(self, followers: Sequence[Follower]) -> None:
        """There may be something new; one event wakes them all."""
        for each in followers:
            each.join(self.find(each.guid))
        news = followers[0].news
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_S):
                await news.wait()
        news.clear()

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
