"""The key of PIXYPROXY_ADMIN_KEY: any text, maybe a weak one. What is kept of it is slow to try words on."""

import asyncio
import hashlib
import hmac
from secrets import token_hex

from pixyproxy.data.secret_repository import SecretRepository

_SALT = "settings-key"
_COST = {"n": 2**14, "r": 8, "p": 5}  # Each 16 MiB, and some quarter of a second.


class SettingsKey:
    def __init__(self, secrets: SecretRepository, text: str | None) -> None:
        self._secrets = secrets
        self._text = None if text is None else text.encode()
        self._sha256 = hashlib.sha256(self._text or b"").digest()
        self._proof: str | None = None
        self._proving = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        return self._text is not None

    def is_(self, text: str) -> bool:
        """In the same time, however much of it is right."""
        return hmac.compare_digest(hashlib.sha256(text.encode()).digest(), self._sha256) and self.is_set

    async def find_proof(self) -> str | None:
        """What sessions keep of it, the same on every replica; worked out once, when it is first wanted."""
        async with self._proving:
            if self._proof is None and self._text is not None:
                salt = await self._secrets.get_or_add(_SALT, token_hex(32))
                self._proof = await asyncio.to_thread(_proof, self._text, bytes.fromhex(salt))
        return self._proof


def _proof(text: bytes, salt: bytes) -> str:
    return hashlib.scrypt(text, salt=salt, dklen=32, **_COST).hex()
