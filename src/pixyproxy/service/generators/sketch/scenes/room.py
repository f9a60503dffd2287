"""A quiet room: wall, window, floor, rug and a plant, for the things of a household."""

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import circle, ellipse, path, placed, rect, stroke
from pixyproxy.service.generators.sketch.cast.grounded import place_on_ground
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix, recoloured

_WALLS = ("#e8c9a8", "#b9cfc4", "#e7b9a4", "#c3c7dd", "#d9c79a", "#9fb9bf")


def paint_room(stage: Stage) -> None:
    floor = stage.height - min(stage.height * 0.24, UNIT * 0.3)
    middle = stage.width / 2
    if not stage.transparent:
        wall = stage.palette.lit(stage.rng.choice(_WALLS))
        if stage.brief.colours:
            wall = recoloured(wall, stage.brief.colours[0], 0.7)
        _wall_and_floor(stage, floor, wall)
        side = stage.rng.choice((-1, 1))
        _window(stage, (middle + side * UNIT * 0.16, floor - UNIT * 0.2), wall)
        _pictures(stage, (middle - side * UNIT * 0.33, floor - UNIT * 0.42))
        stage.drawing.begin_plane()
        stage.add(
            ellipse(
                middle,
                floor + UNIT * 0.12,
                UNIT * 0.4,
                UNIT * 0.07,
                stage.palette.lit(stage.palette.accents[1]),
            )
        )
        stage.add(
            ellipse(
                middle,
                floor + UNIT * 0.12,
                UNIT * 0.34,
                UNIT * 0.055,
                "none",
                stroke=lighter(wall, 0.5),
                stroke_width=6,
            )
        )
        stage.add(
            placed(_potted_plant(stage), (middle - side * UNIT * 0.37, floor + UNIT * 0.06), UNIT * 0.0034)
        )
    place_on_ground(stage, Ridge(floor + UNIT * 0.11, ()).at, centre=middle, boost=1.25)


def _wall_and_floor(stage: Stage, floor: float, wall: str) -> None:
    fill = stage.drawing.diagonal_gradient((0, lighter(wall, 0.22), 1), (1, darker(wall, 0.1), 1))
    stage.add(rect(0, 0, stage.width, floor + 2, fill))
    wood = stage.palette.lit("#b07f56")
    boards = stage.drawing.vertical_gradient((0, darker(wood, 0.12), 1), (1, wood, 1))
    stage.add(rect(0, floor, stage.width, stage.height - floor, boards))
    for row in range(1, 5):
        y = floor + (stage.height - floor) * (row / 5) ** 1.4
        stage.add(rect(0, y, stage.width, 3, darker(wood, 0.25), opacity=0.4))
    stage.add(
        rect(0, floor - 26, stage.width, 26, lighter(wall, 0.45)),
        rect(0, floor - 4, stage.width, 5, darker(wall, 0.3)),
    )


def _window(stage: Stage, sill: tuple[float, float], wall: str) -> None:
    """An arched window with the hour of the scene in it."""
    x, y = sill
    half, high = UNIT * 0.21, UNIT * 0.46
    arch = f"M{x - half},{y}V{y - high + half}A{half},{half} 0 0 1 {x + half},{y - high + half}V{y}Z"
    top, middle, low = stage.palette.sky
    stage.add(path(arch, stage.drawing.vertical_gradient((0, top, 1), (0.6, middle, 1), (1, low, 1))))
    stage.add(circle(x + half * 0.35, y - high * 0.58, UNIT * 0.055, stage.palette.light))
    for share, lift in ((0.25, 0.3), (0.7, 0.16)):
        colour = stage.palette.ground(share)
        stage.add(
            path(
                f"M{x - half},{y}V{y - high * lift}Q{x - half * 0.4},{y - high * (lift + 0.16)} {x},"
                f"{y - high * lift}T{x + half},{y - high * lift}V{y}Z",
                colour,
            )
        )
    frame = lighter(wall, 0.6)
    stage.add(
        stroke(arch, frame, 15),
        stroke(f"M{x},{y}V{y - high}M{x - half},{y - high * 0.46}H{x + half}", frame, 8),
    )
    stage.add(rect(x - half - 26, y - 4, half * 2 + 52, 18, frame, rx=4))
    beam = stage.drawing.vertical_gradient((0, stage.palette.light, 0.2), (1, stage.palette.light, 0))
    stage.add(
        path(f"M{x - half},{y + 14}H{x + half}L{x + half * 2.4},{stage.height}H{x + half * 0.1}Z", beam)
    )


def _pictures(stage: Stage, centre: tuple[float, float]) -> None:
    x, y = centre
    for dx, dy, width, high in ((-62, -70, 104, 136), (62, -14, 84, 84)):
        colour = stage.palette.lit(stage.rng.choice(stage.palette.accents))
        left, top = x + dx - width / 2, y + dy - high / 2
        stage.add(rect(left + 5, top + 7, width, high, stage.palette.ink, opacity=0.14))
        stage.add(rect(left, top, width, high, stage.palette.lit("#fff8ec")))
        stage.add(rect(left + 13, top + 13, width - 26, high - 26, mix(colour, "#ffffff", 0.35)))
        stage.add(circle(x + dx, y + dy, width * 0.22, colour))


def _potted_plant(stage: Stage) -> list[str]:
    leaf, pot = stage.palette.lit("#3f8259"), stage.palette.lit("#d9734a")
    leaves = [
        path(
            "M0,0C-16,-26 -10,-54 0,-70C10,-54 16,-26 0,0Z",
            leaf if turn % 2 else darker(leaf, 0.2),
            transform=f"translate(0,-30)rotate({turn})",
        )
        for turn in (-58, -31, 0, 29, 54)
    ]
    return [*leaves, path("M-20,-34H20L14,0H-14Z", pot), rect(-23, -40, 46, 9, darker(pot, 0.12), rx=2)]
