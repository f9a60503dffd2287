"""The questions asked about images. What an audience may not see does not exist for it."""

import re
from collections.abc import Sequence
from datetime import datetime

from pixyproxy.core.models import Audience, Image, Status
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.image_index import ImageIndex
from pixyproxy.data.image_search import page_query
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.values import to_timestamp

_SELECTED = ", ".join(["id", *image_rows.COLUMNS])
_INSERT = (
    f"INSERT INTO image ({', '.join(image_rows.WRITTEN_COLUMNS)}) "
    f"VALUES ({', '.join(f':{column}' for column in image_rows.WRITTEN_COLUMNS)})"
)
_UPDATE = (
    f"UPDATE image SET {', '.join(f'{column} = :{column}' for column in image_rows.WRITTEN_COLUMNS)} "
    "WHERE id = :id AND deleted_at IS NULL"
)
_GUID = re.compile(r"[0-9a-fA-F-]{36}")
_FIND = f"SELECT {_SELECTED} FROM image WHERE guid = :guid AND deleted_at IS NULL"


class ImageRepository:
    def __init__(self, statements: Statements, dialect: str) -> None:
        self._statements = statements
        self._dialect = dialect
        self._lock = "" if dialect == "sqlite" else " FOR UPDATE"
        self._index = ImageIndex(statements)

    async def add(self, image: Image) -> int:
        """The id of the new row."""
        image_id = await self._statements.insert(_INSERT, image_rows.to_dict(image))
        await self._index.add(image_id, image)
        if image.parents:
            await self._statements.execute_many(
                "INSERT INTO image_parent (parent, image_id) VALUES (:parent, :image_id)",
                [{"parent": parent, "image_id": image_id} for parent in sorted(image.parents)],
            )
        return image_id

    async def find(self, guid: str, audience: Audience) -> Image | None:
        row = await self._statements.fetch_one(_FIND, {"guid": _as_kept(guid)})
        return image_rows.from_row(row) if row and _may_see(row, audience) else None

    async def find_for_update(self, guid: str, audience: Audience) -> Image | None:
        """As `find`, and nobody else changes the row before this transaction ends."""
        row = await self._statements.fetch_one(_FIND + self._lock, {"guid": _as_kept(guid)})
        return image_rows.from_row(row) if row and _may_see(row, audience) else None

    async def find_in_making(self, image_id: int) -> Image | None:
        """As `find_for_update`, for whoever makes it; None when it has been deleted meanwhile."""
        sql = f"SELECT {_SELECTED} FROM image WHERE id = :id AND deleted_at IS NULL"
        row = await self._statements.fetch_one(sql + self._lock, {"id": image_id})
        return image_rows.from_row(row) if row else None

    async def of_batch(self, batch: str, audience: Audience) -> list[Image]:
        """Those that were asked for together, in their order."""
        sql = f"SELECT {_SELECTED} FROM image WHERE batch = :batch AND deleted_at IS NULL ORDER BY id"
        rows = await self._statements.fetch_all(sql, {"batch": batch})
        return [image_rows.from_row(row) for row in rows if _may_see(row, audience)]

    async def batch_of(self, image_id: int) -> str | None:
        """Also of one that has been deleted."""
        row = await self._statements.fetch_one("SELECT batch FROM image WHERE id = :id", {"id": image_id})
        return row["batch"] if row else None

    async def count_failed(self, batch: str, besides: int, of: Sequence[str]) -> int:
        """How many others of those that were asked for together have failed of one of these."""
        names, codes = any_of("code", of)
        sql = (
            "SELECT count(*) AS images FROM image WHERE batch = :batch AND id <> :besides "
            f"AND status = :failed AND error_code IN ({names})"
        )
        asked = {**codes, "batch": batch, "besides": besides, "failed": Status.FAILED.value}
        row = await self._statements.fetch_one(sql, asked)
        return int(row["images"]) if row else 0

    async def with_guids(self, guids: Sequence[str], audience: Audience) -> list[Image]:
        """Those of them that may be seen, the oldest first."""
        if not guids:
            return []
        names, asked = any_of("guid", guids)
        sql = f"SELECT {_SELECTED} FROM image WHERE guid IN ({names}) AND deleted_at IS NULL ORDER BY id"
        rows = await self._statements.fetch_all(sql, asked)
        return [image_rows.from_row(row) for row in rows if _may_see(row, audience)]

    async def made_from(self, guids: Sequence[str], audience: Audience, most: int) -> list[Image]:
        """Those that name one of them as a parent, the oldest first."""
        names, asked = any_of("guid", guids)
        sql = (
            f"SELECT {_SELECTED} FROM image WHERE id IN "
            f"(SELECT image_id FROM image_parent WHERE parent IN ({names})) "
            f"AND deleted_at IS NULL AND {_seen_by(audience)} ORDER BY id LIMIT :most"
        )
        rows = await self._statements.fetch_all(sql, {**asked, "most": most, "viewer": audience.owner})
        return [image_rows.from_row(row) for row in rows if _may_see(row, audience)]

    async def guid_of_content(self, sha256: str, audience: Audience) -> str | None:
        """Of the newest image with these bytes that may be seen."""
        sql = (
            "SELECT guid FROM image WHERE sha256 = :sha256 AND deleted_at IS NULL "
            f"AND {_seen_by(audience)} ORDER BY id DESC LIMIT 1"
        )
        row = await self._statements.fetch_one(sql, {"sha256": sha256, "viewer": audience.owner})
        return str(row["guid"]) if row else None

    async def list_(self, search: ImageSearch, audience: Audience, past_id: int | None) -> list[Image]:
        """One image more than `search.limit` where there is a next page."""
        sql, parameters = page_query(search, audience, past_id, _SELECTED, self._dialect)
        return [image_rows.from_row(row) for row in await self._statements.fetch_all(sql, parameters)]

    async def change(self, before: Image, after: Image) -> bool:
        """False when it has been deleted meanwhile."""
        if not await self._statements.execute(_UPDATE, image_rows.to_dict(after)):
            return False
        await self._index.change(before, after)
        return True

    async def hide(self, image: Image, at: datetime) -> None:
        """Gone from every answer; the row stays until its bytes are gone too."""
        await self._statements.execute(
            "UPDATE image SET deleted_at = :at WHERE id = :id",
            {"id": image.id, "at": to_timestamp(at)},
        )

    async def remove(self, image_id: int) -> None:
        await self._index.remove(image_id)
        await self._statements.execute("DELETE FROM image_parent WHERE image_id = :id", {"id": image_id})
        await self._statements.execute("DELETE FROM image WHERE id = :id", {"id": image_id})


def _as_kept(guid: str) -> str:
    """In small letters; what is no guid is not asked for: MySQL would pass over a blank at its end."""
    return guid.lower() if _GUID.fullmatch(guid) else ""


def _seen_by(audience: Audience) -> str:
    """With the parameter `viewer`, the audience's owner."""
    return "1 = 1" if audience.sees_everything else "(visibility = 'public' OR owner = :viewer)"


def _may_see(row: Row, audience: Audience) -> bool:
    return audience.sees_everything or row["visibility"] == "public" or row["owner"] == audience.owner
