"""All rows: the repositories, alone or several in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from pixyproxy.data.attempt_repository import AttemptRepository
from pixyproxy.data.database import Database, Statements
from pixyproxy.data.idempotency_repository import IdempotencyRepository
from pixyproxy.data.image_repository import ImageRepository
from pixyproxy.data.job_repository import JobRepository
from pixyproxy.data.key_repository import KeyRepository
from pixyproxy.data.operations_queries import OperationsQueries
from pixyproxy.data.search.packing import pack, postpone
from pixyproxy.data.secret_repository import SecretRepository
from pixyproxy.data.session_repository import SessionRepository
from pixyproxy.data.upkeep_queries import UpkeepQueries
from pixyproxy.data.usage_queries import UsageQueries

T = TypeVar("T")
_DURABILITY = """
    SELECT name, value FROM (
        SELECT 'innodb_flush_log_at_trx_commit' AS name, @@GLOBAL.innodb_flush_log_at_trx_commit AS value
        UNION ALL SELECT 'sync_binlog', @@GLOBAL.sync_binlog
    ) AS setting WHERE value <> 1
"""


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories over one set of statements: the database itself, or one transaction of it."""

    images: ImageRepository
    attempts: AttemptRepository
    jobs: JobRepository
    idempotency: IdempotencyRepository
    keys: KeyRepository
    sessions: SessionRepository
    upkeep: UpkeepQueries

    @classmethod
    def over(cls, statements: Statements, dialect: str) -> Self:
        return cls(
            images=ImageRepository(statements, dialect),
            attempts=AttemptRepository(statements, dialect),
            jobs=JobRepository(statements, dialect),
            idempotency=IdempotencyRepository(statements, dialect),
            keys=KeyRepository(statements),
            sessions=SessionRepository(statements),
            upkeep=UpkeepQueries(statements),
        )


class Library:
    """Repositories to ask at once, and transactions over several of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        alone = Repositories.over(database, database.dialect)
        self.images, self.attempts, self.keys = alone.images, alone.attempts, alone.keys
        self.jobs, self.idempotency, self.upkeep = alone.jobs, alone.idempotency, alone.upkeep
        self.sessions = alone.sessions
        self.secrets = SecretRepository(database)
        self.usage, self.operations = UsageQueries(database), OperationsQueries(database)

    async def transact(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        """Run `work` in one transaction; it may be run twice, so it touches the repositories only."""
        return await self._database.transact(
            lambda statements: work(Repositories.over(statements, self._database.dialect))
        )

    async def pack(self, most: int) -> int:
        """Takes so many changes at most into the search index; how many it were."""
        return await pack(self._database, most)

    async def postpone_packing(self) -> None:
        """Of the oldest change."""
        await postpone(self._database)

    def kind(self) -> str:
        """`sqlite` or `mysql`."""
        return self._database.dialect

    async def version(self) -> str:
        """The database's name and version."""
        sqlite = self._database.dialect == "sqlite"
        sql = "SELECT sqlite_version() AS version" if sqlite else "SELECT VERSION() AS version"
        row = await self._database.fetch_one(sql, {})
        return f"{'SQLite' if sqlite else 'MySQL'} {row['version'] if row else ''}"

    async def weaknesses(self) -> list[str]:
        """Settings of the server under which an acknowledged image could be lost."""
        if self._database.dialect == "sqlite":
            return []
        rows = await self._database.fetch_all(_DURABILITY, {})
        return [f"{row['name']} is {row['value']}: a power cut can lose images; set it to 1." for row in rows]

    async def check(self) -> None:
        """Raises `Unavailable` when the database cannot be asked."""
        await self._database.fetch_one("SELECT 1 AS answer", {})

    async def close(self) -> None:
        await self._database.close()
