"""What the replicas must agree on and nobody else may know."""

from pixyproxy.core.exceptions import DuplicateRow, InternalError
from pixyproxy.data.database import Database


class SecretRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_or_add(self, name: str, fresh: str) -> str:
        """The value kept under the name; `fresh` becomes it when there is none. The insert is the arbiter."""
        try:
            await self._database.execute(
                "INSERT INTO secret (name, value) VALUES (:name, :value)", {"name": name, "value": fresh}
            )
        except DuplicateRow:
            row = await self._database.fetch_one(
                "SELECT value FROM secret WHERE name = :name", {"name": name}
            )
            if row is None:
                raise InternalError from None  # Secrets are never removed.
            return str(row["value"])
        return fresh
