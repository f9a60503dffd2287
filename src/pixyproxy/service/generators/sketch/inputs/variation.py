"""A variation: the same picture seen a little differently, from nearer, in another light, in other hues."""

import math
from dataclasses import dataclass
from random import Random
from typing import Self

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from pixyproxy.service.generators.sketch.canvas.svg import Drawing, rect
from pixyproxy.service.generators.sketch.inputs.brush import brushed_out
from pixyproxy.service.generators.sketch.inputs.chance import chance_of
from pixyproxy.service.generators.sketch.inputs.loading import covering
from pixyproxy.service.generators.sketch.inputs.pasting import laid_over
from pixyproxy.service.generators.sketch.output.animation import MovingPlane
from pixyproxy.service.generators.sketch.render import grained, on_white, rasterised

_LIGHTS = ("#ffd9a0", "#ffb59a", "#a9d4ff", "#c9b6ff", "#b8f0d0", "#fff3c9")
_MIRRORED_SHARE, _MIDDLE = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Turn:
    """How a variation differs from what it varies."""

    hue: float
    colourfulness: float
    brightness: float
    zoom: float
    across: float
    down: float
    is_mirrored: bool
    light: str

    @classmethod
    def of(cls, rng: Random) -> Self:
        return cls(
            hue=rng.choice((-1, 1)) * rng.uniform(10, 32),
            colourfulness=rng.uniform(0.9, 1.25),
            brightness=rng.uniform(0.93, 1.06),
            zoom=rng.uniform(1.06, 1.2),
            across=rng.random(),
            down=rng.random(),
            is_mirrored=rng.random() < _MIRRORED_SHARE,
            light=rng.choice(_LIGHTS),
        )


@dataclass(frozen=True, slots=True)
class Varied:
    input: InputPicture
    prompt: str
    seed: int
    size: Size
    background: str | None

    def painted(self) -> pyvips.Image:
        picture = self._seen_at(self.size)
        return picture if picture.hasalpha() else grained(picture)

    def begun(self, size: Size, _share: float, /) -> pyvips.Image:
        """There at once; how far it is, only its sharpness tells."""
        return self._seen_at(size)

    def planes(self, size: Size) -> list[MovingPlane]:
        return [MovingPlane(on_white(self._seen_at(size)))]

    def _seen_at(self, size: Size) -> pyvips.Image:
        rng = chance_of(self.seed, self.prompt, self.input)
        turn = Turn.of(rng)
        picture = _recoloured(_framed(covering(self.input, _enlarged(size, turn.zoom)), size, turn), turn)
        if self.background == "opaque":
            picture = on_white(picture)
        picture = _lit(picture, turn)
        if self.background == "transparent" and not picture.hasalpha():
            return brushed_out(picture, rng)
        return picture


def _enlarged(size: Size, zoom: float) -> Size:
    return Size(math.ceil(size.width * zoom), math.ceil(size.height * zoom))


def _framed(picture: pyvips.Image, size: Size, turn: Turn) -> pyvips.Image:
    left = round((picture.width - size.width) * turn.across)
    top = round((picture.height - size.height) * turn.down)
    framed = picture.crop(left, top, *size)
    return framed.fliphor() if turn.is_mirrored else framed


def _recoloured(picture: pyvips.Image, turn: Turn) -> pyvips.Image:
    turned = picture[:3].recomb(_matrix(turn)).cast("uchar").copy(interpretation="srgb")
    return turned.bandjoin(picture[3]) if picture.hasalpha() else turned


def _matrix(turn: Turn) -> list[list[float]]:
    """Turns the hues about the axis of greys, as SVG's `hueRotate` does: lightness stays nearly the same."""
    cos, sin = (f(math.radians(turn.hue)) * turn.colourfulness for f in (math.cos, math.sin))
    red, green, blue = 0.213, 0.715, 0.072
    rows = [
        [
            red + cos * (1 - red) - sin * red,
            green - cos * green - sin * green,
            blue - cos * blue + sin * (1 - blue),
        ],
        [
            red - cos * red + sin * 0.143,
            green + cos * (1 - green) + sin * 0.14,
            blue - cos * blue - sin * 0.283,
        ],
        [
            red - cos * red - sin * (1 - red),
            green - cos * green + sin * green,
            blue + cos * (1 - blue) + sin * blue,
        ],
    ]
    return [[value * turn.brightness for value in row] for row in rows]


def _lit(picture: pyvips.Image, turn: Turn) -> pyvips.Image:
    """A light from one corner."""
    drawing = Drawing(1000, 1000)
    stops = ((0.0, turn.light, 0.42), (0.55, turn.light, 0.12), (1.0, turn.light, 0.0))
    glow = drawing.radial_gradient(*stops)
    x, y = (-700.0 if share < _MIDDLE else 100.0 for share in (1 - turn.across, turn.down))
    drawing.add(rect(x, y, 1600, 1600, glow))
    light = rasterised(drawing.write(picture.width, picture.height))
    if not picture.hasalpha():
        return laid_over(picture, light)
    return laid_over(picture[:3], light).bandjoin(picture[3])
