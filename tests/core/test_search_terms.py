"""What a search box says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.search_terms import SearchTerms, parse_search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red fox", SearchTerms(("red", "fox"))),
        ("fox  fox\tFÓX", SearchTerms(("fox",))),
        ('"red fox"', SearchTerms(("red", "fox"), phrases=(("red", "fox"),))),
        ('"fox"', SearchTerms(("fox",))),
        ('big "red fox" chair', SearchTerms(("big", "red", "fox", "chair"), phrases=(("red", "fox"),))),
        ('big"red fox"chair', SearchTerms(("big", "red", "fox", "chair"), phrases=(("red", "fox"),))),
        ('"red fox" "on a chair"', SearchTerms(tuple("red fox on a chair".split()),
                                               phrases=(("red", "fox"), ("on", "a", "chair")))),
    ],
)  # fmt: skip
def test_words_and_quoted_phrases(text: str, expected: SearchTerms) -> None:
    assert parse_search(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fo*", SearchTerms(prefixes=("fo",))),
        ("FÓ* fo*", SearchTerms(prefixes=("fo",))),
        ("red fo*", SearchTerms(("red",), ("fo",))),
        ("a-red-fo*", SearchTerms(("a", "red"), ("fo",), (("a", "red"),))),
        ("fo**", SearchTerms(prefixes=("fo",))),
        ("f*x", SearchTerms(("f", "x"), phrases=(("f", "x"),))),
        ('"fo*"', SearchTerms(("fo",))),
        ("狐*", SearchTerms(prefixes=("狐",))),
    ],
)
def test_a_star_at_the_end_makes_a_prefix(text: str, expected: SearchTerms) -> None:
    assert parse_search(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "*", "* *", '"', '""', '"*"', "-", "+ - & |", "()"])
def test_operators_alone_mean_nothing(text: str) -> None:
    assert parse_search(text) == SearchTerms()
    assert len(parse_search(text)) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fox -chair +red", ("fox", "chair", "red")),
        ("fox AND NOT chair", ("fox", "and", "not", "chair")),
        ("(fox|chair)", ("fox", "chair")),
    ],
)
def test_operators_of_other_search_boxes_are_only_the_words_they_hold(
    text: str, expected: tuple[str, ...]
) -> None:
    assert parse_search(text).words == expected


def test_an_unbalanced_quote_runs_to_the_end() -> None:
    assert parse_search('chair "red fox').phrases == (("red", "fox"),)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [("红狐狸", ("红", "狐", "狸")), ("well-known", ("well", "known")), ("don't", ("don", "t"))],
)
def test_what_is_written_together_is_a_phrase(text: str, phrase: tuple[str, ...]) -> None:
    assert parse_search(text) == SearchTerms(phrase, phrases=(phrase,))


@given(st.text())
def test_any_text_can_be_searched_for(text: str) -> None:
    terms = parse_search(text)
    assert len(terms) == len(terms.words) + len(terms.prefixes)
    assert {word for phrase in terms.phrases for word in phrase} <= set(terms.words)
