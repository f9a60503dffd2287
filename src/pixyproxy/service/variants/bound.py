"""How much may be kept, as far as one process can tell: what the last sweep has left, and what came since."""

_PASSED_BY = 1.1
_SWEPT_AFTER_SHARE = 20  # one part in so many of the bound, once it was written
_BLOCK_BYTES = 4096


class Bound:
    """A little above it nothing more is taken, until a sweep has made room."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.written_bytes = 0
        """By this process, in all its life."""
        self._in_work_bytes = 0
        self._counted_bytes = 0
        self._left_bytes = 0
        self._has_refused = False

    @property
    def kept_bytes(self) -> int:
        """What was removed since the last sweep still counts."""
        return self._left_bytes + self._since_the_sweep()

    @property
    def is_sweep_due(self) -> bool:
        return self._has_refused or self._since_the_sweep() * _SWEPT_AFTER_SHARE > self.most_bytes

    def takes(self, size_bytes: int) -> bool:
        """If so, it is to be told when it was written."""
        if size_bytes > self.most_bytes:
            return False
        if self.kept_bytes + self._in_work_bytes > self.most_bytes * _PASSED_BY:
            self._has_refused = True
            return False
        self._in_work_bytes += _on_disk(size_bytes)
        return True

    def note_written(self, size_bytes: int) -> None:
        """Or could not be: until the next sweep it counts all the same."""
        self._in_work_bytes -= _on_disk(size_bytes)
        self.written_bytes += _on_disk(size_bytes)

    def note_left(self, left_bytes: int, *, counted_bytes: int) -> None:
        """By a sweep; what had been written when it began is among it."""
        self._left_bytes = left_bytes
        self._counted_bytes = counted_bytes
        self._has_refused = False

    def _since_the_sweep(self) -> int:
        return self.written_bytes - self._counted_bytes


def _on_disk(size_bytes: int) -> int:
    return -(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES
