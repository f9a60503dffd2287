"""The figures a prompt names, each with its colour and its size, ready to be set down."""

from collections.abc import Iterable
from dataclasses import dataclass

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import Point, placed
from pixyproxy.service.generators.sketch.figures.catalogue import Figure
from pixyproxy.service.generators.sketch.figures.coat import coat_of
from pixyproxy.service.generators.sketch.words.brief import Subject


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


def draw_actor(
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


def has_seat(stage: Stage) -> bool:
    """Whether there is something a bird would rather sit on than fly past."""
    return stage.names("roof", "chair", "table", "room")
