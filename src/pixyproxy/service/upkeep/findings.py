"""What is said about a library: a sentence for each kind of thing, with a number and the first few names."""

from dataclasses import dataclass, field
from enum import StrEnum

_NAMED = 3


class Verdict(StrEnum):
    OK = "ok"
    WRONG = "WRONG"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    verdict: Verdict
    sentence: str


@dataclass(slots=True)
class Several:
    """Things that are alike: how many there are, and the first few of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)
    _last: str | None = None

    def add(self, name: str) -> None:
        """A name that comes several times in a row counts once."""
        if name == self._last:
            return
        self._last = name
        self.count += 1
        if self.count <= _NAMED:
            self.first.append(name)

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.first) else ""
        return f"{self.count:,} ({', '.join(self.first)}{more})"
