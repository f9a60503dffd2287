"""From a prompt to a vector scene: pure, and the same for the same prompt, seed and size."""

import hashlib
from dataclasses import dataclass, replace
from random import Random

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Drawing
from pixyproxy.service.generators.sketch.figures.catalogue import EVERY_FIGURE
from pixyproxy.service.generators.sketch.light.choice import choose_palette
from pixyproxy.service.generators.sketch.light.palettes import Palette
from pixyproxy.service.generators.sketch.scenes.choice import paint_scene
from pixyproxy.service.generators.sketch.surroundings.sky import paint_lights
from pixyproxy.service.generators.sketch.surroundings.weather import paint_falling
from pixyproxy.service.generators.sketch.words.brief import Brief
from pixyproxy.service.generators.sketch.words.reading import read_prompt

_IN_THE_SKY = frozenset("sky sun moon stars cloud rainbow lightning aurora planet comet firework".split())
_WEATHER = frozenset("rain snow".split())


@dataclass(frozen=True, slots=True)
class Scene:
    """What was composed, and from what."""

    drawing: Drawing
    palette: Palette
    brief: Brief

    @property
    def has_figures(self) -> bool:
        return bool(self.brief.named(EVERY_FIGURE))

    @property
    def is_empty(self) -> bool:
        return not self.drawing.shapes


def compose(prompt: str, seed: int, size: Size, *, transparent: bool = False) -> str:
    """The scene as SVG text. Nothing of the prompt is in it but what its words stand for."""
    return scene_of(prompt, seed, size, transparent=transparent).drawing.write(*size)


def scene_of(prompt: str, seed: int, size: Size, *, transparent: bool = False) -> Scene:
    stage = _stage(prompt, seed, size, transparent=transparent)
    paint_scene(stage)
    return Scene(stage.drawing, stage.palette, stage.brief)


def additions_of(prompt: str, seed: int, size: Size) -> Scene:
    """What the prompt brings into a picture that is there already: no backdrop, and perhaps nothing."""
    stage = replace(_stage(prompt, seed, size, transparent=True), is_taken=True)
    paint_lights(stage)
    if stage.brief.is_abstract or stage.brief.kinds - _IN_THE_SKY - _WEATHER:
        paint_scene(stage)
    paint_falling(stage)
    return Scene(stage.drawing, stage.palette, stage.brief)


def _stage(prompt: str, seed: int, size: Size, *, transparent: bool) -> Stage:
    brief = read_prompt(prompt)
    rng = Random(_hash(prompt, seed, size))  # noqa: S311 - art, not secrets
    shorter = min(size)
    drawing = Drawing(UNIT * size.width / shorter, UNIT * size.height / shorter)
    return Stage(drawing, choose_palette(brief, rng), rng, brief, transparent)


def _hash(prompt: str, seed: int, size: Size) -> int:
    text = f"{seed}\n{size}\n{prompt}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest())
