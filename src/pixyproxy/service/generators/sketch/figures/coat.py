"""What every figure is drawn with: its colours in the light of the scene, and the parts many share.

Figures stand on the origin, look to the right and are about a hundred units high; up is negative.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pixyproxy.service.generators.sketch.canvas.svg import circle, path, stroke
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, lightness, mix
from pixyproxy.service.generators.sketch.light.palettes import Palette

_DARK_COAT = 0.5


@dataclass(frozen=True, slots=True)
class Coat:
    """The colours of one figure."""

    base: str
    shade: str
    light: str
    ink: str
    eye: str
    accent: str
    glow: str


Draw: TypeAlias = Callable[[Coat], list[str]]


def coat_of(colour: str, palette: Palette, accent: str, light: str | None = None) -> Coat:
    base = palette.lit(colour)
    soft = lightness(base) < _DARK_COAT
    return Coat(
        base=base,
        shade=darker(base, 0.2 if soft else 0.16),
        light=palette.lit(light) if light else lighter(base, 0.22 if soft else 0.6),
        ink=mix(palette.ink, palette.air, palette.air_share * 0.3),
        eye="#ffd970" if soft else palette.ink,
        accent=palette.lit(accent),
        glow="#ffd97a" if palette.dark else lighter(palette.lit(palette.sky[1]), 0.25),
    )


def eyes(x: float, y: float, gap: float, radius: float, coat: Coat) -> list[str]:
    """Two eyes with a spark in each; a dark coat has shining ones."""
    shapes = []
    for side in (-gap, gap):
        shapes.append(circle(x + side, y, radius, coat.eye))
        if coat.eye == "#ffd970":
            shapes.append(circle(x + side, y, radius * 0.5, coat.ink))
        shapes.append(circle(x + side + radius * 0.3, y - radius * 0.35, radius * 0.3, "#ffffff"))
    return shapes


def legs(positions: tuple[float, ...], top: float, width: float, fill: str) -> list[str]:
    """Tapered legs down to the ground."""
    half, foot = width / 2, width * 0.38
    return [
        path(f"M{x - half},{top}L{x - foot},-1Q{x},1 {x + foot},-1L{x + half},{top}Z", fill)
        for x in positions
    ]


def smile(x: float, y: float, width: float, colour: str) -> str:
    half = width / 2
    return stroke(
        f"M{x - width},{y}Q{x - half},{y + half} {x},{y}Q{x + half},{y + half} {x + width},{y}", colour, 1.3
    )
