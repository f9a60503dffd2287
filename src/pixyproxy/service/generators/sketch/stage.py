"""The sheet a scene is painted on, with its light, its chance and its brief at hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from .colours import darker
from .palettes import Palette
from .prompt_words import Brief
from .svg import Drawing, Point, number, smooth, stroke

UNIT = 1000.0
_MOST_POINTS = 240


@dataclass(frozen=True, slots=True)
class Stage:
    """The short side is `UNIT` long, whatever the size in pixels."""

    drawing: Drawing
    palette: Palette
    rng: Random
    brief: Brief
    transparent: bool = False

    @property
    def width(self) -> float:
        return self.drawing.width

    @property
    def height(self) -> float:
        return self.drawing.height

    def add(self, *shapes: str) -> None:
        self.drawing.add(*shapes)

    def names(self, *kinds: str) -> bool:
        return not self.brief.everything.isdisjoint(kinds)

    def spread(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def many(self, per_unit: float, most: int) -> int:
        """A number of small things that follows the width, within reason."""
        return max(1, min(most, round(per_unit * self.width / UNIT)))


@dataclass(frozen=True, slots=True)
class Ridge:
    """The line where a layer of land ends: a few waves laid over each other."""

    base: float
    waves: tuple[tuple[float, float, float], ...]

    def at(self, x: float) -> float:
        return self.base - sum(high * math.sin(x / length + phase) for high, length, phase in self.waves)

    def points(self, stage: Stage, step: float = 40.0) -> list[Point]:
        step = max(step, stage.width / _MOST_POINTS)
        count = math.ceil((stage.width + 60) / step) + 1
        return [(-30 + step * index, self.at(-30 + step * index)) for index in range(count)]


def ridge(stage: Stage, base: float, swell: float, length: float = 260.0) -> Ridge:
    waves = tuple(
        (
            swell * share * stage.spread(0.7, 1.2),
            length * scale * stage.spread(0.8, 1.25),
            stage.spread(0, 6.28),
        )
        for share, scale in ((0.62, 1.0), (0.3, 0.47), (0.08, 0.21))
    )
    return Ridge(base, waves)


def layer(stage: Stage, line: Sequence[Point], top: str, bottom: str, *, shadow: float = 0.07) -> None:
    """A layer of cut paper: its soft shadow on what lies behind, then itself, misty towards its foot."""
    edge = smooth(line)
    dark = darker(bottom, 0.6)
    stage.add(*[stroke(edge, dark, width, opacity=shadow * 0.5) for width in (12, 26, 44)])
    fill = stage.drawing.vertical((0, top, 1), (1, bottom, 1))
    floor = number(stage.height + 10)
    last, first = number(line[-1][0]), number(line[0][0])
    stage.add(f'<path d="{edge}L{last},{floor}L{first},{floor}Z" fill="{fill}"/>')
