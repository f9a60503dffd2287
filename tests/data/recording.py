"""A database that notes what is sent to it and passes it on."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pixyproxy.data.database import Database, Parameters, Row, Statements

T = TypeVar("T")
Sent = list[tuple[str, Parameters]]


class RecordingStatements:
    def __init__(self, statements: Statements, sent: Sent) -> None:
        self._statements = statements
        self.sent = sent

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        self.sent.append((sql, parameters))
        return await self._statements.fetch_one(sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        self.sent.append((sql, parameters))
        return await self._statements.fetch_all(sql, parameters)

    async def execute(self, sql: str, parameters: Parameters) -> int:
        self.sent.append((sql, parameters))
        return await self._statements.execute(sql, parameters)

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        self.sent += [(sql, each) for each in parameters]
        await self._statements.execute_many(sql, parameters)

    async def insert(self, sql: str, parameters: Parameters) -> int:
        self.sent.append((sql, parameters))
        return await self._statements.insert(sql, parameters)


class RecordingDatabase(RecordingStatements):
    def __init__(self, database: Database) -> None:
        super().__init__(database, [])
        self._database = database

    @property
    def dialect(self) -> str:
        return self._database.dialect

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        return await self._database.transact(
            lambda statements: work(RecordingStatements(statements, self.sent))
        )

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        return await self._database.upgrade(
            lambda statements: work(RecordingStatements(statements, self.sent))
        )

    async def close(self) -> None:
        await self._database.close()

    def values(self) -> set[Any]:
        return {value for _, parameters in self.sent for value in parameters.values() if value is not None}
