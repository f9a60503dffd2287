"""HTTP as far as the stand-in speaks it: a request read, an answer and how it ends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Self


class Ending(Enum):
    """What becomes of an answer on its way to the client."""

    WHOLE = auto()
    """All of it arrives."""
    SLOW = auto()
    """All of it arrives, in small pieces spread over `Answer.over_seconds`."""
    HANG = auto()
    """Nothing is sent; the connection stays open until the client leaves."""
    STALL = auto()
    """Half of the body, then silence until the client leaves."""
    DROP = auto()
    """Nothing is sent; the connection is closed in order (FIN)."""
    RESET = auto()
    """Nothing is sent; the connection is torn down (RST)."""
    CUT = auto()
    """Half of the body, then the connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def parse_head(cls, head: bytes) -> Self:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _version = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        return cls(method, path, {name.lower(): value.strip() for name, _, value in pairs})

    @property
    def content_length(self) -> int:
        return int(self.headers.get("content-length", 0))

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close" and not self.is_chunked

    @property
    def is_chunked(self) -> bool:
        """Not understood here: such a request is refused and its connection given up."""
        return "transfer-encoding" in self.headers


@dataclass(frozen=True, slots=True)
class Answer:
    """The body comes in pieces, so that a picture of megabytes is sent from where it lies."""

    status: int
    body: tuple[bytes, ...] = ()
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = Ending.WHOLE
    delay_seconds: float = 0.0
    over_seconds: float = 0.0
    call_id: str = ""
    """The ledger's name of the call this answers; empty for anything not in the ledger."""

    @property
    def length(self) -> int:
        return sum(map(len, self.body))

    def encoded_head(self) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"date: {formatdate(usegmt=True)}",
            f"content-type: {self.media_type}",
            f"content-length: {self.length}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def json_answer(content: Any, status: int = HTTPStatus.OK, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, (json.dumps(content).encode(),), headers=named)
