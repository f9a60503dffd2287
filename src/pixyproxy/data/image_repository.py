"""The questions asked about images. What an audience may not see does not exist for it."""

import re
from datetime import datetime

from pixyproxy.core.models import Audience, Image
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.image_index import ImageIndex
from pixyproxy.data.image_search import page_query
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
        await self._statements.execute("DELETE FROM image WHERE id = :id", {"id": image_id})


def _as_kept(guid: str) -> str:
    """In small letters; what is no guid is not asked for: MySQL would pass over a blank at its end."""
    return guid.lower() if _GUID.fullmatch(guid) else ""


def _may_see(row: Row, audience: Audience) -> bool:
    return audience.sees_everything or row["visibility"] == "public" or row["owner"] == audience.owner
