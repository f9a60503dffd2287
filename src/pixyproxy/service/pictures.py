"""What a picture is, told from its bytes: labels lie, answers are cut short, a small file can be huge."""

import hashlib
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pyvips

from pixyproxy.core.exceptions import UnreadablePicture

MOST_PIXELS = 40_000_000
pyvips.cache_set_max(0)  # it would keep what it has seen, and callers' pictures are theirs

_JPEG_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Whatever lies between two segments is passed over, as decoders do: mostly the scan itself."""

_JPEG_LENGTH_BYTES = 2  # which a length counts in
_JPEG_END = 0xD9
_JPEG_BARE_MARKS = frozenset({0x01, 0xD8})
_GIF_PICTURE, _GIF_EXTENSION, _GIF_TRAILER = 0x2C, 0x21, 0x3B


@dataclass(frozen=True, slots=True)
class PictureFacts:
    media_type: str
    width: int
    height: int
    sha256: str


def examine(content: bytes) -> PictureFacts:
    """Reads the header only; nothing is decoded, so a bomb does not go off."""
    if not content:
        raise UnreadablePicture("The generator answered without a picture.")
    media_type = media_type_of(content)
    if not _IS_COMPLETE[media_type](content):
        raise UnreadablePicture("The generator's picture is cut short or damaged.")
    try:
        header = pyvips.Image.new_from_buffer(content, "")
        width, height = header.width, header.height
    except pyvips.Error as error:
        raise UnreadablePicture("The generator's picture cannot be read.") from error
    if width * height > MOST_PIXELS:
        megapixels = width * height // 1_000_000
        raise UnreadablePicture(f"The generator's picture has {megapixels} megapixels, which is too many.")
    return PictureFacts(media_type, width, height, hashlib.sha256(content).hexdigest())


def media_type_of(content: bytes) -> str:
    start = content[:512]
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    if b"<svg" in content[:65536] and start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "image/svg+xml"
    raise UnreadablePicture("The generator's answer is not a picture of a known kind.")


def _png_is_complete(content: bytes) -> bool:
    """Every chunk is there and its checksum is right, up to the last."""
    at = 8
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            return False
        if zlib.crc32(memoryview(content)[at + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            return False
        if kind == b"IEND":
            return True
        at = end + 4
    return False


def _jpeg_is_complete(content: bytes) -> bool:
    """Segment by segment, past those that hold a thumbnail, to the mark of its end; remarks may follow it."""
    at = 2
    while mark := _JPEG_MARK.search(content, at):
        kind, at = content[mark.end() - 1], mark.end()
        if kind == _JPEG_END:
            return True
        if kind in _JPEG_BARE_MARKS:
            continue
        length = int.from_bytes(content[at : at + _JPEG_LENGTH_BYTES])
        if length < _JPEG_LENGTH_BYTES or at + length > len(content):
            return False
        at += length
    return False


def _webp_is_complete(content: bytes) -> bool:
    return int(struct.unpack_from("<I", content, 4)[0]) + 8 <= len(content)


def _gif_is_complete(content: bytes) -> bool:
    """Block by block to the trailer."""
    try:
        at = 13 + _gif_colours(content[10])
        while (kind := content[at]) != _GIF_TRAILER:
            if kind == _GIF_PICTURE:
                at += 11 + _gif_colours(content[at + 9])
            elif kind == _GIF_EXTENSION:
                at += 2
            else:
                return False
            while length := content[at]:
                at += 1 + length
            at += 1
    except IndexError:
        return False
    return True


def _gif_colours(flags: int) -> int:
    """How many bytes of colour table follow."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _avif_is_complete(content: bytes) -> bool:
    at = 0
    while at + 8 <= len(content):
        size = struct.unpack_from(">I", content, at)[0]
        if size == 1:
            size = struct.unpack_from(">Q", content, at + 8)[0] if at + 16 <= len(content) else 0
        if size == 0:
            return True
        at += size
    return at == len(content)


def _svg_is_complete(content: bytes) -> bool:
    return content.rstrip().endswith(b"</svg>")


_IS_COMPLETE: dict[str, Callable[[bytes], bool]] = {
    "image/png": _png_is_complete,
    "image/jpeg": _jpeg_is_complete,
    "image/webp": _webp_is_complete,
    "image/gif": _gif_is_complete,
    "image/avif": _avif_is_complete,
    "image/svg+xml": _svg_is_complete,
}
