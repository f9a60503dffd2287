"""The protocol every generator speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pixyproxy.core.models import Cost, JsonValue, Size, Task
from pixyproxy.service.generators.abilities import Abilities


@dataclass(frozen=True, slots=True)
class InputPicture:
    """A picture to start from, looked at already."""

    content: bytes = field(repr=False)
    media_type: str
    size: Size
    sha256: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a picture is to be made from."""

    pictures: tuple[InputPicture, ...] = ()
    mask: InputPicture | None = None
    parents: tuple[str, ...] = ()
    """The guids of those of them that are images of the library."""

    @property
    def all(self) -> tuple[InputPicture, ...]:
        return (*self.pictures, self.mask) if self.mask else self.pictures


NO_INPUTS = Inputs()


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """What a generator is asked for; None leaves the choice to it."""

    prompt: str
    model: str
    size: Size | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    seed: int | None = None
    options: Mapping[str, JsonValue] = field(default_factory=dict)
    """The fields of `PictureOptions` that were given."""
    partial_images: int | None = None
    """How many previews are asked for; None when the caller does not want the answer as a stream."""
    task: Task = Task.GENERATE
    inputs: tuple[InputPicture, ...] = ()
    number: int = 0
    """Which of several that were asked for at once: who draws the same for the same draws another one."""
    mask: InputPicture | None = None
    """As large as the first input; where it is transparent, that one is to be changed."""


@dataclass(frozen=True, slots=True)
class GeneratedPicture:
    """What an answer says: the bytes exactly as they came, and what is known about them."""

    content: bytes | None
    """None when no picture is in the answer; what it cost is told all the same."""
    revised_prompt: str | None = None
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    cost: Cost | None = None
    usage: Mapping[str, JsonValue] | None = None


class Receiver(Protocol):
    """Takes what comes back, as it comes: it is on the disk before anybody tries to understand it."""

    @property
    def is_watched(self) -> bool:
        """Somebody would like to see previews."""

    def note_request_id(self, request_id: str | None) -> None:
        """The provider's own name for the call; before the first byte."""

    async def write(self, chunk: bytes) -> None: ...

    def preview(self, content: bytes) -> None:
        """A picture that is not finished, for those who watch; it is not kept."""


class Generator(Protocol):
    """Makes one picture per call."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> tuple[str, ...]:
        """The models it makes pictures with, its preferred one first."""

    def abilities(self, model: str, /) -> Abilities:
        """What can be asked for with one of its models: each of it passes `check`.

        Besides it pass only words of models that are gone, and what its maker is silent about.
        """

    def check(self, request: PictureRequest) -> None:
        """Raise `InvalidRequest` for what this generator cannot do, before anything is recorded or paid."""

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        """Make the one call and hand on its whole answer. It is never repeated in here.

        Raises a `PixyProxyException`, never a foreign one: `OutcomeUnknown` when the call was sent and its
        answer lost, one whose `nothing_was_sent` is true when it surely did not begin, any other when it is
        certain that no picture will come of it.
        """

    def read(self, answer: bytes, model: str) -> GeneratedPicture:
        """What such an answer says. In a thread, perhaps long after the call and in another process.

        Raises `UnreadablePicture` when it makes no sense at all.
        """

    async def check_reachable(self) -> None:
        """Raise what keeps it from being called now; costs nothing."""

    async def close(self) -> None: ...
