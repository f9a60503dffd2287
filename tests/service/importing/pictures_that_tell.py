"""Picture files as programs write them, byte by byte: a PNG's chunks, EXIF, JPEG's segments, WebP's."""

import json
import struct
import zlib
from collections.abc import Iterable, Mapping

from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.importing.account import MOST_PARAMETERS, PARAMETER_LENGTH, PARAMETER_NAME_LENGTH
from pixyproxy.service.importing.told import Told, told_by
from tests.service.scenery import picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
USER_COMMENT, IMAGE_DESCRIPTION, MAKE, MODEL = 0x9286, 0x010E, 0x010F, 0x0110
XP_TITLE, XP_COMMENT, EXIF_DIRECTORY, GPS_DIRECTORY = 0x9C9B, 0x9C9C, 0x8769, 0x8825
BYTE, ASCII, LONG, UNDEFINED = 1, 2, 4, 7


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def text_chunk(keyword: str, text: str | bytes) -> bytes:
    """As Pillow and libpng write it: Latin-1 where that suffices, and nothing forbids UTF-8."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8")
    return chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + raw)


def packed_chunk(keyword: str, text: bytes) -> bytes:
    return chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text))


def international_chunk(keyword: str, text: str, *, is_packed: bool = False) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    flags = b"\1\0" if is_packed else b"\0\0"
    head = keyword.encode() + b"\0" + flags + b"en\0" + keyword.encode() + b"\0"
    return chunk(b"iTXt", head + (zlib.compress(raw) if is_packed else raw))


def png(*chunks: bytes, base: bytes | None = None) -> bytes:
    """With the chunks right behind the header, where programs put them."""
    content = base or picture("png")
    after_header = len(SIGNATURE) + 25
    return content[:after_header] + b"".join(chunks) + content[after_header:]


def png_of(texts: Mapping[str, str]) -> bytes:
    return png(*(text_chunk(keyword, text) for keyword, text in texts.items()))


Entry = tuple[int, int, bytes]
"""Tag, kind, value."""


def tiff(entries: Iterable[Entry], exif: Iterable[Entry] = (), order: str = ">") -> bytes:
    """A directory, and the one of EXIF behind it; values behind their directory."""
    exif = list(exif)
    entries = list(entries)
    length = 8 + _directory_length(entries) + (12 if exif else 0)
    if exif:
        entries.append((EXIF_DIRECTORY, LONG, struct.pack(order + "I", length)))
    header = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8)
    return header + _directory(entries, 8, order) + (_directory(exif, length, order) if exif else b"")


def _directory_length(entries: list[Entry]) -> int:
    return 6 + 12 * len(entries) + sum(len(value) for _, _, value in entries if len(value) > 4)


def _directory(entries: list[Entry], at: int, order: str) -> bytes:
    rows, values = b"", b""
    values_at = at + 6 + 12 * len(entries)
    for tag, kind, value in entries:
        count = len(value) // 4 if kind == LONG else len(value)
        rows += struct.pack(order + "HHI", tag, kind, count)
        if len(value) > 4:
            rows += struct.pack(order + "I", values_at + len(values))
            values += value
        else:
            rows += value.ljust(4, b"\0")
    return struct.pack(order + "H", len(entries)) + rows + bytes(4) + values


def commented(raw: bytes, order: str = ">") -> bytes:
    """EXIF with a UserComment of these bytes, as piexif writes it."""
    return tiff([], [(USER_COMMENT, UNDEFINED, raw)], order)


def piexif_comment(text: str) -> bytes:
    """What A1111 writes: big-endian, whatever the machine."""
    return commented(b"UNICODE\0" + text.encode("utf-16-be"))


def segment(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*segments: bytes) -> bytes:
    content = picture("jpg")
    return content[:2] + b"".join(segments) + content[2:]


def jpeg_with(exif: bytes) -> bytes:
    return jpeg(segment(0xE1, b"Exif\0\0" + exif))


def webp(*parts: tuple[bytes, bytes]) -> bytes:
    content = picture("webp") + b"".join(
        kind + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for kind, part in parts
    )
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def avif_with(exif: bytes) -> bytes:
    """The item's place in the maze of boxes is nothing we look at; a box of its own will do."""
    return picture("avif") + struct.pack(">I4s", len(exif) + 12, b"free") + bytes(4) + exif


def xmp(*elements: str) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="">'
        + "".join(elements)
        + "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def alternative(element: str, text: str) -> str:
    inner = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'<{element}><rdf:Alt><rdf:li xml:lang="x-default">{inner}</rdf:li></rdf:Alt></{element}>'


def told(content: bytes) -> Told:
    """What is told, seen to be acceptable."""
    said = told_by(content)
    if said.prompt is not None:
        assert ImagePrompt(prompt=said.prompt, model=said.model).prompt == said.prompt
    assert said.model is None or 0 < len(said.model) <= 200
    assert len(said.parameters) <= MOST_PARAMETERS
    for name, value in said.parameters.items():
        assert 0 < len(name) <= PARAMETER_NAME_LENGTH
        assert value not in (None, "", [])
        assert all(
            len(str(part)) <= PARAMETER_LENGTH for part in (value if isinstance(value, list) else [value])
        )
    json.dumps(dict(said.parameters), allow_nan=False, ensure_ascii=False).encode()
    return said
