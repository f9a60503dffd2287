"""Browsers that are signed in: with a key, or once with a code that stands for one.

What a browser keeps is a token, what a link has is a code. Of both only the hash is kept here; they have 128
bits of chance and more, so a plain SHA-256 is enough. A session is looked up together with its key: one that
is revoked, or another text in PIXYPROXY_ADMIN_KEY, ends it with the next request, on every replica.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixyproxy.core.exceptions import SessionEnded, Unauthenticated
from pixyproxy.core.models import Caller, HeldKey, Session, SignIn
from pixyproxy.core.requests import SignInRequest
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.keys import KeyInForce, Keys
from pixyproxy.service.validation import revalidated

CODE_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, who it is of, and until when."""

    caller: Caller
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FreshSession:
    """A session and its token, which is never seen again."""

    signed_in: SignedIn
    token: str


@dataclass(frozen=True, slots=True)
class FreshCode:
    """What signs in one browser as this caller, once."""

    caller: Caller
    text: str
    expires_at: datetime


class Sessions:
    def __init__(self, library: Library, keys: Keys, lasts: timedelta, cookie: str) -> None:
        self._library = library
        self._keys = keys
        self._lasts = lasts
        self.cookie = cookie
        """Its name: the same on every replica, and another in another library."""

    async def sign_in(self, wanted: SignInRequest) -> FreshSession:
        """Raises `Unauthenticated` for what is no key in force, and no code that is still good."""
        wanted = revalidated(wanted)
        if wanted.key is not None:
            return await self._with_key(await self._keys.find_in_force(wanted.key))
        return await self._with_code(wanted.code or "")

    async def recognise(self, token: str) -> SignedIn:
        """Raises `SessionEnded`, for whatever reason it has."""
        session, caller = await self._get(token)
        return SignedIn(caller, session.expires_at)

    async def end(self, token: str) -> None:
        await self._library.sessions.remove(_sha256(token))

    async def end_everywhere(self, token: str) -> None:
        """All sessions of the same key, and its unused links. Raises `SessionEnded` when this one has."""
        session, _ = await self._get(token)

        async def remove(repositories: Repositories) -> None:
            # The links first: of one that is used at this moment, the session is there for what comes after.
            await repositories.sessions.remove_sign_ins_of_key(session.key.proof)
            await repositories.sessions.remove_of_key(session.key.proof)

        await self._library.transact(remove)

    async def make_code(self, key: KeyInForce) -> FreshCode:
        code, expires_at = secrets.token_urlsafe(16), datetime.now(UTC) + CODE_LASTS
        await self._library.sessions.add_sign_in(SignIn(_sha256(code), key.held, expires_at))
        return FreshCode(key.caller, code, expires_at)

    async def _get(self, token: str) -> tuple[Session, Caller]:
        found = await self._library.sessions.find(_sha256(token))
        if found is None or found[0].expires_at <= datetime.now(UTC):
            raise SessionEnded
        session, row = found
        caller = await self._keys.find_holder(session.key, row)
        if caller is None:
            raise SessionEnded
        return session, caller

    async def _with_key(self, key: KeyInForce) -> FreshSession:
        fresh, session = self._fresh(key.caller, key.held)
        await self._library.sessions.add(session)
        return fresh

    async def _with_code(self, code: str) -> FreshSession:
        hashed = _sha256(code)
        found = await self._library.sessions.find_sign_in(hashed)
        if found is None or found[0].expires_at <= datetime.now(UTC):
            raise Unauthenticated
        sign_in, row = found
        caller = await self._keys.find_holder(sign_in.key, row)
        if caller is None:
            raise Unauthenticated
        fresh, session = self._fresh(caller, sign_in.key)

        async def take_and_add(repositories: Repositories) -> None:
            if not await repositories.sessions.take_sign_in(hashed):
                raise Unauthenticated
            await repositories.sessions.add(session)

        await self._library.transact(take_and_add)
        return fresh

    def _fresh(self, caller: Caller, key: HeldKey) -> tuple[FreshSession, Session]:
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        session = Session(_sha256(token), key, now, now + self._lasts)
        return FreshSession(SignedIn(caller, session.expires_at), token), session


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
