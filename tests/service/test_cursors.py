"""Where a page ended: only the search and the caller it was given to can go on from there."""

import pytest

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Audience, Status, Visibility
from pixyproxy.core.requests import ImageSearch
from pixyproxy.service.cursors import Cursors

CURSORS = Cursors("a secret of the library")
SEARCH = ImageSearch(prompt="cat", tag=["pets"])
ALICE = Audience(owner="alice")


def _on(search: ImageSearch, cursor: str) -> ImageSearch:
    return search.model_copy(update={"cursor": cursor})


def test_the_first_page_has_no_cursor() -> None:
    assert CURSORS.open(SEARCH, ALICE) is None


def test_the_next_page_goes_on_where_the_last_one_ended() -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE)
    assert CURSORS.open(_on(SEARCH, cursor), ALICE) == 4711


def test_the_next_page_may_have_another_length() -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE)
    shorter = SEARCH.model_copy(update={"limit": 2, "cursor": cursor})
    assert CURSORS.open(shorter, ALICE) == 4711


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "dog"},
        {"tag": []},
        {"filename": "cat"},
        {"author": "Alice"},
        {"model": "sketch"},
        {"status": Status.FAILED},
        {"visibility": Visibility.PUBLIC},
        {"order": "asc"},
    ],
)
def test_a_cursor_of_another_search_is_refused(changes: dict[str, object]) -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE)
    with pytest.raises(InvalidRequest) as caught:
        CURSORS.open(SEARCH.model_copy(update={**changes, "cursor": cursor}), ALICE)
    assert [each.field for each in caught.value.errors] == ["cursor"]


@pytest.mark.parametrize(
    "other", [Audience(owner="bob"), Audience(), Audience(owner="alice", sees_everything=True)]
)
def test_a_cursor_of_another_caller_is_refused(other: Audience) -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE)
    with pytest.raises(InvalidRequest):
        CURSORS.open(_on(SEARCH, cursor), other)


def test_a_cursor_with_any_character_changed_is_refused() -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE).rstrip("=")
    for at in range(len(cursor) - 1):  # bits of the very last one may fall outside the bytes
        forged = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        with pytest.raises(InvalidRequest):
            CURSORS.open(_on(SEARCH, forged), ALICE)


@pytest.mark.parametrize("cursor", ["", "4711", "é", "\N{GRINNING FACE}", "=" * 100, "gAAAAA", "a b"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        CURSORS.open(_on(SEARCH, cursor), ALICE)


def test_a_cursor_shows_nothing_of_what_is_in_it() -> None:
    one, two = CURSORS.after(4711, SEARCH, ALICE), CURSORS.after(4711, SEARCH, ALICE)
    assert one != two
    assert "4711" not in one
    assert one.replace("-", "").replace("_", "").rstrip("=").isalnum(), "it needs no escaping in a query"


def test_replicas_of_one_library_understand_each_other() -> None:
    cursor = CURSORS.after(4711, SEARCH, ALICE)
    assert Cursors("a secret of the library").open(_on(SEARCH, cursor), ALICE) == 4711
    with pytest.raises(InvalidRequest):
        Cursors("of another library").open(_on(SEARCH, cursor), ALICE)
