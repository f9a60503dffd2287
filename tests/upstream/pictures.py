"""Real pictures, made once and kept; each can carry the id of its call in a chunk that viewers ignore.

What comes before the id is encoded and hashed once: a picture of its own costs a call 3 microseconds.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import pybase64
import pyvips

HUGE_EDGE = 14_500
ID_LENGTH = 38
"""A call's id, a dot, and which of the call's pictures."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """Bytes to be sent: as base64, in pieces, with the hash of what they decode to."""

    base64: tuple[bytes, ...]
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> "Picture":
        return cls((pybase64.b64encode(content),), hashlib.sha256(content).hexdigest())

    def content(self) -> bytes:
        return pybase64.b64decode(b"".join(self.base64))


@dataclass(frozen=True)
class Original:
    """A finished picture, and the same one with room for an id."""

    content: bytes
    before_id: bytes
    after_id: Callable[[bytes], bytes]

    @cached_property
    def plain(self) -> Picture:
        return Picture.of(self.content)

    def signed(self, name: str) -> Picture:
        """The picture with a name of ID_LENGTH in it."""
        base64, rest, digest = self._prepared
        ending = rest + name.encode() + self.after_id(name.encode())
        digest = digest.copy()
        digest.update(ending)
        return Picture((base64, pybase64.b64encode(ending)), digest.hexdigest())

    @cached_property
    def _prepared(self) -> "tuple[bytes, bytes, hashlib._Hash]":
        whole = len(self.before_id) // 3 * 3  # base64 can be continued after every third byte
        start, rest = self.before_id[:whole], self.before_id[whole:]
        return pybase64.b64encode(start), rest, hashlib.sha256(start)


def _with_room_in_png(content: bytes) -> Original:
    comment = b"tEXtComment\0"
    length = struct.pack(">I", len(comment) - 4 + ID_LENGTH)
    end = content[-12:]
    return Original(
        content,
        content[:-12] + length + comment,
        lambda call_id: struct.pack(">I", zlib.crc32(comment + call_id)) + end,
    )


def _with_room_in_jpeg(content: bytes) -> Original:
    comment = b"\xff\xfe" + struct.pack(">H", 2 + ID_LENGTH)
    return Original(content, content[:-2] + comment, lambda _id: content[-2:])


def _with_room_in_webp(content: bytes) -> Original:
    chunk = b"NOTE" + struct.pack("<I", ID_LENGTH)
    size = struct.pack("<I", len(content) - 8 + len(chunk) + ID_LENGTH)
    return Original(content, content[:4] + size + content[8:] + chunk, lambda _id: b"")


def _with_room_in_gif(content: bytes) -> Original:
    comment = b"\x21\xfe" + bytes([ID_LENGTH])
    return Original(content, content[:-1] + comment, lambda _id: b"\0;")


def _with_room_in_svg(content: bytes) -> Original:
    end = b"</svg>"
    return Original(content, content.removesuffix(end) + b"<!--", lambda _id: b"-->" + end)


ROOM_IN = {
    "png": _with_room_in_png,
    "jpeg": _with_room_in_jpeg,
    "webp": _with_room_in_webp,
    "gif": _with_room_in_gif,
    "svg": _with_room_in_svg,
}


@dataclass(frozen=True, slots=True)
class Form:
    """What decides a picture's bytes; `quality` is that of JPEG and WebP, up to 100."""

    format: str = "png"
    width: int = 1024
    height: int = 1024
    transparent: bool = False
    quality: int = 100
    frames: int = 1
    frame_ms: int = 200


@dataclass(frozen=True)
class Painter:
    """Paints noise on grey: as much noise as it takes for a PNG of about so many bytes."""

    png_bytes: int

    def original(self, form: Form) -> Original:
        """The first of a form takes a tenth of a second, in which nobody is answered."""
        return _paint(form, self.png_bytes)


@cache
def _paint(form: Form, png_bytes: int) -> Original:
    width, height = form.width, form.height
    if form.format in DRAWN:
        return ROOM_IN[form.format](DRAWN[form.format](form))
    canvas = _noise_on_grey(width, height, png_bytes // (3 * width))
    if form.transparent:
        canvas = canvas.bandjoin((pyvips.Image.xyz(width, height)[0] >= width // 2).cast("uchar"))
    if form.format == "png":
        content = _padded(canvas.pngsave_buffer(compression=6, filter="none", keep="none"), png_bytes)
    else:
        content = canvas.write_to_buffer(f".{form.format}", Q=max(1, form.quality), keep="none")
    return ROOM_IN[form.format](content)


def _gif(form: Form) -> bytes:
    """Each frame of a grey of its own."""
    greys = [
        pyvips.Image.black(form.width, form.height, bands=3) + number * 8 for number in range(form.frames)
    ]
    strip = pyvips.Image.arrayjoin(greys, across=1).cast("uchar").copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.array_int_type, "delay", [form.frame_ms] * form.frames)
    content: bytes = strip.gifsave_buffer(page_height=form.height)
    return content


def _svg(form: Form) -> bytes:
    size = f'width="{form.width}" height="{form.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="grey"/></svg>'.encode()


DRAWN: Mapping[str, Callable[[Form], bytes]] = {"gif": _gif, "svg": _svg}
"""Too small to be made as large as a PNG."""


def _noise_on_grey(width: int, height: int, noisy_rows: int) -> pyvips.Image:
    grey = pyvips.Image.black(width, height, bands=3) + 128
    bands = [pyvips.Image.gaussnoise(width, min(noisy_rows, height) or 1, seed=seed) for seed in (1, 2, 3)]
    noise = bands[0].bandjoin(bands[1:]) * 97 % 256  # gaussian noise, folded until it is flat
    canvas = grey.insert(noise.cast("uchar"), 0, 0).cast("uchar")
    return canvas.copy(interpretation="srgb")


def _padded(png: bytes, wanted: int) -> bytes:
    """More bytes than the pixels can fill go into a private chunk."""
    missing = wanted - len(png) - 12
    if missing <= 0:
        return png
    return png[:-12] + _png_chunk(b"paDd", bytes(missing)) + png[-12:]


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@cache
def huge() -> Picture:
    """210 megapixels in some 25 KB: black, one bit a pixel, 630 MB once decoded as RGB."""
    rows = zlib.compress(bytes((1 + (HUGE_EDGE + 7) // 8) * HUGE_EDGE), 9)
    header = struct.pack(">IIBBBBB", HUGE_EDGE, HUGE_EDGE, 1, 0, 0, 0, 0)
    chunks = _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", rows) + _png_chunk(b"IEND", b"")
    return Picture.of(PNG_SIGNATURE + chunks)
