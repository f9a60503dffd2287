"""Chooses where a scene takes place, and has it painted."""

from pixyproxy.service.generators.sketch.canvas.stage import Stage
from pixyproxy.service.generators.sketch.figures.catalogue import AFLOAT, GROUNDED
from pixyproxy.service.generators.sketch.scenes.abstract import paint_abstract
from pixyproxy.service.generators.sketch.scenes.outdoors import paint_outdoors
from pixyproxy.service.generators.sketch.scenes.room import paint_room
from pixyproxy.service.generators.sketch.scenes.space import paint_space
from pixyproxy.service.generators.sketch.scenes.undersea import paint_undersea

_HOUSEHOLD = frozenset("chair table cup lamp book vase apple".split())
_WELCOME_INSIDE = frozenset(
    "room cat dog rabbit frog fox bear panda owl bird penguin person robot heart flower sun moon".split()
)
_SUBMERGED = frozenset("fish whale dolphin turtle".split())
_SURFACE = frozenset(
    "sky sun moon stars dawn sunset dusk storm rain "
    "beach lake river hill mountain desert city bridge lighthouse boat".split()
)
_ABOVE_WATER = _SURFACE | AFLOAT.keys() | (GROUNDED.keys() - _SUBMERGED)
_EARTHLY = frozenset("hill desert forest city mountain horse".split())


def paint_scene(stage: Stage) -> None:
    """Anything that names no other place is a scene under the open sky."""
    brief, kinds = stage.brief, stage.brief.kinds
    if brief.is_abstract:
        paint_abstract(stage)
    elif "room" in kinds or (kinds & _HOUSEHOLD and kinds <= _HOUSEHOLD | _WELCOME_INSIDE):
        paint_room(stage)
    elif "underwater" in kinds or (kinds & _SUBMERGED and not brief.kinds_and_moods & _ABOVE_WATER):
        paint_undersea(stage)
    elif "space" in kinds or ("astronaut" in kinds and not kinds & _EARTHLY):
        paint_space(stage)
    else:
        paint_outdoors(stage)
