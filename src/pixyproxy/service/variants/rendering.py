"""From the bytes of a picture to those of a copy: upright, in sRGB, one frame, with nothing said about it."""

import hashlib
from dataclasses import dataclass

import pyvips

from pixyproxy.core.exceptions import BytesMissing, UnreadablePicture
from pixyproxy.service.pictures import examine
from pixyproxy.service.variants.messages import RenderJob

OWN_VERSION = 2
"""To be raised with every change of what is made: copies of another version are made anew."""

_SIDEWAYS = range(5, 9)
_OPAQUE, _WHITE = 255, 255
_NO_HALVES = "fail_on=error"
"""So, and not as `fail_on`, which `thumbnail_buffer` does not pass on to the loader (libvips #5195)."""

_MOST_PIXELS_WITH_EFFORT = 2_100_000
_AVIF_QUALITIES = {40: 33, 50: 39, 60: 45, 70: 53, 75: 57, 80: 62, 85: 68, 90: 76, 95: 86, 100: 100}
"""What differs as much from the picture as a JPEG of that quality does."""


@dataclass(frozen=True, slots=True)
class Rendered:
    content: bytes
    media_type: str
    is_turned: bool


def renderer_version() -> str:
    return "-".join(["r", str(OWN_VERSION), *(str(pyvips.version(part)) for part in range(3))])


def rendered(content: bytes, job: RenderJob) -> Rendered:
    """Raises `UnreadablePicture`, also where there are too many pixels; `BytesMissing` for other bytes."""
    _check_unchanged(content, job.sha256)
    try:
        is_turned = _lies_on_its_side(content)
        picture = _shrunk(content, job, is_turned=is_turned)
        return _encoded(picture, job, is_turned=is_turned)
    except pyvips.Error as error:
        raise UnreadablePicture from error


def _check_unchanged(content: bytes, sha256: str) -> None:
    try:
        found = examine(content).sha256
    except UnreadablePicture:
        if hashlib.sha256(content).hexdigest() == sha256:
            raise
        found = ""
    if found != sha256:
        raise BytesMissing


def _lies_on_its_side(content: bytes) -> bool:
    header = pyvips.Image.new_from_buffer(content, "")
    return bool(header.get_typeof("orientation")) and header.get("orientation") in _SIDEWAYS


def _shrunk(content: bytes, job: RenderJob, *, is_turned: bool) -> pyvips.Image:
    width, height, crop = job.turned_shape if is_turned else job.shape
    way = {"crop": "centre"} if crop else {"size": "force"}
    if _has_colours_of_its_own(content):
        way["output_profile"] = "srgb"
    picture = pyvips.Image.thumbnail_buffer(content, width, height=height, option_string=_NO_HALVES, **way)
    return _without_needless_alpha(_in_srgb(picture).copy_memory())


def _has_colours_of_its_own(content: bytes) -> bool:
    """To be turned into sRGB. Where it is that already, this would take longer than all the rest."""
    header = pyvips.Image.new_from_buffer(content, "")
    return bool(header.get_typeof("icc-profile-data")) or header.interpretation == "cmyk"


def _in_srgb(picture: pyvips.Image) -> pyvips.Image:
    """Eight bits a channel. Grey stays grey."""
    if picture.interpretation == "cmyk":
        picture = picture.icc_transform("srgb", embedded=True)
    if picture.interpretation not in {"srgb", "b-w"} or picture.format != "uchar":
        picture = picture.colourspace("srgb").cast("uchar")
    return picture


def _without_needless_alpha(picture: pyvips.Image) -> pyvips.Image:
    if picture.hasalpha() and picture[picture.bands - 1].min() == _OPAQUE:
        return picture[: picture.bands - 1]
    return picture


def _encoded(picture: pyvips.Image, job: RenderJob, *, is_turned: bool) -> Rendered:
    kind = job.format
    if kind == "plain":
        kind = "png" if picture.hasalpha() else "jpeg"
    if kind == "jpeg" and picture.hasalpha():
        picture = picture.flatten(background=_WHITE)
    settings = _settings(kind, job.quality, picture.width * picture.height)
    content = picture.write_to_buffer(f".{kind}", keep="none", **settings)
    return Rendered(content, f"image/{kind}", is_turned)


def _settings(kind: str, quality: int | None, pixels: int) -> dict[str, object]:
    """Where more effort takes twice the time, a twentieth is saved at most."""
    if kind == "png" or quality is None:
        return {"compression": 4, "filter": "up"}
    if kind == "avif":
        return {"Q": _AVIF_QUALITIES[quality], "effort": 1 if pixels <= _MOST_PIXELS_WITH_EFFORT else 0}
    return {"Q": quality, "effort": 2} if kind == "webp" else {"Q": quality, "optimize_coding": True}
