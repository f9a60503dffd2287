"""Where a page ended, sealed: opaque to the caller, and of no use for another search."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import Audience
from pixyproxy.core.requests import Paged


class Cursors:
    def __init__(self, secret: str) -> None:
        digest = hashlib.sha256(f"cursor {secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(digest))

    def after(self, image_id: int, asked: Paged, audience: Audience) -> str:
        return self._seal.encrypt(f"{image_id} {_fingerprint(asked, audience)}".encode()).decode()

    def open(self, asked: Paged, audience: Audience) -> int | None:
        """The id the page before ended with, or None on the first page."""
        if asked.cursor is None:
            return None
        try:
            image_id, fingerprint = self._seal.decrypt(asked.cursor.encode()).decode().split()
        except (InvalidToken, ValueError):
            fingerprint, image_id = "", "0"
        if fingerprint != _fingerprint(asked, audience):
            message = "is not a cursor of this request; take it from the answer before, or begin without one"
            raise InvalidRequest("The cursor is not valid.", errors=[FieldError("cursor", message)])
        return int(image_id)


def _fingerprint(asked: Paged, audience: Audience) -> str:
    """The question itself, whichever page of it is asked for."""
    question = asked.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(f"{type(asked).__name__} {question} {audience}".encode()).hexdigest()[:16]
