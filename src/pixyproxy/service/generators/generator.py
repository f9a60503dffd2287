"""The protocol every generator speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from pixyproxy.core.models import JsonValue, Size


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


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call cost, and who says so."""

    usd: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class GeneratedPicture:
    """What came back: the bytes exactly as they arrived, and what is known about them."""

    content: bytes
    revised_prompt: str | None = None
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    cost: Cost | None = None
    usage: Mapping[str, JsonValue] | None = None
    provider_request_id: str | None = None


class Generator(Protocol):
    """Makes one picture per call.

    Raises a `PixyProxyException`, never a foreign one: `OutcomeUnknown` when the call was sent and its
    answer lost, any other when it is certain that no picture will come of it.
    """

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> tuple[str, ...]:
        """The models it makes pictures with, its preferred one first."""

    def check(self, request: PictureRequest) -> None:
        """Raise `InvalidRequest` for what this generator cannot do, before anything is recorded or paid."""

    async def generate(self, request: PictureRequest) -> GeneratedPicture: ...

    async def check_reachable(self) -> None:
        """Raise what keeps it from being called now; costs nothing."""

    async def close(self) -> None: ...
