"""The caller's own name for one piece of work: the same key with the same request is the same work."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from pydantic import BaseModel

from pixyproxy.core.exceptions import FieldError, InvalidRequest

_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The key, the route it was sent to, and what was asked with it."""

    route: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, route: str, sent: Sequence[str], asked: BaseModel) -> Self | None:
        """From the header's lines as they were sent; None when there is none."""
        if not sent:
            return None
        if len(sent) > 1:
            raise _refused("may be sent once only")
        key = _unquoted(sent[0])
        if not _KEY.fullmatch(key):
            raise _refused("must be 1 to 255 printable ASCII characters")
        return cls(route, key, fingerprint_of(asked))

    def also_for(self, *asked: str) -> Self:
        """The same key for a request that says more."""
        return replace(
            self, fingerprint=hashlib.sha256(" ".join([self.fingerprint, *asked]).encode()).hexdigest()
        )


def fingerprint_of(asked: BaseModel) -> str:
    """The same for every way of writing the same request down."""
    canonical = json.dumps(
        asked.model_dump(mode="json", exclude_defaults=True), sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _unquoted(text: str) -> str:
    """`"abc"`, as the header's draft standard writes it, and `abc`, as most do, are the same key."""
    quoted = re.fullmatch(r'"((?:[^"\\]|\\["\\])*)"', text)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest(f"{_HEADER} {message}.", errors=[FieldError(_HEADER, message)])
