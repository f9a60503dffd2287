"""A picture that moves: its planes sway past each other, what falls keeps falling, without end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyvips

from pixyproxy.core.models import Size

DEFAULT_FRAMES = 9
DEFAULT_DURATION_MS = 200
_SWAY = 0.03
_LEAST_SWAY_PX = 6
_BITS, _DITHER = 6, 0.5
"""Finding the nearest colour is most of the work; 128 of them take half as long again."""

_STILL = 5
"""A pixel that changes by less keeps its colour, which spares half of the file."""


@dataclass(frozen=True, slots=True)
class MovingPlane:
    """One distance, on a sheet somewhat larger than the frames: `overscan` of their size."""

    picture: pyvips.Image
    fall: int = 0


def overscan(size: Size) -> Size:
    """In the same aspect, with room at every side to sway."""
    scale = 1 + 2.2 * _reach(size) / min(size)
    return Size(math.ceil(size.width * scale), math.ceil(size.height * scale))


def _reach(size: Size) -> float:
    return max(_LEAST_SWAY_PX, _SWAY * min(size))


def animated(planes: Sequence[MovingPlane], size: Size, count: int, duration_ms: int) -> bytes:
    ready = [MovingPlane(plane.picture.copy_memory(), plane.fall) for plane in planes]
    frames = [_frame(ready, size, index / count) for index in range(count)]
    film = pyvips.Image.arrayjoin(frames, across=1).copy()
    film.set_type(pyvips.GValue.gint_type, "page-height", size.height)
    film.set_type(pyvips.GValue.array_int_type, "delay", [duration_ms] * count)
    film.set_type(pyvips.GValue.gint_type, "loop", 0)
    # One palette for all frames, or the colours would flicker.
    content: bytes = film.write_to_buffer(
        ".gif",
        effort=1,
        dither=_DITHER,
        bitdepth=_BITS,
        interpalette_maxerror=256,
        interframe_maxerror=_STILL,
        keep_duplicate_frames=True,
    )
    return content


def _frame(planes: Sequence[MovingPlane], size: Size, moment: float) -> pyvips.Image:
    """The planes at a moment from 0 to 1 of the loop."""
    frame = None
    for index, plane in enumerate(planes):
        depth = index / (len(planes) - 1) if len(planes) > 1 else 1.0
        view = _view(plane, size, depth, moment)
        frame = _opaque(view) if frame is None else _over(frame, view)
    return frame


def _opaque(picture: pyvips.Image) -> pyvips.Image:
    return picture.flatten() if picture.hasalpha() else picture


def _view(plane: MovingPlane, size: Size, depth: float, moment: float) -> pyvips.Image:
    picture = plane.picture
    if plane.fall:
        picture = picture.wrap(x=0, y=round(plane.fall * moment * picture.height) % picture.height)
    reach = _reach(size) * depth
    x = (picture.width - size.width) / 2 + reach * math.sin(math.tau * moment)
    y = (picture.height - size.height) / 2 + reach / 3 * math.cos(math.tau * moment)
    return picture.crop(
        _within(x, picture.width - size.width), _within(y, picture.height - size.height), *size
    )


def _within(offset: float, most: int) -> int:
    return min(max(round(offset), 0), most)


def _over(below: pyvips.Image, above: pyvips.Image) -> pyvips.Image:
    if not above.hasalpha():
        return above
    return above[above.bands - 1].ifthenelse(above[: above.bands - 1], below, blend=True)
