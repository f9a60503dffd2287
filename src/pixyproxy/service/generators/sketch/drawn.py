"""A new picture: the scene the prompt describes, and nothing else."""

from dataclasses import dataclass
from itertools import pairwise

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.canvas.svg import Drawing
from pixyproxy.service.generators.sketch.output.animation import MovingPlane
from pixyproxy.service.generators.sketch.render import on_white, paint, rasterised

_FEWEST_SHAPES = 12


@dataclass(frozen=True, slots=True)
class Drawn:
    drawing: Drawing
    size: Size
    transparent: bool

    def svg(self) -> str:
        return self.drawing.write(*self.size)

    def painted(self) -> pyvips.Image:
        return paint(self.svg(), transparent=self.transparent)

    def begun(self, size: Size, share: float, /) -> pyvips.Image:
        """Painted back to front: the sky is there before the fox."""
        shapes = max(_FEWEST_SHAPES, round(len(self.drawing.shapes) * share))
        picture = rasterised(self.drawing.write(*size, last=shapes))
        return picture if self.transparent else on_white(picture)

    def planes(self, size: Size) -> list[MovingPlane]:
        planes = self.drawing.planes
        ends = [*(after.first for _, after in pairwise(planes)), len(self.drawing.shapes)]
        return [
            MovingPlane(rasterised(self.drawing.write(*size, plane.first, end)), plane.fall)
            for plane, end in zip(planes, ends, strict=True)
            if plane.first < end
        ]
