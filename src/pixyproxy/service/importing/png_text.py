"""The texts of a PNG: its tEXt, zTXt and iTXt chunks, and those in its EXIF and XMP."""

import struct
import zlib
from collections.abc import Iterator

from pixyproxy.service.importing.exif import note_exif
from pixyproxy.service.importing.lenient_json import LONGEST_TEXT
from pixyproxy.service.importing.notes import Notes, decoded
from pixyproxy.service.importing.xmp import note_xmp

_MOST_CHUNKS = 100_000
_MOST_TEXTS = 200
_SIGNATURE_BYTES = 8
_KEYWORD_BYTES = 79
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"comf"})  # the last is ComfyUI's, in pictures that move
_XMP = "XML:com.adobe.xmp"


def note_png(content: bytes, notes: Notes) -> None:
    texts = 0
    for kind, chunk in _chunks(content):
        if notes.is_full:
            break
        if kind in _TEXTS and texts < _MOST_TEXTS:
            texts += 1
            _note_text(kind, bytes(chunk[: 2 * LONGEST_TEXT]), notes)
        elif kind == b"eXIf":
            note_exif(bytes(chunk[:LONGEST_TEXT]), notes)
        elif kind == b"caBX":
            notes.has_credentials = True


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view, at = memoryview(content), _SIGNATURE_BYTES
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, view[at + 8 : at + 8 + length]
        at += 12 + length


def _note_text(kind: bytes, chunk: bytes, notes: Notes) -> None:
    keyword, _, rest = chunk.partition(b"\0")
    if not keyword or len(keyword) > _KEYWORD_BYTES:
        return
    name, text = decoded(keyword), _text(kind, rest)
    if name == _XMP:
        note_xmp(text, notes)
    else:
        notes.note(name, text)


def _text(kind: bytes, rest: bytes) -> str:
    if kind == b"zTXt":
        return decoded(_inflated(rest[1:]))
    if kind != b"iTXt":
        return decoded(rest)
    is_compressed, (_, _, rest) = rest[:1] == b"\1", _after_languages(rest[2:])
    return decoded(_inflated(rest) if is_compressed else rest)


def _after_languages(rest: bytes) -> tuple[bytes, bytes, bytes]:
    """The language, the keyword in it, the text."""
    language, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    return language, translated, text


def _inflated(packed: bytes) -> bytes:
    """As much as is looked at, however much there is."""
    try:
        return zlib.decompressobj().decompress(packed, LONGEST_TEXT)
    except zlib.error:
        return b""
