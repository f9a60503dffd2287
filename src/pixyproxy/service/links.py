"""Links that open one picture to whoever has them, for a time: signed, so nobody can make or alter one."""

import hashlib
import hmac
import time

from pixyproxy.core.exceptions import Forbidden

LASTS_S = 3600


class Links:
    def __init__(self, secret: str) -> None:
        self._secret = hashlib.sha256(f"link {secret}".encode()).digest()

    def signed(self, guid: str, lasts_s: int = LASTS_S) -> str:
        """The query of such a link."""
        expires = str(int(time.time()) + lasts_s)
        return f"expires={expires}&signature={self._signature(guid, expires)}"

    def check(self, guid: str, expires: str, signature: str) -> None:
        """Raises `Forbidden` when it is not ours to the letter, or its time is over."""
        right = hmac.compare_digest(self._signature(guid, expires).encode(), signature.encode())
        if not right or int(expires) < time.time():
            raise Forbidden("This link is not valid, or its time is over.")

    def _signature(self, guid: str, expires: str) -> str:
        return hmac.new(self._secret, f"{guid} {expires}".encode(), hashlib.sha256).hexdigest()
