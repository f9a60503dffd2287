"""What operators are told of the library as a whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pixyproxy.core.models import ERASED_AT, Status
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.values import from_timestamp, to_timestamp

_PAGE = 20_000


@dataclass(frozen=True, slots=True)
class InMaking:
    """Images that are queued, or being made: how many, and when the oldest of them was asked for."""

    count: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """How many images have bytes, and how many those are."""

    images: int = 0
    size_bytes: int = 0

    def __add__(self, other: Self) -> "Kept":
        return Kept(self.images + other.images, self.size_bytes + other.size_bytes)


@dataclass(frozen=True, slots=True)
class AllKept:
    """The images that are there, and those in the trash; what can be restored no more is in neither."""

    there: Kept
    in_trash: Kept


class OperationsQueries:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def schema(self) -> int:
        row = await self._statements.fetch_one("SELECT max(version) AS version FROM schema_version", {})
        return int(row["version"]) if row else 0

    async def in_making(self) -> dict[Status, InMaking]:
        """Through their jobs, of which there are few."""
        rows = await self._statements.fetch_all(
            "SELECT image.status, count(*) AS images, min(image.created_at) AS oldest_at FROM job "
            "JOIN image ON image.id = job.image_id GROUP BY image.status",
            {},
        )
        return {Status(row["status"]): _in_making(row) for row in rows}

    async def kept(self) -> AllKept:
        """Reads every image's row, some thousand at a time: one to three seconds for a million."""
        there, in_trash, past_id = Kept(), Kept(), 0
        while rows := await self._page(past_id):
            for row in rows:
                if row["is_there"]:
                    there += _kept(row)
                elif not row["is_erased"]:
                    in_trash += _kept(row)
            past_id = max(row["last_id"] for row in rows)
        return AllKept(there, in_trash)

    async def _page(self, past_id: int) -> list[Row]:
        return await self._statements.fetch_all(
            "SELECT deleted_at IS NULL AS is_there, deleted_at <= :erased_at AS is_erased, "
            "max(id) AS last_id, count(size_bytes) AS images, sum(size_bytes) AS size_bytes "
            "FROM (SELECT id, size_bytes, deleted_at FROM image WHERE id > :past_id ORDER BY id LIMIT :most) "
            "AS page GROUP BY is_there, is_erased",
            {"erased_at": to_timestamp(ERASED_AT), "past_id": past_id, "most": _PAGE},
        )


def _in_making(row: Row) -> InMaking:
    return InMaking(row["images"], from_timestamp(row["oldest_at"]))


def _kept(row: Row) -> Kept:
    return Kept(row["images"], int(row["size_bytes"] or 0))
