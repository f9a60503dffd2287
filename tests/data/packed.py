"""The search index as it is kept, and as it must be: made anew from all the rows."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from pyroaring import BitMap

import pixyproxy.data.search
from pixyproxy.core.models import Image
from pixyproxy.data import image_rows
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library
from pixyproxy.data.search import looks, postings
from pixyproxy.data.search.terms import terms_of

Index = dict[tuple[int, str], set[int]]
"""Block and term, and the ids of the images in it."""
TABLES = "image image_posting image_change image_looks image_parent".split()
_MOST = 1000


def _modules() -> list[ModuleType]:
    names = [each.name for each in pkgutil.iter_modules(pixyproxy.data.search.__path__)]
    return [importlib.import_module(f"pixyproxy.data.search.{name}") for name in names]


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """So many ids in a block, wherever its size is known by name. The index is empty before and after."""
    with pytest.MonkeyPatch.context() as patch:
        for module in _modules():
            if hasattr(module, "BLOCK"):
                patch.setattr(module, "BLOCK", size)
        yield


async def begin_anew(library: Library, next_id: int = 1) -> None:
    """No image, no index, and the next image has this id."""
    database = library._database
    for table in TABLES:
        await database.execute(f"DELETE FROM {table}", {})
    if database.dialect == "mysql":
        await database.execute(f"ALTER TABLE image AUTO_INCREMENT = {next_id}", {})
    else:
        await database.execute("DELETE FROM sqlite_sequence WHERE name = 'image'", {})
        await database.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('image', :seq)", {"seq": next_id - 1}
        )


async def pack_all(library: Library) -> None:
    while await library.pack(_MOST):
        pass


async def changes_waiting(library: Library) -> int:
    row = await library._database.fetch_one("SELECT count(*) AS changes FROM image_change", {})
    return row["changes"] if row else 0


async def assert_packed(library: Library) -> None:
    """Nothing waits, no bit is missing and none is there that should not be."""
    images = await _all_images(library._database)
    assert await changes_waiting(library) == 0
    assert await _index(library._database) == _index_of(images)
    assert await _looks(library._database) == {
        image.id: bytes.fromhex(image.looks) for image in images if image.looks and int(image.looks, 16)
    }


async def _all_images(database: Database) -> list[Image]:
    columns = ", ".join(["id", *image_rows.COLUMNS])
    rows = await database.fetch_all(f"SELECT {columns} FROM image", {})
    return [image_rows.from_row(row) for row in rows]


async def _index(database: Database) -> Index:
    rows = await database.fetch_all("SELECT block, term, images FROM image_posting", {})
    return {
        (row["block"], row["term"]): {
            row["block"] * postings.BLOCK + place for place in BitMap.deserialize(row["images"])
        }
        for row in rows
    }


def _index_of(images: list[Image]) -> Index:
    index: Index = {}
    for image in images:
        for term in terms_of(image):
            index.setdefault((image.id // postings.BLOCK, term), set()).add(image.id)
    return index


async def _looks(database: Database) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for row in await database.fetch_all("SELECT stretch, looks FROM image_looks", {}):
        assert len(row["looks"]) == looks.STRETCH * 8
        for place in range(looks.STRETCH):
            if any(each := row["looks"][place * 8 : place * 8 + 8]):
                found[row["stretch"] * looks.STRETCH + place] = each
    return found
