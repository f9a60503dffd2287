"""Upright figures: person, robot, astronaut, snowman."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, rect, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat
from pixyproxy.service.generators.sketch.light.colours import darker, mix

_SKINS = ("#f2c7a3", "#c98d63", "#8b5a3c", "#e8b48c")


def person(coat: Coat) -> list[str]:
    """A figure in a coat and a scarf; who they are follows from the colour of the coat."""
    choice = sum(coat.base.encode())
    skin = mix(_SKINS[choice % 4], coat.ink, 0.08)
    hair = ("#33231f", "#6b3f26", "#1f2233", "#b06a34")[choice // 4 % 4]
    return [
        path("M-9,-30L-8,-1H-1L0,-30Z M2,-30L3,-1H10L10,-30Z", darker(coat.ink, 0.1)),
        path("M-10,-2q0,-4 6,-4q4,1 4,6H-10Z M1,-2q0,-4 6,-4q5,1 5,6H1Z", coat.ink),
        path(
            "M-10,-74C-20,-62 -22,-44 -20,-34L-14,-34L-8,-60Z M10,-74C20,-62 22,-44 20,-34L14,-34L8,-60Z",
            coat.shade,
        ),
        circle(-17, -33, 3.6, skin),
        circle(17, -33, 3.6, skin),
        path("M-11,-76Q0,-80 11,-76C15,-58 17,-40 18,-24Q0,-19 -18,-24C-17,-40 -15,-58 -11,-76Z", coat.base),
        path("M1,-77Q7,-78 11,-76C15,-58 17,-40 18,-24Q10,-21 2,-21Z", coat.shade, opacity=0.6),
        path("M-12,-77Q0,-70 12,-77L12,-71Q0,-64 -12,-71Z M-8,-70L-14,-50L-7,-49L-3,-68Z", coat.accent),
        circle(0, -88, 11.5, hair),
        ellipse(1.5, -86, 9.5, 10, skin),
        path("M-11.5,-88C-11,-102 12,-102 12,-89C4,-90 -2,-93 -4,-96C-6,-90 -9,-88 -11.5,-84Z", hair),
    ]


def robot(coat: Coat) -> list[str]:
    return [
        stroke("M0,-94V-106", coat.shade, 2.5),
        circle(0, -108, 4, coat.accent),
        rect(-16, -16, 11, 14, coat.shade, rx=2),
        rect(5, -16, 11, 14, coat.shade, rx=2),
        rect(-19, -6, 16, 6, coat.ink, rx=3),
        rect(3, -6, 16, 6, coat.ink, rx=3),
        stroke("M-24,-48Q-36,-44 -34,-28M24,-48Q38,-50 40,-62", coat.shade, 6),
        circle(-34, -26, 5, coat.ink),
        circle(40, -64, 5, coat.ink),
        rect(-24, -56, 48, 44, coat.base, rx=8),
        rect(4, -56, 20, 44, coat.shade, rx=8, opacity=0.5),
        rect(-14, -46, 28, 16, coat.light, rx=3),
        stroke("M-10,-38h5l3,-5l4,9l3,-4h5", coat.accent, 1.8),
        *[circle(x, -22, 2.6, colour) for x, colour in ((-9, coat.accent), (0, coat.glow), (9, coat.ink))],
        rect(-5, -62, 10, 8, coat.shade),
        rect(-31, -86, 8, 14, coat.shade, rx=3),
        rect(23, -86, 8, 14, coat.shade, rx=3),
        rect(-27, -96, 54, 36, coat.base, rx=11),
        rect(-21, -90, 42, 24, coat.ink, rx=8),
        circle(-10, -78, 5.5, coat.glow),
        circle(10, -78, 5.5, coat.glow),
        stroke("M-5,-70Q0,-67 5,-70", coat.glow, 1.8),
    ]


def astronaut(coat: Coat) -> list[str]:
    return [
        rect(-25, -70, 50, 44, coat.shade, rx=10),
        path("M-16,-34L-18,-4Q-18,0 -14,0H-2L-1,-30Z M16,-34L18,-4Q18,0 14,0H2L1,-30Z", coat.base),
        stroke("M-18,-56Q-34,-48 -32,-32M18,-56Q36,-60 40,-76", coat.base, 12),
        rect(-20, -66, 40, 42, coat.base, rx=14),
        rect(-12, -50, 24, 14, coat.shade, rx=3),
        circle(-6, -43, 2.5, coat.accent),
        circle(2, -43, 2.5, coat.glow),
        circle(0, -83, 22, coat.base),
        ellipse(3, -82, 16, 14, darker(coat.ink, 0.2)),
        path("M-8,-88C-4,-95 6,-96 12,-91C6,-92 -2,-91 -8,-88Z", "#bfe3f2"),
    ]


def snowman(coat: Coat) -> list[str]:
    return [
        stroke("M-20,-50L-46,-66M-38,-61L-42,-72M20,-50L46,-66M38,-61L42,-72", "#6b4a36", 2.6),
        circle(0, -24, 26, coat.base),
        circle(0, -58, 19, coat.base),
        circle(0, -86, 14.5, coat.base),
        path("M10,-47A26,26 0 0 1 0,2A30,30 0 0 0 10,-47Z", coat.shade, opacity=0.5),
        path("M-15,-76Q0,-68 15,-76L15,-70Q0,-62 -15,-70Z M6,-70L13,-50L6,-49L1,-68Z", coat.accent),
        rect(-13, -114, 26, 20, coat.ink, rx=2),
        rect(-20, -98, 40, 4.5, coat.ink, rx=2),
        rect(-13, -103, 26, 5, coat.accent),
        circle(-5, -89, 1.8, coat.ink),
        circle(5, -89, 1.8, coat.ink),
        path("M0,-86L16,-82L0,-81Z", "#f0832f"),
        *[circle(0, y, 2, coat.ink) for y in (-60, -52, -34)],
    ]
