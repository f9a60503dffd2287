"""What is wrong with a request is a 400 that names the parameter; nothing is asked for, nothing is left."""

import struct
import tempfile
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pyvips
from fastapi import FastAPI
from starlette.types import Message

from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, files_of
from tests.service.scenery import ON_SQLITE, PNG, SVG, Easel, painting, rows
from tests.web.driven import drive, receiving, scope_of
from tests.web.openai_face import A_PICTURE, CAT, EDITS, GENERATIONS, VARIATIONS, error_of

pytestmark = ON_SQLITE
FORM = {"Content-Type": "multipart/form-data; boundary=frontier"}
MEGABYTE = 1024 * 1024


@pytest.fixture
async def easel(app: FastAPI) -> AsyncIterator[Easel]:
    easel = painting()
    async with at_work_in(app, easel):
        yield easel


@pytest.fixture(autouse=True)
async def _nothing_comes_of_it(
    easel: Easel, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = files_of(services)
    yield
    assert easel.asked == []
    assert await rows(services, "image") == []
    assert files_of(services) == before == []
    assert not services.spool.files()
    assert list(scratch.iterdir()) == []
    assert not [name for name in _open_files() if str(scratch) in name]


def _open_files() -> list[str]:
    links = Path("/proc/self/fd").iterdir() if Path("/proc/self/fd").exists() else ()
    return [str(link.readlink()) for link in list(links) if link.is_symlink()]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _huge(width: int, height: int) -> bytes:
    """Whole by its checksums; its pixels are not even there."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b""))
        + _chunk(b"IEND", b"")
    )


def _see_through(width: int, height: int) -> bytes:
    blank = pyvips.Image.black(width, height, bands=4).copy(interpretation="srgb")
    content: bytes = blank.write_to_buffer(".png")
    return content


GIVEN: list[tuple[dict[str, Any], str]] = [
    ({"prompt": None}, "prompt"),
    ({"prompt": " "}, "prompt"),
    ({"prompt": "x" * 32_001}, "prompt"),
    ({"n": 0}, "n"),
    ({"n": 11}, "n"),
    ({"n": -1}, "n"),
    ({"n": "2"}, "n"),
    ({"n": True}, "n"),
    ({"n": 1.5}, "n"),
    ({"size": "large"}, "size"),
    ({"size": "0x0"}, "size"),
    ({"size": "63x64"}, "size"),
    ({"size": "1024"}, "size"),
    ({"size": 1024}, "size"),
    ({"quality": "very high"}, "quality"),
    ({"background": "pink"}, "background"),
    ({"output_compression": 101}, "output_compression"),
    ({"frame_count": 1}, "frame_count"),
    ({"svg": "x"}, "svg"),
    ({"response_format": "png"}, "response_format"),
    ({"response_format": "url", "stream": True}, "response_format"),
    ({"stream": "yes"}, "stream"),
    ({"partial_images": 4, "stream": True}, "partial_images"),
    ({"partial_images": 1}, "partial_images"),
    ({"tags": ["ok", ""]}, "tags[1]"),
    ({"seed": -1}, "seed"),
    ({"nonsense": 1}, "nonsense"),
    ({"images": [A_PICTURE]}, "images"),
    ({"image": "x"}, "image"),
    ({"task": "edit"}, "task"),
]


async def test_a_parameter_that_is_wrong_is_named(alice: Client) -> None:
    for given, param in GIVEN:
        error = error_of(await alice.post(GENERATIONS, json={**CAT, **given}), 400)
        told = error["type"], error["param"], error["code"]
        assert told == ("invalid_request_error", param, "invalid_request"), given
        assert param in error["message"]


NAMED: list[tuple[dict[str, Any], str]] = [
    ({}, "images"),
    ({"images": []}, "images"),
    ({"images": [A_PICTURE] * 17}, "images"),
    ({"images": ["x"]}, "images[0]"),
    ({"images": [{}]}, "images[0]"),
    ({"images": [{**A_PICTURE, "file_id": "x"}]}, "images[0]"),
    ({"images": [A_PICTURE, {"image_url": "https://example.com/a.png"}]}, "images[1].image_url"),
    ({"images": [{"image_url": "file:///etc/passwd"}]}, "images[0].image_url"),
    ({"images": [{"image_url": "data:image/png;base64,%%%"}]}, "images"),
    ({"images": [{"image_url": "data:,x"}]}, "images"),
    ({"images": [{"image_url": f"data:image/png;base64,{b64encode(PNG[:99]).decode()}"}]}, "images"),
    ({"images": [{"file_id": "nobody"}]}, "images"),
    ({"images": [{"file_id": "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"}]}, "images"),
    ({"images": [A_PICTURE], "mask": A_PICTURE}, "mask"),
    ({"images": [A_PICTURE], "mask": {"image_url": "http://x"}}, "mask.image_url"),
    ({"images": [A_PICTURE], "markup": A_PICTURE}, "markup"),
    ({"image": "x", "images": [A_PICTURE]}, "image"),
]


async def test_a_picture_in_json_that_is_none_is_named(alice: Client) -> None:
    for given, param in NAMED:
        error = error_of(await alice.post(EDITS, json={**CAT, **given}), 400)
        assert error["param"] == param, given


NO_PICTURES = {
    "text": b"this is no picture",
    "empty": b"",
    "cut short": PNG[:-20],
    "60 MB": PNG + bytes(60 * MEGABYTE),
    "200 megapixels": _huge(20_000, 10_000),
    "a drawing": SVG,
    "a bomb by name": _huge(2**31 - 1, 2**31 - 1),
}


@pytest.mark.parametrize("path", [EDITS, VARIATIONS])
async def test_an_upload_that_is_no_picture_is_refused(alice: Client, path: str) -> None:
    for what, content in NO_PICTURES.items():
        data = CAT if path == EDITS else {}
        error = error_of(await alice.post(path, data=data, files={"image": content}), 400)
        assert error["param"] == "image", what
        assert "image: " in error["message"]


async def test_the_second_of_two_and_a_mask_are_looked_at_too(alice: Client) -> None:
    two = [("image[]", PNG), ("image[]", b"no picture")]
    assert error_of(await alice.post(EDITS, data=CAT, files=two), 400)["param"] == "image"
    masks = [b"no picture", b"", PNG, _see_through(49, 32), PNG + bytes(60 * MEGABYTE)]
    for mask in masks:
        answer = await alice.post(EDITS, data=CAT, files={"image": PNG, "mask": mask})
        assert error_of(answer, 400)["param"] == "mask"


FORMS: list[tuple[str, dict[str, Any], list[tuple[str, Any]], str]] = [
    (EDITS, CAT, [("unused[]", b"")], "unused[]"),
    (EDITS, CAT, [("mask", PNG)], "image"),
    (EDITS, CAT, [("image", PNG), ("images", PNG)], "image"),
    (EDITS, CAT, [("image", PNG), ("images[]", PNG)], "image"),
    (EDITS, CAT, [("image", PNG), ("markup", PNG)], "markup"),
    (EDITS, CAT, [("image", PNG), ("mask", PNG), ("mask", PNG)], "mask"),
    (EDITS, CAT, [("image[]", PNG)] * 17, "image"),
    (EDITS, CAT, [("image[]", b"x")] * 40, "body"),
    (EDITS, {**CAT, "image": "a text"}, [("mask", PNG)], "image"),
    (EDITS, {}, [("image", PNG)], "prompt"),
    (EDITS, {**CAT, "n": "0"}, [("image", PNG)], "n"),
    (EDITS, {**CAT, "n": "11"}, [("image", PNG)], "n"),
    (EDITS, {**CAT, "n": "two"}, [("image", PNG)], "n"),
    (EDITS, {**CAT, "n": "9" * 5000}, [("image", PNG)], "n"),
    (EDITS, {**CAT, "stream": "maybe"}, [("image", PNG)], "stream"),
    (EDITS, {**CAT, "size": "big"}, [("image", PNG)], "size"),
    (EDITS, {"prompt": ["a", "b"]}, [("image", PNG)], "prompt"),
    (EDITS, {**CAT, "svg[model]": "x", "svg": "y"}, [("image", PNG)], "svg"),
    (EDITS, {**CAT, "prompt[x]": "x"}, [("image", PNG)], "prompt"),
    (EDITS, {**CAT, "x" * 300: "x"}, [("image", PNG)], "x" * 100),
    (EDITS, {**CAT, "nonsense": "x"}, [("image", PNG)], "nonsense"),
    (EDITS, {"prompt": "x" * 300_000}, [("image", PNG)], "body"),
    (VARIATIONS, {}, [("image", PNG), ("image", PNG)], "image"),
    (VARIATIONS, {}, [("image", PNG), ("mask", PNG)], "mask"),
    (VARIATIONS, {"prompt": "a cat"}, [("image", PNG)], "prompt"),
    (VARIATIONS, {"n": "11"}, [("image", PNG)], "n"),
]


async def test_a_form_in_which_something_is_wrong_names_it(alice: Client) -> None:
    for path, data, files, param in FORMS:
        error = error_of(await alice.post(path, data=data, files=files), 400)
        assert error["param"] == param, (data, param)


def _form(*parts: bytes, end: bytes = b"--frontier--\r\n") -> bytes:
    return b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts) + end


PROMPT = b'Content-Disposition: form-data; name="prompt"\r\n\r\na cat'
IMAGE = b'Content-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + PNG
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "body"),
    "without pictures": (_form(PROMPT), "image"),
    "cut in a picture": (_form(PROMPT, IMAGE)[:-200], "body"),
    "cut between the parts": (_form(PROMPT, IMAGE, end=b""), "body"),
    "cut in the last boundary": (_form(PROMPT, IMAGE, end=b"--frontier"), "body"),
    "cut in a large picture": (_form(PROMPT, IMAGE + bytes(2 * MEGABYTE), end=b""), "body"),
    "another boundary": (_form(PROMPT, IMAGE).replace(b"frontier", b"elsewhere"), "body"),
    "a part without a name": (_form(PROMPT, b"Content-Disposition: form-data\r\n\r\nx"), "body"),
    "a part without a head": (_form(PROMPT, b"\r\nx"), "body"),
    "json": (b'{"prompt": "a cat"}', "body"),
    "a thousand parts": (_form(*[PROMPT] * 1000), "body"),
}


async def test_a_form_that_is_broken_or_cut_off_is_refused(alice: Client) -> None:
    for what, (body, param) in BROKEN.items():
        error = error_of(await alice.post(EDITS, content=body, headers=FORM), 400)
        assert error["param"] == param, what


async def test_a_form_without_a_boundary_is_refused(alice: Client) -> None:
    for path in (EDITS, VARIATIONS):
        headers = {"Content-Type": "multipart/form-data"}
        answer = await alice.post(path, content=_form(PROMPT, IMAGE), headers=headers)
        assert error_of(answer, 400)["param"] == "body"


async def test_json_that_is_none_is_refused_as_a_whole(alice: Client) -> None:
    for path in (GENERATIONS, EDITS):
        for body in (b"{", b"", b"[]", b"null", b'{"prompt": "\xff"}', b"[" * 100_000):
            answer = await alice.post(path, content=body, headers={"Content-Type": "application/json"})
            assert error_of(answer, 400)["param"] == "body", (path, body[:20])


OTHER_KINDS = [
    (GENERATIONS, "multipart/form-data; boundary=x", "body"),
    (GENERATIONS, "text/plain", "body"),
    (EDITS, "text/plain", "body"),
    (EDITS, "application/x-www-form-urlencoded", "body"),
    (EDITS, "", "body"),
    (VARIATIONS, "application/json", "image"),
    (VARIATIONS, "", "image"),
]


async def test_a_body_of_another_kind_is_refused(alice: Client) -> None:
    for path, media_type, param in OTHER_KINDS:
        headers = {"Content-Type": media_type}
        answer = await alice.post(path, content=b'{"prompt": "a cat"}', headers=headers)
        assert error_of(answer, 400)["param"] == param, (path, media_type)


async def test_what_was_sent_is_not_repeated(alice: Client) -> None:
    given = {"prompt": "geheim\0", "size": "geheim", "images": [{"image_url": "geheim"}], "user": ["geheim"]}
    assert "geheim" not in (await alice.post(EDITS, json=given)).text
    answer = await alice.post(EDITS, data={"prompt": "x", "n": "geheim"}, files={"image": b"geheim"})
    assert "geheim" not in answer.text


async def test_who_hangs_up_in_the_middle_of_an_upload_leaves_nothing(app: FastAPI) -> None:
    part: Message = {
        "type": "http.request",
        "body": _form(PROMPT, IMAGE + bytes(2 * MEGABYTE)),
        "more_body": True,
    }
    for headers in (FORM, {"Content-Type": "application/json"}):
        scope = scope_of("POST", EDITS, {name.lower(): value for name, value in headers.items()})
        exchange = await drive(app, scope, receiving(part))
        assert exchange.status == 400


async def test_a_picture_of_49_mb_is_not_too_large_for_being_large(alice: Client) -> None:
    """So that it is for its 60 MB that the other is refused: this one is no picture."""
    error = error_of(await alice.post(EDITS, data=CAT, files={"image": bytes(49 * MEGABYTE)}), 400)
    assert "50 MB" not in error["message"]
    larger = error_of(await alice.post(EDITS, data=CAT, files={"image": bytes(50 * MEGABYTE + 1)}), 400)
    assert "50 MB" in larger["message"]
