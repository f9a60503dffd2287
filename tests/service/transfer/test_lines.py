"""What a line holds, and which lines are refused: those that could not be ours."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.life import is_settled
from pixyproxy.core.models import Attempt, Content, Image, Status
from pixyproxy.core.names import EXTENSIONS, imported_key, new_guid
from pixyproxy.service.transfer.attempt_lines import AttemptLine
from pixyproxy.service.transfer.image_lines import ImageLine
from pixyproxy.service.transfer.key_lines import KeyLine
from pixyproxy.service.transfer.layout import file_of
from pixyproxy.service.transfer.lines import Line
from pixyproxy.service.transfer.lists import Numbered, parsed
from pixyproxy.service.upkeep.belonging import _OURS
from tests.data.builders import a_key, an_attempt, an_image
from tests.data.strategies import ATTEMPTS, IMAGES

KEY = f"2026/11/21/{new_guid()}"
IMAGE = an_image(content=Content(f"{KEY}.png", "image/png", 3, 4, 5, "0f" * 32))
ANSWER = {"file": f"files/{KEY}.quarantined", "size_bytes": 5, "sha256": "0f" * 32}
LINES: dict[type[Line], Line] = {
    ImageLine: ImageLine.of(IMAGE, file_of(f"{KEY}.png"), None),
    AttemptLine: AttemptLine.of(an_attempt(storage_key=KEY), None, None),
    KeyLine: KeyLine.of(a_key()),
}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def read(kind: type[Line], text: str | bytes) -> Line:
    return parsed(kind, Numbered("line 1", text.encode() if isinstance(text, str) else text))


def refusal(kind: type[Line], text: str | bytes) -> str:
    with pytest.raises(InvalidRequest) as refused:
        read(kind, text)
    return refused.value.detail.removeprefix("line 1: ")


def changed(kind: type[Line], **values: Any) -> str:
    return json.dumps({**json.loads(LINES[kind].model_dump_json()), **values})


@pytest.mark.parametrize("kind", LINES)
def test_as_it_is_written_it_is_read(kind: type[Line]) -> None:
    assert read(kind, LINES[kind].model_dump_json()).model_dump() == LINES[kind].model_dump()


@given(image=IMAGES, has_file=st.booleans())
def test_every_image_comes_out_of_its_line_as_it_went_in(image: Image, has_file: bool) -> None:
    image = sound(image)
    line = ImageLine.of(image, file_of(f"{KEY}.png") if has_file else None, None)
    again = read(ImageLine, line.model_dump_json(warnings="error"))
    assert isinstance(again, ImageLine)
    assert again.image() == replace(image, id=0)


def sound(image: Image) -> Image:
    """As one that has come into our library by one of its doors."""
    content = image.content and replace(
        image.content,
        storage_key=imported_key(image.guid, image.created_at, "image/png"),
        media_type="image/png",
        width=image.content.width % 2**32,
        height=image.content.height % 2**32,
        size_bytes=image.content.size_bytes % 2**53,
    )
    status = image.status if is_settled(image.status) and image.status is not Status.READY else Status.FAILED
    return replace(
        image,
        owner=re.sub("[^0-9A-Za-z]", "-", image.owner),
        filename=plain(re.sub(r"[/\\]", "x", image.filename)),
        author=plain(image.author),
        generator=plain(image.generator),
        model=plain(image.model),
        cost_source=image.cost_source and plain(image.cost_source),
        tags=tuple(map(plain, image.tags)),
        status=Status.READY if content else status,
        content=content,
    )


def plain(text: str) -> str:
    return CONTROL.sub("x", text)


def test_a_line_of_an_older_export_says_nothing_of_colors() -> None:
    older = json.loads(ImageLine.of(replace(IMAGE, looks="0f" * 8), None, None).model_dump_json())
    del older["colors"]
    line = read(ImageLine, json.dumps(older))
    assert isinstance(line, ImageLine)
    image = line.image()
    assert (image.looks, image.colors) == ("0f" * 8, None)


@given(attempt=ATTEMPTS)
def test_every_attempt_comes_out_of_its_line_as_it_went_in(attempt: Attempt) -> None:
    attempt = replace(
        attempt,
        owner=re.sub("[^0-9A-Za-z]", "-", attempt.owner),
        generator=plain(attempt.generator),
        model=plain(attempt.model),
        storage_key=KEY,
        cost=attempt.cost and replace(attempt.cost, source=plain(attempt.cost.source)),
    )
    again = read(AttemptLine, AttemptLine.of(attempt, None, None).model_dump_json(warnings="error"))
    assert isinstance(again, AttemptLine)
    assert again.attempt(attempt.image_id) == replace(attempt, id=0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{not json", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not valid JSON"),
        (b"[]", ""),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"guid": "\\ud800"}', "is not valid JSON"),
        (b'{"width": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"{" + b'"a":1,' * 1000 + b'"b":2}', "guid: is required"),
        (b'{"' + b"x" * 100_000 + b'": 1}', "guid: is required"),
    ],
)
def test_what_is_no_line_is_refused_in_few_words(text: bytes, told: str) -> None:
    sentence = refusal(ImageLine, text)
    assert sentence.startswith(told)
    assert len(sentence) < 500


OUTSIDE = ["../secret.png", "/etc/hostname", "files/../../secret.png", "files//x.png", "", ".", "a\0b", "a/"]
NO_ATTEMPT_KEYS = [
    f"{KEY}\n",
    f"{KEY}.png",
    f"/{KEY}",
    f"more/{KEY}",
    f"imported/2026/11/{IMAGE.guid}",
    f"imported/{KEY}",
    f"inputs/{IMAGE.guid}",
    KEY.upper(),
    f"2026/11/21/{UUID(int=4)}",
]
ERASED = ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"]
NOT_OURS: list[tuple[type[Line], dict[str, Any], str]] = [
    *((ImageLine, {"file": path}, "file: leads out of the folder") for path in OUTSIDE),
    *((AttemptLine, {"answer": {**ANSWER, "file": path}}, "answer.file: leads out of") for path in OUTSIDE),
    (ImageLine, {"file": "x" * 1001}, "file: should have at most 1000 characters"),
    (ImageLine, {"guid": "not a guid"}, "guid: "),
    (ImageLine, {"guid": new_guid().upper()}, "guid: "),
    (ImageLine, {"guid": f"{new_guid()}\n"}, "guid: "),
    (ImageLine, {"status": "queued"}, "status: must be that of an image that is not being made any more"),
    (ImageLine, {"status": "painted"}, "status: "),
    (ImageLine, {"status": "failed"}, "an image has content if it is ready, and only then"),
    (ImageLine, {"content": None}, "an image has content if it is ready, and only then"),
    (ImageLine, {"visibility": "secret"}, "visibility: "),
    (ImageLine, {"owner": "o" * 33}, "owner: "),
    (ImageLine, {"owner": "ö"}, "owner: "),
    (ImageLine, {"owner": ""}, "owner: "),
    (ImageLine, {"filename": "a/b.png"}, "filename: must be a name, not a path"),
    (ImageLine, {"filename": "a\\b.png"}, "filename: must be a name, not a path"),
    (ImageLine, {"filename": "a\nb.png"}, "filename: must not contain control characters"),
    (ImageLine, {"author": "a\x1b[2Jb"}, "author: must not contain control characters"),
    (ImageLine, {"prompt": "x" * 32_001}, "prompt: should have at most 32000 characters"),
    (ImageLine, {"tags": ["x" * 65]}, "tags.0: should have at most 64 characters"),
    (ImageLine, {"tags": ["x"] * 33}, "tags: must not be longer than 32"),
    (ImageLine, {"parents": ["../x"]}, "parents.0: "),
    (ImageLine, {"parents": [new_guid()] * 1001}, "parents: "),
    (ImageLine, {"looks": "zz"}, "looks: "),
    (ImageLine, {"colors": ["#12345g"] * 4}, "colors.0: "),
    (ImageLine, {"colors": ["#123456"] * 3}, "colors: must be those of four quarters"),
    (ImageLine, {"cost_usd": "-1"}, "cost_usd: "),
    (ImageLine, {"cost_usd": "NaN"}, "cost_usd: "),
    (ImageLine, {"cost_usd": "1e99"}, "cost_usd: "),
    (ImageLine, {"cost_usd": "0.0000000001"}, "cost_usd: "),
    (ImageLine, {"created_at": 5}, "created_at: "),
    (ImageLine, {"created_at": "2026-13-01T00:00:00Z"}, "created_at: "),
    *((ImageLine, {"deleted_at": at}, "deleted_at: must be that of an image that can be") for at in ERASED),
    (ImageLine, {"parameters": {"a": float("nan")}}, "parameters: must not contain NaN or Infinity"),
    (ImageLine, {"parameters": []}, "parameters: "),
    (ImageLine, {"more": 1}, "more: is not known here"),
    (AttemptLine, {"storage_key": "../x"}, "storage_key: "),
    *((AttemptLine, {"storage_key": key}, "storage_key: ") for key in NO_ATTEMPT_KEYS),
    (AttemptLine, {"usage": {"a": float("inf")}}, "usage: must not contain NaN or Infinity"),
    (AttemptLine, {"more": 1}, "more: is not known here"),
    (KeyLine, {"id": "x"}, "id: "),
    (KeyLine, {"secret_sha256": "x"}, "secret_sha256: "),
    (KeyLine, {"is_admin": "perhaps"}, "is_admin: "),
    (KeyLine, {"more": 1}, "more: is not known here"),
]


@pytest.mark.parametrize(("kind", "values", "told"), NOT_OURS)
def test_a_value_that_could_not_be_ours_is_named(kind: type[Line], values: dict[str, Any], told: str) -> None:
    assert refusal(kind, changed(kind, **values)).startswith(told)


@pytest.mark.parametrize(
    "values",
    [
        {"storage_key": f"{KEY}.png"},
        {"media_type": "text/html"},
        {"sha256": "x"},
        {"size_bytes": -1},
        {"width": 2**40},
        {"more": 1},
    ],
)
def test_bytes_that_could_not_lie_in_our_store_are_refused(values: dict[str, Any]) -> None:
    content = json.loads(LINES[ImageLine].model_dump_json())["content"]
    sentence = refusal(ImageLine, changed(ImageLine, content={**content, **values}))
    assert sentence.startswith(f"content.{next(iter(values))}: ")


@pytest.mark.parametrize("media_type", EXTENSIONS)
@pytest.mark.parametrize("created_at", ["2026-01-31T23:59:59Z", "0900-12-01T00:00:00Z"])
def test_the_doctor_knows_the_keys_of_what_was_imported(media_type: str, created_at: str) -> None:
    content = json.loads(LINES[ImageLine].model_dump_json())["content"]
    values = {"content": {**content, "media_type": media_type}, "created_at": created_at}
    line = read(ImageLine, changed(ImageLine, **values, guid=str(UUID(int=4))))
    assert isinstance(line, ImageLine)
    placed = line.placed_content()
    assert placed is not None
    assert placed.storage_key.startswith(f"imported/{created_at[:7].replace('-', '/')}/{line.guid}.")
    assert _OURS.fullmatch(placed.storage_key)
