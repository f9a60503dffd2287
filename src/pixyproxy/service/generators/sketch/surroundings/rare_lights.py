"""What lights up a sky now and then: aurora, a ringed planet, comets, fireworks, lightning."""

import math

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import (
    circle,
    ellipse,
    number,
    path,
    placed,
    polygon,
    stroke,
)
from pixyproxy.service.generators.sketch.light.colours import lighter, mix


def paint_rare_lights(stage: Stage, horizon: float) -> None:
    if stage.names("aurora"):
        _aurora(stage, horizon)
    if stage.names("planet"):
        _ringed_planet(stage, stage.width * 0.78, horizon * 0.25, 78)
    if stage.names("comet"):
        _comets(stage, horizon)
    if stage.names("firework"):
        _fireworks(stage, horizon)
    if stage.names("lightning", "storm"):
        _lightning(stage, horizon)


def _aurora(stage: Stage, horizon: float) -> None:
    for colour in ("#5cf2b4", "#6fd6f5", "#b58cf5"):
        fill = stage.drawing.vertical_gradient((0, colour, 0), (0.7, colour, 0.55), (1, colour, 0))
        phase, base = stage.spread(0, 6), horizon * stage.spread(0.4, 0.6)
        low = [(stage.width * (i - 1) / 12, base + 60 * math.sin(i * 0.7 + phase)) for i in range(15)]
        high = [(x + 20, y - 330 - 60 * math.sin(x / 170)) for x, y in reversed(low)]
        stage.add(path(polygon(low + high), fill))


def _ringed_planet(stage: Stage, x: float, y: float, radius: float) -> None:
    colour, ring = stage.palette.accents[0], stage.palette.accents[1]
    fill = stage.drawing.diagonal_gradient((0, lighter(colour, 0.35), 1), (1, mix(colour, "#140f2d", 0.5), 1))
    arc = f"M{-1.9 * radius},0A{1.9 * radius},{0.42 * radius} 0 0 0 {1.9 * radius},0"
    back = f"M{-1.9 * radius},0A{1.9 * radius},{0.42 * radius} 0 0 1 {1.9 * radius},0"
    shapes = [
        stroke(back, ring, radius * 0.13, opacity=0.6),
        circle(0, 0, radius, fill),
        stroke(arc, ring, radius * 0.13),
    ]
    stage.add(placed(shapes, (x, y), 1, turn=-18))


def _comets(stage: Stage, horizon: float) -> None:
    for _ in range(stage.rng.randint(2, 4)):
        x, y, length = (
            stage.spread(0.2, 0.9) * stage.width,
            horizon * stage.spread(0.08, 0.5),
            stage.spread(120, 260),
        )
        fill = stage.drawing.horizontal_gradient((0, "#ffffff", 0.9), (1, "#ffffff", 0))
        tail = path(f"M0,-4L{length},0L0,4A4,4 0 0 1 0,-4Z", fill)
        stage.add(placed([tail], (x, y), 1, turn=-32))


def _fireworks(stage: Stage, horizon: float) -> None:
    for index in range(stage.many(5, 14)):
        x, y = stage.width * stage.spread(0.08, 0.92), horizon * stage.spread(0.12, 0.6)
        colour = stage.palette.accents[index % len(stage.palette.accents)]
        glow = stage.drawing.radial_gradient((0, colour, 0.4), (1, colour, 0))
        reach = stage.spread(60, 130)
        rays = "".join(
            f"M{number(math.cos(a) * reach * 0.35)},{number(math.sin(a) * reach * 0.35)}"
            f"L{number(math.cos(a) * reach)},{number(math.sin(a) * reach)}"
            for a in (step * math.tau / 18 for step in range(18))
        )
        stage.add(placed([circle(0, 0, reach * 1.3, glow), stroke(rays, lighter(colour, 0.3), 3)], (x, y), 1))


def _lightning(stage: Stage, horizon: float) -> None:
    x = stage.width * stage.rng.choice((0.2, 0.8)) + stage.spread(-40, 40)
    reach = min(horizon, UNIT) * 0.72
    bolt = "M0,0L-34,0.34L-6,0.34L-44,0.68L-18,0.68L-60,1L30,0.54L4,0.54L44,0.22L18,0.22L34,0Z"
    glow = stage.drawing.radial_gradient((0, "#fff3c0", 0.35), (1, "#fff3c0", 0))
    stage.add(ellipse(x, reach * 0.5, 260, reach * 0.7, glow))
    stage.add(
        path(
            bolt,
            "#fff0b3",
            transform=f"translate({number(x)},{number(horizon * 0.06)})scale(0.9,{number(reach)})",
        )
    )
