"""The texts in EXIF: a TIFF's directories, of which two are read. Where it was taken is not."""

import re
import struct
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pixyproxy.service.importing.lenient_json import LONGEST_TEXT
from pixyproxy.service.importing.notes import Notes, decoded

TIFF_HEADERS = (b"II*\0", b"MM\0*")
EXIF_HEADER = b"Exif\0\0"
_MOST_ENTRIES = 500
_ENTRY_BYTES, _INLINE_BYTES = 12, 4
_EXIF_DIRECTORY = 0x8769
_BYTE, _ASCII, _UNDEFINED, _UTF_8 = 1, 2, 7, 129
_TEXT_KINDS = frozenset({_BYTE, _ASCII, _UNDEFINED, _UTF_8})
_SAMPLED_BYTES = 4_000
_CERTAIN_BYTES = 24  # fewer can be Chinese in UTF-16 by chance
_PRINTED_ASCII = re.compile(rb"[\t\r\n\x20-\x7e]+")
_IMPOSSIBLE = frozenset({"Cn", "Co", "Cs", "Cc"})
_BLANKS = dict.fromkeys(b"\t\r\n")

_NAMES = {
    0x9286: "UserComment",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9F: "XPSubject",
}
_OF_A_CAMERA = frozenset({"Make", "Model"})
# ComfyUI and its like put several texts into whatever tags are free, each with its name before it.
_NAMED = re.compile(r"(prompt|workflow|parameters)\s{0,5}:\s{0,5}(?=[{\[])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tiff:
    content: bytes
    order: str

    def entries(self, at: int) -> Iterator[tuple[int, memoryview]]:
        """Tag and text of each in the directory that begins there; of numbers the text is empty."""
        for number in range(min(self._number("H", at), _MOST_ENTRIES)):
            entry = at + 2 + number * _ENTRY_BYTES
            if entry + _ENTRY_BYTES > len(self.content):
                return
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.content, entry)
            where = self._number("I", entry + 8) if count > _INLINE_BYTES else entry + 8
            end = where + min(count, LONGEST_TEXT) if kind in _TEXT_KINDS else where
            yield tag, memoryview(self.content)[where:end]

    def texts(self, at: int) -> dict[int, bytes]:
        """Of the tags that are wanted, each once."""
        wanted = {tag: raw for tag, raw in self.entries(at) if tag in _NAMES}
        return {tag: bytes(raw) for tag, raw in wanted.items()}

    def pointer(self, at: int, wanted: int) -> int:
        """Where the directory begins that an entry of another one points to; 0 where none does."""
        for number, (tag, _) in enumerate(self.entries(at)):
            if tag == wanted:
                return self._number("I", at + 2 + number * _ENTRY_BYTES + 8)
        return 0

    def first(self) -> int:
        return self._number("I", 4)

    def _number(self, kind: str, at: int) -> int:
        """0 beyond the end."""
        if at + struct.calcsize(kind) > len(self.content):
            return 0
        return int(struct.unpack_from(self.order + kind, self.content, at)[0])


def note_exif(content: bytes, notes: Notes) -> None:
    content = content.removeprefix(EXIF_HEADER)
    if not content.startswith(TIFF_HEADERS):
        return
    tiff = _Tiff(content, "<" if content.startswith(b"II") else ">")
    first = tiff.first()
    for at in (tiff.pointer(first, _EXIF_DIRECTORY), first):
        for tag, raw in tiff.texts(at).items() if at else ():
            _note(_NAMES[tag], _text(tag, raw, tiff.order), notes)


def _note(name: str, text: str, notes: Notes) -> None:
    text = text.strip("\0 \t\r\n")
    if named := _NAMED.match(text):
        notes.note(named[1].lower(), text[named.end() :])
    elif name not in _OF_A_CAMERA or text.startswith("{"):
        notes.note(name, text)


def _text(tag: int, raw: bytes, order: str) -> str:
    if _NAMES[tag].startswith("XP"):
        return _utf_16(raw, "<")
    if _NAMES[tag] == "UserComment":
        return _user_comment(raw, order)
    return decoded(raw)


def _user_comment(raw: bytes, order: str) -> str:
    """Eight bytes say in which characters; programs also leave them out, or blank."""
    prefix = raw[:8]
    if prefix == b"UNICODE\0":
        return _unicode(raw[8:], order)
    if prefix == b"JIS\0\0\0\0\0":
        return _japanese(raw[8:])
    if prefix in {b"ASCII\0\0\0", bytes(8)}:
        raw = raw[8:]
    sample = raw[:_SAMPLED_BYTES].rstrip(b"\0")
    return _unicode(raw, order) if sample.count(0) * 4 > len(sample) else decoded(raw)


def _unicode(raw: bytes, order: str) -> str:
    """UTF-16, in the TIFF's byte order by the letter, and in either in practice; ASCII by mistake."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _utf_16(raw[2:], "<" if raw.startswith(BOM_UTF16_LE) else ">")
    if len(raw) >= _CERTAIN_BYTES and _PRINTED_ASCII.fullmatch(raw, 0, _SAMPLED_BYTES):
        return decoded(raw)
    other = "<" if order == ">" else ">"
    return min((_utf_16(raw, order), _utf_16(raw, other)), key=_oddity)


def _oddity(text: str) -> tuple[int, int]:
    """Read in the wrong order a text has characters that are none, and of more scripts than one writes in."""
    sample = text[: _SAMPLED_BYTES // 2].translate(_BLANKS)
    impossible = sum(unicodedata.category(character) in _IMPOSSIBLE for character in sample)
    return impossible, len({ord(character) >> 8 for character in sample})


def _utf_16(raw: bytes, order: str) -> str:
    return raw[:LONGEST_TEXT].decode("utf-16-le" if order == "<" else "utf-16-be", "ignore")


def _japanese(raw: bytes) -> str:
    for code in ("iso2022_jp", "shift_jis", "euc_jp"):
        with suppress(UnicodeDecodeError):
            return raw.decode(code)
    return decoded(raw)
