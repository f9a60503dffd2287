"""What people built, standing on the origin: house, castle, lighthouse, windmill, tower, tent."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, path, rect, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat
from pixyproxy.service.generators.sketch.light.colours import darker


def house(coat: Coat) -> list[str]:
    return [
        rect(18, -96, 12, 30, coat.shade),
        rect(-42, -52, 84, 52, coat.light),
        rect(16, -52, 26, 52, coat.shade, opacity=0.22),
        path("M-54,-48L0,-100L54,-48L48,-43L0,-88L-48,-43Z", coat.accent),
        path("M-46,-47L0,-92L46,-47Z", coat.accent),
        path("M0,-92L46,-47H20Z", darker(coat.accent, 0.18)),
        path("M-9,0V-24Q0,-34 9,-24V0Z", coat.base),
        *[rect(x, -40, 16, 17, coat.glow, rx=2) for x in (-33, 18)],
        *[path(f"M{x},-40h2v17h-2Z M{x - 7},-32.5h16v2h-16Z", coat.light) for x in (-26, 25)],
        circle(0, -62, 6.5, coat.glow),
    ]


def castle(coat: Coat) -> list[str]:
    shapes = [
        *_turret(coat, -46, 24, 78),
        *_turret(coat, 46, 24, 70),
        *_turret(coat, 8, 26, 104),
        rect(-52, -44, 104, 44, coat.base),
        path("M-52,-44v-8h9v8h9v-8h9v8h9v-8h9v8h9v-8h9v8h9v-8h9v8h9v-8h9v8h5v4h-104Z", coat.base),
        rect(16, -44, 36, 44, coat.shade, opacity=0.3),
        path("M-13,0V-18Q0,-36 13,-18V0Z", coat.ink),
        *[path(f"M{x},-16v-9q3,-5 6,0v9Z", coat.glow) for x in (-38, 32)],
    ]
    return [*shapes, *_turret(coat, -22, 20, 62), *_turret(coat, 25, 20, 56)]


def _turret(coat: Coat, x: float, width: float, height: float) -> list[str]:
    left, roof = x - width / 2, width * 1.15
    return [
        rect(left, -height, width, height, coat.base),
        rect(x + width * 0.1, -height, width * 0.4, height, coat.shade, opacity=0.35),
        rect(left - 2, -height - 4, width + 4, 8, coat.light),
        stroke(f"M{x},{-height - roof - 2}v-12", coat.ink, 1.2),
        path(f"M{x},{-height - roof - 14}l13,4l-13,5Z", coat.glow),
        path(
            f"M{left - 4},{-height - 3}L{x},{-height - roof - 4}L{x + width / 2 + 4},{-height - 3}Z",
            coat.accent,
        ),
        path(
            f"M{x},{-height - roof - 4}L{x + width / 2 + 4},{-height - 3}H{x + 2}Z", darker(coat.accent, 0.18)
        ),
        path(f"M{x - 3},{-height + 22}v-8q3,-5 6,0v8Z", coat.glow),
    ]


def lighthouse(coat: Coat) -> list[str]:
    stripes = []
    for low, high in ((0.08, 0.3), (0.52, 0.74)):
        left, right = 15 - 6 * low, 15 - 6 * high
        bottom, top = -80 * low, -80 * high
        stripes.append(path(f"M{-left},{bottom}L{-right},{top}H{right}L{left},{bottom}Z", coat.accent))
    return [
        path("M-15,0L-9,-80H9L15,0Z", coat.light),
        *stripes,
        path("M3,0L2,-80H9L15,0Z", coat.ink, opacity=0.16),
        rect(-13, -84, 26, 5, coat.ink, rx=1.5),
        rect(-7.5, -98, 15, 14, "#ffe68f"),
        stroke("M-7,-98v14M0,-98v14M7,-98v14", coat.ink, 1.2),
        path("M-10,-97Q0,-116 10,-97Z", coat.accent),
        stroke("M0,-107v-6", coat.ink, 1.5),
        path("M-4,0v-9q4,-6 8,0v9Z", coat.ink),
        *[path(f"M-2.5,{y}v-6q2.5,-4 5,0v6Z", coat.ink) for y in (-30, -56)],
    ]


def windmill(coat: Coat) -> list[str]:
    blade = "M-1.5,0L-1.5,-50H1.5L1.5,0Z M2,-12H13V-50H2Z"
    return [
        path("M-22,0L-13,-64H13L22,0Z", coat.light),
        path("M4,0L3,-64H13L22,0Z", coat.shade, opacity=0.3),
        path("M-15,-62Q0,-92 15,-62Z", coat.accent),
        path("M-5,0v-13q5,-7 10,0v13Z", coat.base),
        rect(-4, -44, 8, 9, coat.glow, rx=1),
        *[
            path(blade, coat.ink, transform=f"translate(0,-68)rotate({20 + turn})", opacity=0.9)
            for turn in range(0, 360, 90)
        ],
        circle(0, -68, 3.5, coat.accent),
    ]


def tower(coat: Coat) -> list[str]:
    """A pagoda of four roofs."""
    shapes = [stroke("M0,-100V-116", coat.ink, 2)]
    for level in range(4):
        width, floor = 34 - 6 * level, -25 * level
        shapes += [
            rect(-width * 0.62, floor - 18, width * 1.24, 18, coat.light),
            *[rect(x - 2.5, floor - 13, 5, 9, coat.glow) for x in (-width * 0.3, width * 0.3)],
            path(
                f"M{-width - 5},{floor - 15}Q{-width * 0.7},{floor - 19} "
                f"{-width * 0.5},{floor - 27}H{width * 0.5}"
                f"Q{width * 0.7},{floor - 19} {width + 5},{floor - 15}Z",
                coat.accent,
            ),
        ]
    return [*shapes, path("M-6,0v-12h12v12Z", coat.base)]


def tent(coat: Coat) -> list[str]:
    return [
        path("M-64,0L-8,-74L58,0Z", coat.base),
        path("M-8,-74L58,0H26Z", coat.shade),
        path("M-24,0L-8,-50L10,0Z", coat.glow),
        stroke("M-8,-74L-12,-80M-8,-74L-3,-80", coat.ink, 2.5),
        stroke("M-58,-8L-76,0M52,-8L70,0", coat.ink, 1.2),
    ]
