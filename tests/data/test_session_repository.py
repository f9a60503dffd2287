"""Sessions and links to sign in, with the key behind them, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from pixyproxy.core.models import HeldKey, Session, SignIn
from pixyproxy.data.library import Library
from tests.data.builders import NOON, a_key

OF_SETTINGS = HeldKey(None, "5e" * 32)
LATER = NOON + timedelta(hours=1)


def a_session(name: str = "a1", key: HeldKey = OF_SETTINGS) -> Session:
    return Session(name * 32, key, NOON, LATER)


def a_sign_in(name: str = "c1", key: HeldKey = OF_SETTINGS) -> SignIn:
    return SignIn(name * 32, key, LATER)


async def test_what_is_kept_of_the_settings_key_is_found_without_a_row(library: Library) -> None:
    await library.sessions.add(a_session())
    await library.sessions.add_sign_in(a_sign_in())
    assert await library.sessions.find("a1" * 32) == (a_session(), None)
    assert await library.sessions.find_sign_in("c1" * 32) == (a_sign_in(), None)
    assert await library.sessions.find("c1" * 32) is None
    assert await library.sessions.find_sign_in("a1" * 32) is None


async def test_a_key_with_a_row_is_found_with_it_as_it_is_now(library: Library) -> None:
    key = a_key(id="mine")
    held = HeldKey("mine", key.secret_sha256)
    await library.keys.add(a_key(id="other"))
    await library.keys.add(key)
    await library.sessions.add(a_session(key=held))
    await library.sessions.add_sign_in(a_sign_in(key=held))
    assert await library.sessions.find("a1" * 32) == (a_session(key=held), key)
    await library.keys.revoke("mine", NOON)
    revoked = await library.keys.find("mine")
    assert await library.sessions.find("a1" * 32) == (a_session(key=held), revoked)
    assert await library.sessions.find_sign_in("c1" * 32) == (a_sign_in(key=held), revoked)


async def test_a_key_that_is_not_there_has_no_row(library: Library) -> None:
    held = HeldKey("gone", "0f" * 32)
    await library.sessions.add(a_session(key=held))
    assert await library.sessions.find("a1" * 32) == (a_session(key=held), None)


async def test_one_session_is_removed_or_all_of_a_key(library: Library) -> None:
    for name in ("a1", "a2", "a3"):
        await library.sessions.add(a_session(name))
    await library.sessions.add(a_session("b1", HeldKey("bob", "0f" * 32)))
    await library.sessions.remove("a1" * 32)
    assert await library.sessions.find("a1" * 32) is None
    assert await library.sessions.find("a2" * 32) is not None
    await library.sessions.remove_of_key(OF_SETTINGS.proof)
    left = [name for name in ("a2", "a3", "b1") if await library.sessions.find(name * 32)]
    assert left == ["b1"]


async def test_links_of_a_key_are_removed_and_those_of_others_stay(library: Library) -> None:
    await library.sessions.add(a_session())
    for name, key in (("c1", OF_SETTINGS), ("c2", OF_SETTINGS), ("d1", HeldKey("bob", "0f" * 32))):
        await library.sessions.add_sign_in(a_sign_in(name, key))
    await library.sessions.remove_sign_ins_of_key(OF_SETTINGS.proof)
    left = [name for name in ("c1", "c2", "d1") if await library.sessions.find_sign_in(name * 32)]
    assert left == ["d1"]
    assert await library.sessions.find("a1" * 32) == (a_session(), None)


async def test_of_several_who_take_a_link_at_once_one_does(library: Library, other_library: Library) -> None:
    await library.sessions.add_sign_in(a_sign_in())
    await library.sessions.add_sign_in(a_sign_in("c2"))
    both = (library, other_library) * 4
    taken = await asyncio.gather(*(each.sessions.take_sign_in("c1" * 32) for each in both))
    assert sorted(taken) == [False] * 7 + [True]
    assert await library.sessions.find_sign_in("c2" * 32) is not None


@pytest.mark.parametrize(("after_s", "is_left"), [(-1, True), (0, False), (1, False)])
async def test_what_is_over_is_removed(library: Library, after_s: int, is_left: bool) -> None:
    await library.sessions.add(a_session())
    await library.sessions.add_sign_in(a_sign_in())
    await library.sessions.remove_expired(LATER + timedelta(seconds=after_s))
    found = [await library.sessions.find("a1" * 32), await library.sessions.find_sign_in("c1" * 32)]
    assert [each is not None for each in found] == [is_left, is_left]
