"""Reads a prompt: what it names, how many of it, in what colour, at what hour and in what mood."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from pixyproxy.service.generators.sketch.words.brief import Brief, Subject
from pixyproxy.service.generators.sketch.words.lexicon import COLOURS, COUNTS, MOODS, OWN_COLOURS, SUBJECTS

MOST_OF_A_KIND = 9
_WORDS_BETWEEN = 2
_PLACES = {
    "sky": "sky", "sun": "light", "moon": "light",
    "sea": "water", "lake": "water", "river": "water", "underwater": "water",
    "hill": "land", "mountain": "land", "desert": "land", "forest": "land", "beach": "land",
}  # fmt: skip
_PLURALS = frozenset({"fish", "sheep", "people", "children", "women", "men", "geese", "mice"})


def _folded(text: str) -> str:
    """Small letters without accents, so that `Château` is `chateau`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


_Meaning: TypeAlias = tuple[str, str]


def _index() -> dict[str, _Meaning]:
    meanings: dict[str, _Meaning] = {}
    for name, (_, words) in COLOURS.items():
        meanings.update({_folded(word): ("colour", name) for word in words.split()})
    for name, words in MOODS.items():
        meanings.update({_folded(word): ("mood", name) for word in words.split()})
    meanings.update({_folded(word): ("count", str(count)) for word, count in COUNTS.items()})
    for name, words in SUBJECTS.items():
        meanings.update({_folded(word): ("subject", name) for word in words.split()})
    return meanings


_MEANINGS = _index()
_UNSPACED = sorted((word for word in _MEANINGS if not word.isascii()), key=len, reverse=True)
_TOKENS = re.compile("|".join([*map(re.escape, _UNSPACED), "[a-z]+", "[0-9]+"]))


def _singulars(word: str) -> Iterable[str]:
    yield word
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("ies"):
        yield word[:-3] + "y"


def _meaning(word: str) -> _Meaning | None:
    if word.isdigit():
        return ("count", word[:4])
    return next((_MEANINGS[form] for form in _singulars(word) if form in _MEANINGS), None)


def _is_plural(word: str) -> bool:
    return word in _PLURALS or (word.endswith("s") and not word.endswith("ss"))


class _Reader:
    """Walks the words, remembering the count and the colour that wait for their noun."""

    def __init__(self) -> None:
        self.subjects: dict[str, Subject] = {}
        self.moods: set[str] = set()
        self.colours: list[str] = []
        self.places: list[tuple[str, str]] = []
        self._count: int | None = None
        self._colour: str | None = None
        self._patience = 0

    def read(self, word: str) -> None:
        meaning = _meaning(word)
        if meaning is None:
            self._grow_impatient()
            return
        kind, value = meaning
        if kind == "subject":
            self._take_subject(value, word)
        elif kind == "mood":
            self.moods.add(value)
        else:
            self._wait_for_noun(kind, value)

    def _wait_for_noun(self, kind: str, value: str) -> None:
        self._patience = _WORDS_BETWEEN
        if kind == "count":
            self._count = max(1, int(value))
            return
        self.let_go_of_colour()
        self._colour = COLOURS[value][0]

    def _grow_impatient(self) -> None:
        self._patience -= 1
        if self._patience < 0:
            self.let_go_of_colour()
            self._count = None

    def let_go_of_colour(self) -> None:
        """A colour no noun came for colours the whole picture."""
        if self._colour and self._colour not in self.colours:
            self.colours.append(self._colour)
        self._colour = None

    def _take_subject(self, kind: str, word: str) -> None:
        count = min(self._count or (3 if _is_plural(word) else 1), MOST_OF_A_KIND)
        own = COLOURS[OWN_COLOURS[word]][0] if word in OWN_COLOURS else None
        known = self.subjects.get(kind, Subject(kind, count))
        self.subjects[kind] = replace(
            known, count=max(known.count, count), colour=known.colour or self._colour or own
        )
        if self._colour and kind in _PLACES:
            self.places.append((_PLACES[kind], self._colour))
        self._colour = self._count = None


def read_prompt(prompt: str) -> Brief:
    reader = _Reader()
    for word in _TOKENS.findall(_folded(prompt)):
        reader.read(word)
    reader.let_go_of_colour()
    return Brief(
        subjects=tuple(reader.subjects.values()),
        colours=tuple(reader.colours),
        moods=frozenset(reader.moods),
        places_in_colour=tuple(reader.places),
    )
