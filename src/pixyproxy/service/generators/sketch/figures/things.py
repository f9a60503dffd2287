"""Things: chair, table, cup, lamp, book, vase, apple, heart, mushroom."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, rect, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat
from pixyproxy.service.generators.sketch.light.colours import darker, mix


def chair(coat: Coat) -> list[str]:
    """An armless lounge chair whose seat is at half its height."""
    wood = darker("#a9713f", 0.1)
    return [
        stroke("M-34,-42L-42,-1M34,-42L42,-1M-22,-42L-26,-4M22,-42L26,-4", wood, 5),
        path("M-38,-50C-44,-84 -40,-108 -34,-112Q0,-120 34,-112C40,-108 44,-84 38,-50Z", coat.shade),
        path("M-30,-54C-35,-82 -32,-102 -27,-105Q0,-111 27,-105C32,-102 35,-82 30,-54Z", coat.base),
        path("M-44,-54Q0,-64 44,-54Q48,-44 42,-40Q0,-33 -42,-40Q-48,-44 -44,-54Z", coat.base),
        path("M-45,-47Q0,-40 45,-47Q45,-42 42,-40Q0,-33 -42,-40Q-45,-42 -45,-47Z", coat.shade),
    ]


def table(coat: Coat) -> list[str]:
    return [
        path("M-62,-62L-72,-1H-64L-50,-62Z M62,-62L72,-1H64L50,-62Z", coat.shade),
        rect(-84, -70, 168, 9, coat.base, rx=4),
        rect(-84, -64, 168, 3, coat.shade),
        rect(-60, -61, 120, 7, coat.shade),
    ]


def cup(coat: Coat) -> list[str]:
    steam = "M-12,-78C-20,-90 -4,-98 -12,-112M10,-78C2,-90 18,-98 10,-112"
    return [
        stroke(steam, "#ffffff", 3.5, opacity=0.6),
        ellipse(0, -3, 56, 6, coat.shade),
        circle(40, -42, 15, "none", stroke=coat.base, stroke_width=7),
        path("M-40,-68H40C40,-30 30,-6 18,-4H-18C-30,-6 -40,-30 -40,-68Z", coat.base),
        path("M14,-68H40C40,-30 30,-6 18,-4H6C16,-20 18,-44 14,-68Z", coat.shade, opacity=0.6),
        ellipse(0, -68, 40, 8, coat.light),
        ellipse(0, -67, 35, 6, "#5a3423"),
    ]


def lamp(coat: Coat) -> list[str]:
    return [
        circle(0, -82, 62, coat.glow, opacity=0.14),
        circle(0, -82, 44, coat.glow, opacity=0.18),
        ellipse(0, -3, 22, 4, coat.ink),
        stroke("M0,-3V-66", coat.ink, 4),
        path("M-18,-104H18L34,-62H-34Z", coat.base),
        path("M4,-104H18L34,-62H12Z", coat.shade, opacity=0.45),
        ellipse(0, -62, 34, 4, coat.glow),
    ]


def book(coat: Coat) -> list[str]:
    pages = mix("#fff6e2", coat.base, 0.06)
    return [
        path(
            "M0,-14C-22,-26 -50,-26 -72,-18V-4C-50,-12 -22,-10 "
            "0,0C22,-10 50,-12 72,-4V-18C50,-26 22,-26 0,-14Z",
            coat.base,
        ),
        path("M0,-22C-20,-34 -46,-36 -66,-28V-12C-46,-20 -20,-18 0,-6Z", pages),
        path("M0,-22C20,-34 46,-36 66,-28V-12C46,-20 20,-18 0,-6Z", darker(pages, 0.08)),
        stroke(
            "M-56,-26Q-30,-30 -10,-20M-56,-21Q-30,-25 -10,-15M56,-26Q30,-30 10,-20M56,-21Q30,-25 10,-15",
            coat.ink,
            1.2,
            opacity=0.35,
        ),
    ]


def vase(coat: Coat) -> list[str]:
    stems = "M0,-48Q-4,-74 -22,-92M0,-48V-104M0,-48Q4,-74 24,-88"
    petals = []
    for x, y, colour in ((-22, -94, coat.accent), (24, -90, coat.glow), (0, -108, coat.light)):
        petals += [circle(x, y, 12, colour), circle(x, y, 4.5, coat.ink, opacity=0.7)]
    return [
        stroke(stems, "#3f7d54", 3),
        path(
            "M-2,-66C-20,-64 -26,-74 -28,-78C-14,-80 -4,-74 -2,-66"
            "Z M2,-70C18,-66 24,-72 30,-76C16,-80 4,-78 2,-70Z",
            "#4f9464",
        ),
        *petals,
        path(
            "M-11,-54H11C9,-42 28,-36 28,-18C28,-6 18,0 0,0C-18,0 -28,-6 -28,-18C-28,-36 -9,-42 -11,-54Z",
            coat.base,
        ),
        path("M4,-54H11C9,-42 28,-36 28,-18C28,-6 18,0 4,0C18,-14 14,-34 4,-54Z", coat.shade, opacity=0.6),
    ]


def apple(coat: Coat) -> list[str]:
    return [
        stroke("M0,-74Q2,-90 10,-96", "#6b4a2f", 5),
        path("M6,-84C14,-100 34,-102 44,-96C36,-82 20,-78 6,-84Z", "#5f9a4d"),
        path(
            "M0,-72C-16,-84 -48,-78 -46,-44C-44,-16 -24,0 -10,0"
            "C-4,0 -2,-3 0,-3C2,-3 4,0 10,0C24,0 44,-16 46,-44"
            "C48,-78 16,-84 0,-72Z",
            coat.base,
        ),
        path("M20,-77C44,-74 47,-56 46,-44C44,-16 24,0 10,0C34,-18 40,-52 20,-77Z", coat.shade, opacity=0.6),
        ellipse(-24, -54, 8, 13, coat.light, opacity=0.6, transform="rotate(24,-24,-54)"),
    ]


def heart(coat: Coat) -> list[str]:
    return [
        path(
            "M0,-72C-12,-104 -60,-100 -58,-64C-56,-36 -20,-20 "
            "0,0C20,-20 56,-36 58,-64C60,-100 12,-104 0,-72Z",
            coat.base,
        ),
        path("M36,-93C56,-90 59,-76 58,-64C56,-36 20,-20 0,0C28,-34 46,-58 36,-93Z", coat.shade, opacity=0.6),
        ellipse(-34, -76, 8, 13, coat.light, opacity=0.55, transform="rotate(30,-34,-76)"),
    ]


def mushroom(coat: Coat) -> list[str]:
    return [
        path("M-14,-46C-12,-24 -20,-10 -22,0H22C20,-10 12,-24 14,-46Z", "#f6ead2"),
        path("M4,-46C4,-24 6,-10 4,0H22C20,-10 12,-24 14,-46Z", "#dccbae"),
        path("M-54,-44C-50,-84 -22,-98 0,-98C22,-98 50,-84 54,-44Q0,-30 -54,-44Z", coat.base),
        path("M20,-95C38,-88 52,-70 54,-44Q42,-41 28,-39C40,-60 36,-82 20,-95Z", coat.shade, opacity=0.6),
        *[
            ellipse(x, y, r, r * 0.8, "#fff6e6")
            for x, y, r in ((-26, -64, 9), (2, -80, 8), (18, -56, 10), (-8, -50, 5))
        ],
    ]
