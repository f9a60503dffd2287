"""The exception tree, and the drawing of it."""

import inspect
import re
from collections.abc import Iterator

import pytest

from pixyproxy.core import exceptions
from pixyproxy.core.exceptions import (
    FieldError,
    ImageGenerationException,
    ImagePromptException,
    InvalidRequest,
    PixyProxyException,
    as_told,
)
from pixyproxy.data import init, sqlite

LOADED_WITH_THEIRS = (init, sqlite)
FAMILIES = (ImagePromptException, ImageGenerationException, exceptions.AccessException)


def everything_below(root: type[PixyProxyException]) -> Iterator[type[PixyProxyException]]:
    for child in root.__subclasses__():
        yield child
        yield from everything_below(child)


def drawn_tree() -> dict[str, str]:
    """Child -> parent, as the docstring draws it."""
    parents = {0: "PixyProxyException"}
    tree = {}
    for indent, name in re.findall(
        r"^ {4}((?:│   |    )*)[├└]── (\w+)", exceptions.__doc__ or "", re.MULTILINE
    ):
        depth = len(indent) // 4
        tree[name] = parents[depth]
        parents[depth + 1] = name
    return tree


def test_the_drawing_names_every_exception_under_its_parent_and_nothing_else() -> None:
    classes = [each for _, each in inspect.getmembers(exceptions, inspect.isclass)]
    ours = [
        each for each in classes if issubclass(each, PixyProxyException) and each is not PixyProxyException
    ]
    assert drawn_tree() == {each.__name__: each.__base__.__name__ for each in ours if each.__base__}


def test_the_specifications_two_families_stand_right_below_the_root() -> None:
    assert ImagePromptException.__bases__ == ImageGenerationException.__bases__ == (PixyProxyException,)


def test_every_exception_that_can_be_raised_has_a_code_and_a_sentence() -> None:
    assert LOADED_WITH_THEIRS
    for each in everything_below(PixyProxyException):
        if each not in FAMILIES:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", each.code), each
            assert re.fullmatch(r"[A-Z].*\.|.*: Authorization.*\.", each.default_detail), each
            assert str(each()) == each().detail == each.default_detail


def test_no_two_exceptions_that_name_a_code_name_the_same_but_the_one_nobody_is_answered_with() -> None:
    codes = [each.code for each in everything_below(PixyProxyException)
             if "code" in vars(each) and each is not exceptions.CannotStart]  # fmt: skip
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("root", FAMILIES)
def test_a_family_is_caught_by_its_name(root: type[PixyProxyException]) -> None:
    children = list(everything_below(root))
    assert children
    assert all(issubclass(child, root) for child in children)


def test_an_exception_carries_what_its_reader_needs() -> None:
    error = exceptions.Unavailable("Later.", guid="g", retry_after_s=5)
    assert (error.detail, error.guid, error.retry_after_s, str(error)) == ("Later.", "g", 5, "Later.")


TOLD_AGAIN = [
    each
    for _, each in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(each, PixyProxyException) and "code" in vars(each) and each is not exceptions.CannotStart
]


@pytest.mark.parametrize("kind", TOLD_AGAIN)
def test_a_failure_that_was_written_down_is_told_again_as_it_was(kind: type[PixyProxyException]) -> None:
    told = as_told(kind.code, "So it was.")
    assert (type(told), told.detail) == (kind, "So it was.")


@pytest.mark.parametrize("code", ["", "no_such_code", "GENERATOR_FAILED"])
def test_a_failure_of_a_code_that_nobody_knows_any_more_is_a_defect_with_its_own_words(code: str) -> None:
    told = as_told(code, "So it was.")
    assert (type(told), told.detail) == (exceptions.InternalError, "So it was.")


def test_what_may_be_tried_again_by_ourselves_was_never_sent_and_may_be_asked_again_too() -> None:
    unsent = {each for each in everything_below(PixyProxyException) if each.nothing_was_sent}
    assert unsent == {exceptions.GeneratorRefused, exceptions.GeneratorTimeout, exceptions.RateLimited}
    assert all(each.may_be_asked_again for each in unsent)


@pytest.mark.parametrize(
    "kind",
    [
        exceptions.GeneratorFailed,
        exceptions.OutcomeUnknown,
        exceptions.UnreadablePicture,
        exceptions.PromptRefused,
    ],
)
def test_a_key_goes_on_standing_for_what_may_have_been_paid_or_would_be_refused_again(
    kind: type[PixyProxyException],
) -> None:
    assert not kind.may_be_asked_again
    assert not kind.nothing_was_sent


def test_an_invalid_request_names_its_fields() -> None:
    error = InvalidRequest(errors=[FieldError("prompt", "must not be blank")])
    assert error.errors == (FieldError("prompt", "must not be blank"),)
