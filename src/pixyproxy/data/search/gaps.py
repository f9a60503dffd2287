"""Images that the index does not know of, were it ever damaged: every row is compared with the sets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pixyproxy.data.database import Statements
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.search.terms import STATE


@dataclass(frozen=True, slots=True)
class Gap:
    """An image that no search finds."""

    image_id: int
    guid: str


async def gaps(statements: Statements) -> AsyncIterator[Gap]:
    """The rows are read before the sets: what is taken into them meanwhile is not in doubt."""
    newest = await statements.fetch_one("SELECT max(id) AS id FROM image", {})
    for block in range(((newest and newest["id"]) or 0) // BLOCK + 1):
        rows = await statements.fetch_all(
            "SELECT image.id, guid FROM image LEFT JOIN image_change ON image_change.image_id = image.id "
            "WHERE image.id >= :first AND image.id < :end AND image_change.id IS NULL ORDER BY image.id",
            {"first": block * BLOCK, "end": (block + 1) * BLOCK},
        )
        named = await Postings(statements).of_kind(STATE, block)
        for row in rows:
            if row["id"] % BLOCK not in named:
                yield Gap(row["id"], row["guid"])
