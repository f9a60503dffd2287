"""Animals that stand: bear, panda, lion, elephant, horse, unicorn, deer, sheep."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat, eyes, legs, smile
from pixyproxy.service.generators.sketch.light.colours import darker, mix


def bear(coat: Coat) -> list[str]:
    return [
        *_round_head_and_body(coat),
        ellipse(0, -26, 22, 22, coat.light),
        *_paws(coat.shade),
    ]


def panda(coat: Coat) -> list[str]:
    black = coat.ink
    return [
        circle(-22, -98, 11, black),
        circle(22, -98, 11, black),
        path("M-34,0C-48,-26 -36,-58 0,-60C36,-58 48,-26 34,0Z", coat.base),
        path("M-38,-42C-30,-58 -12,-60 0,-60C12,-60 30,-58 38,-42C24,-46 -24,-46 -38,-42Z", black),
        ellipse(0, -78, 33, 26, coat.base),
        ellipse(-14, -78, 9, 11, black, transform="rotate(24,-14,-78)"),
        ellipse(14, -78, 9, 11, black, transform="rotate(-24,14,-78)"),
        circle(-12, -79, 3.6, "#ffffff"),
        circle(12, -79, 3.6, "#ffffff"),
        ellipse(0, -67, 6, 4, black),
        smile(0, -62, 6, black),
        *_paws(black),
    ]


def _round_head_and_body(coat: Coat) -> list[str]:
    return [
        circle(-23, -98, 11, coat.base),
        circle(23, -98, 11, coat.base),
        circle(-23, -98, 6, coat.shade),
        circle(23, -98, 6, coat.shade),
        path("M-36,0C-50,-26 -36,-60 0,-60C36,-60 50,-26 36,0Z", coat.base),
        ellipse(0, -78, 33, 27, coat.base),
        ellipse(0, -68, 16, 12, coat.light),
        *eyes(0, -82, 14, 3.8, coat),
        ellipse(0, -73, 7, 4.5, coat.ink),
        smile(0, -66, 6, coat.ink),
    ]


def _paws(colour: str) -> list[str]:
    return [
        ellipse(-33, -34, 9, 19, colour, transform="rotate(14,-33,-34)"),
        ellipse(33, -34, 9, 19, colour, transform="rotate(-14,33,-34)"),
        ellipse(-24, -6, 16, 8, colour),
        ellipse(24, -6, 16, 8, colour),
    ]


def lion(coat: Coat) -> list[str]:
    mane = mix(coat.base, "#9c4a24", 0.75)
    petals = [ellipse(0, -102, 13, 19, mane, transform=f"rotate({turn},0,-74)") for turn in range(0, 360, 30)]
    return [
        stroke("M-28,-6Q-62,-4 -56,-36", coat.base, 6),
        circle(-56, -40, 9, mane),
        path("M-32,0C-44,-28 -28,-58 0,-60C28,-58 44,-28 32,0Z", coat.base),
        ellipse(0, -22, 17, 20, coat.light),
        *petals,
        circle(0, -74, 34, coat.shade),
        circle(-21, -96, 8, coat.base),
        circle(21, -96, 8, coat.base),
        ellipse(0, -74, 28, 26, coat.base),
        ellipse(0, -62, 15, 11, coat.light),
        *eyes(0, -79, 12, 3.8, coat),
        path("M-6,-70h12l-6,7Z", coat.ink),
        smile(0, -61, 6, coat.ink),
        ellipse(-17, -4, 13, 6, coat.base),
        ellipse(17, -4, 13, 6, coat.base),
    ]


def elephant(coat: Coat) -> list[str]:
    return [
        stroke("M-58,-62Q-72,-54 -68,-34", coat.shade, 4),
        *legs((-34, 22), -40, 23, coat.shade),
        path(
            "M-62,-46C-64,-84 -34,-94 -6,-92C24,-92 42,-78 "
            "42,-50C42,-30 26,-24 -8,-24C-44,-24 -60,-26 -62,-46Z",
            coat.base,
        ),
        *legs((-47, 9), -42, 24, coat.base),
        path("M-57,-3h20v3h-20Z M-1,-3h20v3h-20Z", coat.light, opacity=0.5),
        path(
            "M28,-86C50,-104 80,-92 80,-66C80,-52 83,-38 84,-28C85,-14 92,-12 97,-19C102,-16 98,-2 86,-3"
            "C72,-4 70,-20 68,-38C56,-34 34,-42 28,-60Z",
            coat.base,
        ),
        path("M64,-46C72,-38 82,-38 90,-44C84,-32 70,-30 61,-40Z", "#fff6e4"),
        path("M26,-90C50,-98 58,-78 53,-56C50,-42 36,-38 26,-48C16,-58 14,-82 26,-90Z", coat.shade),
        path(
            "M29,-84C46,-90 51,-74 47,-58C44,-48 35,-46 29,-53C21,-62 21,-80 29,-84Z",
            coat.light,
            opacity=0.35,
        ),
        circle(66, -70, 3.6, coat.ink),
        circle(67, -71, 1.1, "#ffffff"),
    ]


def horse(coat: Coat) -> list[str]:
    mane = darker(coat.base, 0.45)
    return [
        path("M-42,-62C-62,-62 -64,-34 -58,-14C-50,-24 -46,-42 -40,-50Z", mane),
        *_slender_legs(coat, -1),
        _hoofed_body(coat),
        path(
            "M12,-62C20,-78 26,-96 38,-104L44,-112L48,-103C56,-98 66,-86 69,-80C70,-73 62,-71 57,-75"
            "C51,-79 48,-80 46,-78C44,-66 40,-56 34,-46Z",
            coat.base,
        ),
        path("M41,-108C28,-104 12,-84 4,-62C14,-62 22,-72 27,-82C31,-90 36,-96 42,-100Z", mane),
        circle(50, -92, 2.4, coat.ink),
        circle(64, -78, 1.2, coat.ink),
    ]


def unicorn(coat: Coat) -> list[str]:
    return [*horse(coat), path("M46,-108L66,-132L53,-102Z", "#f0b83f")]


def deer(coat: Coat) -> list[str]:
    antler = darker(coat.base, 0.35)
    return [
        path("M-40,-58L-52,-66L-45,-48Z", coat.light),
        *_slender_legs(coat, -1),
        _hoofed_body(coat),
        *[
            circle(x, y, 2.2, coat.light)
            for x, y in ((-30, -58), (-20, -53), (-9, -58), (-26, -48), (-14, -46))
        ],
        path(
            "M14,-60C22,-74 28,-86 36,-93L26,-99C32,-104 40,-102 "
            "44,-98C52,-96 60,-88 63,-84C63,-78 56,-77 50,-80"
            "C46,-70 40,-56 32,-46Z",
            coat.base,
        ),
        path("M18,-50C26,-58 34,-66 40,-76L46,-78C44,-64 38,-52 32,-46Z", coat.light),
        stroke(
            "M40,-100C34,-112 24,-116 22,-130M31,-116L36,-130"
            "M42,-101C44,-114 54,-118 58,-130M49,-116L46,-130",
            antler,
            2.8,
        ),
        circle(46, -91, 2.4, coat.ink),
        circle(62, -83, 2.2, coat.ink),
    ]


def _hoofed_body(coat: Coat) -> str:
    return path(
        "M-46,-52C-46,-68 -28,-68 -8,-65C8,-64 20,-70 28,-62C38,-50 32,-36 18,-34C2,-32 -14,-34 -26,-34"
        "C-40,-33 -46,-40 -46,-52Z",
        coat.base,
    )


def _slender_legs(coat: Coat, ground: float) -> list[str]:
    back = f"M-38,-48L-30,-22L-34,{ground}H-28L-23,-22L-22,-40Z M12,-42L20,-22L18,{ground}H23L26,-22L26,-44Z"
    front = f"M-46,-50L-42,-24L-45,{ground}H-38L-35,-24L-24,-40Z M6,-42L8,-22L6,{ground}H12L15,-22L24,-42Z"
    return [path(back, coat.shade), path(front, coat.base)]


def sheep(coat: Coat) -> list[str]:
    face = darker(coat.ink, 0.1)
    wool = [
        (-34, -48, 20),
        (-14, -60, 22),
        (12, -60, 22),
        (30, -46, 20),
        (-30, -32, 18),
        (0, -30, 22),
        (24, -32, 18),
    ]
    return [
        *legs((-24, -8, 12, 26), -24, 8, face),
        *[circle(x, y + 3, radius, coat.shade) for x, y, radius in wool],
        *[circle(x, y, radius, coat.base) for x, y, radius in wool],
        ellipse(24, -66, 11, 5, face, transform="rotate(20,24,-66)"),
        ellipse(60, -66, 11, 5, face, transform="rotate(-20,60,-66)"),
        path("M28,-76C34,-84 50,-84 56,-76C58,-58 52,-42 42,-42C32,-42 26,-58 28,-76Z", face),
        *[circle(x, -78, 9, coat.base) for x in (34, 43, 51)],
        circle(36, -63, 3, "#ffffff"),
        circle(48, -63, 3, "#ffffff"),
        circle(36.5, -63, 1.6, face),
        circle(48.5, -63, 1.6, face),
    ]
