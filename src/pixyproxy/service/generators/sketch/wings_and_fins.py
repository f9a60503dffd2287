"""Animals of the air and the water: birds, butterfly, fish, whale, turtle."""

from .coat import Coat
from .colours import mix
from .svg import circle, ellipse, path, stroke


def owl(coat: Coat) -> list[str]:
    feathers = "".join(f"M{x},{y}q4,6 8,0" for y in (-44, -34, -24) for x in (-16, -4, 8))
    return [
        path(
            "M-34,-58C-38,-96 -30,-104 -34,-112C-20,-108 -10,-100 "
            "0,-100C10,-100 20,-108 34,-112C30,-104 38,-96 34,-58"
            "C36,-26 24,-2 0,-2C-24,-2 -36,-26 -34,-58Z",
            coat.base,
        ),
        path("M-22,-54C-22,-26 -14,-8 0,-8C14,-8 22,-26 22,-54Z", coat.light),
        stroke(feathers, coat.shade, 2),
        path("M-34,-64C-46,-44 -42,-20 -24,-10C-22,-30 -26,-52 -34,-64Z", coat.shade),
        path("M34,-64C46,-44 42,-20 24,-10C22,-30 26,-52 34,-64Z", coat.shade),
        circle(-15, -76, 17, coat.light),
        circle(15, -76, 17, coat.light),
        circle(-14, -76, 11, "#ffc94d"),
        circle(14, -76, 11, "#ffc94d"),
        circle(-13, -76, 6.5, coat.ink),
        circle(13, -76, 6.5, coat.ink),
        circle(-11, -79, 2, "#ffffff"),
        circle(15, -79, 2, "#ffffff"),
        path("M-6,-69H6L0,-56Z", "#f09a3e"),
        stroke("M-12,-3v3M-7,-3v3M7,-3v3M12,-3v3", "#f09a3e", 3.5),
    ]


def perched_bird(coat: Coat) -> list[str]:
    return [
        path("M-30,-44L-78,-28L-74,-20L-70,-14L-24,-26Z", coat.shade),
        path(
            "M-40,-34C-34,-66 -6,-70 4,-86C12,-102 42,-102 "
            "46,-78C50,-44 34,-14 0,-12C-22,-12 -36,-20 -40,-34Z",
            coat.base,
        ),
        path("M44,-66C46,-40 30,-14 0,-12C6,-34 20,-58 44,-66Z", coat.light),
        path("M14,-54C-8,-58 -34,-46 -48,-26C-22,-20 8,-26 14,-54Z", coat.shade),
        path("M45,-84L62,-77L45,-72Z", "#f0a03e"),
        circle(32, -82, 4.2, coat.eye),
        circle(33.2, -83.5, 1.3, "#ffffff"),
        stroke("M-2,-12v11M10,-13v12", coat.ink, 2.5),
    ]


def flying_bird(coat: Coat) -> list[str]:
    return [
        path("M4,-44C-2,-76 -30,-98 -62,-104C-54,-80 -36,-52 -14,-40Z", coat.shade),
        path("M-72,-28L-96,-38L-92,-26L-98,-16L-64,-20Z", coat.shade),
        path(
            "M-76,-30C-40,-50 -6,-56 26,-54C40,-64 58,-60 62,-46"
            "C56,-26 20,-12 -14,-16C-40,-18 -62,-22 -76,-30Z",
            coat.base,
        ),
        path("M60,-42C50,-24 20,-12 -14,-16C8,-24 40,-28 60,-42Z", coat.light),
        path("M14,-44C14,-78 -6,-110 -40,-130C-42,-98 -34,-58 -14,-36Z", coat.base),
        path("M-40,-130C-42,-98 -34,-58 -14,-36L-8,-42C-26,-64 -36,-96 -40,-130Z", coat.light, opacity=0.6),
        path("M60,-52L78,-44L59,-40Z", "#f0a03e"),
        circle(48, -50, 3.4, coat.eye),
    ]


def swan(coat: Coat) -> list[str]:
    return [
        path(
            "M-58,-34C-50,-14 -30,-4 0,-4C34,-4 46,-18 44,-34C40,-48 20,-46 4,-44C-20,-42 -40,-46 -66,-52Z",
            coat.base,
        ),
        stroke("M34,-28C46,-52 14,-66 20,-90C22,-102 36,-104 42,-94", coat.base, 11),
        path("M38,-100L62,-86L40,-84Z", "#ef8a3c"),
        circle(37, -93, 2.4, coat.ink),
        path("M20,-38C0,-54 -40,-52 -72,-66C-64,-40 -40,-18 -8,-18C12,-18 22,-26 20,-38Z", coat.shade),
        path("M12,-36C-4,-46 -34,-46 -58,-54C-50,-34 -30,-24 -6,-24C6,-24 14,-28 12,-36Z", coat.light),
    ]


def penguin(coat: Coat) -> list[str]:
    return [
        ellipse(-14, -3, 13, 5, "#f0983a"),
        ellipse(14, -3, 13, 5, "#f0983a"),
        path("M-28,-66C-46,-52 -50,-32 -46,-20C-36,-26 -28,-40 -26,-52Z", coat.shade),
        path("M28,-66C46,-52 50,-32 46,-20C36,-26 28,-40 26,-52Z", coat.shade),
        path(
            "M0,-106C24,-106 30,-86 32,-60C36,-30 32,-2 0,-2C-32,-2 -36,-30 -32,-60C-30,-86 -24,-106 0,-106Z",
            coat.base,
        ),
        path(
            "M0,-76C10,-98 26,-90 24,-70C30,-36 24,-6 0,-6C-24,-6 -30,-36 -24,-70C-26,-90 -10,-98 0,-76Z",
            coat.light,
        ),
        circle(-10, -80, 3.4, coat.ink),
        circle(10, -80, 3.4, coat.ink),
        path("M-8,-74H8L0,-64Z", "#f0983a"),
    ]


def butterfly(coat: Coat) -> list[str]:
    wings = []
    for side in ("", "scale(-1,1)"):
        wings += [
            path("M2,-50C14,-92 52,-104 60,-84C66,-64 34,-46 2,-46Z", coat.base, transform=side),
            path("M2,-46C36,-46 50,-26 40,-10C28,2 8,-20 2,-40Z", coat.shade, transform=side),
            circle(42, -80, 7, coat.light, transform=side),
            circle(28, -66, 4, coat.light, transform=side),
            circle(30, -20, 5, coat.accent, transform=side),
        ]
    return [
        *wings,
        ellipse(0, -46, 3.5, 24, coat.ink),
        stroke("M-1,-68Q-6,-84 -14,-90M1,-68Q6,-84 14,-90", coat.ink, 1.6),
    ]


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
