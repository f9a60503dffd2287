"""Colours as `#rrggbb`, mixed and recoloured in OKLab, where equal steps look equal."""

import math
from functools import lru_cache
from typing import TypeAlias

_Lab: TypeAlias = tuple[float, float, float]


_LINEAR_UP_TO = 0.04045
_ENCODED_UP_TO = 0.0031308


def _linear(channel: int) -> float:
    """The light behind one sRGB byte."""
    value = channel / 255
    return value / 12.92 if value <= _LINEAR_UP_TO else math.pow((value + 0.055) / 1.055, 2.4)


def _encoded(light: float) -> int:
    light = min(max(light, 0.0), 1.0)
    linear = light <= _ENCODED_UP_TO
    return round(255 * (12.92 * light if linear else 1.055 * math.pow(light, 1 / 2.4) - 0.055))


@lru_cache(maxsize=4096)
def _to_lab(colour: str) -> _Lab:
    red, green, blue = (_linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
    )


def _from_lab(lab: _Lab) -> str:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = _encoded(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short)
    green = _encoded(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short)
    blue = _encoded(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short)
    return f"#{red:02x}{green:02x}{blue:02x}"


@lru_cache(maxsize=4096)
def mix(colour: str, other: str, share: float) -> str:
    """The colour with that share of the other in it."""
    ours, theirs = _to_lab(colour), _to_lab(other)
    lightness, a, b = (mine + (their - mine) * share for mine, their in zip(ours, theirs, strict=True))
    return _from_lab((lightness, a, b))


def lightness(colour: str) -> float:
    return _to_lab(colour)[0]


def lighter(colour: str, share: float) -> str:
    return mix(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    """Towards a deep blue rather than black: shadows stay alive."""
    return mix(colour, "#0b1030", share)


@lru_cache(maxsize=4096)
def recoloured(colour: str, hue: str, share: float) -> str:
    """The colour at its own lightness, its hue and strength pulled towards another's."""
    own, a, b = _to_lab(colour)
    other, hue_a, hue_b = _to_lab(hue)
    # Near black and near white hold little chroma; without this they would clip into mud.
    room = max(0.25, 1 - abs(own - 0.6) * 1.3)
    pulled = own + (other - own) * share * 0.25
    return _from_lab((pulled, a + (hue_a * room - a) * share, b + (hue_b * room - b) * share))
