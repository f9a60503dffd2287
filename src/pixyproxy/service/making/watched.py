"""An image that is made in this process, its previews, and those who follow it."""

import asyncio
from dataclasses import dataclass, field

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Image


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture that is not finished."""

    guid: str
    number: int
    content: bytes


@dataclass(eq=False, slots=True, weakref_slot=True)
class Watched:
    """An image that is made in this process, as those see it who wait for it."""

    guid: str
    previews: list[Preview] = field(default_factory=list)
    followers: set[asyncio.Event] = field(default_factory=set)
    """Who follows it is woken by its own; who follows several has one for all of them."""
    outcome: asyncio.Future[Image | None] = field(default_factory=asyncio.Future)
    """None when it was given to another worker."""
    is_wanted: bool = False
    """Somebody waits for the picture itself, and is spared reading it from the store."""
    content: bytes | None = None

    def show(self, content: bytes) -> None:
        self.previews.append(Preview(self.guid, len(self.previews), content))
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
        for each in self.followers:
            each.set()


class Follower:
    """Somebody who follows an image, and how far they have seen."""

    def __init__(self, image: Image, news: asyncio.Event) -> None:
        self.seen = image
        self.news = news
        self.is_done = is_settled(image.status)
        self._joined: Watched | None = None
        self._shown = 0

    @property
    def guid(self) -> str:
        return self.seen.guid

    def join(self, watched: Watched | None) -> None:
        """Where it is made now, if that is here; what there is to see already is news, too."""
        if watched is not self._joined:
            self.leave()
            self._joined, self._shown = watched, 0
            if watched is not None:
                watched.followers.add(self.news)
        if watched is not None and len(watched.previews) > self._shown:
            self.news.set()

    def leave(self) -> None:
        if self._joined is not None:
            self._joined.followers.discard(self.news)
            self._joined = None

    def previews(self) -> list[Preview]:
        """Those that were not shown yet."""
        if self._joined is None:
            return []
        new = self._joined.previews[self._shown :]
        self._shown += len(new)
        return new

    def sees_a_step(self, now: Image | None) -> bool:
        """That may be its last; None when it is not to be seen any more."""
        if now is None:
            self.is_done = True
            self.leave()
            return False
        is_new, self.seen = now.status is not self.seen.status, now
        if is_settled(now.status):
            self.is_done = True
            self.leave()
        return is_new
