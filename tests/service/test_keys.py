"""API keys: how they look, what is kept of them, whom they let in."""

import hmac
import re
import string

import pytest

from pixyproxy.core.exceptions import InvalidRequest, Unauthenticated
from pixyproxy.core.models import Caller
from pixyproxy.core.requests import NewKey
from pixyproxy.service import keys as module
from pixyproxy.service.keys import Keys
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY
from tests.service.scenery import ON_SQLITE, rows

FORM = re.compile(r"pxy_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})")
TABLES = "image attempt image_posting image_change image_looks api_key secret".split()


def _with_wrong_checksum(text: str) -> str:
    return text[:-1] + ("a" if text[-1] != "a" else "b")


def _with_secret(text: str, secret: str) -> str:
    """Another secret, and the checksum that belongs to it."""
    key_id = text.split("_")[1]
    return f"pxy_{key_id}_{secret}{module._checksum(key_id, secret)}"


async def test_a_key_opens_as_whom_it_was_made_for(services: Services) -> None:
    fresh = await services.keys.create(NewKey(name="shop team"))
    caller = await services.keys.recognise(fresh.text)
    assert caller == Caller(owner=fresh.key.id, name="shop team", is_admin=False)
    administrator = await services.keys.create(NewKey(name="ops", is_admin=True))
    assert (await services.keys.recognise(administrator.text)).is_admin


@ON_SQLITE
async def test_a_key_has_the_form_that_scanners_look_for(services: Services) -> None:
    texts = [(await services.keys.create(NewKey(name="n"))).text for _ in range(20)]
    for text in texts:
        assert FORM.fullmatch(text)
    assert len(set(texts)) == 20


async def test_neither_the_text_nor_the_secret_is_kept_anywhere(services: Services) -> None:
    fresh = await services.keys.create(NewKey(name="shop team"))
    match = FORM.fullmatch(fresh.text)
    assert match
    kept = str([await rows(services, table) for table in TABLES])
    assert match[1] in kept, "the id is there, so the rows were really looked at"
    for hidden in (fresh.text, match[2], match[2] + match[3], ADMIN_KEY):
        assert hidden not in kept


@ON_SQLITE
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "nonsense",
        lambda _: "pxy_",
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text.upper(),
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: text.replace("pxy_", "pxx_"),
        _with_wrong_checksum,
        lambda text: _with_secret(text, "x" * 32),
        lambda _: _with_secret("pxy_nobodyknows1_", "x" * 32),
        lambda text: text.replace("_", "＿"),  # noqa: RUF001 - that it only looks alike is the point
    ],
)
async def test_a_text_that_is_no_key_in_force_is_refused_in_the_same_words(
    services: Services, spoil: "object"
) -> None:
    fresh = await services.keys.create(NewKey(name="shop team"))
    assert callable(spoil)
    with pytest.raises(Unauthenticated) as caught:
        await services.keys.recognise(spoil(fresh.text))
    assert caught.value.detail == Unauthenticated.default_detail


async def test_a_revoked_key_is_refused_and_stays_listed(services: Services) -> None:
    fresh = await services.keys.create(NewKey(name="shop team"))
    await services.keys.revoke(fresh.key.id)
    with pytest.raises(Unauthenticated):
        await services.keys.recognise(fresh.text)
    [listed] = await services.keys.list_()
    assert listed.revoked_at is not None
    assert listed.revoked_at >= listed.created_at


async def test_a_key_is_revoked_once(services: Services) -> None:
    fresh = await services.keys.create(NewKey(name="shop team"))
    await services.keys.revoke(fresh.key.id)
    for key_id in (fresh.key.id, "nobody"):
        with pytest.raises(InvalidRequest):
            await services.keys.revoke(key_id)


@ON_SQLITE
async def test_one_wrong_character_is_seen_without_asking_the_database(services: Services) -> None:
    text = module._fresh_key("n", owner=None, is_admin=False).text
    await services.library.close()
    for at, character in enumerate(text):
        wrong = text[:at] + ("a" if character != "a" else "b") + text[at + 1 :]
        with pytest.raises(Unauthenticated):
            await services.keys.recognise(wrong)


@ON_SQLITE
async def test_unknown_wrong_and_revoked_keys_take_the_same_steps(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is compared in constant time, and also where there is nothing to compare it with."""
    known = await services.keys.create(NewKey(name="known"))
    revoked = await services.keys.create(NewKey(name="revoked"))
    await services.keys.revoke(revoked.key.id)
    compared: list[str] = []
    compare = hmac.compare_digest

    def counted(one: str, other: str) -> bool:
        compared.append(other)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    steps = []
    unknown = _with_secret("pxy_nobodyknows1_", "x" * 32)
    for text in (unknown, _with_secret(known.text, "x" * 32), revoked.text):
        compared.clear()
        with pytest.raises(Unauthenticated):
            await services.keys.recognise(text)
        steps.append(len(compared))
    assert len(set(steps)) == 1


@pytest.mark.parametrize("text", ["geheim", "ключ", "with blanks in it", "x" * 1000])
async def test_the_administrators_key_may_be_any_text(services: Services, text: str) -> None:
    caller = await Keys(services.library, text).recognise(text)
    assert caller == Caller(owner="admin", name="admin", is_admin=True)
    with pytest.raises(Unauthenticated):
        await Keys(services.library, text).recognise(f"{text}.")


async def test_the_first_key_is_made_once_and_is_an_administrators(services: Services) -> None:
    without = Keys(services.library, None)
    first = await without.create_first()
    assert first is not None
    assert FORM.fullmatch(first.text)
    assert await without.recognise(first.text) == Caller(owner="admin", name="admin", is_admin=True)
    assert await without.create_first() is None
    await without.revoke(first.key.id)
    assert await without.create_first() is not None


@ON_SQLITE
async def test_no_first_key_is_made_where_the_settings_name_one(services: Services) -> None:
    assert await services.keys.create_first() is None
    assert await services.keys.list_() == []


def test_the_alphabet_needs_no_escaping_anywhere() -> None:
    assert set(module._ALPHABET) == set(string.ascii_letters + string.digits)
