import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncmy
import pytest

from tools.mysql_process import Mysqld, private_folder
from tools.mysql_server import URL_VARIABLE, MySQLServer, running_mysql
from tools.ways import WayClosedError


@pytest.fixture(scope="module")
def server() -> Iterator[MySQLServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        with running_mysql() as server:
            yield server


def test_a_mysqld_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    mysqld = (str(shutil.which("sh")), "-c", "echo no room on the disk; exit 7")
    with (
        pytest.raises(WayClosedError, match=r"ended with 7(?s:.*)no room on the disk"),
        Mysqld(mysqld, tmp_path),
    ):
        pass


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "pixyproxy-mysql-left").mkdir()
    with private_folder() as first, private_folder() as second:
        assert sorted(tmp_path.iterdir()) == sorted([first, second])
    assert not list(tmp_path.iterdir())


async def test_it_is_a_real_mysql_with_its_durability_as_delivered(server: MySQLServer) -> None:
    async with connected(server.url) as query:
        ((version, flush, sync, binary_log),) = await query(
            "SELECT VERSION(), @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@log_bin"
        )
    assert "MariaDB" not in version
    assert (flush, sync, binary_log) == (1, 1, 1)


async def test_it_is_killed_and_comes_back_with_its_port_and_its_data(server: MySQLServer) -> None:
    url = server.url
    async with connected(url) as query:
        await query("CREATE DATABASE kept")
        await query("CREATE TABLE kept.row_ (id INT PRIMARY KEY)")
        await query("INSERT INTO kept.row_ VALUES (42)")
    server.kill()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
    server.start()
    assert server.url == url
    async with connected(url) as query:
        assert await query("SELECT id FROM kept.row_") == ((42,),)


async def test_it_survives_a_restart_from_a_thread_that_ends(server: MySQLServer) -> None:
    await asyncio.to_thread(server.restart)
    await asyncio.get_running_loop().shutdown_default_executor()
    async with connected(server.url) as query:
        assert await query("SELECT 1") == ((1,),)


async def test_a_user_with_a_password_connects_over_plain_tcp(server: MySQLServer) -> None:
    async with connected(server.url) as query:
        await query("CREATE USER pixy@localhost IDENTIFIED BY 'a pass:word'")
    async with connected(server.url, user="pixy", password="a pass:word") as query:
        assert await query("SELECT CURRENT_USER()") == (("pixy@localhost",),)


@asynccontextmanager
async def connected(url: str, **other: Any) -> AsyncIterator[Any]:
    """A function that runs one statement and returns its rows."""
    where = urlsplit(url)
    who = {"user": where.username, "password": where.password or ""}
    connection = await asyncmy.connect(
        host=where.hostname, port=where.port, autocommit=True, **{**who, **other}
    )

    async def query(statement: str) -> Any:
        async with connection.cursor() as cursor:
            await cursor.execute(statement)
            return await cursor.fetchall()

    try:
        yield query
    finally:
        await connection.ensure_closed()
