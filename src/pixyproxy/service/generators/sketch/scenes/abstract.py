"""Compositions for words that name nothing: six families, chosen and coloured by the prompt's hash."""

import math
from collections.abc import Callable

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import (
    Point,
    circle,
    group,
    number,
    path,
    placed,
    polygon,
    rect,
    smooth,
    stroke,
)
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix

_SMALLEST_DISC = UNIT * 0.012
_PAPERS = ("#f5ead6", "#f1e4d3", "#e9ede4", "#f6efe6", "#e6e9f0", "#f7e9e1")


def paint_abstract(stage: Stage) -> None:
    families: tuple[Callable[[Stage], None], ...] = (
        _geometry,
        _contours,
        _ribbons,
        _arcs,
        _stained_glass,
        _packed_circles,
    )
    stage.rng.choice(families)(stage)


def _inks(stage: Stage) -> list[str]:
    accents = list(stage.palette.accents)
    stage.rng.shuffle(accents)
    return [*stage.brief.colours[:2], *accents, stage.palette.land[1], stage.palette.water[1]][:6]


def _paper(stage: Stage) -> str:
    dark = stage.palette.dark or stage.chance(0.25)
    colour = darker(stage.palette.land[1], 0.55) if dark else stage.rng.choice(_PAPERS)
    if stage.brief.colours and not dark:
        colour = mix(colour, stage.brief.colours[0], 0.12)
    if not stage.transparent:
        fill = stage.drawing.diagonal_gradient((0, lighter(colour, 0.12 if dark else 0.3), 1), (1, colour, 1))
        stage.add(rect(0, 0, stage.width, stage.height, fill))
    return colour


def _grid(stage: Stage, across: int) -> tuple[float, int, int]:
    """The cell of a grid that fills the sheet: at most about a hundred and fifty cells."""
    cell = max(UNIT / across, math.sqrt(stage.width * stage.height / 150))
    columns, rows = max(1, round(stage.width / cell)), max(1, round(stage.height / cell))
    return cell, columns, rows


def _geometry(stage: Stage) -> None:
    """Bauhaus tiles: quarter circles, halves, triangles and dots."""
    _paper(stage)
    inks = _inks(stage)
    _, columns, rows = _grid(stage, stage.rng.choice((4, 5, 6)))
    wide, high = stage.width / columns, stage.height / rows
    for row in range(rows):
        for column in range(columns):
            front, back = stage.rng.sample(inks, 2)
            tile = _tile(stage, front, back)
            stage.add(
                group(
                    tile,
                    transform=f"translate({number(column * wide)},{number(row * high)})"
                    f"scale({wide / 100:.4f},{high / 100:.4f})",
                )
            )


def _tile(stage: Stage, front: str, back: str) -> list[str]:
    turn = f"rotate({stage.rng.randrange(4) * 90},50,50)"
    shapes = {
        0: [path("M0,0H100A100,100 0 0 1 0,100Z", front, transform=turn)],
        1: [
            path("M0,0A50,50 0 0 0 100,0Z", front, transform=turn),
            path("M0,100A50,50 0 0 1 100,100Z", front, transform=turn),
        ],
        2: [circle(50, 50, 36, front), circle(50, 50, 16, back)],
        3: [path("M0,0H100L0,100Z", front, transform=turn)],
        4: [path("M0,50A50,50 0 0 1 100,50Z M0,100A50,50 0 0 1 100,100Z", front, transform=turn)],
        5: [
            path("M0,0H100A100,100 0 0 1 0,100Z", front, transform=turn),
            path("M0,0H56A56,56 0 0 1 0,56Z", back, transform=turn),
        ],
        6: [],
        7: [
            path("M0,0H12V100H0Z M29,0H41V100H29Z M58,0H70V100H58Z M87,0H100V100H87Z", front, transform=turn)
        ],
    }[stage.rng.choice((0, 0, 1, 2, 3, 4, 5, 5, 6, 6, 7))]
    ground = [] if stage.chance(0.3) else [rect(-0.5, -0.5, 101, 101, back)]
    return [*ground, *shapes]


def _contours(stage: Stage) -> None:
    """Flowing lines like a map of hills, over one or two suns."""
    colour = _paper(stage)
    inks = _inks(stage)
    x, y = stage.width * stage.spread(0.3, 0.7), stage.height * stage.spread(0.3, 0.6)
    fill = stage.drawing.vertical_gradient((0, inks[0], 1), (1, mix(inks[0], inks[1], 0.7), 1))
    stage.add(circle(x, y, UNIT * stage.spread(0.22, 0.32), fill))
    phases = [stage.spread(0, 6.28) for _ in range(4)]
    lines, step = 34, max(30.0, stage.width / 120)
    for index in range(lines):
        t = index / (lines - 1)
        base = stage.height * (-0.06 + 1.12 * t)
        points = [
            (px, base + _flow(px, t, phases))
            for px in (step * column - 30 for column in range(math.ceil((stage.width + 60) / step) + 1))
        ]
        tone = mix(inks[1], inks[2], t)
        stage.add(
            stroke(smooth(points), mix(tone, colour, 0.1), 3 + 7 * (0.5 + 0.5 * math.sin(t * 9 + phases[0])))
        )


def _flow(x: float, t: float, phases: list[float]) -> float:
    slow = math.sin(x / 300 + phases[0] + t * 2.2) * 92
    return slow + math.sin(x / 150 + phases[1] - t * 4) * 34 * t + math.sin(x / 520 + phases[2]) * 70


def _ribbons(stage: Stage) -> None:
    """Layered waves of paper from edge to edge, a sun behind them."""
    _paper(stage)
    inks = _inks(stage)
    start, end = inks[0], stage.palette.land[1] if not stage.palette.dark else stage.palette.land[0]
    middle = inks[1]
    stage.add(circle(stage.width * stage.spread(0.25, 0.75), stage.height * 0.27, UNIT * 0.16, inks[2]))
    count = stage.rng.randint(7, 10)
    turn = stage.spread(-0.3, 0.3)
    for index in range(count):
        t = index / (count - 1)
        colour = mix(mix(start, middle, min(1.0, t * 2)), end, max(0.0, t * 2 - 1))
        _ribbon(stage, _swell(stage, stage.height * (0.26 + 0.66 * t), turn), colour)


def _swell(stage: Stage, base: float, turn: float) -> list[Point]:
    phase, high = stage.spread(0, 6.28), UNIT * stage.spread(0.03, 0.085)
    step, slope = max(60.0, stage.width / 100), turn * min(1, UNIT / stage.width)
    xs = [step * column - 60 for column in range(math.ceil((stage.width + 120) / step) + 2)]
    return [(x, base + high * math.sin(x / 210 + phase) + slope * (x - stage.width / 2)) for x in xs]


def _ribbon(stage: Stage, points: list[Point], colour: str) -> None:
    edge = smooth(points)
    stage.add(*[stroke(edge, "#0b1030", width, opacity=0.035) for width in (16, 34, 56)])
    fill = stage.drawing.vertical_gradient((0, lighter(colour, 0.1), 1), (1, darker(colour, 0.12), 1))
    foot = number(stage.height * 1.4)
    stage.add(path(f"{edge}V{foot}H-70Z", fill), stroke(edge, lighter(colour, 0.35), 2, opacity=0.5))


def _arcs(stage: Stage) -> None:
    """Rainbow arches, stacked and turned like toy blocks."""
    _paper(stage)
    inks = _inks(stage)
    _, columns, rows = _grid(stage, 3)
    wide, high = stage.width / columns, stage.height / rows
    for row in range(rows):
        for column in range(columns):
            tones = stage.rng.sample(inks, 5)
            rings = [circle(0, 0, 47 - 10 * index, tone) for index, tone in enumerate(tones)]
            half = [
                path(
                    f"M{-47 + 10 * i},25A{47 - 10 * i},{47 - 10 * i} "
                    f"0 0 1 {47 - 10 * i},25V47H{-47 + 10 * i}Z",
                    tone,
                )
                for i, tone in enumerate(tones)
            ]
            at = (wide * (column + 0.5), high * (row + 0.5))
            shapes = rings if stage.chance(0.3) else half
            stage.add(placed(shapes, at, min(wide, high) / 100, turn=90.0 * stage.rng.randrange(4)))


def _stained_glass(stage: Stage) -> None:
    """Leaded panes: a warped lattice, every quadrilateral halved, glowing from one side."""
    _paper(stage)
    inks = _inks(stage)
    _, columns, rows = _grid(stage, 7)
    wide, high = stage.width / columns, stage.height / rows
    nodes = {
        (c, r): (wide * (c + stage.spread(-0.32, 0.32)), high * (r + stage.spread(-0.32, 0.32)))
        for c in range(-1, columns + 2)
        for r in range(-1, rows + 2)
    }
    lead = darker(stage.palette.land[1], 0.7)
    sun = (stage.width * stage.spread(0.25, 0.75), stage.height * stage.spread(0.2, 0.6))
    for column in range(-1, columns + 1):
        for row in range(-1, rows + 1):
            corners = [nodes[column + dc, row + dr] for dc, dr in ((0, 0), (1, 0), (1, 1), (0, 1))]
            for pane in (corners[:3], [corners[0], *corners[2:]]):
                x, y = (sum(p[axis] for p in pane) / 3 for axis in (0, 1))
                near = max(0.0, 1 - math.hypot(x - sun[0], y - sun[1]) / (UNIT * 0.75))
                wheel = (math.atan2(y - sun[1], x - sun[0]) / math.tau + 0.5) * (len(inks) - 1)
                tone = mix(inks[int(wheel)], inks[min(int(wheel) + 1, len(inks) - 1)], wheel % 1)
                tone = lighter(mix(tone, stage.palette.light, near * 0.5), stage.spread(0, 0.16))
                stage.add(path(polygon(pane), tone, stroke=lead, stroke_width=6, stroke_linejoin="round"))


def _packed_circles(stage: Stage) -> None:
    """Discs that never touch, some ringed, some with a moon of their own."""
    colour = _paper(stage)
    inks = _inks(stage)
    for x, y, size in _packed(stage):
        tone, other = stage.rng.sample(inks, 2)
        fill = stage.drawing.diagonal_gradient((0, lighter(tone, 0.22), 1), (1, darker(tone, 0.12), 1))
        rings = [circle(0, 0, part, "none", stroke=colour, stroke_width=3) for part in (37, 25, 12)]
        half = [path("M-50,0A50,50 0 0 1 50,0Z", other, transform=f"rotate({stage.rng.randrange(4) * 90})")]
        moon = [circle(15, -15, 17, other)]
        inner = stage.rng.choice((rings, half, moon, []))
        stage.add(placed([circle(0, 0, 50, fill), *inner], (x, y), size / 50))


def _packed(stage: Stage) -> list[tuple[float, float, float]]:
    """Large ones first, then smaller ones where they still fit."""
    discs: list[tuple[float, float, float]] = []
    for largest, attempts in ((0.2, 40), (0.09, 110), (0.035, 270)):
        for _ in range(attempts):
            x, y = stage.spread(0, stage.width), stage.spread(0, stage.height)
            gaps = (math.hypot(x - dx, y - dy) - size - 9 for dx, dy, size in discs)
            size = min(UNIT * largest, *gaps) if discs else UNIT * largest
            if size > _SMALLEST_DISC:
                discs.append((x, y, size))
    return discs
