"""Animals with wings: owl, birds, swan, penguin, butterfly."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat


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
