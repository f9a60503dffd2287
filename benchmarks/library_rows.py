"""The images of a large library: made up, the same in every run, their words as frequent as those of English.

Each image depends on its number alone, so any part of a library can be made by itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate, islice
from random import Random
from typing import TypeVar

from pixyproxy.core.models import Content, Image, Status, Visibility
from pixyproxy.core.names import readable_name

T = TypeVar("T")
OWNER = "librarian"
"""Half of the images are theirs."""
MADE = 16 * 65_536
"""Numbers are below it; a larger library has the same images again."""
VOCABULARY, AUTHORS, TAGS = 30_000, 20, 300
RIVALS = range(20, 40)
"""Ranks of words that are common; each even one is never in a prompt with the odd one that follows it."""
_FLATNESS = 4.5
"""Of the law of Zipf and Mandelbrot: with it, the first word is in every third prompt."""
_SHORTEST, _LONGEST = 8, 30
_SINGULAR_EVERY, _SINGULAR_IN = 10, 30
FIRST_AT, YEARS = datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=730)
_ONSETS = "b d f g h k l m n p r s t v w z br ch dr fl gr kl pr sh sl st th tr".split()
_VOWELS, _ENDS = "a e i o u ai ea ou".split(), ("", "n", "r", "s", "l")
_MODELS = ("gpt-image-2", "gpt-image-1", "gpt-image-1-mini", "sketch", "dall-e-3")
_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536), (512, 512), (2048, 1152))


def image(number: int) -> Image:
    """From 1 on."""
    random = Random(number)  # noqa: S311 - the same in every run
    created_at = FIRST_AT + YEARS * (number / MADE)
    guid, prompt = _guid(created_at, number), _prompt(random, number)
    width, height = random.choice(_SIZES)
    return Image(
        id=number,
        guid=guid,
        owner=OWNER if random.random() < 0.5 else f"owner{random.randrange(40):04d}",
        filename=f"{readable_name(prompt, guid)}.png",
        prompt=prompt,
        tags=tuple(dict.fromkeys(_some(random, tags(), random.randint(0, 4)))),
        author=_some(random, authors(), 1)[0],
        status=Status.READY,
        visibility=Visibility.PUBLIC if random.random() < 0.3 else Visibility.PRIVATE,
        generator="openai",
        model=_some(random, _MODELS, 1)[0],
        parameters={"size": f"{width}x{height}", "quality": "medium", "background": "opaque"},
        content=Content(
            storage_key=f"{created_at:%Y/%m/%d}/{guid}.png",
            media_type="image/png",
            width=width,
            height=height,
            size_bytes=random.randint(200_000, 3_500_000),
            sha256=f"{number:064x}",
        ),
        looks=f"{random.getrandbits(64):016x}",
        colors=tuple(f"#{random.getrandbits(24):06x}" for _ in range(4)),
        cost_usd=Decimal(random.randint(500, 20_000)) / 100_000,
        cost_source="genai-prices",
        created_at=created_at,
        updated_at=created_at,
    )


@cache
def vocabulary() -> Sequence[str]:
    """The most frequent first; the frequent ones are short."""
    random = Random(30_000)  # noqa: S311
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        syllables = 1 if len(found) < 100 else 2 if len(found) < 2_000 else random.choice((2, 2, 3))
        found.setdefault("".join(_syllable(random) for _ in range(syllables)))
    return tuple(found)


@cache
def authors() -> Sequence[str]:
    names = zip(vocabulary()[300:], vocabulary()[400:], strict=False)
    return tuple(f"{first} {last}".title() for first, last in islice(names, AUTHORS))


@cache
def tags() -> Sequence[str]:
    return vocabulary()[500 : 500 + TAGS]


def singular(number: int) -> str:
    """A word that few images have: one in ten of thirty that follow each other."""
    random = Random(f"singular {number // _SINGULAR_IN}")  # noqa: S311
    return "".join(_syllable(random) for _ in range(3))


def _prompt(random: Random, number: int) -> str:
    ranks = _some(random, range(VOCABULARY), random.randint(_SHORTEST, _LONGEST))
    found = [vocabulary()[rank - rank % 2 + number % 2 if rank in RIVALS else rank] for rank in ranks]
    if not random.randrange(_SINGULAR_EVERY):
        found[random.randrange(len(found))] = singular(number)
    return " ".join(found)


def _some(random: Random, of: Sequence[T], count: int) -> list[T]:
    """The first of them most often."""
    return random.choices(of, cum_weights=_weights(len(of)), k=count)


@cache
def _weights(count: int) -> Sequence[float]:
    return tuple(accumulate(1 / (rank + 1 + _FLATNESS) for rank in range(count)))


def _syllable(random: Random) -> str:
    return random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_ENDS)


def _guid(moment: datetime, number: int) -> str:
    digits = f"{int(moment.timestamp() * 1000):012x}7{number & 0xFFF:03x}8{number:015x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
