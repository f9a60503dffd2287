"""The layers of cut paper a scene is built of, and the wavy line where each one ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pixyproxy.service.generators.sketch.canvas.stage import Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, number, smooth, stroke
from pixyproxy.service.generators.sketch.light.colours import darker

_MOST_POINTS = 240


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


def wavy_ridge(stage: Stage, base: float, swell: float, length: float = 260.0) -> Ridge:
    waves = tuple(
        (
            swell * share * stage.spread(0.7, 1.2),
            length * scale * stage.spread(0.8, 1.25),
            stage.spread(0, 6.28),
        )
        for share, scale in ((0.62, 1.0), (0.3, 0.47), (0.08, 0.21))
    )
    return Ridge(base, waves)


def paint_layer(stage: Stage, line: Sequence[Point], top: str, bottom: str, *, shadow: float = 0.07) -> None:
    """A layer of cut paper: its soft shadow on what lies behind, then itself, misty towards its foot."""
    edge = smooth(line)
    dark = darker(bottom, 0.6)
    stage.add(*[stroke(edge, dark, width, opacity=shadow * 0.5) for width in (12, 26, 44)])
    fill = stage.drawing.vertical_gradient((0, top, 1), (1, bottom, 1))
    floor = number(stage.height + 10)
    last, first = number(line[-1][0]), number(line[0][0])
    stage.add(f'<path d="{edge}L{last},{floor}L{first},{floor}Z" fill="{fill}"/>')
