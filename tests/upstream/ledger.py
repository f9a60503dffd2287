"""The truth about what was asked and made: written before the answer leaves."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived, without its bytes."""

    field: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was received, and what was made for it."""

    id: str
    """Also the answer's x-request-id."""
    received_at: float
    """Seconds since 1970."""
    path: str
    scenario: str
    status: int
    """Of the answer, whether or not it was allowed to arrive."""
    model: str
    prompt: str
    body: str
    """Exactly as it was received; empty when it was a form."""
    key_ending: str
    """The last four characters of the API key."""
    idempotency_key: str | None
    retry_count: str | None
    user_agent: str | None
    pictures: tuple[str, ...]
    """SHA-256 of each picture, in order, as its bytes would be decoded from the answer."""
    billed: bool
    """A picture was made, wherever it went."""
    form: tuple[tuple[str, str], ...] = ()
    """The text fields of a form, in their order."""
    uploads: tuple[Upload, ...] = ()
    """The pictures that came with it, in their order, the mask among them."""
    previews: tuple[str, ...] = ()
    """SHA-256 of each partial image of a stream."""

    @property
    def parameters(self) -> dict[str, Any]:
        """As they arrived: in a form, everything is text."""
        return dict(self.form) if self.form else dict(json.loads(self.body))


def call_from(members: dict[str, Any]) -> Call:
    tuples = {
        "pictures": tuple(members["pictures"]),
        "form": tuple((name, text) for name, text in members.get("form", [])),
        "uploads": tuple(Upload(**each) for each in members.get("uploads", [])),
        "previews": tuple(members.get("previews", [])),
    }
    return Call(**{**members, **tuples})


def read_ledger(path: Path) -> list[Call]:
    """The calls in a ledger file; a last line cut by a crash is left out."""
    whole, _, _cut = path.read_bytes().rpartition(b"\n")
    return [call_from(json.loads(line)) for line in whole.splitlines()]


class Ledger:
    """Kept as lines of JSON: a call is encoded once, for memory and file alike."""

    def __init__(self, file: Path | None = None) -> None:
        self._lines: list[str] = []
        self._abandoned: list[str] = []
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(file, flags, 0o644) if file else None

    def record(self, call: Call) -> None:
        line = json.dumps(asdict(call))
        if self._descriptor is not None:
            os.write(self._descriptor, line.encode() + b"\n")
        self._lines.append(line)

    def abandon(self, call_id: str) -> None:
        """The client left before its answer was out."""
        self._abandoned.append(call_id)

    def clear(self) -> None:
        """Forget; the file keeps everything."""
        self._lines.clear()
        self._abandoned.clear()

    def calls_as_json(self) -> bytes:
        return f"[{','.join(self._lines)}]".encode()

    def abandoned(self) -> list[str]:
        return list(self._abandoned)
