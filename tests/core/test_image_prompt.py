"""What may be asked for when an image is made, and what may be changed of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pixyproxy.core.models import Visibility
from pixyproxy.core.requests import ImageChanges, ImagePrompt, NewKey
from tests.core.refusals import refused_field

PROMPT = {"prompt": "a fox"}


def accepted(**fields: Any) -> ImagePrompt:
    return ImagePrompt.model_validate({**PROMPT, **fields})


@pytest.mark.parametrize(
    "prompt", ["x", "x" * 32_000, "🦊" * 32_000, "a\tfox\r\non a chair", " a fox ", "\x7e"]
)
def test_a_prompt_is_kept_exactly_as_it_was_given(prompt: str) -> None:
    assert accepted(prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    "prompt",
    ["", " ", "\n\t", "\u3000", "x" * 32_001, "a\0fox", "\x1b[2J", "\x7f", "\x85", "\ud83e", "a\udc00", 7,
     None, ["x"], b"\xff"],
)  # fmt: skip
def test_a_prompt_that_is_blank_too_long_or_no_text_is_refused(prompt: Any) -> None:
    assert refused_field(ImagePrompt, {"prompt": prompt}) == "prompt"


def test_a_lone_surrogate_in_json_is_refused_too() -> None:
    with pytest.raises(ValidationError):
        ImagePrompt.model_validate_json(r'{"prompt": "a \ud83e fox"}')


def test_a_request_without_a_prompt_is_refused() -> None:
    assert refused_field(ImagePrompt, {}) == "prompt"


def test_an_image_is_private_and_auto_unless_said_otherwise() -> None:
    asked = accepted()
    assert (asked.visibility, asked.size, asked.tags, asked.model) == (Visibility.PRIVATE, "auto", [], None)


@pytest.mark.parametrize("size", ["auto", "64x64", "4096x4096", "64x4096", "1024x1536"])
def test_sizes_from_64_to_4096_are_taken(size: str) -> None:
    assert accepted(size=size).size == size


@pytest.mark.parametrize(
    "size",
    ["63x64", "64x63", "4097x64", "64x4097", "0x0", "-64x64", "64", "64x", "x64", "64x64x64", "64X64",
     "064x64", "64 x 64", "6_4x64", "٦٤x64", "64.0x64", "", "AUTO", " auto", "9" * 5000 + "x64", 64, None],
)  # fmt: skip
def test_any_other_size_is_refused(size: Any) -> None:
    assert refused_field(ImagePrompt, {**PROMPT, "size": size}) == "size"


def test_up_to_32_tags_of_64_characters_are_taken() -> None:
    tags = [f"{n:02}".ljust(64, "x") for n in range(32)]
    assert accepted(tags=tags).tags == tags


def test_tags_are_cleaned_and_the_first_spelling_of_each_stays() -> None:
    tags = ["  Big   Fox ", "sea", "big fox", "SEA", "cafe\u0301", "café", "\u03aa\u0301", "\u0390"]
    assert accepted(tags=tags).tags == ["Big Fox", "sea", "café", "\u03aa\u0301"]


@pytest.mark.parametrize(
    "tags",
    [[""], [" "], ["x" * 65], ["a\nb"], ["a\0"], ["x"] * 33, "fox", [7], [None], None, {"a": 1}, ["\ud83e"]],
)
def test_tags_out_of_bounds_are_refused(tags: Any) -> None:
    assert refused_field(ImagePrompt, {**PROMPT, "tags": tags}) == "tags"


@pytest.mark.parametrize("field", ["author", "filename"])
def test_names_of_200_characters_are_taken_and_cleaned(field: str) -> None:
    assert getattr(accepted(**{field: "🦊" * 200}), field) == "🦊" * 200
    assert getattr(accepted(**{field: "  Zoe\u0308   Fox "}), field) == "Zoë Fox"


@pytest.mark.parametrize("field", ["author", "filename"])
@pytest.mark.parametrize("value", ["", " ", "x" * 201, "a\nb", "a\0b", "a\x1bb", "\ud83e", 7, ["x"]])
def test_names_out_of_bounds_are_refused(field: str, value: Any) -> None:
    assert refused_field(ImagePrompt, {**PROMPT, field: value}) == field


@pytest.mark.parametrize("filename", ["../x", "/etc/passwd", "a/b", "a\\b", ".", "..", " .. ", "x" * 300])
def test_a_filename_that_is_a_path_is_refused(filename: str) -> None:
    assert refused_field(ImagePrompt, {**PROMPT, "filename": filename}) == "filename"
    assert refused_field(ImageChanges, {"filename": filename}) == "filename"


@pytest.mark.parametrize(
    "filename", ["a..b.png", ".hidden", "a.b.c", "狐狸.png", "100%.png", 'it\'s "it".png']
)
def test_any_other_filename_is_taken(filename: str) -> None:
    assert accepted(filename=filename).filename == filename


@pytest.mark.parametrize(("field", "limit"), [("author", 200), ("filename", 200), ("tags", 64)])
def test_a_name_that_grows_when_its_letters_are_composed_stays_within_its_bound(
    field: str, limit: int
) -> None:
    grows = "\ufb2c" * limit  # one character of text, three in the composed form
    value = [grows] if field == "tags" else grows
    assert refused_field(ImagePrompt, {**PROMPT, field: value}) == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quality", "very high"), ("quality", ""), ("quality", "x" * 65), ("quality", "high\n"),
        ("output_format", "png;"), ("output_format", "../png"), ("output_format", 1),
        ("background", "green"), ("background", ""),
        ("model", ""), ("model", "x" * 201), ("model", 7),
        ("seed", -1), ("seed", 2**53), ("seed", "7"), ("seed", 1.5), ("seed", True),
        ("visibility", "secret"), ("visibility", None), ("visibility", "PUBLIC"),
        ("n", 1), ("owner", "alice"), ("guid", "x"), ("status", "ready"),
    ],
)  # fmt: skip
def test_wrong_values_and_unknown_fields_are_refused_by_name(field: str, value: Any) -> None:
    assert refused_field(ImagePrompt, {**PROMPT, field: value}) == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", 0), ("seed", 2**53 - 1), ("quality", "high"), ("output_format", "svg"),
     ("background", "transparent"), ("visibility", "public"), ("model", "openai/gpt-image-1"),
     ("model", None)],
)  # fmt: skip
def test_right_values_are_taken(field: str, value: Any) -> None:
    assert getattr(accepted(**{field: value}), field) == value


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused_but_never_fails(text: str) -> None:
    fields = {"prompt": text, "tags": [text], "author": text, "filename": text, "size": text, "quality": text}
    try:
        asked = ImagePrompt.model_validate(fields)
    except ValidationError:
        return
    assert ImagePrompt.model_validate_json(json.dumps(asked.model_dump(mode="json"))) == asked


@pytest.mark.parametrize("field", ["tags", "visibility", "author", "filename"])
def test_a_change_to_null_is_refused(field: str) -> None:
    assert refused_field(ImageChanges, {field: None}) == field


def test_changes_know_what_was_left_out() -> None:
    changes = ImageChanges.model_validate({"tags": []})
    assert changes.model_fields_set == {"tags"}
    assert ImageChanges.model_validate({}).model_fields_set == set()


@pytest.mark.parametrize("field", ["prompt", "status", "guid", "id"])
def test_what_may_not_be_changed_is_refused(field: str) -> None:
    assert refused_field(ImageChanges, {field: "x"}) == field


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": " "}, {"name": "x" * 201}, {"name": None}, {}])
def test_a_key_needs_a_name(fields: dict[str, Any]) -> None:
    assert refused_field(NewKey, fields) == "name"


def test_a_key_is_no_administrators_unless_said_so() -> None:
    assert not NewKey.model_validate({"name": "shop team"}).is_admin
