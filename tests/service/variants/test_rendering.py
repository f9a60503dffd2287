"""What comes out, whatever went in: upright, in sRGB, of exactly the size that was planned, and silent."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
import pyvips

from pixyproxy.core.exceptions import BytesMissing, UnreadablePicture
from pixyproxy.service.pictures import examine
from pixyproxy.service.variants.messages import Shape
from pixyproxy.service.variants.rendering import Rendered, rendered
from tests.service.variants.gallery import KINDS, decoded, encoded, job_for, painting, svg, written

TARGETS = "webp avif jpeg png plain".split()
RED, GREEN, BLUE, WHITE = [255.0, 0.0, 0.0], [0.0, 255.0, 0.0], [0.0, 0.0, 255.0], [255.0] * 3
SAND = [200.0, 60.0, 50.0]
SECRET = "a red fox in the garden of 17 Mill Lane"


def sheet(colour: list[float], width: int = 120, height: int = 80) -> pyvips.Image:
    return (pyvips.Image.black(width, height) + colour).cast("uchar").copy(interpretation="srgb")


def difference(one: pyvips.Image, other: pyvips.Image) -> float:
    """In steps of 255, on average."""
    difference: float = (one - other).abs().avg()
    return difference


def on_white(picture: pyvips.Image) -> pyvips.Image:
    return picture.flatten(background=255) if picture.hasalpha() else picture


def colour(picture: pyvips.Image, x: int, y: int) -> list[float]:
    pixel: list[float] = picture.getpoint(x, y)
    return pixel


def copy_of(content: bytes, kind: str = "png", width: int = 60, height: int = 40) -> Rendered:
    return rendered(content, job_for(content, width, height, kind))


def pixels_of(content: bytes, kind: str = "png", width: int = 60, height: int = 40) -> pyvips.Image:
    return decoded(copy_of(content, kind, width, height).content)


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", TARGETS)
def test_every_kind_becomes_every_other(source: str, target: str) -> None:
    content = encoded(source)
    copy = copy_of(content, target)
    facts = examine(copy.content)
    plain = "png" if source == "svg" else "jpeg"
    assert copy.media_type == facts.media_type == f"image/{plain if target == 'plain' else target}"
    assert (facts.width, facts.height) == (60, 40)
    wanted = decoded(content).thumbnail_image(60, height=40, size="force")
    assert difference(on_white(decoded(copy.content)), on_white(wanted)) < 12


@pytest.mark.parametrize("size", [(1, 1), (16, 11), (119, 80), (120, 79), (120, 80)])
@pytest.mark.parametrize("source", KINDS)
def test_it_has_the_planned_size_to_the_pixel(source: str, size: tuple[int, int]) -> None:
    facts = examine(copy_of(encoded(source), "webp", *size).content)
    assert (facts.width, facts.height) == size


def test_a_line_is_not_cut_to_a_piece() -> None:
    line = written(painting(1000, 1), "png")
    facts = examine(copy_of(line, "png", 16, 1).content)
    assert (facts.width, facts.height) == (16, 1)


def stripes() -> pyvips.Image:
    """A third each: red, green, blue."""
    return pyvips.Image.arrayjoin([sheet(each, 40) for each in (RED, GREEN, BLUE)], across=3)


def test_what_is_cut_off_is_cut_off_evenly() -> None:
    content = written(stripes(), "png")
    copy = decoded(rendered(content, job_for(content, 20, 40, "png", crop=True)).content)
    assert (copy.width, copy.height) == (20, 40)
    assert colour(copy, 0, 20) == pytest.approx(GREEN, abs=20)
    assert colour(copy, 0, 20) == colour(copy, 19, 20)[::-1]


def test_what_is_not_to_be_cut_is_all_there() -> None:
    copy = pixels_of(written(stripes(), "png"), width=60)
    assert [colour(copy, x, 20) for x in (2, 30, 57)] == [RED, GREEN, BLUE]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "webp", "png"])
def test_it_is_upright(orientation: int, kind: str) -> None:
    upright = pyvips.Image.arrayjoin([sheet(each, 60, 40) for each in (RED, GREEN, BLUE, WHITE)], across=2)
    undone: list[Callable[[pyvips.Image], pyvips.Image]] = [
        lambda picture: picture,
        lambda picture: picture.fliphor(),
        lambda picture: picture.rot180(),
        lambda picture: picture.flipver(),
        lambda picture: picture.rot90().fliphor(),
        lambda picture: picture.rot270(),
        lambda picture: picture.rot270().fliphor(),
        lambda picture: picture.rot90(),
    ]
    lying = undone[orientation - 1](upright).copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    content = written(lying, kind)
    is_turned = orientation > 4
    shape, turned = Shape(60, 40, crop=False), Shape(60, 40, crop=False)
    job = replace(
        job_for(content, kind="png"),
        shape=Shape(1, 1, crop=False) if is_turned else shape,
        turned_shape=turned if is_turned else Shape(1, 1, crop=False),
    )
    copy = rendered(content, job)
    shown = decoded(copy.content)
    assert copy.is_turned == is_turned
    assert (shown.width, shown.height) == (60, 40)
    corners = [colour(shown, x, y) for y in (5, 35) for x in (5, 55)]
    for corner, expected in zip(corners, (RED, GREEN, BLUE, WHITE), strict=True):
        assert corner == pytest.approx(expected, abs=8)


def with_alpha() -> pyvips.Image:
    """Red, and its right half cannot be seen."""
    alpha = (pyvips.Image.black(60, 80) + 255).cast("uchar").join(pyvips.Image.black(60, 80), "horizontal")
    return sheet(RED).bandjoin(alpha).copy(interpretation="srgb")


@pytest.mark.parametrize("source", ["png", "webp", "avif", "gif"])
@pytest.mark.parametrize("target", ["png", "webp", "avif", "plain"])
def test_what_is_transparent_stays_so(source: str, target: str) -> None:
    copy = copy_of(written(with_alpha(), source), target)
    shown = decoded(copy.content)
    assert copy.media_type == ("image/png" if target == "plain" else f"image/{target}")
    assert shown.bands == 4
    assert colour(shown, 10, 20)[3] > 250
    assert colour(shown, 50, 20)[3] < 5
    assert colour(shown, 10, 20)[:3] == pytest.approx(RED, abs=10)


def test_what_is_transparent_is_white_in_a_jpeg() -> None:
    shown = pixels_of(written(with_alpha(), "png"), "jpeg")
    assert colour(shown, 10, 20) == pytest.approx(RED, abs=10)
    assert colour(shown, 50, 20) == pytest.approx(WHITE, abs=3)


def test_where_nothing_can_be_seen_through_nothing_says_so() -> None:
    opaque = painting().bandjoin(255).cast("uchar").copy(interpretation="srgb")
    copy = copy_of(written(opaque, "png"), "plain")
    assert copy.media_type == "image/jpeg"
    assert decoded(copy_of(written(opaque, "png"), "png").content).bands == 3


def silent(content: bytes) -> bool:
    header = pyvips.Image.new_from_buffer(content, "")
    told = [
        name
        for name in header.get_fields()
        if name.startswith(("exif", "xmp", "iptc", "icc", "png-comment", "gif-comment", "orientation"))
    ]
    return SECRET.encode() not in content and b"Mill Lane" not in content and not told


def telling(kind: str) -> bytes:
    picture = painting().copy()
    picture.set_type(pyvips.GValue.gstr_type, "png-comment-0-parameters", SECRET)
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", f"{SECRET} (x, ASCII, 1, 1)")
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "52/1 30/1 0/1")
    picture.set_type(pyvips.GValue.blob_type, "xmp-data", f"<x>{SECRET}</x>".encode())
    return written(picture, kind)


@pytest.mark.parametrize("source", ["png", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_a_picture_says_about_itself_gets_into_a_copy(source: str, target: str) -> None:
    content = telling(source)
    assert b"Mill Lane" in content
    assert not silent(content)
    assert silent(copy_of(content, target).content)


def test_an_svg_says_nothing_about_itself_either() -> None:
    content = svg(b"<desc>" + SECRET.encode() + b"</desc><metadata>Mill Lane</metadata><rect/>")
    for target in TARGETS:
        assert silent(copy_of(content, target).content)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("target", TARGETS)
def test_other_colours_become_srgb(kind: str, target: str) -> None:
    sand = sheet(SAND)
    wide = sand.icc_transform("p3", input_profile="srgb")
    assert colour(wide, 5, 5) != pytest.approx(SAND, abs=8)
    copy = copy_of(written(wide, kind), target).content
    assert colour(decoded(copy), 20, 20) == pytest.approx(SAND, abs=6)
    assert silent(copy)


@pytest.mark.parametrize("keep", ["all", "none"])
def test_the_colours_of_print_become_srgb(keep: str) -> None:
    sand = sheet(SAND)
    printed = sand.icc_transform("cmyk", input_profile="srgb").jpegsave_buffer(keep=keep, Q=95)
    shown = pixels_of(printed, "png")
    assert shown.bands == 3
    assert colour(shown, 20, 20) == pytest.approx(SAND, abs=25)


@pytest.mark.parametrize("target", TARGETS)
def test_sixteen_bits_become_eight(target: str) -> None:
    fine = written(painting().colourspace("rgb16"), "png")
    copy = copy_of(fine, target).content
    assert pyvips.Image.new_from_buffer(copy, "").format == "uchar"
    assert difference(decoded(copy), painting().thumbnail_image(60, height=40, size="force")) < 12


@pytest.mark.parametrize("target", TARGETS)
def test_grey_is_grey(target: str) -> None:
    grey = written(painting().colourspace("b-w"), "png")
    shown = decoded(copy_of(grey, target).content)
    assert colour(shown, 30, 20)[0] == pytest.approx(colour(shown, 30, 20)[1], abs=4)
    assert difference(shown, painting().colourspace("b-w").thumbnail_image(60)) < 10


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_of_what_moves_the_first_picture_is_shown(kind: str) -> None:
    frames = pyvips.Image.arrayjoin([sheet(GREEN), sheet(BLUE)], across=1).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 80)
    copy = copy_of(written(frames, kind)).content
    assert colour(decoded(copy), 30, 20)[:3] == pytest.approx(GREEN, abs=6)
    assert (decoded(copy).width, decoded(copy).height) == (60, 40)


@pytest.mark.parametrize(
    "reference",
    [
        '<image href="{uri}" width="120" height="80"/>',
        '<image href="{path}" width="120" height="80"/>',
        '<image href="{name}" width="120" height="80"/>',
        '<style>@import url("{uri}.css");</style><rect class="all" width="120" height="80" fill="none"/>',
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{uri}.svg" parse="xml"/>',
        '<use href="{uri}.svg#all"/>',
        '<text y="60" font-size="60">&told;</text>',
    ],
)
def test_an_svg_gets_at_nothing_outside(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(written(sheet(RED), "png"))
    rectangle = b'<rect id="all" width="120" height="80" fill="red"/>'
    tmp_path.joinpath("outside.png.svg").write_bytes(svg(rectangle))
    tmp_path.joinpath("outside.png.css").write_text(".all { fill: red !important }")
    monkeypatch.chdir(tmp_path)
    inside = reference.format(uri=outside.as_uri(), path=outside, name=outside.name)
    entity = f'<!DOCTYPE svg [<!ENTITY told SYSTEM "{outside.as_uri()}.css">]>'
    content = (entity if "&told;" in reference else "").encode() + svg(inside.encode())
    try:
        shown = pixels_of(content)
    except UnreadablePicture:
        return
    assert shown.extract_band(3).max() == 0


def test_an_svg_shows_what_it_brings_along() -> None:
    """Else the test above could not fail."""
    shown = pixels_of(svg(b'<style>.all { fill: red }</style><rect class="all" width="120" height="80"/>'))
    assert colour(shown, 30, 20)[:3] == RED


def test_an_svg_is_drawn_in_its_new_size() -> None:
    line = svg(b'<rect width="1" height="80" fill="red"/>', 12, 8)
    larger = svg(b'<g transform="scale(10)"><rect width="1" height="80" fill="red"/></g>')
    assert difference(pixels_of(line, width=6, height=4), pixels_of(larger, width=6, height=4)) < 2


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Of one bit a pixel."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_small_file_of_too_many_pixels_does_not_go_off() -> None:
    bomb = png(13_000, 13_000, zlib.compress(bytes(13_000 * (1 + 13_000 // 8)), 9))
    assert len(bomb) < 25_000
    started = perf_counter()
    with pytest.raises(UnreadablePicture):
        copy_of(bomb)
    assert perf_counter() - started < 1


def test_as_many_pixels_as_may_be_are_decoded() -> None:
    large = png(8_000, 5_000, zlib.compress(bytes(5_000 * (1 + 8_000 // 8)), 9))
    assert examine(copy_of(large).content).width == 60


def cut_png() -> bytes:
    return png(800, 500, zlib.compress(bytes(500 * 101))[:-20])


def short_png() -> bytes:
    return png(800, 500, zlib.compress(bytes(250 * 101)))


def cut_webp() -> bytes:
    content = encoded("webp")
    body = content[20 : 20 + (len(content) - 20) // 4 * 2]
    inside = b"WEBP" + content[12:16] + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def cut_gif() -> bytes:
    content = encoded("gif")
    return content[: content.index(b"\x2c", 13) + 10 + 3 * 256 + 200] + b"\0\x3b"


def cut_avif() -> bytes:
    content = encoded("avif")
    start = content.index(b"mdat") + 4
    return content[: start + 40] + bytes(len(content) - start - 40)


@pytest.mark.parametrize("cut", [cut_png, short_png, cut_webp, cut_gif, cut_avif])
def test_what_is_there_by_half_is_not_shown_by_half(cut: Callable[[], bytes]) -> None:
    content = cut()
    with pytest.raises(UnreadablePicture):
        copy_of(content)


@pytest.mark.parametrize("kind", KINDS)
def test_what_ends_too_soon_is_refused(kind: str) -> None:
    content = encoded(kind)
    with pytest.raises(UnreadablePicture):
        copy_of(content[: len(content) * 3 // 4])


@pytest.mark.parametrize(
    "content", [b"", b"a cat", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg></svg>", b"%PDF-1.7"]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        copy_of(content)


def test_other_bytes_than_those_that_were_kept_are_not_shown() -> None:
    job = job_for(encoded("png"))
    with pytest.raises(BytesMissing):
        rendered(encoded("png", seed=9), job)


def test_less_quality_is_less_to_send() -> None:
    content = encoded("png")
    for kind in ("webp", "avif", "jpeg"):
        sizes = [
            len(rendered(content, replace(job_for(content, 120, 80, kind), quality=each)).content)
            for each in (40, 50, 60, 70, 75, 80, 85, 90, 95, 100)
        ]
        assert sizes == sorted(sizes)
        assert sizes[0] * 2 < sizes[-1]
