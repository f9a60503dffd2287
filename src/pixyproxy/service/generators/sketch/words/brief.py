"""What was understood of a prompt: the things it names, its colours and its moods."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_MOODS_OF_STYLE = frozenset({"neon", "pastel", "dark", "calm", "watercolor", "bright", "abstract"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing the prompt names."""

    kind: str
    count: int = 1
    colour: str | None = None


@dataclass(frozen=True)
class Brief:
    """What was understood of a prompt."""

    subjects: tuple[Subject, ...] = ()
    colours: tuple[str, ...] = ()
    moods: frozenset[str] = frozenset()
    places_in_colour: tuple[tuple[str, str], ...] = ()

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(subject.kind for subject in self.subjects)

    @property
    def kinds_and_moods(self) -> frozenset[str]:
        return self.kinds | self.moods

    @property
    def is_abstract(self) -> bool:
        return "abstract" in self.moods or not (self.subjects or self.moods - _MOODS_OF_STYLE)

    def named(self, kinds: Iterable[str]) -> list[Subject]:
        wanted = frozenset(kinds)
        return [subject for subject in self.subjects if subject.kind in wanted]
