"""What the replicas must agree on and nobody else may know."""

from collections.abc import Sequence

from pixyproxy.core.exceptions import DuplicateRow, InternalError
from pixyproxy.data.database import Database
from pixyproxy.data.named_parameters import any_of


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
                raise InternalError from None  # removed at this very moment
            return str(row["value"])
        return fresh

    async def all_of(self, name: str) -> dict[str, str]:
        """The values kept under the name, and under the names that begin with it and a slash."""
        rows = await self._database.fetch_all(
            "SELECT name, value FROM secret WHERE name = :name OR name LIKE :below",
            {"name": name, "below": f"{name}/%"},
        )
        return {row["name"]: str(row["value"]) for row in rows}

    async def remove(self, names: Sequence[str]) -> None:
        if names:
            places, named = any_of("name", names)
            await self._database.execute(f"DELETE FROM secret WHERE name IN ({places})", named)
