"""From a prompt to a vector scene: pure, and the same for the same prompt, seed and size."""

import hashlib
from random import Random

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Drawing
from pixyproxy.service.generators.sketch.light.choice import choose_palette
from pixyproxy.service.generators.sketch.scenes.choice import paint_scene
from pixyproxy.service.generators.sketch.words.reading import read_prompt


def compose(prompt: str, seed: int, size: Size, *, transparent: bool = False) -> str:
    """The scene as SVG text. Nothing of the prompt is in it but what its words stand for."""
    brief = read_prompt(prompt)
    rng = Random(_hash(prompt, seed, size))  # noqa: S311 - art, not secrets
    shorter = min(size)
    drawing = Drawing(UNIT * size.width / shorter, UNIT * size.height / shorter)
    paint_scene(Stage(drawing, choose_palette(brief, rng), rng, brief, transparent))
    return drawing.write(size.width, size.height)


def _hash(prompt: str, seed: int, size: Size) -> int:
    text = f"{seed}\n{size}\n{prompt}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest())
