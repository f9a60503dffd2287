"""MySQL through asyncmy: a pool of connections, each named parameter bound by the driver."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

import asyncmy
from asyncmy.constants import CLIENT
from asyncmy.cursors import DictCursor
from asyncmy.errors import MySQLError

from pixyproxy.core.exceptions import (
    CommitLost,
    Deadlock,
    DuplicateRow,
    InternalError,
    PixyProxyException,
    StorageFull,
    Unavailable,
)
from pixyproxy.core.pauses import jittered
from pixyproxy.data.database import Parameters, Row, Statements
from pixyproxy.data.named_parameters import to_percent_style

T = TypeVar("T")

_CONNECT_TIMEOUT_S = 5
_STATEMENT_TIMEOUT_S = 30
_CLOSE_TIMEOUT_S = 5
_TRIES_AFTER_DEADLOCK = 5
_PAUSE_AFTER_DEADLOCK_S = 0.05
_SESSION = "SET SESSION transaction_isolation = 'READ-COMMITTED', time_zone = '+00:00', sql_notes = 0"
_TAKE_TURN = "SELECT GET_LOCK(CONCAT('pixyproxy ', DATABASE()), :patience_s) AS taken"
_END_TURN = "SELECT RELEASE_LOCK(CONCAT('pixyproxy ', DATABASE())) AS ended"
_UPGRADE_PATIENCE_S = 24 * 3600
_UNDONE = {1205, 1213}  # lock wait timeout, deadlock
_DUPLICATE = {1060, 1061, 1062, 1091}  # a column, an index, a row; an index that is dropped already
_DISK_FULL = {1021, 1114}
# Server gone, going, refusing, starting, or read-only.
_LOST = {1030, 1040, 1045, 1053, 1077, 1079, 1080, 1129, 1180, 1203, 1290, 1317, 1836, 1927} | {
    2002, 2003, 2006, 2013, 2014, 2055, 3024, 3100, 3159, 3169, 4031,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MySQLAddress:
    """The parts of mysql://user:password@host:port/database."""

    host: str
    port: int
    user: str
    password: str
    database: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            database=unquote(parts.path.lstrip("/")) or None,
        )


class MySQLDatabase:
    """The database for more than one machine. Lost connections are replaced when it is back."""

    dialect = "mysql"

    def __init__(self, address: MySQLAddress, *, most_connections: int = 16) -> None:
        self._address = address
        self._most_connections = most_connections
        self._pool: Any = None
        self._opening = asyncio.Lock()

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        async with self._statements() as statements:
            return await statements.fetch_one(sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        async with self._statements() as statements:
            return await statements.fetch_all(sql, parameters)

    async def execute(self, sql: str, parameters: Parameters) -> int:
        async with self._statements() as statements:
            return await statements.execute(sql, parameters)

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        await self.transact(lambda statements: statements.execute_many(sql, parameters))

    async def insert(self, sql: str, parameters: Parameters) -> int:
        async with self._statements() as statements:
            return await statements.insert(sql, parameters)

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        for _ in range(_TRIES_AFTER_DEADLOCK):
            try:
                async with self._statements() as statements:
                    return await statements.transact(work)
            except Deadlock:
                await asyncio.sleep(jittered(_PAUSE_AFTER_DEADLOCK_S))
        raise Unavailable(retry_after_s=1)

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Each change of a table commits by itself."""
        async with self._statements() as statements:
            return await statements.upgrade(work)

    async def close(self) -> None:
        """In good order; a connection that does not come back is not waited for."""
        if self._pool is None:
            return
        self._pool.close()
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._pool.wait_closed()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _statements(self) -> AsyncIterator["_Connection"]:
        with _errors_translated():
            pool = self._pool or await self._open_pool()
            async with asyncio.timeout(_STATEMENT_TIMEOUT_S) as deadline, pool.acquire() as connection:
                yield _Connection(connection, deadline)

    async def _open_pool(self) -> Any:
        # asyncmy's own limit ends with TCP's handshake; a server that accepts and says nothing has none.
        async with asyncio.timeout(_CONNECT_TIMEOUT_S), self._opening:
            if self._pool is None:
                self._pool = await asyncmy.create_pool(
                    minsize=1,
                    maxsize=self._most_connections,
                    host=self._address.host,
                    port=self._address.port,
                    user=self._address.user,
                    password=self._address.password.encode(),  # of text it would make Latin-1
                    database=self._address.database,
                    charset="utf8mb4",
                    autocommit=True,
                    init_command=_SESSION,
                    client_flag=CLIENT.FOUND_ROWS,
                    connect_timeout=_CONNECT_TIMEOUT_S,
                )
        return self._pool


class _Connection:
    """One borrowed connection; outside a transaction each statement commits by itself."""

    def __init__(self, connection: Any, deadline: asyncio.Timeout) -> None:
        self._connection = connection
        self._deadline = deadline

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        async with self._ran(sql, parameters) as cursor:
            row: Row | None = await cursor.fetchone()
            return row

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        async with self._ran(sql, parameters) as cursor:
            return list(await cursor.fetchall())

    async def execute(self, sql: str, parameters: Parameters) -> int:
        async with self._ran(sql, parameters) as cursor:
            return int(cursor.rowcount)

    async def execute_many(self, sql: str, parameters: list[Parameters]) -> None:
        with _errors_translated():
            async with self._connection.cursor() as cursor:
                await cursor.executemany(to_percent_style(sql), parameters)

    async def insert(self, sql: str, parameters: Parameters) -> int:
        async with self._ran(sql, parameters) as cursor:
            return int(cursor.lastrowid)

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        await self._connection.begin()
        try:
            result = await work(self)
            await self._commit()
        except CommitLost:
            self._connection.close()
            raise
        except Exception:  # not a cancellation: what is left in a transaction the pool closes
            with suppress(MySQLError, OSError, EOFError):
                await self._connection.rollback()
            raise
        return result

    async def upgrade(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        self._deadline.reschedule(None)
        await self.fetch_one(_TAKE_TURN, {"patience_s": _UPGRADE_PATIENCE_S})
        try:
            return await work(self)
        finally:
            with suppress(PixyProxyException):  # a connection that is lost has given it back
                await self.fetch_one(_END_TURN, {})

    async def _commit(self) -> None:
        """From here on a deadline that is over does not mean that nothing has happened."""
        self._deadline.reschedule(None)
        try:
            with _errors_translated():
                async with asyncio.timeout(_STATEMENT_TIMEOUT_S):
                    await self._connection.commit()
        except Unavailable as error:
            raise CommitLost(retry_after_s=5) from error.__cause__

    @asynccontextmanager
    async def _ran(self, sql: str, parameters: Parameters) -> AsyncIterator[Any]:
        with _errors_translated():
            async with self._connection.cursor(DictCursor) as cursor:
                await cursor.execute(to_percent_style(sql), parameters)
                yield cursor


@contextmanager
def _errors_translated() -> Iterator[None]:
    """The one place where MySQL's errors become ours."""
    try:
        yield
    except MySQLError as error:
        raise _translation(error.args[0] if error.args else None) from error
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise Unavailable(retry_after_s=5) from error


def _translation(number: object) -> PixyProxyException:
    if number in _DUPLICATE:
        return DuplicateRow()
    if number in _UNDONE:
        return Deadlock()
    if number in _DISK_FULL:
        return StorageFull(retry_after_s=60)
    return Unavailable(retry_after_s=5) if number in _LOST else InternalError()
