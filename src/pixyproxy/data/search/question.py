"""Turns a search into the terms an image must have, and what its row must say besides.

The terms find no image too few and seldom one too many; the row has the last word.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any

from pixyproxy.core.models import ERASED_AT, Audience, Status, Visibility
from pixyproxy.core.requests import ANY_STATUS, ImageSearch
from pixyproxy.core.search_terms import SearchTerms, parse_search
from pixyproxy.core.words import words
from pixyproxy.data.database import Row
from pixyproxy.data.image_rows import filename_key, tag_key
from pixyproxy.data.search.terms import (
    IN_TRASH,
    STARTS,
    AnyOf,
    between,
    during,
    exactly,
    file_starting_with,
    in_any_state,
    named_with,
    named_with_start,
    paired,
    word_starting_with,
)
from pixyproxy.data.values import from_json, to_nano, to_timestamp

_AFTER_ALL = "\U0010ffff"
_QUOTED = re.compile('"([^"]*[^"\\s][^"]*)"')
_ENOUGH = 32
"""Words of a phrase or a name to look for, the rows see to the others. SQLite takes 500 questions in one."""


@dataclass
class Question:
    """What is wanted of the index, and what is asked of the rows it names."""

    wanted: list[AnyOf] = field(default_factory=list)
    conditions: list[str] = field(default_factory=lambda: ["1 = 1"])
    parameters: dict[str, Any] = field(default_factory=dict)
    checks: list[Callable[[Row], bool]] = field(default_factory=list)
    """What SQL cannot say the same way in both databases."""
    guids: list[str] | None = None
    """Where they are named, no index is needed."""
    is_exact: bool = True
    """The sets find no image too many."""
    is_empty: bool = False
    """Nothing can meet it."""

    def where(self, condition: str, **parameters: object) -> None:
        self.conditions.append(condition)
        self.parameters.update(parameters)

    def meets(self, row: Row) -> bool:
        return all(check(row) for check in self.checks)


def question_of(search: ImageSearch, audience: Audience) -> Question:
    question = Question(guids=[str(guid) for guid in search.guid] or None)
    question.is_exact = _is_exact(search)
    _ask_audience(question, audience, own_only=search.deleted or not audience.sees_public)
    _ask_state(question, search)
    _ask_prompt(question, search)
    _ask_filename(question, search)
    _ask_tags(question, search)
    _ask_dates(question, search)
    _ask_numbers(question, search)
    return question


def _is_exact(search: ImageSearch) -> bool:
    """Where it asks for nothing of which the sets know only the kind, or may be too many to be read."""
    asked = search.model_dump(exclude_none=True, exclude={"prompt", "limit", "cursor", "order"})
    known = {"tag", "author", "model", "status", "visibility"}
    terms = parse_search(search.prompt or "")
    is_plain = not terms.phrases and all(len(prefix) in STARTS for prefix in terms.prefixes)
    return is_plain and not any(value for name, value in asked.items() if name not in known)


def seen_by(audience: Audience) -> Question:
    """All that is ready and that they may see."""
    return question_of(ImageSearch(), audience)


def tagged(key: str, audience: Audience) -> Question:
    """All with this tag, whatever their status, in the trash or not."""
    question = Question()
    _ask_audience(question, audience, own_only=not audience.sees_public)
    _ask_tag_keys(question, {key})
    return question


def _ask_audience(question: Question, audience: Audience, *, own_only: bool) -> None:
    """What is in the trash is its owner's alone, even if it was public."""
    if audience.sees_everything:
        return
    own, public = f"owner:{audience.owner}", f"visibility:{Visibility.PUBLIC}"
    if own_only:
        question.wanted.append(AnyOf((own,)))
        question.where("owner = :viewer", viewer=audience.owner)
        question.is_empty |= audience.owner is None
    elif audience.owner is None:
        question.wanted.append(AnyOf((public,)))
        question.where("visibility = 'public'")
    else:
        question.wanted.append(AnyOf((own, public)))
        question.where("(visibility = 'public' OR owner = :viewer)", viewer=audience.owner)


def _ask_state(question: Question, search: ImageSearch) -> None:
    question.wanted.append(in_any_state(_states_of(search)))
    if search.deleted:
        question.where("deleted_at > :erased_at", erased_at=to_timestamp(ERASED_AT))
    else:
        question.where("deleted_at IS NULL")
    is_said = not search.deleted or "status" in search.model_fields_set
    if is_said and search.status != ANY_STATUS:
        question.where("status = :status", status=str(search.status))
    for name in ("author", "model", "visibility"):
        if (value := getattr(search, name)) is not None:
            question.wanted.append(exactly(name, str(value)))
            question.where(f"{name} = :{name}", **{name: str(value)})


def _states_of(search: ImageSearch) -> Iterable[str]:
    if search.deleted:
        return (IN_TRASH,)
    return Status if search.status == ANY_STATUS else (search.status,)


def _ask_prompt(question: Question, search: ImageSearch) -> None:
    """Words hold nothing that means something to LIKE."""
    if search.prompt is None:
        return
    terms = parse_search(search.prompt)
    question.is_empty |= not len(terms)
    within_phrases = islice(terms.within_phrases, _ENOUGH)
    question.wanted += [exactly("word", word) for word in (*terms.alone, *within_phrases)]
    question.wanted += [each for prefix in terms.prefixes for each in word_starting_with(prefix)]
    pairs = {paired(first, second): None for phrase in terms.phrases for first, second in pairwise(phrase)}
    question.wanted += islice(pairs, _ENOUGH)
    for number, word in enumerate(terms.alone):
        question.where(f"search_text LIKE :word{number}", **{f"word{number}": f"% {word} %"})
    for number, prefix in enumerate(terms.prefixes):
        question.where(f"search_text LIKE :prefix{number}", **{f"prefix{number}": f"% {prefix}%"})
    for number, phrase in enumerate(terms.phrases):
        question.where(f"search_text LIKE :phrase{number}", **{f"phrase{number}": f"% {' '.join(phrase)} %"})


def _ask_filename(question: Question, search: ImageSearch) -> None:
    if search.filename is None:
        return
    text = search.filename.strip()
    start = text.removesuffix("*")
    if quoted := _QUOTED.fullmatch(text):
        _ask_whole_filename(question, quoted[1].strip())
    elif text.endswith("*") and start and not any(blank in start for blank in ' "*'):
        _ask_start_of_filename(question, filename_key(start))
    elif len(terms := parse_search(text)):
        question.wanted += [named_with(word) for word in terms.words[:_ENOUGH]]
        for prefix in terms.prefixes[:_ENOUGH]:
            question.wanted += named_with_start(prefix)
        question.checks.append(lambda row: _has(words(row["filename"]), terms))
    else:
        _ask_whole_filename(question, text)


def _ask_whole_filename(question: Question, name: str) -> None:
    question.wanted.append(file_starting_with(filename_key(name)))
    question.wanted += [named_with(word) for word in islice(dict.fromkeys(words(name)), _ENOUGH)]
    question.where("filename_key = :filename", filename=filename_key(name))


def _ask_start_of_filename(question: Question, start: str) -> None:
    """Its last word may go on in the name; those before it are whole."""
    question.wanted.append(file_starting_with(start))
    if found := words(start):
        *whole, last = found
        question.wanted += [named_with(word) for word in islice(dict.fromkeys(whole), _ENOUGH)]
        question.wanted += named_with_start(last)
    question.where(
        "filename_key >= :name AND filename_key < :name_end", name=start, name_end=start + _AFTER_ALL
    )


def _has(found: list[str], terms: SearchTerms) -> bool:
    return set(terms.words) <= set(found) and all(
        any(word.startswith(prefix) for word in found) for prefix in terms.prefixes
    )


def _ask_tags(question: Question, search: ImageSearch) -> None:
    _ask_tag_keys(question, {tag_key(tag) for tag in search.tag})


def _ask_tag_keys(question: Question, keys: set[str]) -> None:
    question.wanted += [exactly("tag", key) for key in sorted(keys)]
    if keys:
        question.checks.append(lambda row: keys <= {tag_key(tag) for tag in from_json(row["tags"])})


def _ask_dates(question: Question, search: ImageSearch) -> None:
    after, before = search.created_after, search.created_before
    if after is not None:
        question.where("created_at > :after", after=to_timestamp(after))
    if before is not None:
        question.where("created_at < :before", before=to_timestamp(before))
    if after is not None or before is not None:
        question.wanted.append(during(after, before))


def _ask_numbers(question: Question, search: ImageSearch) -> None:
    _ask_number(question, "width", "width", search.min_width, search.max_width)
    _ask_number(question, "height", "height", search.min_height, search.max_height)
    _ask_number(question, "bytes", "size_bytes", search.min_size_bytes, search.max_size_bytes)
    least, most = _nano(search.min_cost_usd), _nano(search.max_cost_usd)
    _ask_number(question, "cost", "cost_nano_usd", least, most)


def _ask_number(question: Question, kind: str, column: str, least: int | None, most: int | None) -> None:
    if least is not None:
        question.where(f"{column} >= :least_{kind}", **{f"least_{kind}": least})
    if most is not None:
        question.where(f"{column} <= :most_{kind}", **{f"most_{kind}": most})
    if least is not None or most is not None:
        question.wanted.append(between(kind, least, most))


def _nano(usd: Decimal | None) -> int | None:
    return None if usd is None else to_nano(usd)
