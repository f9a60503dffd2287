"""API keys: who they are for and the hash of their secret, never the secret."""

from datetime import datetime
from typing import Any

from pixyproxy.core.models import ApiKey
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.values import from_timestamp, to_timestamp

_COLUMNS = "id, owner, name, is_admin, secret_sha256, created_at, revoked_at"
_VALUES = ":id, :owner, :name, :is_admin, :secret_sha256, :created_at, :revoked_at"


class KeyRepository:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def add(self, key: ApiKey) -> None:
        await self._statements.execute(
            f"INSERT INTO api_key ({_COLUMNS}) VALUES ({_VALUES})",
            _to_dict(key),
        )

    async def find(self, key_id: str) -> ApiKey | None:
        row = await self._statements.fetch_one(
            f"SELECT {_COLUMNS} FROM api_key WHERE id = :id",
            {"id": key_id},
        )
        return key_from_row(row) if row else None

    async def list_(self) -> list[ApiKey]:
        rows = await self._statements.fetch_all(
            f"SELECT {_COLUMNS} FROM api_key ORDER BY created_at, id",
            {},
        )
        return [key_from_row(row) for row in rows]

    async def has_administrator(self) -> bool:
        sql = "SELECT id FROM api_key WHERE is_admin = 1 AND revoked_at IS NULL LIMIT 1"
        return await self._statements.fetch_one(sql, {}) is not None

    async def revoke(self, key_id: str, at: datetime) -> bool:
        """False when there is no such key in force."""
        return bool(
            await self._statements.execute(
                "UPDATE api_key SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL",
                {"id": key_id, "at": to_timestamp(at)},
            )
        )


def _to_dict(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "owner": key.owner,
        "name": key.name,
        "is_admin": int(key.is_admin),
        "secret_sha256": key.secret_sha256,
        "created_at": to_timestamp(key.created_at),
        "revoked_at": None if key.revoked_at is None else to_timestamp(key.revoked_at),
    }


def key_from_row(row: Row) -> ApiKey:
    revoked_at: str | datetime | None = row["revoked_at"]
    return ApiKey(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        is_admin=bool(row["is_admin"]),
        secret_sha256=row["secret_sha256"],
        created_at=from_timestamp(row["created_at"]),
        revoked_at=None if revoked_at is None else from_timestamp(revoked_at),
    )
