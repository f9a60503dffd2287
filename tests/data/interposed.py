"""A database in which something else happens just before a statement is sent."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pixyproxy.data.database import Database, Parameters, Row, Statements

T = TypeVar("T")
Happening = Callable[[], Awaitable[object]]


class _Statements:
    def __init__(self, statements: Statements, before: Callable[[str], Awaitable[None]]) -> None:
        self._statements = statements
        self._before = before

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        await self._before(sql)
        return await self._statements.fetch_one(sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        await self._before(sql)
        return await self._statements.fetch_all(sql, parameters)

    async def execute(self, sql: str, parameters: Parameters) -> int:
        await self._before(sql)
        return await self._statements.execute(sql, parameters)

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        await self._before(sql)
        await self._statements.execute_many(sql, parameters)

    async def insert(self, sql: str, parameters: Parameters) -> int:
        await self._before(sql)
        return await self._statements.insert(sql, parameters)


class InterposedDatabase(_Statements):
    """Once, before the first statement that holds these words, `happening` is awaited.

    Within a transaction on MySQL only: in SQLite nobody else writes while one is open.
    """

    def __init__(self, database: Database, words: str, happening: Happening) -> None:
        super().__init__(database, self._interpose)
        self._database = database
        self._words = words
        self._happening: Happening | None = happening

    @property
    def dialect(self) -> str:
        return self._database.dialect

    @property
    def has_happened(self) -> bool:
        return self._happening is None

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        if self.dialect == "sqlite":
            await self._interpose("BEGIN")
            return await self._database.transact(work)
        await self._interpose("BEGIN")
        return await self._database.transact(
            lambda statements: work(_Statements(statements, self._interpose))
        )

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        return await self._database.upgrade(work)

    async def close(self) -> None:
        await self._database.close()

    async def _interpose(self, sql: str) -> None:
        if self._happening is not None and self._words in sql:
            happening, self._happening = self._happening, None
            await happening()
