"""Where a page ended, sealed: opaque to the caller, and of no use for another search."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import Audience
from pixyproxy.core.requests import ImageSearch


class Cursors:
    def __init__(self, secret: str) -> None:
        digest = hashlib.sha256(f"cursor {secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(digest))

    def after(self, image_id: int, search: ImageSearch, audience: Audience) -> str:
        return self._seal.encrypt(f"{image_id} {_fingerprint(search, audience)}".encode()).decode()

    def open(self, search: ImageSearch, audience: Audience) -> int | None:
        """The id the page before ended with, or None on the first page."""
        if search.cursor is None:
            return None
        try:
            image_id, fingerprint = self._seal.decrypt(search.cursor.encode()).decode().split()
        except (InvalidToken, ValueError):
            fingerprint, image_id = "", "0"
        if fingerprint != _fingerprint(search, audience):
            message = "is not a cursor of this search; take it from the Link header, or begin without one"
            raise InvalidRequest("The cursor is not valid.", errors=[FieldError("cursor", message)])
        return int(image_id)


def _fingerprint(search: ImageSearch, audience: Audience) -> str:
    asked = search.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(f"{asked} {audience}".encode()).hexdigest()[:16]
