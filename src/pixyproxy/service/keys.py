"""API keys: made, recognised, revoked. The text is shown once; what is kept is a hash.

    pxy_<12 characters of id>_<32 of secret><6 of checksum>

The checksum turns a typing error away before the database is asked. The secret has 190 bits of chance, so a
plain SHA-256 keeps it as well as a slow hash would.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from pixyproxy.core.exceptions import KeyNotFound, Unauthenticated
from pixyproxy.core.models import ApiKey, Caller, HeldKey
from pixyproxy.core.requests import NewKey
from pixyproxy.data.library import Library
from pixyproxy.service.settings_key import SettingsKey
from pixyproxy.service.validation import revalidated

_ALPHABET = string.digits + string.ascii_letters
_ID = re.compile(r"[0-9A-Za-z]{12}")
_KEY = re.compile(r"pxy_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})")
_NOBODY = hashlib.sha256(b"nobody").hexdigest()
ADMINISTRATOR = "admin"
_THE_ADMINISTRATOR = Caller(owner=ADMINISTRATOR, name=ADMINISTRATOR, is_admin=True)


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key and its text, which is never seen again."""

    key: ApiKey
    text: str


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """Who holds it, and what a session keeps of it."""

    caller: Caller
    held: HeldKey


class Keys:
    def __init__(self, library: Library, admin_key: str | None) -> None:
        self._library = library
        self._of_settings = SettingsKey(library.secrets, admin_key)

    async def recognise(self, text: str) -> Caller:
        """Raises `Unauthenticated` for any text that is no key in force, taking the same steps for each."""
        if self._of_settings.is_(text):
            return _THE_ADMINISTRATOR
        return _caller(await self._get_by_text(text))

    async def find_in_force(self, text: str) -> KeyInForce:
        """Raises `Unauthenticated`, as `recognise` does."""
        if self._of_settings.is_(text) and (proof := await self._of_settings.find_proof()):
            return KeyInForce(_THE_ADMINISTRATOR, HeldKey(None, proof))
        return _in_force(await self._get_by_text(text))

    async def _get_by_text(self, text: str) -> ApiKey:
        parts = _KEY.fullmatch(text)
        if not parts or parts[3] != _checksum(parts[1], parts[2]):
            raise Unauthenticated
        key = await self._library.keys.find(parts[1])
        matches = hmac.compare_digest(_sha256(parts[2]), key.secret_sha256 if key else _NOBODY)
        if key is None or not matches or key.revoked_at is not None:
            raise Unauthenticated
        return key

    async def get_in_force(self, key_id: str) -> KeyInForce:
        key = await self._library.keys.find(key_id) if _ID.fullmatch(key_id) else None
        if key is None or key.revoked_at is not None:
            raise KeyNotFound
        return _in_force(key)

    async def find_holder(self, held: HeldKey, key: ApiKey | None) -> Caller | None:
        """None when it is not in force any more; `key` is its row as it is now."""
        now = await self._of_settings.find_proof() if held.id is None else key and key.secret_sha256
        is_same = hmac.compare_digest(held.proof, now or _NOBODY)
        if not is_same or (key is not None and key.revoked_at is not None):
            return None
        return _THE_ADMINISTRATOR if key is None else _caller(key)

    async def create(self, new: NewKey) -> FreshKey:
        new = revalidated(new)
        fresh = _fresh_key(new.name, owner=None, is_admin=new.is_admin)
        await self._library.keys.add(fresh.key)
        return fresh

    async def list_(self) -> list[ApiKey]:
        return await self._library.keys.list_()

    async def revoke(self, key_id: str) -> None:
        # What is no id is not asked for: MySQL would pass over a blank at its end.
        if not (_ID.fullmatch(key_id) and await self._library.keys.revoke(key_id, datetime.now(UTC))):
            raise KeyNotFound

    async def create_first(self) -> FreshKey | None:
        """The first administrator's key, when there is no other way in yet."""
        if self._of_settings.is_set or await self._library.keys.has_administrator():
            return None
        fresh = _fresh_key(ADMINISTRATOR, owner=ADMINISTRATOR, is_admin=True)
        await self._library.keys.add(fresh.key)
        return fresh


def _in_force(key: ApiKey) -> KeyInForce:
    return KeyInForce(_caller(key), HeldKey(key.id, key.secret_sha256))


def _caller(key: ApiKey) -> Caller:
    return Caller(owner=key.owner, name=key.name, is_admin=key.is_admin)


def _fresh_key(name: str, *, owner: str | None, is_admin: bool) -> FreshKey:
    key_id, secret = _random_text(12), _random_text(32)
    key = ApiKey(
        id=key_id,
        owner=owner or key_id,
        name=name,
        is_admin=is_admin,
        secret_sha256=_sha256(secret),
        created_at=datetime.now(UTC),
    )
    return FreshKey(key, f"pxy_{key_id}_{secret}{_checksum(key_id, secret)}")


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(key_id: str, secret: str) -> str:
    number, text = zlib.crc32(f"{key_id}{secret}".encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
