"""Below the surface: rays of light, bubbles, weeds and corals, and whoever swims there."""

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge, paint_layer, wavy_ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import circle, path, placed, rect, stroke
from pixyproxy.service.generators.sketch.cast.fliers import place_in_air
from pixyproxy.service.generators.sketch.cast.floaters import place_swimmers
from pixyproxy.service.generators.sketch.cast.grounded import has_grounded, place_on_ground
from pixyproxy.service.generators.sketch.figures.catalogue import AFLOAT, GROUNDED, SWIMMERS
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix


def paint_undersea(stage: Stage) -> None:
    far, near = stage.palette.water
    if not stage.transparent:
        fill = stage.drawing.vertical_gradient((0, lighter(far, 0.35), 1), (0.35, far, 1), (1, near, 1))
        stage.add(rect(0, 0, stage.width, stage.height, fill))
        _rays(stage)
        stage.drawing.begin_plane(fall=-1)
        _bubbles(stage)
        stage.drawing.begin_plane()
        for index in range(3):
            t = index / 2
            line = wavy_ridge(stage, stage.height - UNIT * (0.24 - 0.08 * index), UNIT * 0.03, 190)
            colour = mix(far, darker(near, 0.35), 0.5 + 0.5 * t)
            paint_layer(stage, line.points(stage), lighter(colour, 0.06), mix(colour, near, 0.4))
            _weeds(stage, line, 0.35 + 0.65 * t)
    stage.drawing.begin_plane()
    place_swimmers(stage, stage.height * 0.08, stage.height * 0.8)

    divers = has_grounded(stage) and not stage.brief.kinds & GROUNDED.keys() <= SWIMMERS.keys()
    if divers:
        place_on_ground(
            stage, Ridge(stage.height * 0.92, ()).at, centre=stage.width / 2, skip=frozenset(SWIMMERS)
        )
    place_in_air(stage, stage.height * 0.8, stage.width, AFLOAT)


def _rays(stage: Stage) -> None:
    for _ in range(stage.many(6, 24)):
        x, wide = stage.spread(-0.1, 1) * stage.width, stage.spread(30, 110)
        fill = stage.drawing.vertical_gradient((0, "#ffffff", 0.28), (1, "#ffffff", 0))
        reach = stage.height * stage.spread(0.5, 0.9)
        stage.add(path(f"M{x},-5H{x + wide}L{x + wide * 2.6 + 190},{reach}H{x + wide + 60}Z", fill))


def _bubbles(stage: Stage) -> None:
    for _ in range(stage.many(22, 90)):
        x, y, size = stage.spread(0, stage.width), stage.spread(0, stage.height), stage.spread(4, 15)
        stage.add(
            circle(x, y, size, "#ffffff", opacity=0.16),
            circle(x - size * 0.3, y - size * 0.3, size * 0.3, "#ffffff", opacity=0.5),
        )


def _weeds(stage: Stage, line: Ridge, nearness: float) -> None:
    tones = (*stage.palette.accents[:3], "#2f9c8a", "#4fb389")
    for _ in range(stage.many(9, 50)):
        x = stage.spread(0, stage.width)
        colour = mix(stage.palette.water[1], stage.rng.choice(tones), 0.25 + 0.55 * nearness)
        size = UNIT * stage.spread(0.05, 0.11) * (0.5 + nearness)
        shapes = (
            [stroke("M0,0Q-14,-26 0,-50T0,-100M10,0Q22,-20 12,-40T18,-72", colour, 9)]
            if stage.chance(0.6)
            else [stroke("M0,0V-60M0,-20L-26,-46V-70M0,-34L24,-56V-82M0,-60V-92", colour, 12)]
        )
        stage.add(placed(shapes, (x, line.at(x) + 10), size / 100))
