"""A ZIP file that is sent as it is made: what stands between the contents of its entries, and at its end.

Sizes stand before the content, for those who read it as it comes: the standard library puts them behind it
where it cannot go back. Of each entry nothing is held but its line in the directory, some 100 bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
_STORED, _DEFLATED = 0, 8
_NAMES_ARE_UTF8 = 1 << 11
_VERSION = 45  # the first that knows ZIP64
_MADE_BY = 3 << 8 | _VERSION  # on Unix
_PLAIN_FILE = 0o100644 << 16
_MOST_16, _MOST_32 = 0xFFFF, 0xFFFF_FFFF
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive. With `packed_bytes` its content is deflated, without a zlib header."""

    name: str
    changed_at: datetime
    crc: int
    size_bytes: int
    packed_bytes: int | None = None

    @property
    def method(self) -> int:
        return _STORED if self.packed_bytes is None else _DEFLATED

    @property
    def sent_bytes(self) -> int:
        return self.size_bytes if self.packed_bytes is None else self.packed_bytes


class Archive:
    def __init__(self) -> None:
        self._offset = 0
        self._entries = 0
        self._directory = bytearray()

    def begin(self, entry: Entry) -> bytes:
        """What goes before its content."""
        name, time, date = entry.name.encode(), *_dos(entry.changed_at)
        facts = (_VERSION, _NAMES_ARE_UTF8, entry.method, time, date, entry.crc)
        is_large = max(entry.sent_bytes, entry.size_bytes) >= _MOST_32
        sizes, extra = _beyond(entry.size_bytes, entry.sent_bytes, always=is_large)
        local = _LOCAL.pack(b"PK\3\4", *facts, sizes[1], sizes[0], len(name), len(extra)) + name + extra
        sizes, extra = _beyond(entry.size_bytes, entry.sent_bytes, self._offset)
        lengths = (len(name), len(extra), 0, 0, 0)
        self._directory += _CENTRAL.pack(
            b"PK\1\2", _MADE_BY, *facts, sizes[1], sizes[0], *lengths, _PLAIN_FILE, sizes[2]
        )
        self._directory += name + extra
        self._entries += 1
        self._offset += len(local) + entry.sent_bytes
        return local

    def end(self) -> Iterator[bytes]:
        """The directory of all entries, without which it is no ZIP file."""
        for start in range(0, len(self._directory), _PIECE_BYTES):
            yield bytes(self._directory[start : start + _PIECE_BYTES])
        entries, size, offset = self._entries, len(self._directory), self._offset
        if entries >= _MOST_16 or max(size, offset) >= _MOST_32:
            length = _END_64.size - 12
            counts = (entries, entries, size, offset)
            yield _END_64.pack(b"PK\6\6", length, _MADE_BY, _VERSION, 0, 0, *counts)
            yield _LOCATOR_64.pack(b"PK\6\7", 0, offset + size, 1)
        some = min(entries, _MOST_16)
        yield _END.pack(b"PK\5\6", 0, 0, some, some, min(size, _MOST_32), min(offset, _MOST_32), 0)


def _beyond(*numbers: int, always: bool = False) -> tuple[list[int], bytes]:
    """The numbers as 32 bits show them, and those that are too large in an extra field of their own."""
    large = [number for number in numbers if always or number >= _MOST_32]
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    return [_MOST_32 if always else min(number, _MOST_32) for number in numbers], extra


def _dos(moment: datetime) -> tuple[int, int]:
    """Time and date, to two seconds, in UTC, of the years that the format knows."""
    at = min(
        max(moment.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC)), datetime(2107, 12, 31, tzinfo=UTC)
    )
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day
