"""What a line says of an API key."""

from typing import Annotated

from pydantic import Field

from pixyproxy.core.models import ApiKey
from pixyproxy.service.transfer.layout import Time
from pixyproxy.service.transfer.lines import Line, Name, Owner, Sha256


class KeyLine(Line):
    """An API key: whose it is, and the hash by which it is recognised."""

    id: Annotated[str, Field(pattern="^[0-9A-Za-z]{12}$")]
    owner: Owner
    name: Name
    is_admin: bool
    secret_sha256: Sha256
    created_at: Time
    revoked_at: Time | None

    @staticmethod
    def of(key: ApiKey) -> "KeyLine":
        return KeyLine.model_construct(
            id=key.id,
            owner=key.owner,
            name=key.name,
            is_admin=key.is_admin,
            secret_sha256=key.secret_sha256,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )

    def key(self) -> ApiKey:
        return ApiKey(
            id=self.id,
            owner=self.owner,
            name=self.name,
            is_admin=self.is_admin,
            secret_sha256=self.secret_sha256,
            created_at=self.created_at,
            revoked_at=self.revoked_at,
        )
