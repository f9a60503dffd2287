"""What a copy is to be, to the pixel, told from what is asked for and from the picture's size and kind.

Sides and qualities go up to the next rung of a ladder, and two questions with one result have one plan: of
one picture there are at most 73 sizes that fit into a box, whatever is asked for.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pixyproxy.core.models import Size
from pixyproxy.core.picture_requests import LARGEST_VARIANT_SIDE, VariantOptions
from pixyproxy.service.variants.accept import weights_in

SIDES = (
    16, 32, 48, 64, 80, 96, 100, 128, 160, 200, 256, 300, 320, 360, 400, 480, 512, 540, 640, 720, 768,
    800, 960, 1024, 1080, 1200, 1280, 1440, 1536, 1600, 1920, 2048, 2560, 3072, 3840, 4096,
)  # fmt: skip
QUALITIES = (40, 50, 60, 70, 75, 80, 85, 90, 95, 100)
DEFAULT_QUALITY = 80
MOST_AVIF_PIXELS = 2_100_000
"""Of those that `auto` chooses. Up to here an AVIF takes 0.3 s at most, at four times as many 1.5 s;
a WebP is made in half the time and a fifth larger."""


class Format(StrEnum):
    """What a copy is kept as."""

    WEBP = "webp"
    AVIF = "avif"
    JPEG = "jpeg"
    PNG = "png"
    PLAIN = "plain"
    """For those who may know no newer kind: JPEG where nothing is transparent, else PNG."""


_OWN_FORMATS = {
    "image/png": Format.PNG,
    "image/jpeg": Format.JPEG,
    "image/webp": Format.WEBP,
    "image/avif": Format.AVIF,
    "image/gif": Format.PNG,
    "image/svg+xml": Format.PNG,
}
_PLAIN_FORMATS = {
    "image/jpeg": Format.JPEG,
    "image/gif": Format.PNG,
    "image/svg+xml": Format.PNG,
}
"""Few colours and sharp edges are PNG's; of all others one has to see whether they are transparent."""

_OLD_FORMATS = {"image/jpeg": Format.JPEG, "image/png": Format.PNG}
_PLAIN_KINDS = (*_OLD_FORMATS, "image/*", "*/*")
"""Wildcards speak for the old kinds alone: who sends them may know no newer one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A copy of one picture."""

    size: Size
    crop: bool
    format: Format
    quality: int | None
    """None where nothing is lost."""

    @property
    def name(self) -> str:
        """What tells it from every other plan for the same picture."""
        words = [str(self.size), "cover" if self.crop else "", str(self.format), str(self.quality or "")]
        return "-".join(word for word in words if word)


def plan_of(size: Size, media_type: str, options: VariantOptions, accept: str) -> Plan:
    """For a picture that large and of that kind."""
    wanted, crop = _wanted_size(size, options)
    chosen = _format(media_type, options, accept, wanted)
    quality = None if chosen is Format.PNG else _rung(QUALITIES, options.quality or DEFAULT_QUALITY)
    return Plan(wanted, crop, chosen, quality)


def _wanted_size(size: Size, options: VariantOptions) -> tuple[Size, bool]:
    """And whether something is to be cut off."""
    box = Size(_side(options.width), _side(options.height))
    fitting = _fitting(size, box)
    if options.fit != "cover":
        return fitting, False
    covering = _fitting(box, size)
    return covering, covering != _fitting(size, covering)


def _side(asked: int | None) -> int:
    return LARGEST_VARIANT_SIDE if asked is None else _rung(SIDES, asked)


def _rung(ladder: Sequence[int], asked: int) -> int:
    return ladder[min(bisect_left(ladder, asked), len(ladder) - 1)]


def _fitting(size: Size, box: Size) -> Size:
    """In its own proportions, as large as the box takes it, but not enlarged."""
    if size.width <= box.width and size.height <= box.height:
        return size
    if size.width * box.height >= size.height * box.width:
        return Size(box.width, _scaled(size.height, box.width, size.width))
    return Size(_scaled(size.width, box.height, size.height), box.height)


def _scaled(side: int, to: int, of: int) -> int:
    """Rounded, in whole numbers: the same everywhere."""
    return max(1, (2 * side * to + of) // (2 * of))


def _format(media_type: str, options: VariantOptions, accept: str, size: Size) -> Format:
    if options.format is None:
        return _OWN_FORMATS[media_type]
    if options.format != "auto":
        return Format(options.format)
    return _liked_best(weights_in(accept), media_type, size)


def _liked_best(weights: Mapping[str, float], media_type: str, size: Size) -> Format:
    """The newer kind where several are liked alike; no AVIF that takes long for those who take WebP."""
    avif, webp = weights.get("image/avif", 0), weights.get("image/webp", 0)
    if webp and size.width * size.height > MOST_AVIF_PIXELS:
        avif = 0
    plain = max(weights.get(each, 0) for each in _PLAIN_KINDS)
    if avif and avif >= max(webp, plain):
        return Format.AVIF
    if webp and webp >= plain:
        return Format.WEBP
    named = [kind for each, kind in _OLD_FORMATS.items() if weights.get(each)]
    return named[0] if len(named) == 1 else _PLAIN_FORMATS.get(media_type, Format.PLAIN)
