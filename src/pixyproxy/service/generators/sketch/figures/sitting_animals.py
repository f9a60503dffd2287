"""Animals that sit: cat, dog, fox, rabbit, frog."""

from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, stroke
from pixyproxy.service.generators.sketch.figures.coat import Coat, eyes, smile
from pixyproxy.service.generators.sketch.light.colours import mix


def cat(coat: Coat) -> list[str]:
    return [
        stroke("M-20,-7C-52,0 -58,-34 -41,-41C-33,-44 -30,-36 -36,-33", coat.shade, 8.5),
        path("M-30,0C-42,-34 -18,-56 2,-62L22,-56C33,-34 34,-14 31,0Z", coat.base),
        path("M4,-58C22,-54 27,-24 24,0H2C-2,-20 -4,-44 4,-58Z", coat.light, opacity=0.55),
        path("M-30,0C-37,-22 -26,-34 -12,-31C2,-27 4,-10 0,0Z", coat.shade),
        *_cat_head(coat),
        ellipse(8, -2.5, 9, 4, coat.base),
        ellipse(24, -2.5, 9, 4, coat.base),
    ]


def _cat_head(coat: Coat) -> list[str]:
    ear = mix(coat.base, "#f0a0a0", 0.55)
    return [
        path("M-14,-72L-15,-103Q-14,-105 -11,-103L8,-88Z M38,-72L39,-103Q38,-105 35,-103L16,-88Z", coat.base),
        path("M-10,-82L-11,-97L0,-88Z M34,-82L35,-97L24,-88Z", ear),
        ellipse(12, -73, 28, 22, coat.base),
        path("M8,-95L12,-86L16,-95Z M0,-93L5,-86L6,-94Z M24,-93L19,-86L18,-94Z", coat.shade),
        ellipse(6, -64, 8, 6, coat.light),
        ellipse(18, -64, 8, 6, coat.light),
        *eyes(12, -75, 12, 4.6, coat),
        path("M8.5,-68.5h7l-3.5,4.5Z", mix("#e88b8b", coat.ink, 0.15)),
        smile(12, -63, 6, coat.ink),
        stroke("M-6,-66l-17,-3M-6,-62l-16,2M30,-66l17,-3M30,-62l16,2", coat.light, 0.9, opacity=0.8),
    ]


def dog(coat: Coat) -> list[str]:
    return [
        stroke("M-24,-10Q-46,-18 -46,-40", coat.base, 9),
        path("M-30,0C-38,-34 -16,-54 0,-62L24,-54C30,-34 28,-16 27,0Z", coat.base),
        path("M6,-54C20,-52 24,-30 18,-16C8,-22 2,-40 6,-54Z", coat.light),
        path("M-30,0C-36,-22 -26,-33 -12,-30C0,-27 3,-10 0,0Z", coat.shade),
        path("M-12,-54Q12,-42 34,-54L33,-47Q12,-36 -10,-47Z", coat.accent),
        circle(13, -41, 4, coat.glow),
        path(
            "M-16,-76C-14,-98 6,-102 14,-101C30,-101 40,-92 "
            "40,-76C40,-58 30,-50 13,-50C-6,-50 -17,-58 -16,-76Z",
            coat.base,
        ),
        path("M11,-101Q18,-80 13,-66L10,-66Q4,-84 11,-101Z", coat.light),
        ellipse(13, -62, 15, 11, coat.light),
        path("M-8,-97C-28,-100 -34,-74 -25,-56C-12,-56 -8,-78 -8,-97Z", coat.shade),
        path("M34,-97C54,-100 60,-74 51,-56C38,-56 34,-78 34,-97Z", coat.shade),
        *eyes(13, -77, 12, 4, coat),
        path("M9,-57Q13,-46 17,-57Z", "#e8737f"),
        ellipse(13, -68, 6, 4, coat.ink),
        smile(13, -60, 6, coat.ink),
        ellipse(6, -2.5, 9, 4, coat.light),
        ellipse(21, -2.5, 9, 4, coat.light),
    ]


def fox(coat: Coat) -> list[str]:
    return [
        path("M-14,-2C-40,6 -70,-8 -66,-34C-64,-50 -52,-58 -46,-62C-50,-44 -34,-34 -18,-20Z", coat.base),
        path("M-66,-34C-64,-50 -52,-58 -46,-62C-48,-52 -45,-45 -40,-39C-48,-34 -58,-32 -66,-34Z", coat.light),
        path("M-26,0C-36,-30 -16,-52 2,-62L18,-58C30,-36 30,-14 28,0Z", coat.base),
        path("M0,-56L22,-56C24,-40 18,-28 11,-20C4,-28 -2,-40 0,-56Z", coat.light),
        path("M-26,0C-32,-20 -22,-30 -9,-27C2,-24 4,-9 1,0Z", coat.shade),
        path("M5,-20L9,0H1Z M17,-20L21,0H13Z", coat.shade),
        path("M-20,-74L-17,-108Q-15,-111 -12,-108L6,-90Z M42,-74L39,-108Q37,-111 34,-108L16,-90Z", coat.base),
        path("M-13,-86L-13,-101L-3,-91Z M35,-86L35,-101L25,-91Z", coat.ink),
        path(
            "M-23,-70C-16,-92 2,-94 11,-94C20,-94 38,-92 45,-70C36,-62 24,-54 11,-46C-2,-54 -14,-62 -23,-70Z",
            coat.base,
        ),
        path(
            "M-23,-70C-12,-72 -2,-72 7,-60L11,-56L15,-60C24,-72 34,-72 45,-70C36,-62 24,-54 11,-46"
            "C-2,-54 -14,-62 -23,-70Z",
            coat.light,
        ),
        *eyes(11, -74, 12, 3.8, coat),
        ellipse(11, -49, 5, 4, coat.ink),
        ellipse(6, -2, 8, 3.5, coat.ink),
        ellipse(22, -2, 8, 3.5, coat.ink),
    ]


def rabbit(coat: Coat) -> list[str]:
    pink = mix(coat.light, "#f29ca0", 0.55)
    return [
        circle(-31, -14, 10, coat.light),
        path("M-28,0C-40,-28 -18,-46 2,-48C24,-46 30,-20 26,0Z", coat.base),
        ellipse(-12, -13, 18, 15, coat.shade),
        path("M-2,-66C-20,-84 -18,-110 -9,-113C2,-112 6,-86 6,-70Z", coat.base),
        path("M12,-70C12,-86 20,-112 30,-112C38,-108 36,-84 20,-66Z", coat.base),
        path("M-2,-74C-12,-88 -12,-104 -9,-107C-3,-104 2,-88 2,-76Z", pink),
        path("M17,-76C18,-90 24,-104 28,-106C32,-102 29,-86 20,-74Z", pink),
        ellipse(9, -56, 24, 20, coat.base),
        ellipse(9, -49, 12, 9, coat.light),
        *eyes(9, -59, 12, 3.6, coat),
        path("M5.5,-54h7l-3.5,4Z", pink),
        smile(9, -49, 4.5, coat.ink),
        ellipse(8, -20, 10, 14, coat.light),
        ellipse(2, -3, 9, 4, coat.light),
        ellipse(18, -3, 9, 4, coat.light),
    ]


def frog(coat: Coat) -> list[str]:
    return [
        path("M-46,0C-60,-10 -52,-38 -30,-36L-14,-6Z M46,0C60,-10 52,-38 30,-36L14,-6Z", coat.shade),
        path("M-40,-14C-40,-50 -24,-64 0,-64C24,-64 40,-50 40,-14C30,0 -30,0 -40,-14Z", coat.base),
        ellipse(0, -16, 25, 16, coat.light),
        circle(-21, -66, 14, coat.base),
        circle(21, -66, 14, coat.base),
        circle(-21, -67, 9, "#fff8e6"),
        circle(21, -67, 9, "#fff8e6"),
        circle(-19, -67, 5, coat.ink),
        circle(23, -67, 5, coat.ink),
        stroke("M-24,-42Q0,-28 24,-42", coat.ink, 2.2),
        ellipse(-22, -2, 13, 4, coat.base),
        ellipse(22, -2, 13, 4, coat.base),
    ]
