"""The city: rows of towers, lit windows, wet streets, roofs and bridges."""

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import circle, number, path, polygon, rect, stroke
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix

_WIDEST_ROW = 70


def paint_skyline(stage: Stage, foot: float) -> None:
    """Three rows of towers, the nearest darkest and with the most lights."""
    for depth, (height, share) in enumerate(((0.46, 0.3), (0.36, 0.6), (0.22, 0.92))):
        base = mix(stage.palette.land[0], stage.palette.land[1], share)
        colour = mix(base, stage.palette.sky[1], 0.35 - 0.15 * depth)
        _row(stage, foot + 26 * depth, height, colour, depth)


def _row(stage: Stage, foot: float, height: float, colour: str, depth: int) -> None:
    top_tone, low_tone = colour, mix(colour, stage.palette.sky[2], 0.38 - 0.14 * depth)
    fill = stage.drawing.vertical_gradient((0, top_tone, 1), (1, low_tone, 1))
    windows: dict[str, list[str]] = {}
    x, narrowest = -30.0, max(0.0, stage.width / _WIDEST_ROW - 60)
    while x < stage.width:
        width = stage.spread(54, 120) + narrowest
        centred = 1 - 0.45 * abs(x / stage.width - 0.5) * 2
        high = min(foot * 0.8, UNIT * height * stage.spread(0.45, 1.15) * centred)
        stage.add(_tower(stage, x, foot, width, high, fill))
        stage.add(rect(x + width * 0.62, foot - high, width * 0.38, high, stage.palette.ink, opacity=0.1))
        _light_windows(stage, (x, foot - high), (width, high), windows)
        x += width * stage.spread(0.82, 1.12)
    for tone, panes in windows.items():
        stage.add(
            path(
                "".join(panes), tone, opacity=0.5 + 0.2 * depth if stage.palette.dark else 0.35 + 0.12 * depth
            )
        )


def _tower(stage: Stage, x: float, foot: float, width: float, high: float, fill: str) -> str:
    top, right = foot - high, x + width
    style = stage.rng.randrange(5)
    crown = {
        0: [(x, top), (right, top)],
        1: [
            (x, top),
            (x + width * 0.2, top),
            (x + width * 0.2, top - 26),
            (x + width * 0.8, top - 26),
            (x + width * 0.8, top),
            (right, top),
        ],
        2: [(x, top), (right, top - width * 0.4)],
        3: [
            (x, top),
            (x + width * 0.46, top - 22),
            (x + width * 0.49, top - 90),
            (x + width * 0.51, top - 90),
            (x + width * 0.54, top - 22),
            (right, top),
        ],
        4: [(x, top), (x + width * 0.25, top - 20), (x + width * 0.75, top - 20), (right, top)],
    }[style]
    return path(polygon([(x, foot + 200), *crown, (right, foot + 200)]), fill)


def _light_windows(
    stage: Stage, corner: tuple[float, float], extent: tuple[float, float], windows: dict[str, list[str]]
) -> None:
    (x, y), (width, high) = corner, extent
    lamps = stage.palette.accents[:3] if stage.names("neon") else ("#ffd97f", "#ffe9b8", "#ffc766")
    tones = (
        lamps
        if stage.palette.dark or stage.names("sunset", "dusk")
        else (lighter(stage.palette.sky[1], 0.5),)
    )
    columns = max(2, min(6, int(width / 20)))
    gap = width / (columns + 0.6)
    share = 0.42 if stage.palette.dark else 0.6
    for row in range(min(16, int(high / 27))):
        for column in range(columns):
            if stage.rng.random() < share:
                left, top = x + gap * (column + 0.5), y + 16 + 27 * row
                pane = f"M{number(left)},{number(top)}h{number(gap * 0.55)}v13h{number(-gap * 0.55)}Z"
                windows.setdefault(stage.rng.choice(tones), []).append(pane)


def paint_wet_street(stage: Stage, top: float) -> None:
    """A street that mirrors the lights in long soft streaks."""
    dark = darker(stage.palette.land[1], 0.2)
    fill = stage.drawing.vertical_gradient(
        (0, mix(dark, stage.palette.sky[2], 0.45), 1), (0.5, dark, 1), (1, dark, 1)
    )
    stage.add(rect(0, top, stage.width, stage.height - top, fill))
    lamps = stage.palette.accents if stage.palette.dark else (stage.palette.light, stage.palette.sky[1])
    for _ in range(stage.many(26, 120)):
        x, width = stage.spread(0, stage.width), stage.spread(8, 34)
        streak = stage.drawing.vertical_gradient(
            (0, stage.rng.choice(lamps), 0.55), (1, stage.rng.choice(lamps), 0)
        )
        stage.add(rect(x, top, width, (stage.height - top) * stage.spread(0.3, 0.95), streak))
    puddles = "".join(
        f"M{number(stage.spread(0, stage.width))},{number(top + (stage.height - top) * stage.rng.random())}"
        f"h{number(stage.spread(30, 130))}"
        for _ in range(stage.many(30, 140))
    )
    stage.add(stroke(puddles, lighter(stage.palette.sky[2], 0.3), 3, opacity=0.25))


def paint_roof(stage: Stage, top: float) -> None:
    """The roof one sits on: rows of tiles, a ridge, a chimney."""
    colour = stage.palette.lit(_named_colour(stage, "roof") or "#b5533c")
    shade = stage.drawing.vertical_gradient((0, colour, 1), (1, darker(colour, 0.4), 1))
    chimney_x = stage.width * 0.5 + UNIT * stage.rng.choice((-0.45, 0.37))
    brick = mix(colour, stage.palette.ink, 0.3)
    stage.add(
        rect(chimney_x, top - 130, 86, 150, brick),
        rect(chimney_x - 10, top - 146, 106, 24, darker(brick, 0.2)),
    )
    stage.add(
        *[
            circle(chimney_x + 50 + 16 * i, top - 180 - 46 * i, 18 + 9 * i, "#ffffff", opacity=0.16)
            for i in range(4)
        ]
    )
    stage.add(rect(-10, top, stage.width + 20, stage.height - top + 10, shade))
    _tiles(stage, top, darker(colour, 0.3))
    stage.add(rect(-10, top - 12, stage.width + 20, 26, lighter(colour, 0.14), rx=12))


def _tiles(stage: Stage, top: float, colour: str) -> None:
    rows, columns = min(12, int((stage.height - top) / 48) + 1), min(90, int(stage.width / 62) + 2)
    for row in range(rows):
        y, shift = top + 14 + 48 * row, -31 * (row % 2)
        size = stage.width / (columns - 2)
        arcs = "".join(f"q{number(size / 2)},34 {number(size)},0" for _ in range(columns))
        stage.add(stroke(f"M{number(shift)},{y + 26}{arcs}", colour, 4, opacity=0.55))


def _named_colour(stage: Stage, kind: str) -> str | None:
    return next((subject.colour for subject in stage.brief.named((kind,))), None)


def paint_bridge(stage: Stage, deck: float) -> None:
    """A suspension bridge across the whole sheet, standing in what is below the deck."""
    colour = stage.palette.lit(_named_colour(stage, "bridge") or "#c2452d")
    shade = darker(colour, 0.25)
    spans = max(1, min(12, round(stage.width / UNIT)))
    span, high = stage.width / spans, UNIT * 0.3
    for index in range(spans):
        left, right = span * (index + 0.2), span * (index + 0.8)
        for x in (left, right):
            stage.add(
                rect(x - 13, deck - high, 26, high + 130, colour),
                rect(x + 3, deck - high, 10, high + 130, shade),
            )
            stage.add(*[rect(x - 22, deck - high * at, 44, 10, shade) for at in (1.0, 0.62, 0.3)])
        stage.add(*_cables(index * span, (left, right, (index + 1) * span), deck, high, colour))
    stage.add(rect(-10, deck, stage.width + 20, 20, colour), rect(-10, deck + 13, stage.width + 20, 9, shade))


def _cables(
    start: float, stops: tuple[float, float, float], deck: float, high: float, colour: str
) -> list[str]:
    left, right, end = stops
    top, middle = deck - high, (left + right) / 2
    main = (
        f"M{number(start)},{number(deck - high * 0.12)}"
        f"Q{number((start + left) / 2)},{number(deck - high * 0.3)} {number(left)},"
        f"{number(top)}Q{number(middle)},{number(deck + high * 0.86)} {number(right)},{number(top)}"
        f"Q{number((right + end) / 2)},{number(deck - high * 0.3)} {number(end)},{number(deck - high * 0.12)}"
    )
    hangers = []
    for step in range(1, 16):
        t = step / 16
        y = deck - high * (1 - 3.72 * t * (1 - t))
        hangers.append(f"M{number(left + (right - left) * t)},{number(y)}V{number(deck)}")
    return [stroke(main, colour, 6), stroke("".join(hangers), colour, 2)]
