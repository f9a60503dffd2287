"""Copies that were seen whole a moment ago: for so long nobody looks again whether they are there."""

import time
from collections.abc import Callable

from pixyproxy.core.models import Content

_TRUSTED_S = 60.0
_MOST = 4096

Question = tuple[str, str, str]
"""The guid of an image, the name of a plan for it, and of the one for when it lies on its side."""


class Remembered:
    """The longest known is forgotten when there are too many."""

    def __init__(
        self, trusted_s: float = _TRUSTED_S, most: int = _MOST, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._trusted_s = trusted_s
        self._most = most
        self._now = now
        self._known: dict[Question, tuple[Content, float]] = {}

    def note(self, question: Question, content: Content) -> None:
        self._known.pop(question, None)
        self._known[question] = (content, self._now() + self._trusted_s)
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def find(self, question: Question) -> Content | None:
        content, until = self._known.get(question, (None, 0.0))
        return content if self._now() < until else None

    def forget_image(self, guid: str) -> None:
        for question in [each for each in self._known if each[0] == guid]:
            del self._known[question]

    def forget_file(self, storage_key: str) -> None:
        for question in [
            each for each, (content, _) in self._known.items() if content.storage_key == storage_key
        ]:
            del self._known[question]
