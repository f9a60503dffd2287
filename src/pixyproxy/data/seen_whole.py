"""What was seen whole a moment ago is taken for whole still."""

import time
from collections.abc import Callable

_TRUSTED_S = 60.0
_MOST = 30_000


class SeenWhole:
    """The same pictures are asked for again and again, and every look costs a thread or a request.

    Keys and their sizes, each for a minute. The oldest is forgotten when there are too many.
    """

    def __init__(
        self, trusted_s: float = _TRUSTED_S, most: int = _MOST, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._trusted_s = trusted_s
        self._most = most
        self._now = now
        self._seen: dict[str, tuple[int, float]] = {}

    def note(self, key: str, size_bytes: int) -> None:
        self._seen.pop(key, None)
        self._seen[key] = (size_bytes, self._now() + self._trusted_s)
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]

    def is_trusted(self, key: str, size_bytes: int) -> bool:
        size, until = self._seen.get(key, (-1, 0.0))
        return size == size_bytes and self._now() < until

    def forget(self, key: str) -> None:
        self._seen.pop(key, None)
