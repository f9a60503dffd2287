"""Further inputs, laid on the picture like photographs on a table."""

from collections.abc import Sequence
from random import Random

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from pixyproxy.service.generators.sketch.inputs.loading import covering
from pixyproxy.service.generators.sketch.inputs.pasting import pasted, with_shadow

_LARGEST = 0.3
_MOST_IN_A_ROW = 5
_BORDER = 0.06
_WHITE = [252, 250, 244]
_STEEPEST = 7


def with_photographs(picture: pyvips.Image, inputs: Sequence[InputPicture], rng: Random) -> pyvips.Image:
    """In rows from the upper edge down, all of one size, each a little askew."""
    if not inputs:
        return picture
    room = picture.width / min(len(inputs), _MOST_IN_A_ROW)
    side = min(room * 0.8, min(picture.width, picture.height) * _LARGEST)
    for index, photograph in enumerate(inputs):
        row, column = divmod(index, _MOST_IN_A_ROW)
        card = _card(photograph, max(8, round(side)), rng.uniform(-_STEEPEST, _STEEPEST))
        x = (column + 0.5) * room - card.width / 2
        y = side * (0.62 + 1.02 * row) - card.height / 2
        picture = pasted(picture, with_shadow(card, side * 0.03), round(x), round(y))
    return picture


def _card(photograph: InputPicture, side: int, turn: float) -> pyvips.Image:
    border = max(1, round(side * _BORDER))
    inner = side - 2 * border
    view = covering(photograph, Size(inner, inner))
    if view.hasalpha():
        view = view.flatten(background=_WHITE)
    card = view.embed(border, border, side, side, extend="background", background=_WHITE)
    return card.bandjoin(255).rotate(turn, background=[0, 0, 0, 0])
