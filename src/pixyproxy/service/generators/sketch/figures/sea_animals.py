"""Animals of the sea: fish, whale, dolphin, turtle."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat
from pixyproxy.service.generators.sketch.light.colours import mix


def fish(coat: Coat) -> list[str]:
    return [
        path("M-42,-50L-84,-82C-76,-60 -76,-40 -84,-18Z", coat.shade),
        path("M-12,-78C0,-100 26,-96 34,-88L20,-70Z M-6,-24C2,-6 18,-4 26,-8L16,-28Z", coat.shade),
        path("M-56,-50C-34,-88 36,-94 64,-50C36,-8 -34,-12 -56,-50Z", coat.base),
        path("M-56,-50C-34,-12 36,-8 64,-50C40,-30 -20,-30 -56,-50Z", coat.light, opacity=0.55),
        path("M-12,-78C-4,-60 -4,-40 -12,-23L-26,-28C-18,-44 -18,-58 -26,-73Z", coat.light),
        path("M28,-78C20,-60 20,-42 28,-23L15,-20C8,-40 8,-60 15,-81Z", coat.light),
        circle(43, -56, 6.5, "#ffffff"),
        circle(44.5, -56, 3.6, coat.ink),
        path("M-2,-50C8,-58 16,-52 18,-44C10,-40 2,-42 -2,-50Z", coat.shade),
    ]


def whale(coat: Coat) -> list[str]:
    grooves = "M24,-10Q56,-12 78,-24M14,-17Q52,-18 84,-32"
    return [
        path(
            "M-74,-58C-96,-64 -110,-82 -106,-98C-94,-98 -84,-92 "
            "-78,-82C-76,-96 -66,-106 -54,-106C-50,-90 -58,-72 -66,-58"
            "C-60,-44 -46,-40 -34,-46Z",
            coat.base,
        ),
        path(
            "M-76,-66C-62,-36 -34,-56 0,-74C36,-92 82,-80 92,-46C94,-16 60,0 16,0C-34,0 -70,-28 -76,-66Z",
            coat.base,
        ),
        path("M92,-42C70,-24 20,-24 -28,-14C-14,-4 0,0 16,0C60,0 92,-14 92,-42Z", coat.light),
        stroke(grooves, coat.shade, 1.5, opacity=0.7),
        path("M10,-22C6,-2 -10,10 -28,12C-26,-6 -16,-20 0,-26Z", coat.shade),
        circle(64, -44, 3.6, coat.ink),
        circle(65, -45, 1.2, "#ffffff"),
    ]


def dolphin(coat: Coat) -> list[str]:
    return [
        path(
            "M-70,-12C-88,-8 -98,4 -100,12C-86,12 -76,8 -70,2C-64,10 -58,14 -48,16C-48,4 -54,-8 -60,-16Z",
            coat.shade,
        ),
        path("M-2,-76C-14,-92 -26,-96 -36,-96C-30,-86 -28,-76 -28,-66Z", coat.shade),
        path(
            "M-72,-6C-56,-58 -10,-86 34,-72C46,-68 54,-60 58,-52L80,-42C84,-38 80,-34 74,-34L52,-34"
            "C24,-22 -26,-36 -66,-4Z",
            coat.base,
        ),
        path("M78,-35L52,-34C24,-22 -26,-36 -66,-4C-40,-36 10,-40 52,-42Z", coat.light),
        path("M14,-36C14,-20 2,-8 -10,-6C-10,-20 -4,-32 2,-38Z", coat.shade),
        circle(46, -52, 3, coat.ink),
    ]


def turtle(coat: Coat) -> list[str]:
    shell = mix(coat.base, coat.ink, 0.3)
    return [
        *[
            ellipse(x, -7, 14, 8, coat.base, transform=f"rotate({turn},{x},-7)")
            for x, turn in ((-34, 24), (30, -24))
        ],
        path("M42,-22C56,-20 56,-48 74,-48C90,-48 92,-26 78,-20C66,-12 52,-10 40,-12Z", coat.base),
        circle(78, -36, 3, coat.ink),
        path("M-60,-12C-58,-52 -30,-66 -6,-66C22,-66 48,-50 50,-12Z", shell),
        path(
            "M-22,-22L-30,-40L-12,-54L10,-54L24,-40L16,-22Z M-56,-22"
            "L-48,-42L-38,-38L-32,-22Z M44,-22L38,-42L32,-38L26,-22Z",
            coat.light,
            opacity=0.45,
        ),
        path("M-62,-14C-30,-8 24,-8 52,-14L50,-8C24,-2 -30,-2 -60,-8Z", coat.light),
    ]
