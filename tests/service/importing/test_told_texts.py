"""Where texts lie in picture files, and in which characters."""

import struct

import pytest
import pyvips

from tests.service.importing.pictures_that_tell import (
    ASCII,
    BYTE,
    GPS_DIRECTORY,
    IMAGE_DESCRIPTION,
    LONG,
    SIGNATURE,
    UNDEFINED,
    USER_COMMENT,
    XP_COMMENT,
    XP_TITLE,
    Entry,
    alternative,
    avif_with,
    chunk,
    commented,
    international_chunk,
    jpeg,
    jpeg_with,
    packed_chunk,
    piexif_comment,
    png,
    segment,
    text_chunk,
    tiff,
    told,
    webp,
    xmp,
)
from tests.service.scenery import PNG, picture

SCRIPTS = [
    "a red fox in the snow, golden hour",
    "fox",
    "ein Fuchs · „rot“, größer als zuvor",
    "рыжая лисица в снегу",
    "κόκκινη αλεπού στο χιόνι",
    "ثعلب أحمر في الثلج",
    "雪中的红狐狸,高清",
    "雪中的红狐狸",
    "雪の中の赤い狐、夕暮れ",
    "눈 속의 붉은 여우",
    "🦊 in ❄️, 👩‍👩‍👧",
    "line one\nline two\n\tand a tab",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_kind_of_text_chunk(text: str) -> None:
    kinds = [
        text_chunk("parameters", text),
        packed_chunk("parameters", text.encode()),
        international_chunk("parameters", text),
        international_chunk("parameters", text, is_packed=True),
        chunk(b"eXIf", piexif_comment(text)),
    ]
    assert [told(png(kind)).prompt for kind in kinds] == [text] * len(kinds)


def test_latin_1_is_what_is_not_utf_8() -> None:
    assert told(png(text_chunk("parameters", "größer".encode("latin-1")))).prompt == "größer"
    assert told(png(packed_chunk("parameters", "größer".encode("latin-1")))).prompt == "größer"


def test_a_text_behind_the_pixels_is_read() -> None:
    assert told(PNG[:-12] + text_chunk("parameters", "a fox") + PNG[-12:]).prompt == "a fox"


def test_of_two_texts_of_a_name_the_first_counts_that_says_anything() -> None:
    chunks = [text_chunk("parameters", text) for text in ("  \0 ", "a fox", "a cat")]
    assert told(png(*chunks)).prompt == "a fox"


@pytest.mark.parametrize(
    "broken",
    [
        chunk(b"tEXt", b"parameters"),
        chunk(b"tEXt", b"\0a fox"),
        chunk(b"zTXt", b"parameters\0\0no zlib"),
        chunk(b"zTXt", b"parameters\0"),
        chunk(b"iTXt", b"parameters\0"),
        chunk(b"iTXt", b"parameters\0\1\0en\0x\0no zlib"),
        chunk(b"iTXt", b"parameters\0\0\0en"),
        chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"),
        text_chunk("p" * 80, '{"prompt": "a fox"}'),
    ],
)
def test_what_is_broken_is_passed_over(broken: bytes) -> None:
    assert told(png(broken)).prompt is None
    assert told(png(broken, text_chunk("parameters", "a fox"))).prompt == "a fox"


def test_a_file_cut_amid_its_text_says_what_is_left_of_it() -> None:
    whole = png(text_chunk("parameters", "a red fox"))
    assert told(whole[: whole.index(b"red") + 3]).prompt == "a red"
    assert told(SIGNATURE).prompt is None


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_comments_in_unicode_of_either_order_in_files_of_either_order(text: str, order: str) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        content = commented(b"UNICODE\0" + text.encode(encoding), order)
        if text == "雪中的红狐狸" and encoding.endswith("le") != (order == "<"):
            continue  # six letters without a blank could be either: then the file's own order counts
        assert told(jpeg_with(content)).prompt == text, encoding
    assert told(jpeg_with(commented(b"UNICODE\0" + text.encode("utf-16"), order))).prompt == text


@pytest.mark.parametrize("text", SCRIPTS)
def test_comments_in_whatever_else(text: str) -> None:
    raw = text.encode()
    written = [b"ASCII\0\0\0" + raw, bytes(8) + raw, b"ASCII\0\0\0" + raw + bytes(40)]
    assert [told(jpeg_with(commented(comment))).prompt for comment in written] == [text] * 3
    assert told(jpeg_with(commented(raw))).prompt == text


def test_comments_in_japanese() -> None:
    for encoding in ("iso2022_jp", "shift_jis", "euc_jp"):
        text = "雪の中の赤い狐"
        content = jpeg_with(commented(b"JIS\0\0\0\0\0" + text.encode(encoding)))
        if encoding != "euc_jp":
            assert told(content).prompt == text
        assert told(content).prompt


def test_ascii_that_is_declared_to_be_unicode() -> None:
    text = "a red fox in the snow, golden hour"
    assert told(jpeg_with(commented(b"UNICODE\0" + text.encode()))).prompt == text


@pytest.mark.parametrize("order", ["<", ">"])
def test_descriptions_and_what_windows_writes(order: str) -> None:
    entries: list[tuple[Entry, str]] = [
        ((IMAGE_DESCRIPTION, ASCII, b"a fox\0"), "a fox"),
        ((IMAGE_DESCRIPTION, ASCII, b"fox\0"), "fox"),
        ((IMAGE_DESCRIPTION, ASCII, "狐狸在雪地里\0".encode()), "狐狸在雪地里"),
        ((XP_COMMENT, BYTE, "ein Fuchs · 狐\0".encode("utf-16-le")), "ein Fuchs · 狐"),
        ((XP_TITLE, BYTE, "fox\0".encode("utf-16-le")), "fox"),
    ]
    for entry, text in entries:
        assert told(jpeg_with(tiff([entry], order=order))).prompt == text


def test_nothing_but_texts_is_read_of_exif() -> None:
    """Not where it was taken, nor with what; the position of its directory is of no interest."""
    place = struct.pack(">HHHI4s", 1, 2, ASCII, 4, b"here") + bytes(4)
    base = tiff([(GPS_DIRECTORY, LONG, struct.pack(">I", 26)), (0x0131, ASCII, b"x\0\0\0")])
    camera = tiff(
        [(0x010F, ASCII, b"Canon\0"), (0x0110, ASCII, b"EOS of maria\0"), (0xA430, ASCII, b"maria\0")]
    )
    assert told(jpeg_with(base + place)) == told(jpeg_with(camera)) == told(jpeg())


def test_a_camera_is_no_model() -> None:
    camera = chunk(b"eXIf", tiff([(0x0110, ASCII, b"EOS of maria\0")]))
    assert told(png(camera, text_chunk("prompt", "a fox"))).model is None


@pytest.mark.parametrize("header", [b"", b"Exif\0\0"])
def test_exif_lies_in_webp_with_and_without_its_header(header: bytes) -> None:
    odd = (b"ICCP", b"odd")
    assert told(webp(odd, (b"EXIF", header + piexif_comment("a fox")))).prompt == "a fox"


def test_exif_lies_somewhere_in_an_avif() -> None:
    for exif in (piexif_comment("a fox"), b"Exif\0\0" + commented(b"ASCII\0\0\0a fox", "<")):
        assert told(avif_with(exif)).prompt == "a fox"
        assert told(avif_with(b"MM\0*II*\0" + exif)).prompt == "a fox"
    assert told(avif_with(xmp(alternative("dc:description", "a fox")).encode())).prompt == "a fox"


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif", "png"])
def test_what_vips_writes_is_read(suffix: str) -> None:
    image = pyvips.Image.new_from_buffer(picture("png"), "").copy()
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", "a red fox (a red fox, ASCII, 9)")
    assert told(image.write_to_buffer(f".{suffix}")).prompt == "a red fox"


def test_a_jpeg_is_read_up_to_its_pixels_past_whatever_fills_it() -> None:
    filled = picture("jpg")[:2] + b"\xff\xff\xff" + segment(0xFE, b"a fox") + picture("jpg")[2:]
    assert told(filled).prompt == "a fox"
    content = picture("jpg")
    behind = content[: content.index(b"\xff\xda")] + segment(0xDA, b"") + segment(0xFE, b"a fox")
    assert told(behind).prompt is None


@pytest.mark.parametrize(
    ("element", "prompt"),
    [
        (alternative("dc:description", 'a <fox> & "co"'), 'a <fox> & "co"'),
        ("<dc:description>&#x1F98A; &#102;ox &#xFFFFFF;&nbsp;</dc:description>", "🦊 fox &nbsp;"),
        ('<x exif:UserComment="a &quot;fox&quot;"/>', 'a "fox"'),
        ("<dc:description>" + "&#" + "9" * 9000 + ";fox</dc:description>", "&#" + "9" * 9000 + ";fox"),
        (
            "<dc:description><rdf:Alt><rdf:li>fox</rdf:li><rdf:li>Fuchs</rdf:li></rdf:Alt></dc:description>",
            "fox",
        ),
        ("<dc:description>unfinished", None),
    ],
)
def test_xmp(element: str, prompt: str | None) -> None:
    assert told(webp((b"XMP ", xmp(element).encode()))).prompt == prompt


def test_directories_that_bite_their_own_tail_end() -> None:
    own = struct.pack(">HHII", 0x8769, LONG, 1, 8)
    circle = b"MM\0*" + struct.pack(">IH", 8, 500) + own * 500
    assert told(jpeg_with(circle)).prompt is None
    comment = struct.pack(">HHII", USER_COMMENT, UNDEFINED, 2**32 - 1, 8)
    assert told(jpeg_with(b"MM\0*" + struct.pack(">IH", 8, 60_000) + comment * 400)) is not None
