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

    @property
    def alone(self) -> tuple[str, ...]:
        """The words that no phrase holds."""
        return tuple(word for word in self.words if word not in self.within_phrases)

    @property
    def within_phrases(self) -> dict[str, None]:
        return dict.fromkeys(word for phrase in self.phrases for word in phrase)

    @property
    def to_be_met(self) -> int:
        """How many conditions it makes: a phrase is one, and so is a run of a script without spaces."""
        return len(self.alone) + len(self.prefixes) + len(self.phrases)


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
