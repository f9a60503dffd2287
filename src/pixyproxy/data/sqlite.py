"""SQLite: one thread that writes, a few that read; nothing acknowledged before it is on the disk."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from pixyproxy.core.exceptions import (
    CommitLost,
    DuplicateRow,
    InternalError,
    PixyProxyException,
    StorageFull,
    Unavailable,
)
from pixyproxy.data.database import Parameters, Row, Statements

T = TypeVar("T")
_READERS = 4
# FULL, not NORMAL: in WAL mode NORMAL loses acknowledged rows when the power goes.
_PRAGMAS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 10000;
    PRAGMA cache_size = -16000;
"""


class SQLiteDatabase:
    """The embedded database, for one machine."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lookups = _Connections(path, 1, "sqlite-lookup")
        self._writer = _Connections(path, 1, "sqlite-writer")
        self._readers = _Connections(path, _READERS, "sqlite-reader")

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        """At once, on the event loop: a look-up by key takes 15 µs, handing it to a thread 150."""
        return self._lookups.ask(lambda connection: _fetch_one(connection, sql, parameters))

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        return await self._readers.run(lambda connection: _fetch_all(connection, sql, parameters))

    async def execute(self, sql: str, parameters: Parameters) -> int:
        return await self.transact(lambda statements: statements.execute(sql, parameters))

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        await self.transact(lambda statements: statements.execute_many(sql, parameters))

    async def insert(self, sql: str, parameters: Parameters) -> int:
        return await self.transact(lambda statements: statements.insert(sql, parameters))

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """All of it in the writer's thread, in one go: statement by statement it takes ten times as long."""
        return await self._writer.run(lambda connection: _carried_out(connection, work))

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Whole or not at all."""
        return await self.transact(work)

    async def close(self) -> None:
        for connections in (self._lookups, self._readers, self._writer):
            await connections.close()


class _Transaction:
    """Statements that are done when they are awaited."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        with _errors_translated():
            return _fetch_one(self._connection, sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        with _errors_translated():
            return _fetch_all(self._connection, sql, parameters)

    async def execute(self, sql: str, parameters: Parameters) -> int:
        with _errors_translated():
            return self._connection.execute(sql, parameters).rowcount

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        with _errors_translated():
            self._connection.executemany(sql, parameters)

    async def insert(self, sql: str, parameters: Parameters) -> int:
        with _errors_translated():
            return self._connection.execute(sql, parameters).lastrowid or 0


def _carried_out(connection: sqlite3.Connection, work: Callable[[Statements], Awaitable[T]]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = _finished(work(_Transaction(connection)))
        _commit(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _finished(work: Awaitable[T]) -> T:
    """It waits for nothing but its statements, so a single step brings it to its end."""
    steps: Generator[Any, Any, T] = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return cast("T", end.value)
    steps.close()
    raise InternalError("A transaction waited for something that is not the database.")


def _commit(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        translated = _translated(error)
        raise CommitLost(retry_after_s=5) if isinstance(translated, Unavailable) else translated from error


class _Connections:
    """Threads with a connection each; SQLite's calls block, so they happen there."""

    def __init__(self, path: Path, count: int, name: str) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._of_thread = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def run(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.ask, question)

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with _errors_translated():
            return question(self._connection())

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = _connected(self._path)
            self._opened.append(connection)
        return connection

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown)
        for connection in self._opened:
            connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_PRAGMAS)
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = _as_dict
    return connection


def _as_dict(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _fetch_one(connection: sqlite3.Connection, sql: str, parameters: Parameters) -> Row | None:
    row: Row | None = connection.execute(sql, parameters).fetchone()
    return row


def _fetch_all(connection: sqlite3.Connection, sql: str, parameters: Parameters) -> list[Row]:
    return connection.execute(sql, parameters).fetchall()


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error) from error


def _translated(error: sqlite3.Error) -> PixyProxyException:
    """The one place where SQLite's errors become ours."""
    name = getattr(error, "sqlite_errorname", "")
    if name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        return DuplicateRow()
    if name == "SQLITE_FULL":
        return StorageFull(retry_after_s=60)
    if name.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
    ):
        return Unavailable(retry_after_s=5)
    return InternalError()
