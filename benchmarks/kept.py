"""Libraries that are seeded once and kept in .local/libraries, until what they are made by changes."""

import asyncio
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import copying, library_rows, seeding
from benchmarks.library_rows import MADE
from benchmarks.seeding import add_again, copy_from, seed
from benchmarks.servers import MYSQL_OPTIONS, make_mysql_database, mysql_database_url
from pixyproxy.core import names, words
from pixyproxy.data import image_rows, values
from pixyproxy.data.init import open_database
from pixyproxy.data.search import looks, postings, terms
from tools.folders import locked
from tools.mysql_process import Mysqld
from tools.mysql_server import running_mysql

HOME = Path(__file__).resolve().parent.parent / ".local" / "libraries"
_MAKERS = (library_rows, seeding, copying, names, words, image_rows, values, looks, postings, terms)
_TABLES = Path(image_rows.__file__).with_name("sql")
_SEEDED = "seeded.json"
# What a crash meanwhile would lose is seeded again.
_SEEDING_OPTIONS = (
    *MYSQL_OPTIONS,
    "--skip-log-bin",
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-redo-log-capacity=2G",
)


@dataclass(frozen=True, slots=True)
class Library:
    """A database with so many images, and what it took to write it."""

    url: str
    images: int
    seconds: float
    size_bytes: int


Open = Callable[[int], AbstractContextManager[Library]]
"""Takes how many images it is to have; nobody else uses it meanwhile."""


@contextmanager
def sqlite_library(images: int) -> Iterator[Library]:
    with _place("sqlite", images) as folder:
        file = folder / "pixyproxy.db"
        url = f"sqlite:///{file}"
        if not _facts(folder):
            _note(folder, seconds=_seconds_to_write(url, images))
        yield Library(url, images, _facts(folder)["seconds"], file.stat().st_size)


@contextmanager
def mysql_library(images: int) -> Iterator[Library]:
    """Copied from that of SQLite. Kept where the server is a process of ours; another takes it along."""
    with _place("mysql", images) as folder:
        if not _facts(folder):
            with running_mysql(_SEEDING_OPTIONS) as server:
                url = make_mysql_database(server.url, "library")
                seconds = _seconds_to_copy(url, images)
                if not isinstance(server, Mysqld):
                    yield Library(url, images, seconds, 0)
                    return
                made = asyncio.run(_data_folder(server.url))
                server.stop()
                shutil.move(made, folder / "data")
            _note(folder, seconds=seconds, database=urlsplit(url).path[1:])
        with running_mysql((*MYSQL_OPTIONS, f"--datadir={folder / 'data'}")) as server:
            yield _mysql_library(server.url, images, folder)
            server.stop()


def _mysql_library(admin_url: str, images: int, folder: Path) -> Library:
    facts = _facts(folder)
    tables = (folder / "data" / facts["database"]).glob("*.ibd")
    size_bytes = sum(table.stat().st_size for table in tables)
    url = mysql_database_url(admin_url, facts["database"])
    return Library(url, images, facts["seconds"], size_bytes)


@contextmanager
def _place(dialect: str, images: int) -> Iterator[Path]:
    """A folder that nobody else uses meanwhile; where it does not hold a whole library, an empty one."""
    folder = HOME / f"{dialect}-{images}"
    with locked(folder):
        if _facts(folder).get("makers") != _makers(dialect):
            for left in folder.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield folder


def _makers(dialect: str) -> str:
    """Of another library than this, if they had changed."""
    files = [Path(str(maker.__file__)) for maker in _MAKERS] + [_TABLES / f"create_tables.{dialect}.sql"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _facts(folder: Path) -> Mapping[str, Any]:
    """Empty when the library is not there, or not whole."""
    file = folder / _SEEDED
    facts: Mapping[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return facts


def _note(folder: Path, **facts: object) -> None:
    makers = _makers(folder.name.partition("-")[0])
    (folder / _SEEDED).write_text(json.dumps({"makers": makers, **facts}))


def _seconds_to_write(url: str, images: int) -> float:
    if images >= MADE:
        return _seconds_to_copy(url, images)
    started = time.monotonic()
    seed(url, images)
    return time.monotonic() - started


def _seconds_to_copy(url: str, images: int) -> float:
    with sqlite_library(min(images, MADE - 1)) as source:
        started = time.monotonic()
        copy_from(source.url, url, images)
    add_again(url, images)
    return time.monotonic() - started


async def _data_folder(admin_url: str) -> str:
    database = open_database(admin_url)
    try:
        row = await database.fetch_one("SELECT @@datadir AS folder", {})
        return str(row["folder"]) if row else ""
    finally:
        await database.close()
