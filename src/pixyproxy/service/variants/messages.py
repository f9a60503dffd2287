"""What is said to a renderer and what it answers: four bytes of length, a header in JSON, a body.

`job` in the header of a question tells what is to be done with the body; there may be other kinds one day.
"""

import json
import re
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pixyproxy.core.exceptions import InternalError

MEDIA_TYPES = frozenset({"image/webp", "image/avif", "image/jpeg", "image/png"})
_SHA256 = re.compile("[0-9a-f]{64}")
LENGTH = struct.Struct(">I")

Header = Mapping[str, Any]


class Refusal(StrEnum):
    """Why there is no picture."""

    UNREADABLE = "unreadable"
    CHANGED = "changed"
    """These are not the bytes that were once kept."""


class Shape(NamedTuple):
    """How large a copy is, and whether something is cut off for that."""

    width: int
    height: int
    crop: bool


@dataclass(frozen=True, slots=True)
class RenderJob:
    """Make a copy of the picture whose bytes follow."""

    sha256: str
    shape: Shape
    turned_shape: Shape
    """If its own orientation lays the picture on its side."""
    format: str
    quality: int | None

    def header(self, size_bytes: int) -> Header:
        return {"job": "render", "size_bytes": size_bytes, **asdict(self)}

    @classmethod
    def of(cls, header: Header) -> Self:
        shape, turned_shape = Shape(*header["shape"]), Shape(*header["turned_shape"])
        return cls(header["sha256"], shape, turned_shape, header["format"], header["quality"])


@dataclass(frozen=True, slots=True)
class RenderedFacts:
    """What the bytes that follow are."""

    media_type: str
    sha256: str
    is_turned: bool

    def header(self, size_bytes: int) -> Header:
        return {"size_bytes": size_bytes, **asdict(self)}

    @classmethod
    def of(cls, header: Header) -> Self:
        """Raises `InternalError` for what cannot be."""
        if header["media_type"] not in MEDIA_TYPES or not _SHA256.fullmatch(header["sha256"]):
            raise InternalError
        return cls(header["media_type"], header["sha256"], bool(header["is_turned"]))


def refused(why: Refusal) -> Header:
    return {"size_bytes": 0, "refusal": why}


def packed(header: Header) -> bytes:
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text


def unpacked(text: bytes) -> Header:
    header: Header = json.loads(text)
    return header
