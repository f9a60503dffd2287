"""The caller's own name for a piece of work: how it is written, and what is the same work."""

import json

import pytest

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.idempotency import IdempotencyKey, fingerprint_of
from pixyproxy.core.requests import ImagePrompt

CAT = ImagePrompt(prompt="a cat")


def key_of(*sent: str) -> str:
    key = IdempotencyKey.of("POST /image", sent, CAT)
    assert key is not None
    return key.key


def refusal_of(*sent: str) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refusal:
        IdempotencyKey.of("POST /image", sent, CAT)
    return refusal.value


def test_without_the_header_there_is_no_key() -> None:
    assert IdempotencyKey.of("POST /image", [], CAT) is None


def test_a_key_has_its_route_and_what_was_asked_with_it() -> None:
    key = IdempotencyKey.of("POST /image", ["order 66"], CAT)
    assert key == IdempotencyKey("POST /image", "order 66", fingerprint_of(CAT))


@pytest.mark.parametrize("length", [1, 2, 254, 255])
def test_a_key_may_have_up_to_255_characters(length: int) -> None:
    assert key_of("k" * length) == "k" * length
    assert key_of(f'"{"k" * length}"') == "k" * length


@pytest.mark.parametrize("sent", ["", '""', "k" * 256, f'"{"k" * 256}"'])
def test_an_empty_key_and_one_that_is_longer_are_refused(sent: str) -> None:
    refusal = refusal_of(sent)
    assert [each.field for each in refusal.errors] == ["Idempotency-Key"]
    assert "1 to 255" in refusal.detail
    assert "kkk" not in refusal.detail


@pytest.mark.parametrize(
    ("quoted", "bare"),
    [
        ('"abc"', "abc"),
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"with blanks inside"', "with blanks inside"),
        (r'"a \"quoted\" word"', 'a "quoted" word'),
        (r'"a\\b"', r"a\b"),
        (r'"\\\""', r"\""),
    ],
)
def test_a_key_in_quotes_is_the_same_as_without(quoted: str, bare: str) -> None:
    assert key_of(quoted) == key_of(bare) == bare


@pytest.mark.parametrize(
    "sent", ['"', '"abc', 'abc"', 'a"b', r'"a\b"', r'"abc\"', '"a"b"', "'abc'", r"\x", ":;{}"]
)
def test_what_is_no_string_in_quotes_is_a_key_as_it_stands(sent: str) -> None:
    assert key_of(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        "a\r\nb", "a\nb", "abc\n", "\rabc", "a\0b", "\0", "a\tb", "a\x7fb", " ", " abc", "abc ",
        '" abc"', '"a\n"', "ключ", "naïve", "🦊", "a\u200bb", "a\xa0b", "\u0661",
    ],
)  # fmt: skip
def test_what_is_not_printable_ascii_is_refused(sent: str) -> None:
    assert "printable ASCII" in refusal_of(sent).detail


@pytest.mark.parametrize("sent", [("a", "b"), ("a", "a"), ("", ""), ("a", "a", "a")])
def test_two_headers_are_refused_though_they_say_the_same(sent: tuple[str, ...]) -> None:
    assert "once only" in refusal_of(*sent).detail


def test_keys_that_differ_in_case_are_different() -> None:
    assert key_of("ABC") != key_of("abc")


SAME = [
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7}',
    '{"seed":7,"size":"1024x1024","prompt":"a cat"}',
    '{\n  "size": "1024x1024",\n\t"prompt": "a\\u0020cat", "seed": 7\n}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "model": null, "tags": [], "visibility": "private"}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "author": null, "filename": null, "quality": null}',
]
ANOTHER = [
    '{"prompt": "a cat ", "size": "1024x1024", "seed": 7}',
    '{"prompt": "A cat", "size": "1024x1024", "seed": 7}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 8}',
    '{"prompt": "a cat", "size": "1024x1024"}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "tags": ["a"]}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "tags": ["a", "b"]}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "tags": ["b", "a"]}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "visibility": "public"}',
    '{"prompt": "a cat", "size": "1024x1024", "seed": 7, "model": "sketch"}',
]


def fingerprint(body: str) -> str:
    return fingerprint_of(ImagePrompt.model_validate(json.loads(body)))


@pytest.mark.parametrize("body", SAME)
def test_however_the_same_request_is_written_it_is_the_same_work(body: str) -> None:
    assert fingerprint(body) == fingerprint(SAME[0])


def test_another_request_is_other_work() -> None:
    assert len({fingerprint(body) for body in [SAME[0], *ANOTHER]}) == 1 + len(ANOTHER)


def test_a_field_that_is_new_and_left_out_does_not_make_it_other_work() -> None:
    class LaterPrompt(ImagePrompt):
        style: str | None = None

    assert fingerprint_of(LaterPrompt(prompt="a cat")) == fingerprint_of(CAT)
    assert fingerprint_of(LaterPrompt(prompt="a cat", style="oil")) != fingerprint_of(CAT)


def test_a_fingerprint_tells_nothing_of_what_was_asked() -> None:
    assert len(fingerprint(SAME[0])) == 64
    assert int(fingerprint(SAME[0]), 16)
