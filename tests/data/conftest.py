"""Both databases, with tables, and one table more for the tests of the databases themselves."""

from collections.abc import AsyncIterator

import pytest

from pixyproxy.data.database import Database
from pixyproxy.data.init import open_database, open_library
from pixyproxy.data.library import Library

_PROBE = {
    "sqlite": "CREATE TABLE probe (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, "
    "body TEXT)",
    "mysql": "CREATE TABLE probe (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200) NOT NULL UNIQUE, "
    "body MEDIUMTEXT)",
}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database with the tables of the service."""
    await (await open_library(database_url)).close()
    database = open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


@pytest.fixture
async def probe(database: Database) -> AsyncIterator[Database]:
    """A database with an empty table `probe (id, name unique, body)`."""
    await database.execute("DROP TABLE IF EXISTS probe", {})
    await database.execute(_PROBE[database.dialect], {})
    yield database
    await database.execute("DROP TABLE probe", {})
