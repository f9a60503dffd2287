"""`Prefer` (RFC 7240): how long a caller would like to wait."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PREFERENCE = re.compile(
    r'\s*([!#$%&\'*+.^_`|~\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*)?(?:;.*)?'
)
_LONGEST_WAIT_S = 3600
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is not understood is passed over, as the standard asks."""

    respond_async: bool = False
    wait_s: int | None = None

    @classmethod
    def of(cls, sent: Sequence[str]) -> Self:
        given = _given(", ".join(sent)[:_LONGEST])
        wait = given.get("wait", "")
        wait_s = min(int(wait), _LONGEST_WAIT_S) if re.fullmatch(r"\d{1,9}", wait) else None
        return cls("respond-async" in given, wait_s)

    @property
    def patience_s(self) -> float | None:
        """None: until the image is made."""
        return self.wait_s if self.wait_s is not None else 0 if self.respond_async else None

    @property
    def applied(self) -> str:
        wait = [] if self.wait_s is None else [f"wait={self.wait_s}"]
        return ", ".join(["respond-async"] * self.respond_async + wait)


def _given(text: str) -> Mapping[str, str]:
    """By name; of several with the same name the first counts."""
    found = [match for element in _ELEMENT.findall(text) if (match := _PREFERENCE.fullmatch(element))]
    return {match[1].lower(): match[2] or match[3] or "" for match in reversed(found)}
