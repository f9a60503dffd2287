"""Which image a caller's key stands for. The primary key decides which of several requests was the first."""

from datetime import datetime

from pixyproxy.core.models import KeptKey
from pixyproxy.data.database import Statements
from pixyproxy.data.values import from_timestamp, to_timestamp

_MOST_AT_ONCE = 1000


class IdempotencyRepository:
    def __init__(self, statements: Statements, dialect: str) -> None:
        self._statements = statements
        self._lock = "" if dialect == "sqlite" else " FOR UPDATE"

    async def add(self, kept: KeptKey) -> None:
        """Raises `DuplicateRow` when the key stands for an image already."""
        await self._statements.execute(
            "INSERT INTO idempotency (owner, route, idempotency_key, fingerprint, guid, created_at) "
            "VALUES (:owner, :route, :key, :fingerprint, :guid, :created_at)",
            {
                "owner": kept.owner,
                "route": kept.route,
                "key": kept.key,
                "fingerprint": kept.fingerprint,
                "guid": kept.guid,
                "created_at": to_timestamp(kept.created_at),
            },
        )

    async def find(self, owner: str, route: str, key: str) -> KeptKey | None:
        row = await self._statements.fetch_one(
            "SELECT fingerprint, guid, created_at FROM idempotency "
            "WHERE owner = :owner AND route = :route AND idempotency_key = :key",
            {"owner": owner, "route": route, "key": key},
        )
        if row is None:
            return None
        created_at = from_timestamp(row["created_at"])
        return KeptKey(owner, route, key, row["fingerprint"], row["guid"], created_at)

    async def lock(self, guid: str) -> bool:
        """Until this transaction ends nobody else does; False when no key stands for it."""
        sql = f"SELECT guid FROM idempotency WHERE guid = :guid{self._lock}"
        return await self._statements.fetch_one(sql, {"guid": guid}) is not None

    async def release(self, guid: str) -> None:
        """The same key may be used again: nothing was made or paid for it."""
        await self._statements.execute("DELETE FROM idempotency WHERE guid = :guid", {"guid": guid})

    async def remove_older(self, created_before: datetime) -> int:
        """Some of them, but none of images that are still being made; 0 when there are no more."""
        in_making = "SELECT 1 FROM image JOIN job ON job.image_id = image.id WHERE image"
        return await self._statements.execute(
            "DELETE FROM idempotency WHERE guid IN (SELECT guid FROM ("
            "SELECT old.guid FROM idempotency AS old WHERE old.created_at < :created_before "
            f"AND NOT EXISTS ({in_making}.guid = old.guid) AND NOT EXISTS ({in_making}.batch = old.guid) "
            "LIMIT :most) AS expired)",
            {"created_before": to_timestamp(created_before), "most": _MOST_AT_ONCE},
        )
