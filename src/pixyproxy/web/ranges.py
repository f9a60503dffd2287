"""Which bytes of a picture are asked for, and under which conditions: the headers of a request for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MOST_RANGES = 16
_UNIT = "bytes="
_RANGE = re.compile(r"(\d{0,100})-(\d{0,100})")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """From `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, size: int) -> str:
        """As `Content-Range` says it."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


def wanted_parts(asked: str, size: int) -> list[Part] | None:
    """Those that are there, joined where they touch; none where none is. None for the whole picture, also
    where it is no range, or more of them than anybody needs.
    """
    if not asked.lower().startswith(_UNIT):
        return None
    said = asked[len(_UNIT) :].split(",")
    found = [_RANGE.fullmatch(each.strip()) for each in said if each.strip()]
    if not found or len(found) > _MOST_RANGES:
        return None
    parts = []
    for each in found:
        if each is None or not _is_sound(each[1], each[2]):
            return None
        parts.append(_part(each[1], each[2], size))
    there = [part for part in parts if part.start < part.end]
    return there if len(there) == 1 else _joined(there)


def _is_sound(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(last) < int(first))


def _part(first: str, last: str, size: int) -> Part:
    if not first:
        return Part(max(size - int(last), 0), size)
    return Part(int(first), min(int(last) + 1, size) if last else size)


def _joined(parts: list[Part]) -> list[Part]:
    """In their order where they keep apart: who asks for the end first may need it first."""
    joined: list[Part] = []
    for part in sorted(parts):
        if joined and part.start <= joined[-1].end:
            joined[-1] = Part(joined[-1].start, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return parts if len(joined) == len(parts) else joined


def is_another(headers: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """The caller wants that picture only, and it is not this one (412)."""
    if (wanted := headers.get("if-match")) is not None:
        return wanted.strip() != "*" and etag not in _listed(wanted)
    unchanged_since = _moment(headers.get("if-unmodified-since"))
    return _is_later(modified, unchanged_since) is True


def is_known(headers: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """The caller has it already (304)."""
    if (known := headers.get("if-none-match")) is not None:
        return known.strip() == "*" or etag in {each.removeprefix("W/") for each in _listed(known)}
    since = _moment(headers.get("if-modified-since"))
    return _is_later(modified, since) is False


def continues(headers: Mapping[str, str], etag: str, last_modified: str | None) -> bool:
    """A range of what the caller has the beginning of; else it needs the whole."""
    return headers.get("if-range", etag) in {etag, last_modified}


def _is_later(modified: datetime | None, moment: datetime | None) -> bool | None:
    """To the second, as HTTP tells time; None where one of them is not told."""
    if modified is None or moment is None:
        return None
    return modified.replace(microsecond=0) > moment


def _listed(tags: str) -> list[str]:
    return [each.strip() for each in tags.split(",")]


def _moment(text: str | None) -> datetime | None:
    """In Greenwich, also in the oldest of its three forms, which has no zone. What is none is not said."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
