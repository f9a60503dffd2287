"""Links that open one picture to whoever has them, for a time: signed, so nobody can make or alter one.

A link names the secret it was signed with. A new secret signs from then on; those before it are kept as long
as a link of theirs may be in use, or thrown away with all their links. Replicas learn of it within seconds.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Self
from urllib.parse import quote, urlencode

from pixyproxy.core.exceptions import Forbidden
from pixyproxy.core.picture_requests import LONGEST_LINK_S, VariantOptions
from pixyproxy.data.secret_repository import SecretRepository
from pixyproxy.service.validation import refused

LASTS_S = 3600
_OF_THE_PICTURE = (*VariantOptions.model_fields, "download")
_TRUSTED_S = 5.0
_ASKED_AGAIN_S = 0.5
_NAME, _FIRST = "links", 0
"""Under which they are kept: the first alone, each later one with the second in which it was made."""

Parameters = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What the query of a link says. All of it that concerns the picture is signed, in that order."""

    expires: str
    signature: str
    kid: str
    """Which secret signed it."""
    wanted: str

    @classmethod
    def in_query(cls, parameters: Parameters) -> Self | None:
        """None where it is no link."""
        said = list(parameters)
        given = dict(said)
        if "expires" not in given and "signature" not in given:
            return None
        for name in ("expires", "signature"):
            if name not in given:
                raise refused(name, "is missing: a link has both")
        return cls(given["expires"], given["signature"], given.get("kid", ""), _wanted(said))

    @property
    def left_s(self) -> int:
        return max(int(self.expires) - int(time.time()), 0)


@dataclass(frozen=True, slots=True)
class FreshLink:
    """Its path, what stands in it behind the question mark, and when it is over."""

    guid: str
    query: str
    expires_at: datetime

    @property
    def path(self) -> str:
        return f"/image/{self.guid}/content?{self.query}"


class Links:
    def __init__(self, secrets: SecretRepository) -> None:
        self._secrets = secrets
        self._known: dict[str, str] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def signed(self, guid: str, lasts_s: int = LASTS_S, wanted: Parameters = ()) -> FreshLink:
        """To the picture as it is wanted, and in no other way."""
        known = await self._all()
        kid = max(known, key=int)
        wanted, expires = list(wanted), int(time.time()) + lasts_s
        signature = _signature(known[kid], guid, str(expires), _wanted(wanted))
        query = urlencode([*wanted, ("expires", expires), ("kid", kid), ("signature", signature)])
        return FreshLink(guid, query, datetime.fromtimestamp(expires, UTC))

    async def check(self, guid: str, link: SignedLink) -> None:
        """Raises `Forbidden` when it is not ours to the letter, or its time is over."""
        secret = (await self._all(link.kid)).get(link.kid)
        right = secret is not None and hmac.compare_digest(
            _signature(secret, guid, link.expires, link.wanted).encode(), link.signature.encode()
        )
        if not right or int(link.expires) < time.time():
            raise Forbidden("This link is not valid, or its time is over.")

    async def rotate(self, *, keep_earlier: bool) -> None:
        """A new secret signs from now on. The earlier ones stay as long as links of theirs may be in use,
        or go with all of their links at once.
        """
        known = sorted(map(int, await self._read()))
        now = int(time.time())
        fresh = max(now, known[-1] + 1)
        await self._secrets.get_or_add(_kept_as(fresh), token_hex(32))
        over_since = [*known[1:], fresh]
        doomed = [
            each
            for each, since in zip(known, over_since, strict=True)
            if not keep_earlier or since + LONGEST_LINK_S < now
        ]
        await self._secrets.remove([_kept_as(each) for each in doomed])
        self._read_at = float("-inf")

    async def _all(self, wanted: str | None = None) -> dict[str, str]:
        """As the database had them some seconds ago; one that is not among them may have come since."""
        trusted_s = _ASKED_AGAIN_S if wanted is not None and wanted not in self._known else _TRUSTED_S
        async with self._reading:
            if time.monotonic() - self._read_at > trusted_s:
                self._known = await self._read()
                self._read_at = time.monotonic()
        return self._known

    async def _read(self) -> dict[str, str]:
        kept = await self._secrets.all_of(_NAME)
        if not kept:
            return {str(_FIRST): await self._secrets.get_or_add(_NAME, token_hex(32))}
        return {name.partition("/")[2] or str(_FIRST): secret for name, secret in kept.items()}


def _kept_as(kid: int) -> str:
    return _NAME if kid == _FIRST else f"{_NAME}/{kid}"


def _wanted(parameters: Parameters) -> str:
    return urlencode([(name, value) for name, value in parameters if name in _OF_THE_PICTURE])


def _signature(secret: str, guid: str, expires: str, wanted: str) -> str:
    key = hashlib.sha256(f"link {secret}".encode()).digest()
    signed = "&".join([quote(guid, safe=""), quote(expires, safe=""), wanted])
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
