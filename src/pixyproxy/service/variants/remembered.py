"""Copies that were seen before. For a second nobody looks whether they are there still, then at their length.

Of these the longest unseen is forgotten when there are too many.
"""

import time
from collections.abc import Callable

from pixyproxy.core.models import Content

_TRUSTED_S = 1.0
"""For so long a file may be missing and nobody has noticed. A sweep spares for longer what was used."""
_MOST = 4096

Question = tuple[str, str, str]
"""The guid of an image, the name of a plan for it, and of the one for when it lies on its side."""


class Remembered:
    def __init__(
        self, trusted_s: float = _TRUSTED_S, most: int = _MOST, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._trusted_s = trusted_s
        self._most = most
        self._now = now
        self._known: dict[Question, tuple[Content, float]] = {}

    def note(self, question: Question, content: Content) -> None:
        """It was seen just now."""
        self._known.pop(question, None)
        self._known[question] = (content, self._now())
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def find_trusted(self, question: Question) -> Content | None:
        known = self._known.get(question)
        return known[0] if known is not None and self._now() - known[1] < self._trusted_s else None

    def find(self, question: Question) -> Content | None:
        known = self._known.get(question)
        return None if known is None else known[0]

    def forget_image(self, guid: str) -> None:
        for question in [each for each in self._known if each[0] == guid]:
            del self._known[question]
