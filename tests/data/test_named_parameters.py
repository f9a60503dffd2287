"""How `:name` becomes what MySQL's driver understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.data.named_parameters import to_percent_style


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT :a", "SELECT %(a)s"),
        ("(:a,:b_2, :_C)", "(%(a)s,%(b_2)s, %(_C)s)"),
        ("a = :a AND b > :a", "a = %(a)s AND b > %(a)s"),
        (":user@'%'", "%(user)s@'%%'"),
    ],
)
def test_a_name_becomes_a_parameter_of_the_driver(sql: str, expected: str) -> None:
    assert to_percent_style(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ':a'", "SELECT 'it''s :a'", r"SELECT 'it\'s :a'", r"SELECT '\\'", 'SELECT ":a"',
        r'SELECT "\":a"',
        "SELECT `:a`", "SELECT 1 -- :a", "SELECT 1 -- it's :a\n", "SELECT /* :a\n:b */ 1",
        "SELECT /* it's :a */ 1",         "SELECT '12:30'", "SELECT 12:30",
 "SELECT a::text", "SELECT a :: text", "SELECT @a := 1", "SELECT a:b",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_name_stays(sql: str) -> None:
    assert to_percent_style(sql) == sql


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (r"'\\' = :a", r"'\\' = %(a)s"),
        ("'' = :a", "'' = %(a)s"),
        ("-- it's\n:a", "-- it's\n%(a)s"),
        ("/* it's */ :a", "/* it's */ %(a)s"),
        ("`it's` = :a", "`it's` = %(a)s"),
        ("5 - -:a", "5 - -%(a)s"),
    ],
)
def test_a_name_behind_a_text_or_a_comment_is_one_again(sql: str, expected: str) -> None:
    assert to_percent_style(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [("a % 2", "a %% 2"), ("LIKE '50%'", "LIKE '50%%'"), ("-- %s", "-- %%s"), ("'%(a)s'", "'%%(a)s'")],
)
def test_a_percent_sign_is_doubled_wherever_it_stands(sql: str, expected: str) -> None:
    assert to_percent_style(sql) == expected


_QUOTED = st.text(st.sampled_from("a:% -/*`")).map(lambda text: f"'{text}'")
_PIECES = st.sampled_from(["SELECT", "%", ":name", "a = ", "12:30", "::"])
_COMMENTS = st.sampled_from(["-- :no %\n", "/* ':no' */", "`a:b`"])


@given(st.lists(_QUOTED | _PIECES | _COMMENTS))
def test_the_driver_puts_each_value_where_its_name_stood_and_changes_nothing_else(pieces: list[str]) -> None:
    formatted = to_percent_style(" ".join(pieces)) % {"name": "VALUE"}
    assert formatted == " ".join("VALUE" if piece == ":name" else piece for piece in pieces)
