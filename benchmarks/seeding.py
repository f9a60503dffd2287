"""Writes a library straight into a database: rows and index as the service keeps them.

Images are made and their terms found in processes of their own, block after block; this one writes.
"""

import asyncio
import sys
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from pyroaring import BitMap

from benchmarks.copying import INSERT, copy, repeat, tell
from benchmarks.library_rows import OWNER, image
from pixyproxy.core.models import Image
from pixyproxy.data.database import Database, Parameters, Statements
from pixyproxy.data.image_rows import to_dict
from pixyproxy.data.init import open_database, open_library
from pixyproxy.data.search.looks import Looks
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.terms import terms_of
from pixyproxy.data.secret_repository import SecretRepository
from pixyproxy.service.cursors import Cursors

_WORKERS, _AHEAD = 2, 3
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class _Part:
    """The images of one block of the index, and which of them have which terms."""

    block: int
    images: Mapping[int, Image]
    sets: dict[str, BitMap]


def seed(database_url: str, count: int) -> None:
    """So many images, their ids counted from 1, into a database that has none."""
    asyncio.run(_seed(database_url, count))


def copy_from(source_url: str, database_url: str, count: int) -> None:
    """The same of another library: that is quicker. Those that come again are to be added."""
    asyncio.run(_copy_from(source_url, database_url, count))


def add_again(database_url: str, count: int) -> None:
    """The same images, at later dates, until there are so many or a few more."""
    asyncio.run(_add_again(database_url, count))


def hand_over(database_url: str, key_id: str) -> None:
    """To the holder of this key, who then owns half of the images."""
    asyncio.run(_hand_over(database_url, key_id))


def cursors_of(database_url: str) -> Cursors:
    """Seals those that a caller would hold after paging to some image, as the service does."""
    return Cursors(asyncio.run(_secret(database_url)))


async def _seed(database_url: str, count: int) -> None:
    async with _empty(database_url) as database:
        workers = ProcessPoolExecutor(_WORKERS, get_context("spawn"))
        try:
            for part in _parts(workers, count):
                await _write(database, part)
                tell(max(part.images), count)
        finally:
            workers.shutdown(cancel_futures=True)


async def _copy_from(source_url: str, database_url: str, count: int) -> None:
    async with _opened(source_url) as source, _empty(database_url) as database:
        await copy(source, database, count)


async def _add_again(database_url: str, count: int) -> None:
    async with _opened(database_url) as database:
        await repeat(database, count)


@asynccontextmanager
async def _empty(database_url: str) -> AsyncIterator[Database]:
    """With its tables."""
    await (await open_library(database_url)).close()
    async with _opened(database_url) as database:
        yield database
    print(file=sys.stderr)


@asynccontextmanager
async def _opened(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url)
    try:
        yield database
    finally:
        await database.close()


def _parts(workers: Executor, count: int) -> Iterator[_Part]:
    """In their order; a few are made ahead, not all: each has a hundred megabytes."""
    ahead: deque[Future[_Part]] = deque()
    for block in range(count // BLOCK + 1):
        ahead.append(workers.submit(_part, block, count))
        if len(ahead) > _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _part(block: int, count: int) -> _Part:
    numbers = range(max(1, block * BLOCK), min(count + 1, (block + 1) * BLOCK))
    images: dict[int, Image] = {}
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        images[number] = each = image(number)
        for term in terms_of(each):
            places[term].append(number % BLOCK)
    return _Part(block, images, {term: BitMap(found) for term, found in places.items()})


async def _write(database: Database, part: _Part) -> None:
    rows = list(part.images.values())
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        batch: list[Parameters] = [to_dict(each) for each in rows[start : start + _ROWS_AT_ONCE]]
        await database.execute_many(INSERT, batch)
    lock = " FOR UPDATE" if database.dialect == "mysql" else ""

    async def write_index(statements: Statements) -> None:
        await Postings(statements).keep(part.block, part.sets)
        await Looks(statements).keep(part.images, lock=lock)

    await database.transact(write_index)


async def _hand_over(database_url: str, key_id: str) -> None:
    async with _opened(database_url) as database:
        sql = "UPDATE api_key SET owner = :owner WHERE id = :id"
        await database.execute(sql, {"owner": OWNER, "id": key_id})


async def _secret(database_url: str) -> str:
    async with _opened(database_url) as database:
        return await SecretRepository(database).get_or_add("cursors", "made by the service already")
