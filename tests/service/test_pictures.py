"""What is told from a picture's bytes, and what is refused as none."""

import hashlib
import struct
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from random import Random

import pytest
import pyvips

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.service.pictures import MOST_PIXELS, PictureFacts, examine
from tests.service.scenery import SVG, picture

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}
TRUNCATED = [(suffix, tenth) for suffix in MEDIA_TYPES for tenth in range(1, 10)]


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _black(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel: small, whatever its size."""
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(("suffix", "media_type"), MEDIA_TYPES.items())
def test_type_size_and_hash_are_told_from_the_bytes(suffix: str, media_type: str) -> None:
    content = picture(suffix)
    assert examine(content) == PictureFacts(media_type, 48, 32, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    "drawing",
    [
        SVG,
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + SVG + b"\n",
        b"<!-- a drawing -->" + SVG,
    ],
)
def test_a_drawing_is_known_with_and_without_its_prologue(drawing: bytes) -> None:
    facts = examine(drawing)
    assert (facts.media_type, facts.width, facts.height) == ("image/svg+xml", 7, 5)


@pytest.mark.parametrize(("suffix", "tenth"), TRUNCATED)
def test_a_picture_that_was_cut_short_is_refused(suffix: str, tenth: int) -> None:
    content = picture(suffix, 200, 200)
    with pytest.raises(UnreadablePicture):
        examine(content[: len(content) * tenth // 10])


@pytest.mark.parametrize("suffix", MEDIA_TYPES)
def test_a_picture_that_lacks_its_last_byte_is_refused(suffix: str) -> None:
    with pytest.raises(UnreadablePicture):
        examine(picture(suffix)[:-1])


def _noise(suffix: str, **options: object) -> bytes:
    noise = pyvips.Image.gaussnoise(60, 40, mean=128, sigma=60, seed=1).cast("uchar")
    content: bytes = noise.write_to_buffer(f".{suffix}", **options)
    return content


def _film() -> bytes:
    film = pyvips.Image.gaussnoise(24, 72, mean=128, sigma=60, seed=1).cast("uchar").copy()
    film.set_type(pyvips.GValue.gint_type, "page-height", 24)
    content: bytes = film.write_to_buffer(".gif")
    return content


def _with_thumbnail() -> bytes:
    """A JPEG that begins with another, complete one, longer than itself."""
    content, thumbnail = _noise("jpg"), _noise("jpg", Q=98)
    length = (len(thumbnail) + 8).to_bytes(2)
    return content[:2] + b"\xff\xe1" + length + b"Exif\0\0" + thumbnail + content[2:]


STREAMS = {
    "jpeg": _noise("jpg"),
    "progressive jpeg": _noise("jpg", interlace=True),
    "jpeg with restarts": _noise("jpg", restart_interval=2),
    "jpeg with a thumbnail": _with_thumbnail(),
    "gif": _noise("gif"),
    "gif that moves": _film(),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_wherever_a_stream_was_cut_it_is_told_apart(kind: str) -> None:
    content = STREAMS[kind]
    assert examine(content)
    for length in range(len(content)):
        with pytest.raises(UnreadablePicture):
            examine(content[:length])


@pytest.mark.parametrize("kind", STREAMS)
def test_what_was_cut_and_then_ended_is_told_apart_from_what_only_has_remarks(kind: str) -> None:
    content = STREAMS[kind]
    assert examine(content + b"remarks;\xff\xd9")
    if "gif" in kind:
        with pytest.raises(UnreadablePicture):
            examine(content[:-200] + b";")


@pytest.mark.parametrize(
    ("kind", "start", "end"), [("jpeg", b"\xff\xda", b"\xff\xd9"), ("gif", b",\0\0\0\0", b";")]
)
def test_what_ends_before_its_first_pixel_is_refused(kind: str, start: bytes, end: bytes) -> None:
    content = STREAMS[kind]
    with pytest.raises(UnreadablePicture):
        examine(content[: content.index(start)] + end)


@pytest.mark.parametrize("kind", STREAMS)
def test_wrong_bytes_are_looked_at_or_refused_and_nothing_else(kind: str) -> None:
    chance = Random(7)  # noqa: S311 - the same wrong bytes each time
    for _ in range(150):
        content = bytearray(STREAMS[kind])
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(6, len(content))] = chance.randrange(256)
        with suppress(UnreadablePicture):
            examine(bytes(content[: chance.randint(6, len(content))]))


@pytest.mark.parametrize("suffix", ["jpg", "gif"])
def test_a_large_picture_is_looked_at_in_no_time(suffix: str) -> None:
    noise = pyvips.Image.gaussnoise(1200, 1200, mean=128, sigma=60, seed=1).cast("uchar")
    content = noise.write_to_buffer(f".{suffix}", **({"effort": 1} if suffix == "gif" else {"Q": 99}))
    assert len(content) > 1_000_000

    def timed() -> float:
        start = time.perf_counter()
        examine(content)
        return time.perf_counter() - start

    assert min(timed() for _ in range(5)) < 0.02


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_drawing_that_was_cut_short_is_refused(tenth: int) -> None:
    with pytest.raises(UnreadablePicture):
        examine(SVG[: len(SVG) * tenth // 10])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"I am sorry, I cannot draw that.",
        b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        b'{"error": {"message": "no"}}',
        bytes(1000),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"RIFF",
        b"RIFF\x04\0\0\0WEBP",
        b"GIF89a;",
        b"\0\0\0\x0cftypavif",
        b"%PDF-1.7 <svg></svg>",
        b"<svg></svg>",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        examine(content)


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_png_with_a_wrong_byte_is_refused(where: float) -> None:
    content = bytearray(picture("png", 200, 200))
    content[int(len(content) * where)] ^= 0x55
    with pytest.raises(UnreadablePicture):
        examine(bytes(content))


@pytest.mark.parametrize("size", [(14_500, 14_500), (40_001, 1_000), (1, MOST_PIXELS + 1)])
def test_a_picture_of_too_many_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadablePicture):
        examine(_black(*size))


MEASURED = """
from pathlib import Path
from tests.service.test_pictures import _black, examine, picture

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])

content, _ = _black(8_000, 5_000), examine(picture())
before = peak()
assert examine(content).width == 8_000
print(peak() - before)
"""


def test_the_largest_allowed_picture_is_looked_at_without_being_decoded() -> None:
    """In a process of its own, for the peak of this one is that of other tests."""
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)
    grown_kilobytes = int(done.stdout)
    assert grown_kilobytes < 20_000


def test_the_refusal_says_no_more_than_a_caller_may_read() -> None:
    with pytest.raises(UnreadablePicture) as caught:
        examine(picture()[:500] + b"secret /path SELECT")
    assert str(caught.value) == "The generator's picture is cut short or damaged."
