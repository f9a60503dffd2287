"""Who stands: figures abreast on the ground, small ones on the seats, and what was built."""

from collections.abc import Callable

from pixyproxy.service.generators.sketch.canvas.stage import Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, ellipse
from pixyproxy.service.generators.sketch.cast.actors import Actor, actors_of, draw_actor, has_seat
from pixyproxy.service.generators.sketch.figures.catalogue import GROUNDED, PERCHED, STRUCTURES, Figure

_MOST_ABREAST = 0.86
_SMALL_ENOUGH_TO_SIT = frozenset(
    "cat bird dog rabbit frog owl fox bear panda person robot penguin "
    "cup book vase apple lamp tiger wolf astronaut".split()
)


def figures_that_stand(stage: Stage) -> dict[str, Figure]:
    """Birds are among them where they have a seat."""
    return GROUNDED | {"bird": PERCHED} if has_seat(stage) else GROUNDED


def has_grounded(stage: Stage) -> bool:
    return bool(stage.brief.named(figures_that_stand(stage)))


def place_on_ground(
    stage: Stage,
    ground: Callable[[float], float],
    *,
    centre: float,
    skip: frozenset[str] = frozenset(),
    boost: float = 1.0,
) -> None:
    """The figures that stand, abreast around the centre, small ones seated where there is a seat."""
    figures = figures_that_stand(stage)
    actors = actors_of(stage, stage.brief.named(figures.keys() - skip), figures)
    seats = [actor for actor in actors if actor.figure.seat]
    sitters = [actor for actor in actors if actor.kind in _SMALL_ENOUGH_TO_SIT] if seats else []
    row = [actor for actor in actors if actor not in sitters] if sitters else actors
    room = stage.width * _MOST_ABREAST
    total = sum(actor.width * 1.12 for actor in row) or 1.0
    scale = min(boost, room / total, stage.height * 0.6 / max((a.size for a in row), default=1.0))
    x = min(max(centre - total * scale / 2, stage.width * 0.04), stage.width * 0.96 - total * scale)
    for index, actor in enumerate(row):
        middle = x + actor.width * 1.12 * scale / 2
        at = (middle, ground(middle) + stage.spread(-6, 10))
        _shadow(stage, at, actor.width * scale)
        draw_actor(stage, actor, at, size=actor.size * scale, flipped=_looks_back(stage, index, len(row)))
        if actor in seats:
            _seat(stage, actor, at, scale, sitters[seats.index(actor) :: len(seats)])
        x += actor.width * 1.12 * scale


def _looks_back(stage: Stage, index: int, count: int) -> bool:
    """The right half of a group looks back at the left one."""
    return index >= (count + 1) // 2 if count > 1 else stage.chance(0.5)


def _seat(stage: Stage, seat: Actor, at: Point, scale: float, sitters: list[Actor]) -> None:
    height = at[1] - seat.size * scale * (seat.figure.seat or 0)
    room = seat.width * scale * 0.92
    shrink = min(1.0, room / (sum(actor.width for actor in sitters) or 1.0)) * scale
    x = at[0] - sum(actor.width for actor in sitters) * shrink / 2
    for actor in sitters:
        x += actor.width * shrink / 2
        draw_actor(stage, actor, (x, height), size=actor.size * shrink)
        x += actor.width * shrink / 2


def _shadow(stage: Stage, at: Point, width: float) -> None:
    stage.add(ellipse(at[0], at[1] + 1, width * 0.5, width * 0.05 + 4, stage.palette.ink, opacity=0.2))


def place_structures(stage: Stage, ground: Callable[[float], float], x: float) -> None:
    actors = actors_of(stage, stage.brief.named(STRUCTURES), STRUCTURES)
    total = sum(actor.width for actor in actors)
    scale = min(1.0, stage.width * 0.62 / (total or 1.0))
    left = min(max(x - total * scale / 2, stage.width * 0.05), stage.width * 0.95 - total * scale)
    for actor in actors:
        middle = left + actor.width * scale / 2
        draw_actor(stage, actor, (middle, ground(middle) + 10), size=actor.size * scale)
        left += actor.width * scale * 1.08
