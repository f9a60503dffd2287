"""What those who watch may see before the picture is finished."""

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.motif import Motif
from pixyproxy.service.generators.sketch.output.formats import encoded

_GLIMPSE_PX = 256
_GLIMPSE_QUALITY = 88
_STEPS_PX = (256, 384, 512)
_BLUR = 0.012
"""Of the longer side; the first of three previews has three times as much."""


def glimpse(motif: Motif) -> bytes:
    """Small, and soon there."""
    picture = motif.begun(_within(motif.size, _GLIMPSE_PX), 1.0)
    content: bytes = picture.write_to_buffer(".webp", Q=_GLIMPSE_QUALITY, effort=0, keep="none")
    return content


def begun(motif: Motif, index: int, count: int, output_format: str) -> bytes:
    """The one of that index: each larger, sharper and further than the one before, none of them finished."""
    size = _within(motif.size, _STEPS_PX[len(_STEPS_PX) - count + index])
    picture = motif.begun(size, (index + 1) / (count + 1))
    return encoded(_blurred(picture, _BLUR * max(size) * (count - index)), output_format)


def _blurred(picture: pyvips.Image, sigma: float) -> pyvips.Image:
    if not picture.hasalpha():
        return picture.gaussblur(sigma)
    return picture.premultiply().gaussblur(sigma).unpremultiply().cast("uchar")


def _within(size: Size, longest: int) -> Size:
    scale = min(1.0, longest / max(size))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
