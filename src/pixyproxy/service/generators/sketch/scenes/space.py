"""Outer space: a nebula, stars, a great planet below and small worlds beyond."""

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, number, path
from pixyproxy.service.generators.sketch.cast.fliers import place_in_air
from pixyproxy.service.generators.sketch.cast.grounded import place_on_ground
from pixyproxy.service.generators.sketch.figures.catalogue import GROUNDED
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix
from pixyproxy.service.generators.sketch.surroundings.sky import paint_stars


def paint_space(stage: Stage) -> None:
    if not stage.transparent:
        top, middle, low = stage.palette.sky
        fill = stage.drawing.diagonal_gradient((0, top, 1), (0.6, mix(top, middle, 0.7), 1), (1, middle, 1))
        stage.add(path(f"M0,0H{number(stage.width)}V{number(stage.height)}H0Z", fill))
        for colour in (low, stage.palette.accents[0], stage.palette.accents[2]):
            x, y = stage.spread(0.1, 0.9) * stage.width, stage.spread(0.1, 0.7) * stage.height
            glow = stage.drawing.radial_gradient((0, colour, 0.38), (1, colour, 0))
            stage.add(ellipse(x, y, UNIT * stage.spread(0.4, 0.7), UNIT * stage.spread(0.25, 0.5), glow))
        paint_stars(stage, stage.height)
        stage.drawing.begin_plane()
        _worlds(stage)
        stage.drawing.begin_plane()
    ground = _great_planet(stage)
    if stage.brief.named(GROUNDED):
        place_on_ground(stage, ground.at, centre=stage.width / 2)
    place_in_air(stage, stage.height * 0.62, stage.width)


def _worlds(stage: Stage) -> None:
    for index, (x, y, size) in enumerate(((0.2, 0.24, 0.075), (0.83, 0.4, 0.04), (0.72, 0.13, 0.03))):
        colour = stage.palette.accents[(index + 1) % len(stage.palette.accents)]
        fill = stage.drawing.diagonal_gradient((0, lighter(colour, 0.3), 1), (1, darker(colour, 0.75), 1))
        stage.add(circle(x * stage.width, y * stage.height, UNIT * size, fill))


def _great_planet(stage: Stage) -> Ridge:
    """Its upper rim crosses the foot of the sheet."""
    colour = stage.palette.accents[stage.rng.randrange(3)]
    radius, top = stage.width * 1.1, stage.height * 0.78
    centre = (stage.width / 2, top + radius)
    stage.add(circle(*centre, radius + 34, lighter(colour, 0.3), opacity=0.12))
    stage.add(circle(*centre, radius + 14, lighter(colour, 0.3), opacity=0.2))
    fill = stage.drawing.radial_gradient(
        (0, darker(colour, 0.6), 1), (0.9, darker(colour, 0.45), 1), (1, colour, 1)
    )
    stage.add(circle(*centre, radius, fill))
    for x, y, size in ((0.2, 0.92, 46), (0.5, 0.95, 70), (0.78, 0.9, 38), (0.64, 0.86, 18)):
        stage.add(
            ellipse(stage.width * x, stage.height * y, size, size * 0.32, darker(colour, 0.55), opacity=0.7)
        )
    return Ridge(top + 26, ())
