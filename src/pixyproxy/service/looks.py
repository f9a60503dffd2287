"""How a picture looks, in 64 bits: of its light and dark, the lowest frequencies that are strong.

The same picture in another format, size or light differs in few of them, two different ones in about half.
"""

import asyncio
import math
from collections.abc import Sequence
from operator import mul
from statistics import median

import pyvips

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.core.models import Content
from pixyproxy.data.image_store import Readable
from pixyproxy.service.pictures import MOST_PIXELS, media_type_of

_SIDE = 32
_BITS = 64
_AT_ONCE = 2
_WHITE = 255
_FAINT = 16.0
"""Weaker frequencies are what formats leave behind: half a step of grey over all of the picture."""

_FREQUENCIES = sorted(
    ((across, down) for across in range(12) for down in range(12) if across + down),
    key=lambda each: (sum(each), each),
)[:_BITS]
_MOST = max(max(each) for each in _FREQUENCIES)
_WAVES = [
    [math.cos(math.pi * (2 * place + 1) * frequency / (2 * _SIDE)) for place in range(_SIDE)]
    for frequency in range(_MOST + 1)
]


class Glances:
    """At pictures, while a caller waits; few at once: large ones take much memory, and the processor."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def looks_in(self, store: Readable, content: Content) -> str:
        async with self._turns:
            return await looks_in(store, content)


async def looks_in(store: Readable, content: Content) -> str:
    """As `looks_of`. Raises `BytesMissing`, or `Unavailable` while the store cannot say."""
    pieces = [piece async for piece in store.read(content.storage_key, 0, content.size_bytes)]
    return await asyncio.to_thread(lambda: looks_of(b"".join(pieces)))


def looks_of(content: bytes) -> str:
    """16 hexadecimal digits, never all of them 0; empty where the bytes cannot be read as a picture."""
    try:
        lightness = _lightness(content)
    except (UnreadablePicture, pyvips.Error):
        return ""
    strengths = _strengths(lightness)
    strong = max(median(strengths), 0.0) + _FAINT
    bits = "".join("1" if each > strong else "0" for each in strengths)
    return f"{int(bits, 2) or 1:016x}"


def _lightness(content: bytes) -> bytes:
    """Upright, on white, stretched to a square; row by row."""
    media_type_of(content)
    header = pyvips.Image.new_from_buffer(content, "")
    if header.width * header.height > MOST_PIXELS:
        raise UnreadablePicture
    picture = pyvips.Image.thumbnail_buffer(
        content, _SIDE, height=_SIDE, size="force", output_profile="srgb", fail_on="none"
    )
    if picture.hasalpha():
        picture = picture.flatten(background=_WHITE)
    pixels: bytes = picture.colourspace("b-w")[0].cast("uchar").write_to_memory()
    return pixels


def _strengths(lightness: bytes) -> list[float]:
    """Of each frequency, by a cosine transform: first along the rows, then down the columns."""
    rows = [lightness[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    along = [[_agreement(wave, row) for row in rows] for wave in _WAVES]
    return [_agreement(_WAVES[down], along[across]) for across, down in _FREQUENCIES]


def _agreement(wave: Sequence[float], values: Sequence[float]) -> float:
    return float(sum(map(mul, wave, values)))
