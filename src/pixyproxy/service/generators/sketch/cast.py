"""Who appears: sets the named figures down where their kind belongs, as many as were asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .coat import coat_of
from .figures import GROUNDED, PERCHED, STRUCTURES, Figure
from .prompt_words import Subject
from .stage import UNIT, Stage
from .svg import Point, ellipse, placed

_MOST_ABREAST = 0.86
_SMALL_ENOUGH_TO_SIT = frozenset(
    {
        "cat",
        "bird",
        "dog",
        "rabbit",
        "frog",
        "owl",
        "fox",
        "bear",
        "panda",
        "person",
        "robot",
        "penguin",
        "cup",
        "book",
        "vase",
        "apple",
        "lamp",
        "tiger",
        "wolf",
        "astronaut",
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """One figure to be set down."""

    figure: Figure
    colour: str
    size: float
    kind: str

    @property
    def width(self) -> float:
        return self.size * self.figure.width


def actors_of(stage: Stage, subjects: Iterable[Subject], figures: dict[str, Figure]) -> list[Actor]:
    actors = []
    for subject in subjects:
        figure = figures[subject.kind]
        for index in range(subject.count):
            offset = stage.rng.randrange(len(figure.colours)) if index == 0 else index
            colour = subject.colour or figure.colours[offset % len(figure.colours)]
            size = UNIT * figure.height * (1 if subject.count == 1 else stage.spread(0.82, 1.0))
            actors.append(Actor(figure, colour, size, subject.kind))
    return actors


def draw(
    stage: Stage,
    actor: Actor,
    at: Point,
    *,
    size: float | None = None,
    flipped: bool = False,
    turn: float = 0.0,
) -> None:
    accent = stage.rng.choice(stage.palette.accents)
    coat = coat_of(actor.colour, stage.palette, accent, actor.figure.light)
    stage.add(placed(actor.figure.draw(coat), at, (size or actor.size) / 100, flipped=flipped, turn=turn))


def sits(stage: Stage) -> bool:
    """Whether there is something a bird would rather sit on than fly past."""
    return stage.names("roof", "chair", "table", "room")


def standing(stage: Stage) -> dict[str, Figure]:
    return GROUNDED | {"bird": PERCHED} if sits(stage) else GROUNDED


def has_grounded(stage: Stage) -> bool:
    return bool(stage.brief.named(standing(stage)))


def place_on_ground(
    stage: Stage,
    ground: Callable[[float], float],
    *,
    centre: float,
    skip: frozenset[str] = frozenset(),
    boost: float = 1.0,
) -> None:
    """The figures that stand, abreast around the centre, small ones seated where there is a seat."""
    figures = standing(stage)
    actors = actors_of(stage, stage.brief.named(figures.keys() - skip), figures)
    seats = [actor for actor in actors if actor.figure.perch]
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
        draw(stage, actor, at, size=actor.size * scale, flipped=_turned(stage, index, len(row)))
        if actor in seats:
            _seat(stage, actor, at, scale, sitters[seats.index(actor) :: len(seats)])
        x += actor.width * 1.12 * scale


def _turned(stage: Stage, index: int, count: int) -> bool:
    """The right half of a group looks back at the left one."""
    return index >= (count + 1) // 2 if count > 1 else stage.chance(0.5)


def _seat(stage: Stage, seat: Actor, at: Point, scale: float, sitters: list[Actor]) -> None:
    height = at[1] - seat.size * scale * (seat.figure.perch or 0)
    room = seat.width * scale * 0.92
    shrink = min(1.0, room / (sum(actor.width for actor in sitters) or 1.0)) * scale
    x = at[0] - sum(actor.width for actor in sitters) * shrink / 2
    for actor in sitters:
        x += actor.width * shrink / 2
        draw(stage, actor, (x, height), size=actor.size * shrink)
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
        draw(stage, actor, (middle, ground(middle) + 10), size=actor.size * scale)
        left += actor.width * scale * 1.08
