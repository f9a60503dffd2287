"""Server-sent events, as a picture comes in them: few, each with megabytes in one line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_START = re.compile(rb"\s*(?:event|data|id|retry)?:")
_TYPE = re.compile(rb'"type"\s*:\s*"(image_(?:generation|edit)\.(?:partial_image|completed))"')


class Kind(StrEnum):
    PARTIAL = "partial_image"
    COMPLETED = "completed"
    OTHER = ""
    """Errors too: several forms of them are about, told apart by what they hold."""


@dataclass(frozen=True, slots=True)
class Event:
    name: bytes
    data: bytes

    @property
    def kind(self) -> Kind:
        """From its name, else from the type its JSON gives: megabytes are not parsed for that."""
        for name in (self.name, _type_in(self.data)):
            api, _, kind = name.partition(b".")
            if api in {b"image_generation", b"image_edit"} and kind in _KINDS:
                return _KINDS[kind]
        return Kind.OTHER


_KINDS = {kind.value.encode(): kind for kind in (Kind.PARTIAL, Kind.COMPLETED)}


def _type_in(data: bytes) -> bytes:
    found = _TYPE.search(data)
    return found[1] if found else b""


class EventReader:
    """Takes the stream as it comes, in chunks of any size; each byte is looked at once."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._name = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Event]:
        self._buffer += chunk
        while (line := self._next_line()) is not None:
            if line:
                self._take(line)
            elif self._data:
                yield self._event()

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line.removesuffix(b"\r")

    def _take(self, line: bytes) -> None:
        """A line that begins with a colon is a comment; fields of other names say nothing about pictures."""
        name, _, value = line.partition(b":")
        if name == b"event":
            self._name = value.strip()
        elif name == b"data":
            self._data.append(value.removeprefix(b" "))

    def _event(self) -> Event:
        event = Event(self._name, b"\n".join(self._data))
        self._name, self._data = b"", []
        return event


def looks_like_events(answer: bytes) -> bool:
    return _START.match(answer) is not None


def events_in(answer: bytes) -> Iterator[Event]:
    """Also the last one, if only its empty line is missing."""
    reader = EventReader()
    yield from reader.feed(answer)
    yield from reader.feed(b"\n\n")
