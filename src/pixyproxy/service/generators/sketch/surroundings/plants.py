"""What grows: trees one by one and as woods, flowers, grass, cactus."""

from collections.abc import Callable, Sequence

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, number, path, placed, stroke
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix

_BARK = "#6b4a36"


def _pine(stage: Stage, colour: str) -> list[str]:
    """Tiers of branches, the left half in shade; a hundred units high."""
    snow = lighter(stage.palette.lit("#ffffff"), 0.3) if stage.names("winter", "snow") else ""
    shapes = [path("M-3,-16h6v16h-6Z", stage.palette.lit(_BARK))]
    for low, high, half in ((-10, -52, 27), (-32, -74, 21), (-54, -100, 15)):
        shapes.append(path(f"M0,{high}L{half},{low}Q0,{low + 7} {-half},{low}Z", colour))
        shapes.append(
            path(f"M0,{high}L0,{low + 3.5}Q{-half / 2},{low + 3} {-half},{low}Z", darker(colour, 0.22))
        )
        if snow:
            third = high + (low - high) * 0.42
            shapes.append(
                path(
                    f"M0,{high}L{half * 0.42},{third}L{half * 0.12},{third - 6}L{-half * 0.1},{third + 3}"
                    f"L{-half * 0.42},{third}Z",
                    snow,
                )
            )
    return shapes


def _leafy(stage: Stage, colour: str) -> list[str]:
    """A round or a tall crown, lit from one side."""
    bark = stage.palette.lit(_BARK)
    shape = stage.rng.randrange(3)
    trunk = [path("M-4,0L-2.5,-50H2.5L4,0Z", bark), stroke("M0,-30L12,-46M0,-24L-12,-42", bark, 2.5)]
    lit, dim = lighter(colour, 0.14), darker(colour, 0.2)
    if shape == 0:
        return [
            *trunk,
            circle(0, -68, 32, colour),
            path("M0,-100A32,32 0 0 0 0,-36A44,44 0 0 1 0,-100Z", dim),
            *[circle(x, y, r, lit) for x, y, r in ((12, -80, 7), (19, -66, 4.5), (6, -64, 4))],
        ]
    if shape == 1:
        return [
            *trunk,
            ellipse(0, -62, 22, 40, colour),
            path("M0,-102A22,40 0 0 0 0,-22A34,46 0 0 1 0,-102Z", dim),
        ]
    return [
        *trunk,
        circle(-16, -56, 21, dim),
        circle(17, -54, 20, colour),
        circle(0, -74, 26, colour),
        circle(8, -80, 15, lit, opacity=0.7),
    ]


def _palm(stage: Stage, colour: str) -> list[str]:
    fronds = []
    for turn, tone in ((-170, 1), (-130, 0), (-90, 1), (-48, 0), (-8, 1), (24, 0), (156, 0)):
        leaf = "M0,0Q22,-16 46,4Q24,-4 0,3Z"
        fronds.append(
            path(leaf, darker(colour, 0.2) if tone else colour, transform=f"translate(8,-84)rotate({turn})")
        )
    return [
        path("M-6,0Q-10,-46 5,-86L10,-85Q0,-46 4,0Z", stage.palette.lit("#8a6244")),
        *fronds,
        circle(6, -80, 3.5, stage.palette.lit("#7a4a2a")),
        circle(12, -80, 3.5, stage.palette.lit("#6a3f25")),
    ]


def _cactus(stage: Stage, colour: str) -> list[str]:
    shade = darker(colour, 0.2)
    return [
        stroke("M-2,-30H-24V-58M2,-44H24V-72", colour, 13),
        stroke("M0,-6V-88", colour, 18),
        stroke("M-5,-8V-88M-27,-36V-58M21,-50V-72", shade, 2),
        circle(0, -99, 5, stage.palette.lit("#ef6f7f")),
        circle(24, -80, 4, stage.palette.lit("#ef6f7f")),
    ]


_Plant = Callable[[Stage, str], list[str]]


def _kind_of_tree(stage: Stage) -> _Plant:
    if stage.names("palm") or (stage.names("beach") and not stage.names("pine", "tree")):
        return _palm
    if stage.names("cactus", "desert") and not stage.names("tree", "forest"):
        return _cactus
    if stage.names("pine") or (stage.names("winter", "snow", "aurora") and not stage.names("autumn")):
        return _pine
    if stage.names("tree", "autumn", "spring", "river", "house", "windmill"):
        return _leafy
    return (
        _pine if stage.palette.dark or stage.names("mountain", "lake") else stage.rng.choice((_pine, _leafy))
    )


def plant_trees(stage: Stage, line: Ridge, per_unit: float, height: float, haze: float) -> None:
    """Trees along a ridge, in loose clumps; haze carries them into the distance."""
    count = stage.many(per_unit, 90)
    draw = _kind_of_tree(stage)
    for index in range(count):
        x = stage.width * (index + stage.spread(-0.3, 1.3)) / count
        tone = mix(stage.rng.choice(stage.palette.foliage), stage.palette.ground(0.5), haze * 0.4)
        tone = mix(tone, stage.palette.sky[2], haze * 0.5)
        scale = UNIT * height * stage.spread(0.7, 1.25) / 100
        stage.add(placed(draw(stage, tone), (x, line.at(x) + 8), scale, flipped=stage.chance(0.5)))


def plant_beside(stage: Stage, line: Ridge, height: float, sides: Sequence[float]) -> None:
    """A few large trees that frame the picture."""
    draw = _kind_of_tree(stage)
    for side in sides:
        x = stage.width * side + stage.spread(-20, 20)
        tone = stage.rng.choice(stage.palette.foliage)
        stage.add(
            placed(draw(stage, tone), (x, line.at(x) + 14), UNIT * height * stage.spread(0.85, 1.1) / 100)
        )


def plant_flowers(stage: Stage, line: Ridge, per_unit: float, height: float, colour: str | None) -> None:
    for _ in range(stage.many(per_unit, 130)):
        x, depth = stage.spread(0, stage.width), stage.rng.random() ** 0.8
        y = min(line.at(x) + 18 + (stage.height - line.at(x)) * depth * 0.9, stage.height + 10)
        petal = stage.palette.lit(colour or stage.rng.choice(stage.palette.accents))
        scale = UNIT * height * (0.55 + 0.7 * depth) / 100
        stage.add(placed(_flower(stage, petal), (x, y), scale, turn=stage.spread(-10, 10)))


def _flower(stage: Stage, petal: str) -> list[str]:
    stem = stage.palette.lit("#3f8259")
    shapes = [
        stroke("M0,0Q-4,-36 0,-70", stem, 5),
        path("M-1,-20C-20,-22 -26,-36 -26,-46C-12,-44 -2,-34 -1,-20Z", stem),
    ]
    if stage.chance(0.35):
        return [
            *shapes,
            path("M-20,-96L-9,-84L0,-100L9,-84L20,-96C24,-72 14,-62 0,-62C-14,-62 -24,-72 -20,-96Z", petal),
        ]
    petals = [ellipse(0, -92, 10, 16, petal, transform=f"rotate({turn},0,-76)") for turn in range(0, 360, 60)]
    return [*shapes, *petals, circle(0, -76, 9, stage.palette.lit("#ffd257"))]


def plant_grass(stage: Stage, line: Ridge, colour: str) -> None:
    """Blades along the ridge break the hard edge of the paper."""
    d = []
    for _ in range(stage.many(60, 300)):
        x = stage.spread(0, stage.width)
        y = line.at(x) + stage.spread(0, 5)
        lean, high = stage.spread(-9, 9), stage.spread(10, 30)
        d.append(
            f"M{number(x - 3)},{number(y + 4)}Q{number(x)},{number(y - high * 0.5)} {number(x + lean)},"
            f"{number(y - high)}Q{number(x + 3)},{number(y - high * 0.4)} {number(x + 4)},{number(y + 4)}Z"
        )
    stage.add(path("".join(d), colour))
