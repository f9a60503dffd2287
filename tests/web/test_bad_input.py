"""What is wrong with a request is told by field, and nothing of it is repeated."""

import json
from typing import Any

import pytest

from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, rows
from tests.web.problems import fields_of

pytestmark = ON_SQLITE
JSON = {"Content-Type": "application/json"}

FIELDS: list[tuple[dict[str, Any], str]] = [
    ({}, "prompt"),
    ({"prompt": None}, "prompt"),
    ({"prompt": 7}, "prompt"),
    ({"prompt": ["a cat"]}, "prompt"),
    ({"prompt": ""}, "prompt"),
    ({"prompt": " \n\t "}, "prompt"),
    ({"prompt": "x" * 32_001}, "prompt"),
    ({"prompt": "a\0cat"}, "prompt"),
    ({"prompt": "a\x1b[31mcat"}, "prompt"),
    ({"prompt": "a\x7fcat"}, "prompt"),
    ({"prompt": "a\x85cat"}, "prompt"),
    ({"model": ""}, "model"),
    ({"model": 7}, "model"),
    ({"model": "x" * 201}, "model"),
    ({"size": "large"}, "size"),
    ({"size": "63x64"}, "size"),
    ({"size": "64x4097"}, "size"),
    ({"size": "0x0"}, "size"),
    ({"size": "-64x64"}, "size"),
    ({"size": "064x64"}, "size"),
    ({"size": "64X64"}, "size"),
    ({"size": "64x64x64"}, "size"),
    ({"size": " 64x64"}, "size"),
    ({"size": "٦٤x٦٤"}, "size"),
    ({"size": "9" * 5000 + "x64"}, "size"),
    ({"size": None}, "size"),
    ({"size": 64}, "size"),
    ({"quality": "very high"}, "quality"),
    ({"quality": "x" * 65}, "quality"),
    ({"background": "pink"}, "background"),
    ({"output_format": "../png"}, "output_format"),
    ({"seed": -1}, "seed"),
    ({"seed": 2**53}, "seed"),
    ({"seed": 1.5}, "seed"),
    ({"seed": "7"}, "seed"),
    ({"seed": True}, "seed"),
    ({"tags": "x"}, "tags"),
    ({"tags": ["x"] * 33}, "tags"),
    ({"tags": ["ok", ""]}, "tags.1"),
    ({"tags": ["x" * 65]}, "tags.0"),
    ({"tags": ["a\tb"]}, "tags.0"),
    ({"tags": [None]}, "tags.0"),
    ({"author": ""}, "author"),
    ({"author": "x" * 201}, "author"),
    ({"author": "a\r\nb"}, "author"),
    ({"filename": "../cat.png"}, "filename"),
    ({"filename": "a\\b"}, "filename"),
    ({"filename": "..."}, "filename"),
    ({"filename": "x" * 201}, "filename"),
    ({"filename": "a\0b"}, "filename"),
    ({"visibility": "PUBLIC"}, "visibility"),
    ({"nonsense": 1}, "nonsense"),
    ({"n": 1}, "n"),
    ({"Prompt": "a cat"}, "Prompt"),
]


@pytest.mark.parametrize(("given", "field"), FIELDS)
async def test_a_wrong_field_is_named_and_nothing_is_recorded(
    alice: Client, services: Services, given: dict[str, Any], field: str
) -> None:
    body = {"prompt": "a cat", **given} if given else {}
    assert fields_of(await alice.post("/image", json=body)) == [field]
    assert await rows(services, "image") == []


async def test_all_that_is_wrong_is_told_at_once(alice: Client) -> None:
    body = {"prompt": "", "size": "large", "tags": ["", "fine", ""], "nonsense": 1}
    found = fields_of(await alice.post("/image", json=body))
    assert sorted(found) == ["nonsense", "prompt", "size", "tags.0", "tags.2"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"prompt=a+cat",
        b'{"prompt": "a cat"',
        b"{'prompt': 'a cat'}",
        b'{"prompt": "a\ncat"}',
        b'{"prompt": "\xff"}',
        b'{"prompt": "a cat", "seed": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_as_a_whole(alice: Client, body: bytes) -> None:
    for method, path in (("POST", "/image"), ("PATCH", "/image/some-guid")):
        assert fields_of(await alice.request(method, path, content=body, headers=JSON)) == ["body"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"a cat"', b"7", b"true"])
async def test_a_body_that_is_no_object_is_refused_as_a_whole(alice: Client, body: bytes) -> None:
    assert fields_of(await alice.post("/image", content=body, headers=JSON)) == ["body"]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_body_that_is_not_called_json_is_not_taken_for_it(alice: Client, media_type: str) -> None:
    """Otherwise any web page could post one in the name of its reader."""
    body = b'{"prompt": "a cat"}'
    headers = {"Content-Type": media_type}
    assert fields_of(await alice.post("/image", content=body, headers=headers)) == ["body"]


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_may_be_called_so_in_any_spelling(alice: Client, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    answer = await alice.post("/image", content=b'{"prompt": ""}', headers=headers)
    assert fields_of(answer) == ["prompt"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"prompt": "\\ud800"}', "prompt"),
        (b'{"prompt": "a cat", "author": "\\udfff"}', "author"),
        (b'{"prompt": "a cat", "tags": ["\\ud83d"]}', "tags.0"),
        (b'{"prompt": "a cat", "\\ud800": 1}', "body"),
        (b'{"prompt": "a cat", "seed": NaN}', "seed"),
        (b'{"prompt": "a cat", "seed": Infinity}', "seed"),
    ],
)
async def test_half_a_character_is_no_text_and_nan_no_number(alice: Client, body: bytes, field: str) -> None:
    assert fields_of(await alice.post("/image", content=body, headers=JSON)) == [field]


async def test_what_was_sent_is_not_repeated(alice: Client) -> None:
    body = {"prompt": 7, "size": "geheim", "tags": ["geheim\n"], "visibility": "geheim", "seed": "geheim"}
    answer = await alice.post("/image", json=body)
    assert answer.status_code == 422
    assert "geheim" not in answer.text
    assert "pydantic" not in answer.text


async def test_a_flood_of_unknown_fields_is_not_answered_with_a_flood(alice: Client) -> None:
    body = json.dumps({f"field_{number}": 1 for number in range(20_000)}).encode()
    answer = await alice.post("/image", content=body, headers=JSON)
    assert len(fields_of(answer)) == 50
    assert len(answer.content) < 10_000
