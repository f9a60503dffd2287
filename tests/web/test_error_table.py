"""The exceptions, their codes and the table of statuses know each other."""

from pixyproxy.web.errors import STATUS_OF
from pixyproxy.web.openai.errors import TOLD
from tests.web.error_tree import STATUS_OF_CODE, TREE


def test_every_code_has_an_exception() -> None:
    assert {kind.code for kind in TREE} == set(STATUS_OF_CODE)


def test_every_exception_is_in_the_table_or_a_defect_of_ours() -> None:
    for kind in TREE:
        assert kind.code == "internal" or set(kind.__mro__) & set(STATUS_OF), kind


def test_every_exception_can_be_told_as_openai_would() -> None:
    for kind in TREE:
        assert set(kind.__mro__) & set(TOLD), kind
