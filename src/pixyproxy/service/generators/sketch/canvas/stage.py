"""The sheet a scene is painted on, with its light, its chance and its brief at hand."""

from dataclasses import dataclass
from random import Random

from pixyproxy.service.generators.sketch.canvas.svg import Drawing
from pixyproxy.service.generators.sketch.light.palettes import Palette
from pixyproxy.service.generators.sketch.words.brief import Brief

UNIT = 1000.0


@dataclass(frozen=True, slots=True)
class Stage:
    """The short side is `UNIT` long, whatever the size in pixels."""

    drawing: Drawing
    palette: Palette
    rng: Random
    brief: Brief
    transparent: bool = False
    is_taken: bool = False
    """Somebody stands in the middle already: who comes to it keeps to one side."""

    @property
    def width(self) -> float:
        return self.drawing.width

    @property
    def height(self) -> float:
        return self.drawing.height

    def add(self, *shapes: str) -> None:
        self.drawing.add(*shapes)

    def names(self, *kinds: str) -> bool:
        return not self.brief.kinds_and_moods.isdisjoint(kinds)

    def spread(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def many(self, per_unit: float, most: int) -> int:
        """A number of small things that follows the width, within reason."""
        return max(1, min(most, round(per_unit * self.width / UNIT)))
