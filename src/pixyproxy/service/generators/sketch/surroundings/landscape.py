"""The land itself: mountains, hills, dunes, rivers and roads, further layers paler than nearer ones."""

from collections.abc import Sequence
from itertools import pairwise

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge, paint_layer, wavy_ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, number, path, polygon, stroke
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix


def paint_mountains(stage: Stage, foot: float) -> None:
    """Two ranges of peaks with a lit and a shaded side, snow on the higher ones."""
    for depth, (height, share) in enumerate(((0.4, 0.12), (0.27, 0.34))):
        colour = mix(stage.palette.sky[1], stage.palette.ground(share), 0.55 + 0.25 * depth)
        count = stage.many(3 + 2 * depth, 40)
        span = stage.width / count
        order = sorted(range(-1, count + 1), key=lambda index: (index * 7 + depth) % 3)
        for index in order:
            x = (index + stage.spread(0.25, 0.75)) * span
            peak = min(foot * 0.78, UNIT * height * stage.spread(0.72, 1.25))
            _mountain(
                stage, (x, foot - peak), foot, colour, snowy=depth == 0 or stage.names("winter", "snow")
            )


def _mountain(stage: Stage, peak: Point, foot: float, colour: str, *, snowy: bool) -> None:
    x, y = peak
    high = foot - y
    reach = high * stage.spread(0.85, 1.1)
    haze = stage.palette.sky[2]
    bottom = foot + 60
    lit = stage.drawing.vertical_gradient((0, lighter(colour, 0.12), 1), (1, mix(colour, haze, 0.55), 1))
    dim = stage.drawing.vertical_gradient((0, darker(colour, 0.2), 1), (1, mix(colour, haze, 0.4), 1))
    left = [(x - reach * t, y + high * t + stage.spread(-1, 1) * high * 0.035) for t in (0.3, 0.62)]
    right = [(x + reach * t, y + high * t + stage.spread(-1, 1) * high * 0.035) for t in (0.33, 0.66)]
    spine = [
        (x + high * dx, y + high * t) for dx, t in ((0.05, 0.18), (-0.06, 0.38), (0.09, 0.62), (-0.02, 1.0))
    ]
    outline = [
        peak,
        *right,
        (x + reach, foot),
        (x + reach, bottom),
        (x - reach, bottom),
        (x - reach, foot),
        *left[::-1],
    ]
    stage.add(path(polygon(outline), lit))
    stage.add(path(polygon([peak, *right, (x + reach, foot), (x, foot), *spine[::-1]]), dim))
    if snowy:
        _snow_cap(stage, peak, left[0], right[0], high)


def _snow_cap(stage: Stage, peak: Point, left: Point, right: Point, high: float) -> None:
    snow = mix("#ffffff", stage.palette.air, stage.palette.air_share + 0.06)
    x, y = peak
    edge = [
        (x + high * dx, y + high * dy)
        for dx, dy in ((0.16, 0.24), (0.09, 0.33), (0.04, 0.24), (-0.04, 0.36), (-0.1, 0.25), (-0.17, 0.32))
    ]
    stage.add(path(polygon([peak, right, *edge, left]), snow))
    stage.add(path(polygon([peak, right, *edge[:3], (x + high * 0.05, y + high * 0.18)]), darker(snow, 0.16)))


def paint_hills(
    stage: Stage, top: float, bottom: float, count: int, nearness: tuple[float, float]
) -> list[Ridge]:
    """Hills one before the other; answers their ridges, the nearest last."""
    ridges = []
    low, high = nearness
    for index in range(count):
        t = index / max(1, count - 1)
        line = wavy_ridge(stage, top + (bottom - top) * t, UNIT * (0.03 + 0.018 * t), 210 + 90 * t)
        colour = stage.palette.ground(low + (high - low) * t)
        paint_layer(
            stage,
            line.points(stage),
            lighter(colour, 0.06),
            mix(colour, stage.palette.sky[2], 0.32 * (1 - t)),
        )
        ridges.append(line)
    return ridges


def paint_dunes(stage: Stage, top: float, bottom: float) -> list[Ridge]:
    """Dunes have a lit flank and a flank in shadow, parted by a crest that wanders down."""
    ridges = []
    for index in range(4):
        t = index / 3
        line = wavy_ridge(stage, top + (bottom - top) * t, UNIT * (0.035 + 0.03 * t), 300 + 130 * t)
        colour = stage.palette.ground(0.08 + 0.55 * t)
        points = line.points(stage)
        paint_layer(stage, points, lighter(colour, 0.16), mix(colour, stage.palette.sky[2], 0.2 * (1 - t)))
        _dune_shadows(stage, points, darker(colour, 0.16))
        ridges.append(line)
    return ridges


def _dune_shadows(stage: Stage, points: Sequence[Point], colour: str) -> None:
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        if before[1] >= here[1] < after[1]:
            x, y = here
            reach, fall = UNIT * stage.spread(0.2, 0.34), UNIT * stage.spread(0.1, 0.2)
            fill = stage.drawing.vertical_gradient((0, colour, 0.75), (1, colour, 0))
            stage.add(
                path(
                    f"M{number(x)},{number(y)}c{number(reach * 0.1)},{number(fall * 0.3)} "
                    f"{number(-reach * 0.5)},"
                    f"{number(fall * 0.5)} {number(-reach * 0.2)},{number(fall)}c{number(reach * 0.5)},0 "
                    f"{number(reach * 0.8)},{number(-fall * 0.3)} {number(reach)},{number(-fall * 0.35)}"
                    f"q{number(-reach * 0.5)},{number(-fall * 0.4)} "
                    f"{number(-reach * 0.8)},{number(-fall * 0.65)}Z",
                    fill,
                )
            )


def winding_way(
    stage: Stage, top: float, start_x: float, spread: float
) -> tuple[list[Point], list[Point], list[Point]]:
    """Both banks and the middle of a way that winds from the distance to the viewer's feet."""
    left, right, middle = [], [], []
    sway = stage.rng.choice((-1, 1))
    for step in range(41):
        t = step / 40
        y = top + (stage.height + 20 - top) * t**1.25
        x = start_x + sway * UNIT * 0.2 * t**0.8 * (1 - 0.35 * t) * _bend(t)
        half = UNIT * (0.006 + spread * t**1.7)
        left.append((x - half, y))
        right.append((x + half, y))
        middle.append((x, y))
    return left, right, middle


def _bend(t: float) -> float:
    """An S: to one side, across, and back."""
    turns = ((0.0, 0.0), (0.22, 1.0), (0.5, -0.75), (0.78, 0.75), (1.0, -0.2))
    for (start, low), (end, high) in pairwise(turns):
        if t <= end:
            share = (t - start) / (end - start)
            return low + (high - low) * share * share * (3 - 2 * share)
    return turns[-1][1]


def paint_road(stage: Stage, top: float) -> None:
    left, right, middle = winding_way(stage, top, stage.width * stage.spread(0.45, 0.6), 0.14)
    surface = mix(stage.palette.ink, stage.palette.ground(0.5), 0.45)
    fill = stage.drawing.vertical_gradient((0, mix(surface, stage.palette.sky[2], 0.5), 1), (1, surface, 1))
    stage.add(path(polygon([*left, *right[::-1]]), fill))
    for index in range(6, len(middle) - 2, 3):
        (ax, ay), (bx, by) = middle[index], middle[index + 1]
        width = 1 + 9 * (index / len(middle)) ** 1.8
        stage.add(stroke(f"M{number(ax)},{number(ay)}L{number(bx)},{number(by)}", "#f7e6bd", width))
