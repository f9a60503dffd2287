"""Things one travels in: boat, car, train, balloon, rocket, plane, bicycle."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, rect, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat
from pixyproxy.service.generators.sketch.light.colours import darker, mix


def boat(coat: Coat) -> list[str]:
    """A sailing boat; the origin is its waterline."""
    return [
        stroke("M2,-14V-104", darker("#8a5a3b", 0.2), 2.6),
        path("M5,-100C34,-70 42,-44 44,-24C30,-20 18,-20 5,-22Z", coat.light),
        path("M5,-100C20,-70 22,-44 20,-21L5,-22Z", mix(coat.light, coat.shade, 0.16)),
        path("M-1,-90C-10,-60 -26,-38 -42,-26C-28,-21 -14,-21 -1,-22Z", coat.accent),
        path("M2,-104L20,-99L2,-94Z", coat.base),
        path("M-54,-17Q0,-11 56,-19C50,-2 42,7 30,9H-30C-42,7 -50,-4 -54,-17Z", coat.base),
        path("M-48,-3C-44,4 -38,8 -30,9H30C40,8 46,2 51,-6Q0,1 -48,-3Z", coat.shade),
        path("M-54,-17Q0,-11 56,-19L55,-14Q0,-6 -52,-12Z", coat.light),
    ]


def car(coat: Coat) -> list[str]:
    wheels = []
    for x in (-38, 38):
        wheels += [circle(x, -13, 13, coat.ink), circle(x, -13, 6, coat.light)]
    return [
        path("M-44,-44C-38,-68 -30,-74 -8,-74H8C26,-74 34,-62 44,-46Z", coat.shade),
        path("M-36,-46C-32,-62 -28,-67 -12,-67H-4V-46Z M2,-67H8C20,-67 28,-58 34,-46H2Z", coat.glow),
        path(
            "M-70,-20C-72,-38 -62,-46 -46,-47H44C64,-45 74,-38 74,-20Q74,-13 66,-13H-62Q-70,-13 -70,-20Z",
            coat.base,
        ),
        path("M-70,-22H74Q74,-13 66,-13H-62Q-70,-13 -70,-22Z", coat.shade),
        rect(64, -36, 8, 8, "#ffe9a8", rx=3),
        rect(-70, -36, 6, 8, coat.accent, rx=2),
        rect(-4, -38, 10, 2.5, coat.light, rx=1),
        *wheels,
    ]


def train(coat: Coat) -> list[str]:
    wagons = []
    for x, colour in ((-186, coat.light), (-96, coat.accent)):
        wagons += [
            rect(x, -60, 82, 46, colour, rx=6),
            rect(x, -26, 82, 12, coat.shade, rx=4),
            *[rect(x + 9 + 24 * window, -52, 17, 17, coat.glow, rx=3) for window in range(3)],
        ]
    return [
        rect(-190, -16, 268, 6, coat.ink),
        *wagons,
        rect(-8, -56, 70, 42, coat.base, rx=10),
        rect(-10, -78, 34, 64, coat.base, rx=4),
        rect(-14, -84, 42, 8, coat.shade, rx=3),
        rect(-3, -70, 19, 19, coat.glow, rx=3),
        path("M40,-56L37,-84H57L54,-56Z", coat.shade),
        rect(62, -44, 8, 20, coat.shade, rx=4),
        path("M62,-14H84L72,-26H62Z", coat.accent),
        *[circle(x, -9, 9, coat.ink) for x in (-172, -122, -82, -32, 6, 30, 52)],
        *[circle(x, -9, 3.6, coat.light) for x in (-172, -122, -82, -32, 6, 30, 52)],
        *[
            circle(x, y, r, "#ffffff", opacity=0.55)
            for x, y, r in ((42, -96, 9), (30, -110, 12), (12, -122, 16))
        ],
    ]


def balloon(coat: Coat) -> list[str]:
    """A hot air balloon; the origin is the bottom of its basket."""
    return [
        stroke("M-16,-34L-8,-12M16,-34L8,-12", coat.ink, 1),
        path(
            "M0,-110C34,-110 44,-84 42,-68C38,-50 22,-42 17,-32"
            "H-17C-22,-42 -38,-50 -42,-68C-44,-84 -34,-110 0,-110Z",
            coat.base,
        ),
        path(
            "M0,-110C24,-106 30,-84 28,-68C26,-50 14,-42 11,-32"
            "H-11C-14,-42 -26,-50 -28,-68C-30,-84 -24,-106 0,-110Z",
            coat.light,
        ),
        path(
            "M0,-110C11,-104 14,-84 13,-68C12,-50 6,-42 5,-32"
            "H-5C-6,-42 -12,-50 -13,-68C-14,-84 -11,-104 0,-110Z",
            coat.accent,
        ),
        path(
            "M12,-108C36,-102 44,-84 42,-68C38,-50 22,-42 17,-32H8C30,-58 34,-88 12,-108Z",
            coat.shade,
            opacity=0.35,
        ),
        path("M-17,-32H17L15,-28H-15Z", coat.shade),
        path("M-10,-13H10L8,0H-8Z", "#8a5a3b"),
        rect(-11, -14, 22, 3.5, "#b98152", rx=1),
    ]


def rocket(coat: Coat) -> list[str]:
    return [
        path("M-11,-6Q0,40 0,46Q0,40 11,-6Z", "#ff9a3c"),
        path("M-6,-6Q0,22 0,26Q0,22 6,-6Z", "#fff1a8"),
        path("M-18,-46C-34,-34 -36,-14 -32,0L-14,-14Z M18,-46C34,-34 36,-14 32,0L14,-14Z", coat.accent),
        path("M0,-116C20,-98 24,-66 16,-8H-16C-24,-66 -20,-98 0,-116Z", coat.light),
        path("M0,-116C20,-98 24,-66 16,-8H5C14,-60 14,-96 0,-116Z", coat.shade, opacity=0.35),
        path("M0,-116C9,-108 15,-98 17.5,-86H-17.5C-15,-98 -9,-108 0,-116Z", coat.base),
        circle(0, -66, 10.5, coat.base),
        circle(0, -66, 7, coat.ink),
        path("M-5,-69A6,6 0 0 1 2,-71.5Z", "#ffffff"),
        rect(-16.5, -22, 33, 6, coat.base),
        path("M-3.5,-34H3.5V0L0,6L-3.5,0Z", coat.accent),
        rect(-12, -9, 24, 6, coat.ink, rx=2),
    ]


def plane(coat: Coat) -> list[str]:
    return [
        path("M-58,-52L-82,-88H-64L-34,-56Z", coat.accent),
        path("M4,-56L-20,-86H-6L34,-58Z", coat.shade),
        path(
            "M-76,-52C-50,-66 30,-70 62,-60C78,-54 86,-46 84,-40"
            "C70,-30 -20,-30 -50,-38C-64,-42 -74,-46 -76,-52Z",
            coat.light,
        ),
        path("M-76,-52C-40,-44 60,-42 84,-42C74,-30 -20,-30 -50,-38C-64,-42 -74,-46 -76,-52Z", coat.base),
        path("M10,-42L-34,-8H-16L40,-40Z", coat.shade),
        *[circle(x, -53, 2.8, coat.ink) for x in range(-36, 44, 12)],
        path("M62,-59C72,-56 78,-52 80,-48H64Z", coat.ink),
    ]


def bicycle(coat: Coat) -> list[str]:
    wheels = []
    for x in (-38, 38):
        wheels += [
            circle(x, -26, 24, "none", stroke=coat.ink, stroke_width=3.5),
            stroke(f"M{x - 23},-26h46M{x},-49v46M{x - 16},-42l32,32M{x - 16},-10l32,-32", coat.ink, 0.8),
        ]
    return [
        *wheels,
        stroke("M-38,-26L-14,-60H24L-2,-26ZM-14,-60L-2,-26M38,-26L22,-72", coat.base, 4),
        stroke("M-14,-60V-68M22,-72Q32,-78 34,-70", coat.ink, 3.5),
        ellipse(-15, -69, 11, 3.5, coat.ink),
        circle(-2, -26, 5, coat.accent),
        path("M24,-62h20l-3,-14H26Z", coat.light),
    ]
