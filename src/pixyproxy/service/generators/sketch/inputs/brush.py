"""How a picture is made to look painted: broad touches, the light of a palette, a brushed edge."""

from itertools import pairwise
from random import Random

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.canvas.svg import Drawing, number, stroke
from pixyproxy.service.generators.sketch.light.palettes import Palette
from pixyproxy.service.generators.sketch.render import rasterised

_CANVAS_PX = 420
"""The shorter side of the sheet the touches are made on: the smaller, the broader they are."""

_TOUCH = 7
_ROWS = 26


def painterly(picture: pyvips.Image) -> pyvips.Image:
    """Small things become touches of one colour; the outlines stay."""
    shrink = max(1.0, min(picture.width, picture.height) / _CANVAS_PX)
    colours = picture[:3]
    small = colours.resize(1 / shrink) if shrink > 1 else colours
    touched = small.median(_TOUCH).median(_TOUCH - 2)
    touched = touched.thumbnail_image(picture.width, height=picture.height, size="force")
    painted = (touched * 0.8 + colours * 0.2).cast("uchar")
    return painted.bandjoin(picture[3]) if picture.hasalpha() else painted


def in_the_light_of(picture: pyvips.Image, palette: Palette, share: float) -> pyvips.Image:
    """Its darks, middles and lights drawn towards those of the palette."""
    colours = picture[:3]
    toned = colours.colourspace("b-w").maplut(_tones(palette))
    lit = (colours * (1 - share) + toned * share).cast("uchar").copy(interpretation="srgb")
    return lit.bandjoin(picture[3]) if picture.hasalpha() else lit


def _tones(palette: Palette) -> pyvips.Image:
    stops = [
        (0.0, palette.ink),
        (0.3, palette.land[1]),
        (0.6, palette.sky[1]),
        (0.85, palette.sky[2]),
        (1.0, palette.light),
    ]
    values = bytearray()
    for step in range(256):
        at = step / 255
        (low, dark), (high, bright) = next(
            (below, above) for below, above in pairwise(stops) if at <= above[0]
        )
        share = (at - low) / (high - low)
        values += bytes(
            round(a + (b - a) * share) for a, b in zip(_channels(dark), _channels(bright), strict=True)
        )
    return pyvips.Image.new_from_memory(bytes(values), 256, 1, 3, "uchar")


def _channels(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def brushed_out(picture: pyvips.Image, rng: Random) -> pyvips.Image:
    """On nothing: strokes of a broad brush hold the picture, and between their ends one sees through."""
    alpha = rasterised(_strokes(Size(picture.width, picture.height), rng))[3]
    return picture.bandjoin(alpha).copy(interpretation="srgb")


def _strokes(size: Size, rng: Random) -> str:
    drawing = Drawing(float(size.width), float(size.height))
    step = size.height * 0.86 / _ROWS
    for row in range(_ROWS + 1):
        y = size.height * 0.07 + row * step
        left, right = (size.width * rng.uniform(0.05, 0.13) for _ in range(2))
        lift = step * rng.uniform(-0.5, 0.5)
        line = (
            f"M{number(left)},{number(y)}"
            f"Q{number(size.width / 2)},{number(y + lift)} {number(size.width - right)},{number(y - lift)}"
        )
        drawing.add(stroke(line, "#ffffff", step * 1.5))
    return drawing.write(*size)
