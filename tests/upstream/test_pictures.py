import hashlib
from typing import Any

import pytest
import pyvips

from .pictures import HUGE_EDGE, Form, Painter, Picture, huge

NAME = "req_0123456789abcdef0123456789abcdef.0"


def opened(content: bytes) -> Any:
    """Decoded to its last pixel; anything odd in the file is an error."""
    picture = pyvips.Image.new_from_buffer(content, "", fail_on="warning")
    picture.avg()
    return picture


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_a_picture_decodes_with_and_without_a_name_in_it(output_format: str, transparent: bool) -> None:
    form = Form(output_format, 640, 1088, transparent and output_format != "jpeg")
    original = Painter(100_000).original(form)
    for picture in (original.plain, original.signed(NAME)):
        found = opened(picture.content())
        assert (found.width, found.height, found.hasalpha()) == (640, 1088, form.transparent)
        assert found.get("vips-loader") == f"{output_format}load_buffer"


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_a_name_changes_the_bytes_and_the_hash_tells_them(output_format: str) -> None:
    original = Painter(50_000).original(Form(output_format))
    signed = original.signed(NAME)
    assert NAME.encode() in signed.content()
    assert hashlib.sha256(signed.content()).hexdigest() == signed.sha256 != original.plain.sha256


def test_a_gif_has_the_frames_that_were_ordered() -> None:
    original = Painter(50_000).original(Form("gif", 320, 240, frames=5, frame_ms=120))
    for picture in (original.plain, original.signed(NAME)):
        found = pyvips.Image.new_from_buffer(picture.content(), "", n=-1, fail_on="warning")
        assert (found.get("vips-loader"), found.get("n-pages"), found.get("page-height")) == (
            "gifload_buffer",
            5,
            240,
        )
        assert found.get("delay") == [120] * 5


def test_an_svg_is_one() -> None:
    original = Painter(50_000).original(Form("svg", 320, 240))
    for picture in (original.plain, original.signed(NAME)):
        found = opened(picture.content())
        assert (found.get("vips-loader"), found.width) == ("svgload_buffer", 320)
        assert picture.content().endswith(b"</svg>")


@pytest.mark.parametrize("wanted", [20_000, 1_500_000, 4_000_000])
def test_a_png_is_about_as_large_as_wanted(wanted: int) -> None:
    picture = Painter(wanted).original(Form()).plain
    assert len(picture.content()) == pytest.approx(wanted, rel=0.25)
    opened(picture.content())


def test_the_huge_picture_is_small_and_has_every_pixel_it_announces() -> None:
    content = huge().content()
    found = opened(content)
    assert (found.width, found.height) == (HUGE_EDGE, HUGE_EDGE)
    assert 20_000 < len(content) < 50_000


def test_a_picture_of_any_bytes_knows_their_hash() -> None:
    assert Picture.of(b"no picture").sha256 == hashlib.sha256(b"no picture").hexdigest()
