"""What hangs above: the sky itself, stars, sun or moon, rainbow and clouds."""

import math

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import (
    circle,
    group,
    number,
    path,
    placed,
    polygon,
    rect,
    stroke,
)
from pixyproxy.service.generators.sketch.figures.catalogue import GROUNDED, STRUCTURES
from pixyproxy.service.generators.sketch.light.colours import lighter, mix
from pixyproxy.service.generators.sketch.surroundings.rare_lights import paint_rare_lights


def paint_sky(stage: Stage, horizon: float) -> float:
    """Everything above the land; answers where the sun or the moon stands."""
    light_x = _light_x(stage)
    if stage.transparent:
        return light_x
    top, middle, low = stage.palette.sky
    share = min(horizon / stage.height, 1)
    fill = stage.drawing.vertical_gradient(
        (0, top, 1), (share * 0.55, middle, 1), (share, low, 1), (1, low, 1)
    )
    stage.add(rect(0, 0, stage.width, stage.height, fill))
    if stage.names("stars") or (stage.palette.dark and not stage.names("storm", "rain")):
        paint_stars(stage, horizon)
    paint_rare_lights(stage, horizon)
    _sun_or_moon(stage, light_x, horizon)
    if stage.names("rainbow"):
        _rainbow(stage, horizon)
    _clouds(stage, horizon)
    return light_x


def paint_lights(stage: Stage) -> None:
    """What a prompt hangs into a sky that is there already."""
    horizon = stage.height * 0.56
    if stage.names("stars"):
        paint_stars(stage, horizon)
    paint_rare_lights(stage, horizon)
    if stage.names("sun", "moon"):
        _sun_or_moon(stage, _light_x(stage), horizon)
    if stage.names("rainbow"):
        _rainbow(stage, horizon)
    if stage.names("cloud"):
        _clouds(stage, horizon)


def _light_x(stage: Stage) -> float:
    """To one side; behind a lone figure now and then, as on a poster."""
    sides = (0.27, 0.34, 0.66, 0.73)
    alone = len(stage.brief.named(GROUNDED)) == 1 and not stage.brief.named(STRUCTURES)
    return stage.width * stage.rng.choice((*sides, 0.5, 0.5) if alone else sides)


def paint_stars(stage: Stage, horizon: float) -> None:
    tiny = "".join(
        f"M{number(stage.spread(0, stage.width))},{number(horizon * stage.rng.random() ** 1.5)}h0"
        for _ in range(stage.many(150, 500))
    )
    stage.add(stroke(tiny, "#ffffff", 2.4, opacity=0.6))
    for _ in range(stage.many(14, 60)):
        x, y, size = stage.spread(0, stage.width), stage.spread(0, horizon * 0.7), stage.spread(4, 10)
        stage.add(
            path(
                f"M{-size},0Q0,0 0,{-size}Q0,0 {size},0Q0,0 0,{size}Q0,0 {-size},0Z",
                "#fff6d8",
                transform=f"translate({number(x)},{number(y)})",
                opacity=0.9,
            )
        )


def _sun_or_moon(stage: Stage, x: float, horizon: float) -> None:
    sunless = stage.names("storm", "rain", "fog", "snow") and not stage.names("sun", "moon")
    low = stage.names("sunset", "dawn", "dusk", "neon")
    radius = UNIT * (0.125 if low else 0.085 if stage.palette.dark else 0.1)
    y = horizon - radius * stage.spread(0.3, 0.75) if low else horizon * stage.spread(0.28, 0.36)
    if x == stage.width / 2:
        radius, y = UNIT * 0.24, horizon - UNIT * 0.1
    glow = stage.drawing.radial_gradient(
        (0, stage.palette.light, 0.55), (0.35, stage.palette.light, 0.22), (1, stage.palette.light, 0)
    )
    stage.add(circle(x, y, radius * (4.4 if low else 3.4), glow))
    if sunless:
        return
    if stage.names("moon") or (stage.palette.dark and not stage.names("sun", "neon")):
        _moon(stage, x, y, radius)
    elif stage.names("neon"):
        _striped_sun(stage, x, y, radius * 1.5)
    else:
        stage.add(circle(x, y, radius * 1.28, stage.palette.light, opacity=0.25))
        stage.add(circle(x, y, radius, stage.palette.light))


def _moon(stage: Stage, x: float, y: float, radius: float) -> None:
    colour = stage.palette.light
    stage.add(circle(x, y, radius * 1.3, colour, opacity=0.12))
    if stage.chance(0.4):
        inner = number(radius * 1.15)
        stage.add(
            path(
                f"M{number(x)},{number(y - radius)}a{number(radius)},{number(radius)} "
                f"0 1 1 {number(-radius)},"
                f"{number(radius * 1.2)}a{inner},{inner} 0 0 0 {number(radius)},{number(-radius * 1.2)}Z",
                colour,
            )
        )
        return
    shade = mix(colour, stage.palette.sky[1], 0.22)
    stage.add(circle(x, y, radius, colour))
    for dx, dy, size in ((-0.35, -0.2, 0.2), (0.25, 0.3, 0.26), (0.3, -0.4, 0.12), (-0.3, 0.45, 0.11)):
        stage.add(circle(x + dx * radius, y + dy * radius, size * radius, shade, opacity=0.55))


def _striped_sun(stage: Stage, x: float, y: float, radius: float) -> None:
    fill = stage.drawing.vertical_gradient((0, stage.palette.light, 1), (1, stage.palette.accents[0], 1))
    bands = []
    edges = (-1.0, 0.0, 0.06, 0.2, 0.27, 0.4, 0.5, 0.62, 0.74, 1.0)
    for high, low in zip(edges[::2], edges[1::2], strict=True):
        arc = [
            (radius * math.sqrt(max(0.0, 1 - t * t)), radius * t)
            for t in (high + (low - high) * step / 12 for step in range(13))
        ]
        bands.append(
            polygon([(x + dx, y + dy) for dx, dy in arc] + [(x - dx, y + dy) for dx, dy in reversed(arc)])
        )
    stage.add(path("".join(bands), fill))


def _clouds(stage: Stage, horizon: float) -> None:
    heavy = stage.names("storm", "rain", "cloud")
    if stage.names("aurora"):
        return
    clear = stage.palette.dark and not heavy
    count = stage.many(9 if heavy else 3 if clear else 5, 40)
    tone = mix(stage.palette.sky[0], stage.palette.sky[2], 0.45 if stage.palette.dark else 0.9)
    tone = tone if stage.palette.dark else lighter(tone, 0.5)
    for index in range(count):
        y = horizon * stage.spread(0.08, 0.62 if not heavy else 0.5)
        x = stage.width * (index + stage.spread(0.1, 0.9)) / count
        size = stage.spread(0.7, 1.5) * (1.7 if heavy else 1)
        stage.add(placed(_cloud(stage, tone), (x, y), size))


def _cloud(stage: Stage, tone: str) -> list[str]:
    """Flat below, round above, fading downwards."""
    fill = stage.drawing.vertical_gradient((0, tone, 0.9), (1, tone, 0.25))
    humps = stage.rng.randint(3, 5)
    widths = [stage.spread(26, 56) for _ in range(humps)]
    widths[humps // 2] += 18
    d = [f"M{number(-sum(widths) / 2 - 24)},0"]
    d += ["q2,-20 24,-22"]
    d += [
        f"a{number(w * 0.58)},{number(w * 0.56)} 0 0 1 {number(w)},{number(stage.spread(-6, 6))}"
        for w in widths
    ]
    return [path("".join(d) + "q22,4 24,22Z", fill)]


def _rainbow(stage: Stage, horizon: float) -> None:
    x, radius = stage.width * 0.5, min(stage.width * 0.46, horizon * 0.92)
    colours = ("#e5484d", "#f28c38", "#f6d34a", "#59b36a", "#3f8fd6", "#7a5cc0")
    arcs = [
        circle(x, horizon, radius - 17 * index, "none", stroke=colour, stroke_width=17.5)
        for index, colour in enumerate(colours)
    ]
    stage.add(group(arcs, opacity=0.62))
