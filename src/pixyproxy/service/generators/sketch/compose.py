"""From a prompt to a vector scene: pure, and the same for the same prompt, seed and size."""

import hashlib
from random import Random

from pixyproxy.core.models import Size

from .abstract import paint_abstract
from .cosmos import paint_space
from .figures import AFLOAT, GROUNDED
from .indoors import paint_room
from .outdoors import paint_outdoors
from .palette import choose_palette
from .prompt_words import Brief, read_prompt
from .stage import UNIT, Stage
from .svg import Drawing
from .undersea import paint_undersea

_HOUSEHOLD = frozenset({"chair", "table", "cup", "lamp", "book", "vase", "apple"})
_INSIDE = frozenset(
    {
        "cat",
        "dog",
        "person",
        "robot",
        "rabbit",
        "room",
        "heart",
        "owl",
        "bird",
        "frog",
        "fox",
        "bear",
        "panda",
        "penguin",
        "flower",
        "sun",
        "moon",
    }
)
_SUBMERGED = frozenset({"fish", "whale", "dolphin", "turtle"})
_SURFACE = frozenset(
    {
        "boat",
        "lake",
        "river",
        "beach",
        "bridge",
        "lighthouse",
        "city",
        "sun",
        "moon",
        "sky",
        "desert",
        "stars",
        "dawn",
        "sunset",
        "dusk",
        "storm",
        "rain",
        "hill",
        "mountain",
    }
)


_ABOVE = _SURFACE | AFLOAT.keys() | (GROUNDED.keys() - _SUBMERGED)


def compose(prompt: str, seed: int, size: Size, *, transparent: bool = False) -> str:
    """The scene as SVG text. Nothing of the prompt is in it but what its words stand for."""
    brief = read_prompt(prompt)
    rng = Random(_hash(prompt, seed, size))  # noqa: S311 - art, not secrets
    shorter = min(size)
    drawing = Drawing(UNIT * size.width / shorter, UNIT * size.height / shorter)
    stage = Stage(drawing, choose_palette(brief, rng), rng, brief, transparent)
    _paint(stage, brief)
    return drawing.write(size.width, size.height)


def _hash(prompt: str, seed: int, size: Size) -> int:
    text = f"{seed}\n{size}\n{prompt}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest())


def _paint(stage: Stage, brief: Brief) -> None:
    kinds = brief.kinds
    if brief.is_abstract:
        paint_abstract(stage)
    elif "room" in kinds or (kinds & _HOUSEHOLD and kinds <= _HOUSEHOLD | _INSIDE):
        paint_room(stage)
    elif "underwater" in kinds or (kinds & _SUBMERGED and not brief.everything & _ABOVE):
        paint_undersea(stage)
    elif "space" in kinds or (
        "astronaut" in kinds and not kinds & {"hill", "desert", "forest", "city", "mountain", "horse"}
    ):
        paint_space(stage)
    else:
        paint_outdoors(stage)
