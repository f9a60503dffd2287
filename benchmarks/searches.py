"""What is searched for: cases, each with new words of its kind for every search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.library_rows import FIRST_AT, MADE, RIVALS, YEARS, authors, image, singular, tags, vocabulary
from pixyproxy.core.requests import ImageSearch

_COMMON, _RARE = range(8), range(25_000, 30_000)
_ALSO_COMMON = range(20)

Ask = Callable[[Random], Mapping[str, Any]]
"""Gives members of an `ImageSearch`."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of search, of pages or of how many there are."""

    name: str
    ask: Ask
    counts: bool = False
    finds: int | None = None
    """So many images on a page, where that is the same for all words of the case."""

    def searches(self, how_many: int) -> Sequence[ImageSearch]:
        """The same in every run."""
        random = Random(self.name)  # noqa: S311
        return [ImageSearch(**self.ask(random)) for _ in range(how_many)]

    def path(self, search: ImageSearch) -> str:
        asked = search.model_dump(mode="json", exclude_defaults=True)
        if self.counts:
            return f"/image/count?{urlencode(asked, doseq=True)}"
        return f"/image?{urlencode({**asked, 'limit': search.limit}, doseq=True)}"


def _common(random: Random) -> str:
    """One of the eight most frequent: in every third prompt to every seventh."""
    return vocabulary()[random.choice(_COMMON)]


def _rare(random: Random) -> str:
    """In one prompt of ten thousand, or in a few of them all."""
    if random.randrange(2):
        return singular(_number(random))
    return vocabulary()[random.choice(_RARE)]


def _two_common(random: Random) -> str:
    return " ".join(vocabulary()[rank] for rank in random.sample(_ALSO_COMMON, 2))


def _phrase(random: Random) -> str:
    """Two common words, or two or three from one of the prompts."""
    length = random.choice((0, 2, 3))
    if not length:
        return f'"{_two_common(random)}"'
    words = image(_number(random)).prompt.split()
    start = random.randrange(len(words) - length)
    return f'"{" ".join(words[start : start + length])}"'


def _number(random: Random) -> int:
    return random.randrange(1, MADE)


def _prefix(random: Random) -> str:
    """Two to five letters, of frequent words and rare ones."""
    word = vocabulary()[int((len(vocabulary()) - 1) ** random.random())]
    return f"{word[: random.randint(2, 5)]}*"


def _unknown(random: Random) -> str:
    return f"q{random.getrandbits(40):x}"


def _never_together(random: Random) -> str:
    """Both are in one prompt of thirty to one of fifteen."""
    rank = random.choice(RIVALS[::2])
    return f"{vocabulary()[rank]} {vocabulary()[rank + 1]}"


def _author(random: Random) -> Mapping[str, Any]:
    return {"author": random.choice(authors())}


def _tag(random: Random) -> Mapping[str, Any]:
    return {"tag": [random.choice(tags())]}


def _dates(random: Random) -> Mapping[str, Any]:
    """A day, a week or a month."""
    first = FIRST_AT + random.random() * (YEARS - timedelta(days=30))
    return {"created_after": first, "created_before": first + timedelta(days=random.choice((1, 7, 30)))}


PROMPTS: Mapping[str, Callable[[Random], str]] = {
    "a common word": _common,
    "a rare word": _rare,
    "two common words": _two_common,
    "a phrase": _phrase,
    "a prefix": _prefix,
    "a word that is nowhere": _unknown,
    "two words never together": _never_together,
}
_FINDING_NOTHING = (_unknown, _never_together)
FILTERS: Mapping[str, Sequence[Callable[[Random], Mapping[str, Any]]]] = {
    "": (),
    ", author": (_author,),
    ", tag": (_tag,),
    ", author, tag": (_author, _tag),
}


def _asking(prompt: Callable[[Random], str], filters: Sequence[Callable[[Random], Mapping[str, Any]]]) -> Ask:
    def ask(random: Random) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"prompt": prompt(random)}
        for each in filters:
            asked |= each(random)
        return asked

    return ask


CASES: Sequence[Case] = (
    *(
        Case(f"{name}{besides}", _asking(prompt, filters), finds=0 if prompt in _FINDING_NOTHING else None)
        for name, prompt in PROMPTS.items()
        for besides, filters in FILTERS.items()
    ),
    Case("everything", lambda _random: {}, finds=50),
    Case("an author", _author, finds=50),
    Case("a tag", _tag, finds=50),
    Case("a day, a week or a month", _dates),
    Case("count: a common word", _asking(_common, ()), counts=True),
    Case("count: a rare word", _asking(_rare, ()), counts=True),
)
