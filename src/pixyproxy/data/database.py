"""The small face both databases wear: SQL with named parameters in, rows as dicts out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

Row = Mapping[str, Any]
Parameters = Mapping[str, Any]
T = TypeVar("T")


class Statements(Protocol):
    """What can be asked, alone or inside a transaction. Every value travels as a named parameter, `:name`."""

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None: ...

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]: ...

    async def execute(self, sql: str, parameters: Parameters) -> int:
        """How many rows it met."""

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None: ...

    async def insert(self, sql: str, parameters: Parameters) -> int:
        """The id of the new row."""


class Database(Statements, Protocol):
    @property
    def dialect(self) -> str:
        """`sqlite` or `mysql`: which of the scripts in `sql/` are its own."""

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Run `work` in one transaction. It may run again after a deadlock: statements only."""

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Run what changes the tables: alone, of all processes, and however long it takes."""

    async def close(self) -> None: ...
