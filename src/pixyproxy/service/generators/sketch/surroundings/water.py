"""Water with the light of the sky on it: open sea, lake, river."""

from pixyproxy.service.generators.sketch.canvas.ridges import paint_layer, wavy_ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import number, path, polygon, rect, smooth, stroke
from pixyproxy.service.generators.sketch.light.colours import lighter, mix
from pixyproxy.service.generators.sketch.surroundings.landscape import winding_way

_WAVES = 5


def paint_water(stage: Stage, top: float, light_x: float) -> None:
    far, near = stage.palette.water
    fill = stage.drawing.vertical_gradient(
        (0, mix(far, stage.palette.sky[2], 0.35), 1), (0.25, far, 1), (1, near, 1)
    )
    stage.add(rect(0, top, stage.width, stage.height - top, fill))
    stage.add(rect(0, top - 1, stage.width, 3, lighter(stage.palette.sky[2], 0.4), opacity=0.6))
    if not stage.names("storm", "fog", "rain") or stage.names("moon", "sun"):
        _path_of_light(stage, top, light_x)
    _glints(stage, top)


def _path_of_light(stage: Stage, top: float, x: float) -> None:
    """The broken reflection under the sun or the moon."""
    depth = min(stage.height - top, UNIT * 0.7)
    d = []
    for step in range(26):
        t = step / 25
        y = top + 6 + depth * t**1.3
        half = UNIT * (0.075 - 0.045 * t) * stage.spread(0.35, 1.1)
        shift = stage.spread(-22, 22) * (0.3 + t)
        d.append(f"M{number(x + shift - half)},{number(y)}h{number(half * 2)}")
    stage.add(stroke("".join(d[:9]), stage.palette.light, 4, opacity=0.8))
    stage.add(stroke("".join(d[9:]), stage.palette.light, 7, opacity=0.55))


def _glints(stage: Stage, top: float) -> None:
    depth = stage.height - top
    for dark in (False, True):
        d = []
        for _ in range(stage.many(34, 240)):
            t = stage.rng.random()
            length = 14 + 60 * t * stage.rng.random()
            x, y = stage.spread(0, stage.width), top + 10 + depth * t
            d.append(f"M{number(x)},{number(y)}h{number(length)}")
        colour = stage.palette.water[1] if dark else lighter(stage.palette.water[0], 0.5)
        stage.add(stroke("".join(d), colour, 3, opacity=0.3))


def paint_waves(stage: Stage, top: float) -> None:
    """Nearer waves, each a darker sheet with a pale crest."""
    far, near = stage.palette.water
    rough = 2.2 if stage.names("storm") else 1.0
    for index in range(_WAVES):
        t = (index + 1) / _WAVES
        y = top + (stage.height - top) * (0.13 + 0.8 * (index / _WAVES) ** 1.2)
        line = wavy_ridge(stage, y, UNIT * 0.011 * rough * (0.7 + t), 44 + 40 * t).points(stage, 14)
        colour = mix(far, near, 0.2 + 0.75 * t)
        paint_layer(stage, line, lighter(colour, 0.1), mix(colour, near, 0.6), shadow=0.04)
        stage.add(stroke(smooth(line), lighter(colour, 0.45), 2 + 2 * t, opacity=0.45))


def paint_river(stage: Stage, top: float) -> None:
    far, near = stage.palette.water
    left, right, middle = winding_way(stage, top, stage.width * stage.spread(0.42, 0.58), 0.24)
    bank = mix(stage.palette.ground(0.35), stage.palette.light, 0.35)
    edge = polygon(
        [(x - 9 * i / 40, y) for i, (x, y) in enumerate(left)]
        + [(x + 9 * i / 40, y) for i, (x, y) in reversed(list(enumerate(right)))]
    )
    stage.add(path(edge, bank))
    fill = stage.drawing.vertical_gradient(
        (0, mix(far, stage.palette.sky[2], 0.6), 1), (0.5, far, 1), (1, near, 1)
    )
    stage.add(path(polygon([*left, *right[::-1]]), fill))
    d = []
    for index in range(8, 41):
        (x, y), half = middle[index], (right[index][0] - left[index][0]) / 2
        at, length = stage.spread(-0.7, 0.3) * half, half * stage.spread(0.15, 0.4)
        d.append(f"M{number(x + at)},{number(y)}h{number(length)}")
    stage.add(stroke("".join(d), lighter(far, 0.6), 3, opacity=0.6))
