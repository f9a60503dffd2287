"""What a search box says: words, "phrases" and prefix*, all of which must be met."""

import re
from dataclasses import dataclass
from typing import TypeVar

from pixyproxy.core.words import words

_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')
MOST_TERMS = 32
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """Each word, each prefix and each phrase must occur; a phrase's words are among the words too."""

    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.words) + len(self.prefixes)


def parse_search(text: str) -> SearchTerms:
    """Never fails: an unbalanced quote runs to the end, a lone operator means nothing."""
    found: list[str] = []
    prefixes: list[str] = []
    phrases: list[tuple[str, ...]] = []
    for quoted, plain in _PIECE.findall(text):
        sequence = words(quoted or plain)
        if plain.endswith("*") and sequence:
            prefixes.append(sequence.pop())
        if len(sequence) > 1:
            phrases.append(tuple(sequence))
        found.extend(sequence)
    return SearchTerms(_distinct(found), _distinct(prefixes), _distinct(phrases))


def _distinct(items: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
