"""Pictures to start from, whole ones and such as are to be refused."""

import base64
import struct
import zlib
from functools import cache

import pyvips

from tests.service.scenery import PNG


@cache
def with_alpha(width: int = 48, height: int = 32) -> bytes:
    """A mask: as large as the usual picture, with an alpha channel."""
    black = pyvips.Image.black(width, height, bands=3).copy(interpretation="srgb")
    content: bytes = black.bandjoin(0).write_to_buffer(".png")
    return content


def data_url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def bomb(width: int = 8000, height: int = 8000) -> bytes:
    """A whole PNG of a few bytes whose header announces many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def padded(size_bytes: int) -> bytes:
    """The usual picture with so much behind it that it has this size."""
    return PNG + bytes(size_bytes - len(PNG))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
