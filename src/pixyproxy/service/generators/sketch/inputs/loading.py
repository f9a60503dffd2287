"""The pixels of an input: upright, in sRGB, eight bits a channel."""

import pyvips

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import Size
from pixyproxy.core.requests import LARGEST_SIDE, SMALLEST_SIDE
from pixyproxy.service.generators.generator import InputPicture

_SIDEWAYS = range(5, 9)
_RGB = 3
_OPAQUE = 255


def natural_size(picture: InputPicture, *, upright: bool = True) -> Size:
    """Its own, as it is looked at, where a picture may be that small or large."""
    width, height = picture.size
    if upright and _orientation(picture) in _SIDEWAYS:
        width, height = height, width
    scale = min(1.0, LARGEST_SIDE / max(width, height))
    return Size(max(SMALLEST_SIDE, round(width * scale)), max(SMALLEST_SIDE, round(height * scale)))


def _orientation(picture: InputPicture) -> int:
    header = _opened(picture)
    return int(header.get("orientation")) if header.get_typeof("orientation") else 1


def covering(picture: InputPicture, size: Size) -> pyvips.Image:
    """Upright, scaled until it fills the size, its middle."""
    return _decoded(picture, size, no_rotate=False)


def as_stored(picture: InputPicture, size: Size) -> pyvips.Image:
    """Pixel by pixel what is in the file where it has that size already; else scaled like `covering`."""
    if picture.size != size:
        return _decoded(picture, size, no_rotate=True)
    try:
        return _in_srgb(_opened(picture)).copy_memory()
    except pyvips.Error as error:
        raise _unreadable() from error


def coverage_of(mask: InputPicture, size: Size) -> pyvips.Image:
    """White where the mask lets the picture be changed: where it is wholly transparent."""
    picture = as_stored(mask, size)
    if not picture.hasalpha():
        return pyvips.Image.black(*size)
    return picture[picture.bands - 1] == 0


def has_alpha(picture: InputPicture) -> bool:
    return bool(_opened(picture).hasalpha())


def with_alpha(picture: pyvips.Image) -> pyvips.Image:
    return picture if picture.hasalpha() else picture.bandjoin(_OPAQUE)


def _opened(picture: InputPicture) -> pyvips.Image:
    try:
        return pyvips.Image.new_from_buffer(picture.content, "")
    except pyvips.Error as error:
        raise _unreadable() from error


def _decoded(picture: InputPicture, size: Size, *, no_rotate: bool) -> pyvips.Image:
    try:
        shrunk = pyvips.Image.thumbnail_buffer(
            picture.content,
            size.width,
            height=size.height,
            crop="centre",
            no_rotate=no_rotate,
            output_profile="srgb",
            fail_on="none",
        )
        pixels = _in_srgb(shrunk).copy_memory().copy()
    except pyvips.Error as error:
        raise _unreadable() from error
    pixels.remove("icc-profile-data")
    return pixels


def _in_srgb(picture: pyvips.Image) -> pyvips.Image:
    profiled = picture.get_typeof("icc-profile-data") and picture.bands < _RGB
    if picture.interpretation == "cmyk" or profiled:
        picture = picture.icc_transform("srgb", embedded=True)
    if picture.interpretation != "srgb" or picture.format != "uchar":
        picture = picture.colourspace("srgb")
    return picture


def _unreadable() -> InvalidRequest:
    return InvalidRequest(errors=[FieldError("images", "must be pictures that can be read")])
