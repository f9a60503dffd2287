"""How text becomes words, in every script people prompt in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.words import WORD_LENGTH, caseless, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Cat, on a CHAIR!", "a cat on a chair"),
        ("well-known snake_case don't 4K x1", "well known snake case don t 4k x1"),
        ("Café Zoë naïve Ångström", "cafe zoe naive angstrom"),
        ("cafe\u0301", "cafe"),
        ("Straße GROẞ", "strasse gross"),
        ("İstanbul ISTANBUL", "istanbul istanbul"),
        ("\uff21\uff22\uff23\uff11 \ufb01sh x²", "abc1 fish x2"),
        ("ΣΊΣΥΦΟΣ Ελλάδα", "σισυφοσ ελλαδα"),
        ("Ёлка Йод", "елка иод"),
    ],
)
def test_case_accents_and_width_do_not_matter(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("红色的狐狸", "红 色 的 狐 狸"),
        ("ねこが椅子", "ね こ が 椅 子"),
        ("\uff76\uff9e", "ガ"),
        ("แมวกี่ตัว", "แ ม ว กี่ ตั ว"),
        ("a红b", "a 红 b"),
    ],
)
def test_scripts_without_spaces_give_a_word_for_each_character(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("고양이가 의자에", "고양이가 의자에"),
        ("बिल्ली कुर्सी पर", "बिल्ली कुर्सी पर"),
        ("قِطَّةٌ على كرسي", "قطة على كرسي"),
        ("חָתוּל", "חתול"),
    ],
)
def test_scripts_with_spaces_keep_their_words_whole_and_lose_their_ornaments(
    text: str, expected: str
) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("🦊 on a 🪑", "🦊 on a 🪑"),
        ("🦊🦊fox", "🦊 🦊 fox"),
        ("I ❤\ufe0f you", "i ❤ you"),
        ("👍🏽", "👍"),
        ("👨\u200d👩\u200d👧", "👨 👩 👧"),
    ],
)
def test_an_emoji_is_a_word_whatever_its_skin_or_family(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize("text", ["", " ", "\n\t", "!?.,-_*\"'", "\u200b\ufeff", "\u0301"])
def test_text_without_letters_has_no_words(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize("letter", ["a", "é", "ж", "가"])
def test_a_long_word_is_cut(letter: str) -> None:
    assert [len(word) for word in words(letter * 1000)] == [WORD_LENGTH]


def test_words_keep_their_order_and_repeat_where_they_repeat() -> None:
    assert words("fox and Fox and fóx") == ["fox", "and", "fox", "and", "fox"]


@given(st.text())
def test_any_text_has_words_none_empty_and_none_too_long(text: str) -> None:
    assert all(0 < len(word) <= WORD_LENGTH for word in words(text))


@given(st.text())
def test_no_word_holds_what_a_search_or_a_phrase_would_take_for_its_own(text: str) -> None:
    assert not any(character in word for word in words(text) for character in " |%_\\\"*'")


@given(st.text(max_size=300))
def test_the_words_of_words_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_text_in_ascii_takes_the_short_way_to_the_same_words(text: str) -> None:
    assert words(text) == words(f"{text} 狐")[:-1]


def test_the_end_of_the_longest_korean_prompt_is_found_though_its_letters_come_apart() -> None:
    assert words("강물 " * 10_665 + "바다")[-1] == "바다"


def test_what_unfolds_to_a_multiple_is_not_followed_to_its_end() -> None:
    assert sum(map(len, words("\ufdfa" * 32_000))) <= 64_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sea", "sEA"),
        ("Straße", "STRASSE"),
        ("cafe\u0301", "CAF\u00c9"),
        ("\u0390", "\u03aa\u0301"),  # folding undoes the composition of the first
        ("\u1fb4\u0331", "\u0391\u0331\u0301\u0345"),  # folded, the last mark of the second is a letter
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_case_and_composition_make_no_difference(one: str, other: str) -> None:
    assert caseless(one) == caseless(other)


@given(st.text(max_size=30))
def test_what_is_caseless_stays_as_it_is_and_composed(text: str) -> None:
    plain = caseless(text)
    assert caseless(plain) == plain == unicodedata.normalize("NFC", plain)
    for form in ("NFC", "NFD"):
        assert caseless(unicodedata.normalize(form, text)) == plain


@given(st.text(max_size=30))
def test_caseless_is_what_unicode_calls_a_canonical_caseless_match(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    assert unicodedata.normalize("NFD", caseless(text)) == decomposed
