"""Chooses the palette of a scene from the moods and colours a prompt names."""

from dataclasses import replace
from random import Random

from pixyproxy.service.generators.sketch.light.colours import mix, recoloured
from pixyproxy.service.generators.sketch.light.palettes import PALETTES, Palette
from pixyproxy.service.generators.sketch.words.brief import Brief

_NOCTURNAL = frozenset(
    {"stars", "moon", "firework", "aurora", "owl", "space", "planet", "astronaut", "comet"}
)
_BY_DAY = frozenset({"sun", "neon", "storm", "sunset", "dawn", "dusk", "fog", "pastel", "watercolor"})
_MOODS_BY_STRENGTH = tuple(
    "neon storm night dark sunset dusk dawn fog pastel watercolor winter autumn spring calm bright".split()
)
_FAMILY_OF_SUBJECT = (("snow", "winter"), ("rain", "storm"), ("lightning", "storm"), ("desert", "desert"))
_BLOSSOM = ("#f2a3b6", "#f7bfca", "#e88ba5", "#7fb069")
_FAMILY_OF_MOOD: dict[str, str] = {
    "dusk": "sunset",
    "spring": "day",
    "calm": "dawn",
    "dark": "night",
    "bright": "day",
    "watercolor": "pastel",
}


def choose_palette(brief: Brief, rng: Random) -> Palette:
    """The palette of the strongest mood named, then the colours the prompt asks for laid into it."""
    palette: Palette = rng.choice(PALETTES[_family(brief)])
    if {"winter", "snow"} & brief.kinds_and_moods and palette.dark:
        palette = replace(
            palette, land=(mix(palette.land[0], "#a9c3e6", 0.35), mix(palette.air, "#d7e6f7", 0.72))
        )
    if "spring" in brief.moods:
        palette = replace(palette, foliage=_BLOSSOM)
    for kind, colour in brief.places_in_colour:
        palette = _with_place_in(palette, kind, colour)
    return _tinted(palette, brief.colours) if brief.colours else palette


def _family(brief: Brief) -> str:
    """A light that shines only at night outweighs a calm or a season, never a storm or a sunset."""
    moods = set(brief.moods)
    if _NOCTURNAL & brief.kinds and not _BY_DAY & brief.kinds_and_moods:
        moods.add("night")
    for mood in _MOODS_BY_STRENGTH:
        if mood in moods:
            return _FAMILY_OF_MOOD.get(mood, mood)
    return next((family for kind, family in _FAMILY_OF_SUBJECT if kind in brief.kinds), "day")


def _with_place_in(palette: Palette, kind: str, colour: str) -> Palette:
    def pulled(*roles: str) -> tuple[str, ...]:
        return tuple(recoloured(role, colour, 0.8) for role in roles)

    if kind == "light":
        return replace(palette, light=mix(colour, "#fff6dc", 0.25))
    if kind == "sky":
        top, middle, low = pulled(*palette.sky)
        return replace(palette, sky=(top, middle, low))
    far, near = pulled(*(palette.water if kind == "water" else palette.land))
    if kind == "water":
        high, middle, low = (recoloured(role, colour, 0.35) for role in palette.sky)
        return replace(palette, water=(far, near), sky=(high, middle, low))
    return replace(palette, land=(far, near), foliage=pulled(*palette.foliage))


def _tinted(palette: Palette, colours: tuple[str, ...]) -> Palette:
    """A colour on its own colours the whole sheet; a second one becomes its counterpart."""
    first, last = colours[0], colours[-1]
    high, middle, low = (recoloured(role, first, 0.62) for role in palette.sky)
    far, near = (recoloured(role, last, 0.62) for role in palette.land)
    shallow, deep = (recoloured(role, last, 0.62) for role in palette.water)
    return replace(
        palette,
        sky=(high, middle, low),
        land=(far, near),
        water=(shallow, deep),
        accents=(*colours, *palette.accents[: 5 - min(len(colours), 3)]),
        foliage=tuple(recoloured(role, last, 0.5) for role in palette.foliage),
    )
