"""What an image can be found by: its terms, each a kind and a key."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pixyproxy.core.models import Image
from pixyproxy.core.words import words
from pixyproxy.data.image_rows import filename_key, tag_key
from pixyproxy.data.values import to_nano

STARTS = (1, 2, 3)
"""How many letters of a word are terms of their own, so that a short prefix is one term, not thousands."""

NAME_START = 4
_BUCKETS = 4096
_AFTER_ALL = "\U0010ffff"
_LATER = "~"
_DENSE = {"state", "owner", "visibility", "author", "model"}
_WHOLE_NUMBERS = {"width", "height"}
_DAY, _HOUR = len("2026-11-20"), len("2026-11-20T23")
_PIECE_OF_GUID = re.compile("[0-9a-f]{8}")
_MAY_BEGIN_A_PIECE = re.compile("[0-9a-f]{4,8}")
STATE, IN_TRASH = "state", "trash"
"""Every image has one: its status, or that it is in the trash."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Images that have one of these terms, or one within these ranges: from the first on, before the end."""

    terms: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    may_be_many: bool = False
    """The ranges may hold more terms than one likes to read; then they are not asked, and the rows decide."""

    @property
    def is_dense(self) -> bool:
        """Of sets that hold much of a block each: to be read where something else is left."""
        return bool(self.terms) and self.terms[0].partition(":")[0] in _DENSE


def terms_of(image: Image) -> set[str]:
    return facts_of(image) | texts_of(image)


def facts_of(image: Image) -> set[str]:
    """All but its words, which are the most of it."""
    hour = _hour(image.created_at)
    terms = {
        f"{STATE}:{IN_TRASH if image.deleted_at else image.status}",
        f"owner:{image.owner}",
        f"visibility:{image.visibility}",
        f"author:{image.author}",
        f"model:{image.model}",
        f"hour:{hour}",
        f"day:{hour[:_DAY]}",
    }
    terms.update(f"tag:{tag_key(tag)}" for tag in image.tags)
    return terms | _numbers(image)


def texts_of(image: Image) -> set[str]:
    terms = {f"file:{filename_key(image.filename)[:NAME_START]}"} | _of_filename(words(image.filename))
    for text in (image.prompt, image.revised_prompt or ""):
        found = words(text)
        terms.update(f"word:{word}" for word in found)
        terms |= _starts("start", set(found)) | _pairs(found)
    return terms


def have_same_texts(one: Image, other: Image) -> bool:
    return (one.prompt, one.revised_prompt, one.filename) == (
        other.prompt,
        other.revised_prompt,
        other.filename,
    )


def exactly(kind: str, key: str) -> AnyOf:
    return AnyOf((f"{kind}:{key}",))


def in_any_state(states: Iterable[str]) -> AnyOf:
    return AnyOf(tuple(f"{STATE}:{state}" for state in states))


def between(kind: str, least: int | None, most: int | None) -> AnyOf:
    first = "" if least is None else _number(kind, least)
    last = "" if most is None else _number(kind, most)
    return AnyOf(ranges=((f"{kind}:{first}", f"{kind}:{last}{_AFTER_ALL}"),))


def during(after: datetime | None, before: datetime | None) -> AnyOf:
    """Whole days, and the hours of those that are not whole: in ten million images a day is many."""
    first = "" if after is None else _hour(after)
    end = _AFTER_ALL if before is None else _hour(before)
    first_day, end_day = first[:_DAY], end[:_DAY]
    through = end if before is None or _is_full_hour(before) else f"{end}{_AFTER_ALL}"
    if first_day == end_day:
        return AnyOf(ranges=((f"hour:{first}", f"hour:{through}"),))
    days, last = (f"day:{first_day}{_LATER}", f"day:{end_day}"), (f"hour:{end_day}", f"hour:{through}")
    if after is None:
        return AnyOf(ranges=(("day:", f"day:{end_day}"), last))
    return AnyOf(ranges=((f"hour:{first}", f"hour:{first_day}{_AFTER_ALL}"), days, last))


def word_starting_with(prefix: str) -> list[AnyOf]:
    return _starting_with("word", "start", prefix)


def named_with(word: str) -> AnyOf:
    return exactly("name", _bucketed(word))


def named_with_start(prefix: str) -> list[AnyOf]:
    """The beginning of what may be a piece of a guid finds a few others, too."""
    if _MAY_BEGIN_A_PIECE.fullmatch(prefix):
        return [exactly("name-start", prefix[: STARTS[-1]])]
    return _starting_with("name", "name-start", prefix)


def file_starting_with(start: str) -> AnyOf:
    """No more than the first letters of it are looked at."""
    start = start[:NAME_START]
    if len(start) == NAME_START:
        return exactly("file", start)
    return AnyOf(ranges=((f"file:{start}", f"file:{start}{_AFTER_ALL}"),), may_be_many=True)


def paired(first: str, second: str) -> AnyOf:
    """Images where the second word follows the first, and by chance a few others."""
    return exactly("pair", _pair(first, second))


def _starting_with(kind: str, starts: str, prefix: str) -> list[AnyOf]:
    """A word counts as a beginning of itself."""
    if len(prefix) in STARTS:
        return [AnyOf((f"{starts}:{prefix}", f"{kind}:{prefix}"))]
    exact = AnyOf(ranges=((f"{kind}:{prefix}", f"{kind}:{prefix}{_AFTER_ALL}"),), may_be_many=True)
    return [exactly(starts, prefix[: STARTS[-1]]), exact]


def _number(kind: str, number: int) -> str:
    """Sorts like the number: itself where few are different, else its length and first digits."""
    digits = str(number)
    return f"{number:010d}" if kind in _WHOLE_NUMBERS else f"{len(digits):02d}{digits[:3]:0<3}"


def _of_filename(found: list[str]) -> set[str]:
    return {f"name:{_bucketed(word)}" for word in found} | _starts("name-start", set(found))


def _starts(kind: str, found: set[str]) -> set[str]:
    return {f"{kind}:{word[:count]}" for word in found for count in STARTS if len(word) > count}


def _pairs(found: Iterable[str]) -> set[str]:
    return {f"pair:{_pair(first, second)}" for first, second in pairwise(found)}


def _pair(first: str, second: str) -> str:
    """One of some thousand: nearly all pairs are rare, and a set for each would be most of the index."""
    return _bucket(f"{first} {second}")


def _numbers(image: Image) -> set[str]:
    terms = set()
    if image.content is not None:
        terms |= {
            f"width:{_number('width', image.content.width)}",
            f"height:{_number('height', image.content.height)}",
            f"bytes:{_number('bytes', image.content.size_bytes)}",
        }
    if image.cost_usd is not None:
        terms.add(f"cost:{_number('cost', to_nano(image.cost_usd))}")
    if image.looks is not None:
        terms.add("looks:known")
    return terms


def _hour(moment: datetime) -> str:
    return moment.isoformat()[:_HOUR]


def _is_full_hour(moment: datetime) -> bool:
    return moment == moment.replace(minute=0, second=0, microsecond=0)


def _bucketed(word: str) -> str:
    """A piece of a guid, as in the names we give, is nearly each image's own: one of some thousand."""
    return f"#{_bucket(word)}" if _PIECE_OF_GUID.fullmatch(word) else word


def _bucket(text: str) -> str:
    return f"{zlib.crc32(text.encode()) % _BUCKETS:03x}"
