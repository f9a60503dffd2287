"""Both databases, with tables, and one table more for the tests of the databases themselves."""

import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pixyproxy.data.database import Database
from pixyproxy.data.init import open_library
from pixyproxy.data.library import Library
from tests.data.disks import mounted
from tests.data.named_images import Finds, NamedImages

_PROBE = {
    "sqlite": "CREATE TABLE probe (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, "
    "body TEXT)",
    "mysql": "CREATE TABLE probe (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200) NOT NULL UNIQUE, "
    "body MEDIUMTEXT)",
}


@pytest.fixture
async def database(library_url: str) -> AsyncIterator[Database]:
    """An empty database with the tables of the service."""
    library = await open_library(library_url)
    yield library._database
    await library.close()


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


@pytest.fixture
async def other_library(library: Library, database_url: str) -> AsyncIterator[Library]:
    """The same database, as another process has opened it."""
    assert library
    other = await open_library(database_url)
    yield other
    await other.close()


@pytest.fixture
async def finds(library: Library) -> AsyncIterator[Finds]:
    """Searches among images under names; at the end all is asked again, packed in part and whole."""
    images = NamedImages(library)
    yield images.finds
    await images.ask_again_while_packing()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    with mounted(tmp_path / "disk", "size=64k") as disk:
        yield disk


@pytest.fixture
def short_files() -> Iterator[None]:
    """No file may become longer than 64 KB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
