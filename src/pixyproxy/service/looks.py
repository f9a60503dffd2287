"""How a picture looks, in 64 bits: of its light and dark, the lowest frequencies that are strong.

The same picture in another format, size or light differs in few of them, two different ones in about half.
In the same look its colors are seen, for whoever shows something before the picture is there.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
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
_PRIMARIES = 3
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a picture tells."""

    looks: str = ""
    """16 hexadecimal digits, never all of them 0; empty where the bytes cannot be read as a picture."""
    colors: tuple[str, ...] = ()
    """The averages of its quarters, `#rrggbb`: the upper two from the left, then the lower two; or none."""


class Glances:
    """At pictures, while a caller waits; few at once: large ones take much memory, and the processor."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def looks_in(self, store: Readable, content: Content) -> str:
        async with self._turns:
            return (await seen_in(store, content)).looks


async def seen_in(store: Readable, content: Content) -> Seen:
    """As `seen_of`. Raises `BytesMissing`, or `Unavailable` while the store cannot say."""
    pieces = [piece async for piece in store.read(content.storage_key, 0, content.size_bytes)]
    return await asyncio.to_thread(lambda: seen_of(b"".join(pieces)))


def seen_of(content: bytes) -> Seen:
    """Nothing where the bytes cannot be read as a picture."""
    try:
        small = _small(content)
        return Seen(_looks(small), _colors(small))
    except (UnreadablePicture, pyvips.Error):
        return Seen()


def _small(content: bytes) -> pyvips.Image:
    """Upright, on white, stretched to a square; decoded once, whatever is asked of it."""
    media_type_of(content)
    header = pyvips.Image.new_from_buffer(content, "")
    if header.width * header.height > MOST_PIXELS:
        raise UnreadablePicture
    picture = pyvips.Image.thumbnail_buffer(
        content, _SIDE, height=_SIDE, size="force", output_profile="srgb", fail_on="none"
    )
    if picture.hasalpha():
        picture = picture.flatten(background=_WHITE)
    return picture.copy_memory()


def _looks(small: pyvips.Image) -> str:
    strengths = _strengths(small.colourspace("b-w")[0].cast("uchar").write_to_memory())
    strong = max(median(strengths), 0.0) + _FAINT
    bits = "".join("1" if each > strong else "0" for each in strengths)
    return f"{int(bits, 2) or 1:016x}"


def _colors(small: pyvips.Image) -> tuple[str, ...]:
    half = _SIDE // 2
    in_color = small.colourspace("srgb").extract_band(0, n=_PRIMARIES).cast("uchar")
    quarters: bytes = in_color.shrink(half, half).write_to_memory()
    return tuple(
        f"#{quarters[start : start + _PRIMARIES].hex()}" for start in range(0, len(quarters), _PRIMARIES)
    )


def _strengths(lightness: bytes) -> list[float]:
    """Of each frequency, by a cosine transform: first along the rows, then down the columns."""
    rows = [lightness[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    along = [[_agreement(wave, row) for row in rows] for wave in _WAVES]
    return [_agreement(_WAVES[down], along[across]) for across, down in _FREQUENCIES]


def _agreement(wave: Sequence[float], values: Sequence[float]) -> float:
    return float(sum(map(mul, wave, values)))
