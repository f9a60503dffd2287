"""Guids and readable filenames."""

import time
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.names import new_guid, readable_name

GUID = "01939f2e-0000-7000-8000-000000000000"


def guid_at(nanoseconds: int) -> UUID:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: nanoseconds)
        return UUID(new_guid())


def test_a_guid_is_a_uuid_of_version_7_written_in_small_letters() -> None:
    guid = new_guid()
    assert str(UUID(guid)) == guid
    assert (UUID(guid).version, UUID(guid).variant) == (7, RFC_4122)


def test_no_two_guids_of_the_same_moment_are_the_same() -> None:
    assert len({guid_at(10**18) for _ in range(1000)}) == 1000


@given(st.integers(0, 2**48 * 10**6 - 1))
def test_a_guid_begins_with_its_milliseconds(nanoseconds: int) -> None:
    guid = guid_at(nanoseconds)
    assert guid.int >> 80 == nanoseconds // 10**6
    assert (guid.version, guid.variant) == (7, RFC_4122)


@given(st.integers(0, 2**60), st.integers(1000, 2**40))
def test_a_guid_sorts_behind_one_made_a_microsecond_earlier(nanoseconds: int, later: int) -> None:
    assert str(guid_at(nanoseconds)) < str(guid_at(nanoseconds + later))


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A cat, on a chair!", "a-cat-on-a-chair-01939f2e"),
        ("Café Zoë", "cafe-zoe-01939f2e"),
        ("红狐狸", "红狐狸-01939f2e"),
        ("🦊", "🦊-01939f2e"),
        ("...", "image-01939f2e"),
        ("../../etc/passwd", "etc-passwd-01939f2e"),
    ],
)
def test_a_name_is_words_of_the_prompt_and_a_piece_of_the_guid(prompt: str, name: str) -> None:
    assert readable_name(prompt, GUID) == name


def test_a_long_prompt_gives_a_short_name_that_ends_between_words() -> None:
    name = readable_name("lighthouse " * 3000, GUID)
    assert name == f"{'lighthouse-' * 5}01939f2e"


@given(st.text(max_size=200))
def test_a_name_is_always_one_file_and_not_too_long(prompt: str) -> None:
    name = readable_name(prompt, GUID)
    assert name.endswith("-01939f2e")
    assert len(name) <= 80
    assert not set(name) & set("/\\. \0\n\r\t\"'%")
