"""An edit without a mask: the first input painted anew, in the light of the prompt and with what it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from pixyproxy.service.generators.sketch.compose import Scene, additions_of, scene_of
from pixyproxy.service.generators.sketch.inputs.brush import brushed_out, in_the_light_of, painterly
from pixyproxy.service.generators.sketch.inputs.chance import chance_of
from pixyproxy.service.generators.sketch.inputs.collage import with_photographs
from pixyproxy.service.generators.sketch.inputs.loading import covering, has_alpha
from pixyproxy.service.generators.sketch.inputs.pasting import faded, laid_over, with_shadow
from pixyproxy.service.generators.sketch.output.animation import MovingPlane
from pixyproxy.service.generators.sketch.render import grained, rasterised

_STRONG_LIGHT, _SOFT_LIGHT = 0.55, 0.25
_SCENERY, _PATTERN = 0.8, 0.45
_SHADOW = 0.008


@dataclass(frozen=True, slots=True)
class Repainted:
    inputs: Sequence[InputPicture]
    prompt: str
    seed: int
    size: Size
    transparent: bool

    def painted(self) -> pyvips.Image:
        return self._painted(self.size)

    def begun(self, size: Size, _share: float, /) -> pyvips.Image:
        """There at once; how far it is, only its sharpness tells."""
        return self._painted(size)

    def planes(self, size: Size) -> list[MovingPlane]:
        additions = self._additions(size)
        front = [] if additions is None else [MovingPlane(additions)]
        return [MovingPlane(self._backdrop(size)), *front]

    def _painted(self, size: Size) -> pyvips.Image:
        picture, additions = self._backdrop(size), self._additions(size)
        if additions is not None:
            picture = laid_over(picture, additions)
        if picture.hasalpha():
            return picture
        return brushed_out(picture, self._rng()) if self.transparent else grained(picture)

    def _backdrop(self, size: Size) -> pyvips.Image:
        scene = self._scene()
        named = scene.brief.moods or scene.brief.colours
        picture = painterly(covering(self.inputs[0], size))
        picture = in_the_light_of(picture, scene.palette, _STRONG_LIGHT if named else _SOFT_LIGHT)
        if self._stands_in_a_scene:
            whole = scene_of(self.prompt, self.seed, self.size)
            behind = rasterised(whole.drawing.write(*size)).flatten()
            picture = laid_over(behind, with_shadow(picture, _SHADOW * min(size)))
        return with_photographs(picture, self.inputs[1:], self._rng())

    @property
    def _stands_in_a_scene(self) -> bool:
        """The input is cut out: all the prompt describes is painted behind it."""
        return has_alpha(self.inputs[0]) and not self.transparent

    def _additions(self, size: Size) -> pyvips.Image | None:
        scene = self._scene()
        if scene.is_empty or self._stands_in_a_scene:
            return None
        shapes = rasterised(scene.drawing.write(*size))
        if scene.brief.is_abstract:
            return faded(shapes, _PATTERN)
        if not scene.has_figures:
            return faded(shapes, _SCENERY)
        return with_shadow(shapes, _SHADOW * min(size))

    def _scene(self) -> Scene:
        return additions_of(self.prompt, self.seed, self.size)

    def _rng(self) -> Random:
        return chance_of(self.seed, self.prompt, self.inputs[0])
