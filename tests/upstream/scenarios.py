"""What the stand-in can be told to do: for all calls, call by call, or by a marker in the prompt.

    [scenario:no-image]
    [scenario:ok delay_seconds=2 unique]
    [scenario:rate-limited retry_after_seconds=7]

A marked call starts from the scenario of the command line, not from that of /control.
Where no stream was asked for, the scenarios called stream-… are as ok.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from .refusals import REFUSALS

MARKER = re.compile(r"\[scenario:([^\]\s]+)([^\]]*)\]")

BEHAVIOURS: Mapping[str, str] = {
    "ok": "pictures as ordered",
    "empty-data": "200, data is an empty list",
    "no-image": "200, each item of data without b64_json and url",
    "url": "200, each item with a url, served by the stand-in, instead of b64_json",
    "empty-body": "200 without a body",
    "text": "200, text/plain",
    "html": "200, a web page",
    "bad-gateway": "502, a web page, as load balancers write them",
    "invalid-json": "200, JSON that ends too early",
    "invalid-base64": "200, b64_json with characters that are not base64",
    "base64-of-text": "200, b64_json decodes to a sentence",
    "truncated": "200, the first half of the picture's bytes",
    "jpeg-called-png": "200, output_format says png, the bytes are JPEG",
    "png-called-webp": "200, output_format says webp, the bytes are PNG",
    "huge": "200, a PNG of 210 megapixels in 25 KB",
    "hang": "no answer; open until the client leaves",
    "stall": "half of the body, then silence until the client leaves",
    "slow": "the body in small pieces over over_seconds",
    "drop": "the connection is closed without an answer",
    "reset": "the connection is reset without an answer",
    "cut": "half of the body, then the connection is closed",
    "stream-keep-alive": "comments between the events of a stream, its lines ending as on Windows",
    "stream-nameless": "a stream of data without event names",
    "stream-unfinished": "a stream that ends in order after its previews",
    "stream-cut": "a stream that ends in order within its last event",
    "stream-error": "a stream with an error event, {type, error}, instead of its picture",
    "stream-error-bare": "a stream with an error, {error} without a name, instead of its picture",
    "stream-moderated": "a stream whose picture is blocked after its previews",
    "stream-rate-limited": "a stream that says rate_limit_exceeded",
    "unstreamed": "JSON also where a stream was asked for",
    **{name: f"{refusal.status} {refusal.code or refusal.type}" for name, refusal in REFUSALS.items()},
}


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str = "ok"
    delay_seconds: float = 0.0
    """Before anything is sent, whatever the scenario."""
    over_seconds: float = 5.0
    """How long `slow` takes for its body."""
    retry_after_seconds: float = 1.0
    """What `rate-limited` and `unavailable` announce."""
    unique: bool = False
    """Other bytes in every answer: the call's id is written into the picture."""

    def __post_init__(self) -> None:
        if self.name not in BEHAVIOURS:
            raise ValueError(f"There is no scenario {self.name!r}; there are {', '.join(BEHAVIOURS)}.")

    def marked(self, prompt: str) -> Self:
        """As changed by the marker in a prompt, if there is one."""
        marker = MARKER.search(prompt)
        if marker is None:
            return self
        changes = dict(_option(word) for word in marker[2].split())
        return replace(self, name=marker[1], **changes)


def _option(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    if name not in {each.name for each in fields(Scenario)} - {"name"}:
        raise ValueError(f"A scenario has no option {name!r}.")
    return name, value not in ("no", "false") if name == "unique" else float(value)


class Script:
    """The scenarios to come: each serves one call, the last all further ones."""

    def __init__(self, scenario: Scenario) -> None:
        self._first = scenario
        self._coming = deque([scenario])

    def set(self, scenarios: Iterable[Scenario]) -> None:
        coming = deque(scenarios)
        if not coming:
            raise ValueError("A script needs at least one scenario.")
        self._coming = coming

    def reset(self) -> None:
        self._coming = deque([self._first])

    def coming(self) -> list[Scenario]:
        return list(self._coming)

    def take(self, prompt: str) -> Scenario:
        """A marked call does not use up the script."""
        if MARKER.search(prompt):
            return self._first.marked(prompt)
        return self._coming.popleft() if len(self._coming) > 1 else self._coming[0]
