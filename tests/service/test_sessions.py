"""Browsers that are signed in: by key or by code, until it is over or their key is."""

import asyncio
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pixyproxy.core.exceptions import InvalidRequest, KeyNotFound, Unauthenticated
from pixyproxy.core.models import Caller, HeldKey, SignIn
from pixyproxy.core.requests import NewKey, SignInRequest
from pixyproxy.data.database import Row
from pixyproxy.data.init import open_database
from pixyproxy.service.keys import FreshKey, Keys
from pixyproxy.service.services import Services
from pixyproxy.service.sessions import FreshSession, Sessions
from tests.conftest import ADMIN_KEY
from tests.service.scenery import ADMIN, ON_SQLITE, eventually

DAYS = timedelta(days=14)


@pytest.fixture
async def alice(services: Services) -> FreshKey:
    return await services.keys.create(NewKey(name="Alice"))


async def by_key(sessions: Sessions, text: str = ADMIN_KEY) -> FreshSession:
    return await sessions.sign_in(SignInRequest(key=text))


async def by_code(sessions: Sessions, code: str) -> FreshSession:
    return await sessions.sign_in(SignInRequest(code=code))


async def a_code(services: Services, text: str = ADMIN_KEY) -> str:
    return (await services.sessions.make_code(await services.keys.find_in_force(text))).text


def with_admin_key(services: Services, text: str | None) -> Sessions:
    """As a replica has them whose settings have this key."""
    return Sessions(services.library, Keys(services.library, text), DAYS, services.sessions.cookie)


async def is_signed_in(sessions: Sessions, fresh: FreshSession) -> bool:
    try:
        await sessions.recognise(fresh.token)
    except Unauthenticated:
        return False
    return True


async def test_who_signs_in_with_a_key_is_its_holder_for_a_time(services: Services, alice: FreshKey) -> None:
    before = datetime.now(UTC)
    fresh = await by_key(services.sessions, alice.text)
    assert fresh.signed_in.caller == Caller(owner=alice.key.owner, name="Alice", is_admin=False)
    assert DAYS <= fresh.signed_in.expires_at - before < DAYS + timedelta(minutes=1)
    found = await services.sessions.recognise(fresh.token)
    assert found.caller == fresh.signed_in.caller
    assert abs(found.expires_at - fresh.signed_in.expires_at) < timedelta(milliseconds=1)
    administrator = await by_key(services.sessions)
    assert (await services.sessions.recognise(administrator.token)).caller == ADMIN


@pytest.mark.parametrize("text", ["nonsense", f"{ADMIN_KEY}.", "pxy_000000000000_" + "0" * 38])
async def test_what_is_no_key_in_force_signs_nobody_in(services: Services, text: str) -> None:
    for wanted in (SignInRequest(key=text), SignInRequest(code=text)):
        with pytest.raises(Unauthenticated) as refused:
            await services.sessions.sign_in(wanted)
        assert refused.value.detail == Unauthenticated.default_detail


@ON_SQLITE
async def test_what_was_not_built_by_its_model_is_looked_at_again(services: Services) -> None:
    for wanted in (SignInRequest.model_construct(), SignInRequest.model_construct(key="a", code="b")):
        with pytest.raises(InvalidRequest):
            await services.sessions.sign_in(wanted)


@ON_SQLITE
@pytest.mark.parametrize("token", ["", "nonsense", "ключ", "\x00", "x" * 10_000])
async def test_what_is_no_token_is_nobodys(services: Services, token: str) -> None:
    await by_key(services.sessions)
    with pytest.raises(Unauthenticated):
        await services.sessions.recognise(token)


async def test_a_session_is_over_when_its_time_is(services: Services, alice: FreshKey) -> None:
    for lasts, holds in ((timedelta(0), False), (timedelta(minutes=1), True)):
        sessions = Sessions(services.library, services.keys, lasts, "c")
        for text in (ADMIN_KEY, alice.text):
            assert await is_signed_in(services.sessions, await by_key(sessions, text)) == holds


async def test_a_key_that_is_revoked_ends_all_its_sessions_and_its_links(
    services: Services, alice: FreshKey
) -> None:
    bob = await services.keys.create(NewKey(name="Bob"))
    hers = [await by_key(services.sessions, alice.text) for _ in range(2)]
    others = [await by_key(services.sessions, bob.text), await by_key(services.sessions)]
    code = await a_code(services, alice.text)
    await services.keys.revoke(alice.key.id)
    assert not any([await is_signed_in(services.sessions, each) for each in hers])
    assert all([await is_signed_in(services.sessions, each) for each in others])
    with pytest.raises(Unauthenticated):
        await by_code(services.sessions, code)
    with pytest.raises(Unauthenticated):
        await services.sessions.end_everywhere(hers[0].token)


@pytest.mark.parametrize("text", ["another text", None])
async def test_another_text_in_the_settings_ends_the_administrators_sessions_and_links(
    services: Services, alice: FreshKey, text: str | None
) -> None:
    administrators, hers = await by_key(services.sessions), await by_key(services.sessions, alice.text)
    code = await a_code(services)
    elsewhere = with_admin_key(services, text)
    assert not await is_signed_in(elsewhere, administrators)
    assert await is_signed_in(elsewhere, hers)
    with pytest.raises(Unauthenticated):
        await by_code(elsewhere, code)
    assert await is_signed_in(with_admin_key(services, ADMIN_KEY), administrators), "and back again"


async def test_a_key_whose_row_is_gone_or_another_ends_its_sessions(
    services: Services, library_url: str, alice: FreshKey
) -> None:
    fresh = await by_key(services.sessions, alice.text)
    database = open_database(library_url)
    await database.execute("UPDATE api_key SET secret_sha256 = :other", {"other": "0f" * 32})
    assert not await is_signed_in(services.sessions, fresh)
    await database.execute("DELETE FROM api_key", {})
    assert not await is_signed_in(services.sessions, fresh)
    await database.close()


async def test_a_code_signs_in_once_as_the_holder_of_its_key(services: Services, alice: FreshKey) -> None:
    for text, name in ((alice.text, "Alice"), (ADMIN_KEY, "admin")):
        code = await a_code(services, text)
        fresh = await by_code(services.sessions, code)
        assert (await services.sessions.recognise(fresh.token)).caller.name == name
        with pytest.raises(Unauthenticated):
            await by_code(services.sessions, code)
        assert await is_signed_in(services.sessions, fresh), "the second time ends nothing"


async def test_of_several_who_come_with_a_code_at_once_one_is_signed_in(services: Services) -> None:
    code = await a_code(services)
    came = await asyncio.gather(*(by_code(services.sessions, code) for _ in range(8)), return_exceptions=True)
    [signed_in] = [each for each in came if isinstance(each, FreshSession)]
    assert sum(isinstance(each, Unauthenticated) for each in came) == 7
    assert await is_signed_in(services.sessions, signed_in)


async def test_a_code_is_good_for_an_hour(services: Services) -> None:
    key = await services.keys.find_in_force(ADMIN_KEY)
    code = await services.sessions.make_code(key)
    left = code.expires_at - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    over = SignIn(hashed("yesterday's"), key.held, datetime.now(UTC))
    await services.library.sessions.add_sign_in(over)
    with pytest.raises(Unauthenticated):
        await by_code(services.sessions, "yesterday's")


async def test_a_key_is_named_by_its_id_while_it_is_in_force(services: Services, alice: FreshKey) -> None:
    assert (await services.keys.get_in_force(alice.key.id)).caller.name == "Alice"
    await services.keys.revoke(alice.key.id)
    for key_id in (alice.key.id, f"{alice.key.id} ", "", "nobody"):
        with pytest.raises(KeyNotFound):
            await services.keys.get_in_force(key_id)


async def test_one_session_is_ended_or_all_of_the_same_key(services: Services, alice: FreshKey) -> None:
    first, second, third = [await by_key(services.sessions, alice.text) for _ in range(3)]
    administrators = await by_key(services.sessions)
    await services.sessions.end(first.token)
    assert not await is_signed_in(services.sessions, first)
    assert await is_signed_in(services.sessions, second)
    await services.sessions.end_everywhere(second.token)
    assert not await is_signed_in(services.sessions, second)
    assert not await is_signed_in(services.sessions, third)
    assert await is_signed_in(services.sessions, administrators)
    for ended in (first.token, second.token):
        await services.sessions.end(ended)  # of one that has ended, nothing comes
        with pytest.raises(Unauthenticated):
            await services.sessions.end_everywhere(ended)


async def test_whoever_signs_out_everywhere_ends_unused_links_of_the_key_too(
    services: Services, alice: FreshKey
) -> None:
    for text in (alice.text, ADMIN_KEY):
        fresh = await by_key(services.sessions, text)
        codes = [await a_code(services, each) for each in (text, text, alice.text, ADMIN_KEY)]
        await services.sessions.end_everywhere(fresh.token)
        other = codes[3] if text == alice.text else codes[2]
        assert await by_code(services.sessions, other), "those of other keys stay"
        for code in set(codes) - {other}:
            with pytest.raises(Unauthenticated):
                await by_code(services.sessions, code)


async def test_neither_token_nor_code_nor_key_is_kept(
    services: Services, library_url: str, alice: FreshKey
) -> None:
    fresh, code = await by_key(services.sessions), await a_code(services)
    hers = await by_key(services.sessions, alice.text)
    kept = await rows_of(library_url)
    assert {row["token_sha256"] for row in kept if "token_sha256" in row} == {
        hashed(fresh.token),
        hashed(hers.token),
    }
    assert [row["code_sha256"] for row in kept if "code_sha256" in row] == [hashed(code)]
    secrets = (fresh.token, hers.token, code, ADMIN_KEY, hashed(ADMIN_KEY), alice.text, hashed(alice.text))
    assert not any(secret in str(kept) for secret in secrets)


async def test_words_are_slow_to_try_on_what_is_kept_of_the_settings_key(
    services: Services, library_url: str
) -> None:
    """With the salt of this library, the same for all of its sessions and replicas."""
    await by_key(services.sessions)
    await by_key(with_admin_key(services, ADMIN_KEY))
    await a_code(services)
    kept = await rows_of(library_url)
    salt = bytes.fromhex(await services.library.secrets.get_or_add("settings-key", "none"))
    assert len(salt) == 32
    right = hashlib.scrypt(ADMIN_KEY.encode(), salt=salt, n=2**14, r=8, p=5, dklen=32).hex()
    assert [(row["key_id"], row["key_proof"]) for row in kept] == [(None, right)] * 3


@ON_SQLITE
async def test_it_is_worked_out_once_and_not_for_requests_with_the_key(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, worked_out = hashlib.scrypt, []

    def counted(text: bytes, **how: Any) -> bytes:
        assert threading.current_thread() is not threading.main_thread()
        worked_out.append(text)
        return slow(text, **how)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    await services.keys.recognise(ADMIN_KEY)
    assert not worked_out
    several = await asyncio.gather(*(by_key(services.sessions) for _ in range(4)))
    assert all([await is_signed_in(services.sessions, each) for each in several])
    assert worked_out == [ADMIN_KEY.encode()]


async def test_what_is_over_is_removed_beside_the_requests(services: Services, library_url: str) -> None:
    over = Sessions(services.library, services.keys, timedelta(0), "c")
    await by_key(over)
    held = HeldKey(None, "5e" * 32)
    await services.library.sessions.add_sign_in(SignIn(hashed("old"), held, datetime.now(UTC)))
    good, code = await by_key(services.sessions), await a_code(services)
    await services.housekeeping.stop()
    services.housekeeping.start()

    async def are_forgotten() -> bool:
        return len(await rows_of(library_url)) == 2

    await eventually(are_forgotten)
    assert await is_signed_in(services.sessions, good)
    assert await by_code(services.sessions, code)


@ON_SQLITE
async def test_tokens_and_codes_are_long_and_never_the_same(services: Services) -> None:
    tokens = {(await by_key(services.sessions)).token for _ in range(20)}
    codes = {await a_code(services) for _ in range(20)}
    assert len(tokens) == len(codes) == 20
    assert {len(token) for token in tokens} == {43}  # 256 bits
    assert {len(code) for code in codes} == {22}  # 128 bits


async def rows_of(library_url: str) -> list[Row]:
    """Sessions, then links."""
    database = open_database(library_url)
    kept = [await database.fetch_all(f"SELECT * FROM {table}", {}) for table in ("session", "sign_in")]
    await database.close()
    return [*kept[0], *kept[1]]


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
