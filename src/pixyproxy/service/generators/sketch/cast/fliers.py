"""Who flies, and who has come to rest on a branch."""

from collections.abc import Mapping
from types import MappingProxyType

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, ellipse, number, placed, stroke
from pixyproxy.service.generators.sketch.cast.actors import Actor, actors_of, draw_actor, has_seat
from pixyproxy.service.generators.sketch.figures.catalogue import AIRBORNE, GROUNDED, PERCHED, Figure


def place_in_air(
    stage: Stage, horizon: float, light_x: float, strays: Mapping[str, Figure] = MappingProxyType({})
) -> None:
    """Fliers take the side of the sky the sun left free; strays have no water here and float along."""
    figures = {**AIRBORNE, **strays}
    resting = {"bird"} if has_bough(stage) or has_seat(stage) else set()
    actors = actors_of(stage, stage.brief.named(figures.keys() - resting), figures)
    if not actors:
        return
    alone = len(actors) == 1
    count = len(actors)
    for index, actor in enumerate(sorted(actors, key=lambda actor: actor.kind)):
        slot = (index + 0.5) / count
        x = stage.width * (0.12 + 0.76 * slot + (0 if alone else stage.spread(-0.03, 0.03)))
        if alone:
            x = stage.width * (0.6 if light_x < stage.width / 2 else 0.4)
        y = horizon * (0.62 if alone else (0.34, 0.62, 0.46, 0.74)[index % 4] + stage.spread(-0.05, 0.05))
        y += horizon * 0.08 if actor.kind == "butterfly" else 0
        size = actor.size * (1.35 if alone else max(0.5, 1.12 - 0.07 * count) * stage.spread(0.75, 1.1))
        size = min(size, stage.height * 0.5, stage.width * 0.6 / actor.figure.width)
        _fly(stage, actor, (x, y + size * 0.4), size)


def _fly(stage: Stage, actor: Actor, at: Point, size: float) -> None:
    if actor.kind == "rocket":
        _trail(stage, at)
        draw_actor(stage, actor, at, size=size, turn=22)
    else:
        turn = stage.spread(-14, 4) if actor.kind in {"bird", "butterfly", "plane"} else 0.0
        draw_actor(stage, actor, at, size=size, turn=turn, flipped=stage.chance(0.3))


def _trail(stage: Stage, at: Point) -> None:
    x, y = at
    for step in range(16):
        t = step / 15
        wide = 16 + 58 * t
        stage.add(
            ellipse(
                x - 30 - 240 * t**0.8 + stage.spread(-8, 8),
                y + 60 + 420 * t,
                wide,
                wide * 0.9,
                "#fff6ea",
                opacity=0.55 * (1 - t) + 0.08,
            )
        )


def has_bough(stage: Stage) -> bool:
    """Whether there is a branch for owls and birds to rest on."""
    return stage.names("tree", "forest", "pine") and not has_seat(stage)


def place_on_bough(stage: Stage) -> None:
    """Owls and forest birds sit on a branch that reaches into the picture."""
    birds = [*actors_of(stage, stage.brief.named(("owl",)), GROUNDED)]
    for subject in stage.brief.named(("bird",)):
        birds += actors_of(stage, [subject], {"bird": PERCHED})
    if not birds:
        return
    y, right = stage.height * 0.66, stage.width * 0.5 + UNIT * 0.3
    bark = stage.palette.lit("#4b352c")
    stage.add(
        stroke(
            f"M-20,{number(y + 70)}Q{number(right * 0.5)},{number(y - 6)} {number(right)},{number(y + 6)}",
            bark,
            34,
        )
    )
    stage.add(stroke(f"M{number(right - 130)},{number(y + 4)}q80,-20 120,-86", bark, 15))
    leaf = stage.palette.foliage[0]
    for dx, dy, turn in ((-10, -80, -60), (10, 6, 10), (-24, -34, -20), (-60, -70, -110), (-6, 30, 50)):
        stage.add(placed([ellipse(22, 0, 26, 9, leaf)], (right + dx, y + dy), 1.2, turn=turn))
    gap = min(UNIT * 0.24, (right - 120) / len(birds))
    for index, actor in enumerate(birds):
        x = right - 190 - gap * index
        draw_actor(stage, actor, (x, y - 4), size=min(actor.size * 1.25, gap * 1.6))
