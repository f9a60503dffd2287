"""Who floats on the water, leaps out of it or swims below."""

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, number, stroke
from pixyproxy.service.generators.sketch.cast.actors import Actor, actors_of, draw_actor
from pixyproxy.service.generators.sketch.figures.catalogue import AFLOAT, SWIMMERS

_UNCROWDED = 3


def place_afloat(stage: Stage, top: float) -> None:
    actors = actors_of(stage, stage.brief.named(AFLOAT), AFLOAT)
    leapers = actors_of(stage, stage.brief.named(SWIMMERS), SWIMMERS)
    leapers = [actor for actor in leapers if actor.kind != "turtle"]
    everyone = [*actors, *leapers]
    crowding = 1 if len(everyone) <= _UNCROWDED else 0.7
    for index, actor in enumerate(everyone):
        slot = (index + 0.5) / len(everyone)
        depth = (0.3, 0.16, 0.42)[index % 3] if len(everyone) > 1 else 0.26
        x = (
            stage.width * (0.1 + 0.8 * slot)
            if len(everyone) > 1
            else stage.width * 0.5 + UNIT * stage.spread(-0.1, 0.1)
        )
        y = top + min(stage.height - top, UNIT * 0.6) * depth
        leaping = actor.kind in SWIMMERS
        share = 1.25 / len(everyone) ** 0.5 if leaping else (0.7 + depth * 1.6) * crowding
        size = min(actor.size * share, stage.height * 0.5)
        _float(stage, actor, (x, y), size)


def _float(stage: Stage, actor: Actor, at: Point, size: float) -> None:
    x, y = at
    draw_actor(
        stage,
        actor,
        at,
        size=size,
        flipped=stage.chance(0.3),
        turn=-8 if actor.kind in SWIMMERS else 0,
    )
    half = actor.figure.width * size * 0.5
    ripples = "".join(
        f"M{number(x - half * s)},{number(y + dy)}h{number(half * 2 * s)}"
        for s, dy in ((1.1, size * 0.08), (0.8, size * 0.13), (0.5, size * 0.19))
    )
    stage.add(stroke(ripples, stage.palette.light, 3.5, opacity=0.5))


def place_swimmers(stage: Stage, top: float, bottom: float) -> None:
    actors = actors_of(stage, stage.brief.named(SWIMMERS), SWIMMERS)
    count = len(actors)
    for index, actor in enumerate(actors):
        slot = (index + 0.5) / count
        x = stage.width * (0.12 + 0.76 * slot) if count > 1 else stage.width * 0.5
        y = top + (bottom - top) * (0.5 if count == 1 else (0.3, 0.66, 0.45, 0.8)[index % 4])
        size = min(
            actor.size * (1.25 if count == 1 else max(0.55, 1.15 - 0.08 * count)),
            stage.height * 0.55,
            stage.width * 0.7 / actor.figure.width,
        )
        draw_actor(
            stage,
            actor,
            (x, y + size * 0.5),
            size=size,
            flipped=not (index + 1) % 3,
            turn=stage.spread(-8, 6),
        )
