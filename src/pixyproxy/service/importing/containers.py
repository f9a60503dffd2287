"""Where in a picture file its texts lie, for each kind of file that is known."""

import re
import struct
from collections.abc import Callable

from pixyproxy.service.importing.exif import EXIF_HEADER, TIFF_HEADERS, note_exif
from pixyproxy.service.importing.lenient_json import LONGEST_TEXT
from pixyproxy.service.importing.notes import Notes, decoded
from pixyproxy.service.importing.png_text import note_png
from pixyproxy.service.importing.xmp import note_xmp

_MOST_PARTS = 1_000
_MOST_TIFF_HEADERS = 16
_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_START_BYTES = 2
_JPEG_MARK = re.compile(rb"\xff{1,64}([^\x00\xff])(..)", re.DOTALL)
_JPEG_APP1, _JPEG_APP11, _JPEG_COMMENT = b"\xe1", b"\xeb", b"\xfe"
_JPEG_LAST = frozenset({b"\xda", b"\xd9"})
_RIFF_START_BYTES = 12
_TIFF = re.compile(b"|".join(re.escape(header) for header in TIFF_HEADERS))


def notes_of(content: bytes) -> Notes:
    """None at all of what is no picture, or says nothing."""
    notes = Notes()
    for start, note in _KINDS:
        if start.match(content):
            note(content, notes)
            break
    return notes


def _note_jpeg(content: bytes, notes: Notes) -> None:
    """Segment by segment, up to the scan."""
    at = _JPEG_START_BYTES
    for _ in range(_MOST_PARTS):
        mark = _JPEG_MARK.match(content, at)
        if mark is None or mark[1] in _JPEG_LAST:
            return
        at, length = mark.end(), int.from_bytes(mark[2])
        _note_segment(mark[1], content[at : at + length - 2], notes)
        at += max(length, 2) - 2


def _note_segment(kind: bytes, segment: bytes, notes: Notes) -> None:
    if kind == _JPEG_COMMENT:
        notes.note("Comment", decoded(segment))
    elif kind == _JPEG_APP11 and b"jumb" in segment[:64]:
        notes.has_credentials = True
    elif kind == _JPEG_APP1 and segment.startswith(EXIF_HEADER):
        note_exif(segment, notes)
    elif kind == _JPEG_APP1 and segment.startswith(_XMP_HEADER):
        note_xmp(decoded(segment.removeprefix(_XMP_HEADER)), notes)


def _note_webp(content: bytes, notes: Notes) -> None:
    at = _RIFF_START_BYTES
    for _ in range(_MOST_PARTS):
        if at + 8 > len(content):
            return
        kind, length = struct.unpack_from("<4sI", content, at)
        if kind == b"EXIF":
            note_exif(content[at + 8 : at + 8 + min(length, LONGEST_TEXT)], notes)
        elif kind == b"XMP ":
            note_xmp(decoded(content[at + 8 : at + 8 + min(length, LONGEST_TEXT)]), notes)
        elif kind == b"C2PA":
            notes.has_credentials = True
        at += 8 + length + length % 2


def _note_avif(content: bytes, notes: Notes) -> None:
    """Its boxes are a maze; the header of a TIFF stands out, among pixels too, where nothing follows it."""
    for number, header in enumerate(_TIFF.finditer(content)):
        if number == _MOST_TIFF_HEADERS or notes:
            break
        note_exif(content[header.start() : header.start() + LONGEST_TEXT], notes)
    start = content.find(b"<x:xmpmeta")
    if start >= 0:
        note_xmp(decoded(content[start : start + LONGEST_TEXT]), notes)


_KINDS: tuple[tuple[re.Pattern[bytes], Callable[[bytes, Notes], None]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), note_png),
    (re.compile(rb"\xff\xd8\xff"), _note_jpeg),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _note_webp),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), _note_avif),
)
