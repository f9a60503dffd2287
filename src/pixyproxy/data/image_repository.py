"""The questions asked about images. What an audience may not see does not exist for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pixyproxy.core.models import ERASED_AT, Audience, Image, Status
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.finding import Finding
from pixyproxy.data.search.similar import Similar, Similarity
from pixyproxy.data.search.tag_counts import TagCounting, TagCounts
from pixyproxy.data.values import from_json, from_timestamp

_SELECTED = ", ".join(["id", *image_rows.COLUMNS])
_INSERT = (
    f"INSERT INTO image ({', '.join(image_rows.WRITTEN_COLUMNS)}) "
    f"VALUES ({', '.join(f':{column}' for column in image_rows.WRITTEN_COLUMNS)})"
)
_UPDATE = (
    f"UPDATE image SET {', '.join(f'{column} = :{column}' for column in image_rows.WRITTEN_COLUMNS)} "
    "WHERE id = :id"
)
_GUID = re.compile(r"[0-9a-fA-F-]{36}")
_FIND = f"SELECT {_SELECTED} FROM image WHERE guid = :guid AND deleted_at IS NULL"
_FIND_IN_TRASH = f"SELECT {_SELECTED} FROM image WHERE guid = :guid AND deleted_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Kept:
    """What tells whether an image is there already, and which bytes it names."""

    id: int
    guid: str
    owner: str
    sha256: str | None
    storage_key: str | None
    is_erased: bool
    """Its bytes are about to go."""


class ImageRepository:
    def __init__(self, statements: Statements, dialect: str) -> None:
        self._statements = statements
        self._lock = "" if dialect == "sqlite" else " FOR UPDATE"
        self._changes = Changes(statements)
        self._finding = Finding(statements)
        self._similarity = Similarity(statements)

    async def add(self, image: Image) -> int:
        """The id of the new row."""
        image_id = await self._statements.insert(_INSERT, image_rows.to_dict(image))
        await self._changes.note_new(image_id)
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

    async def find_in_trash(self, guid: str, audience: Audience) -> Image | None:
        """What has been deleted and is not removed yet: its owner's, whoever might see it before."""
        row = await self._statements.fetch_one(_FIND_IN_TRASH, {"guid": _as_kept(guid)})
        return image_rows.from_row(row) if row and _is_own(row, audience) else None

    async def find_in_trash_for_update(self, guid: str, audience: Audience) -> Image | None:
        """As `find_in_trash`, and nobody else changes the row before this transaction ends."""
        row = await self._statements.fetch_one(_FIND_IN_TRASH + self._lock, {"guid": _as_kept(guid)})
        return image_rows.from_row(row) if row and _is_own(row, audience) else None

    async def find_in_making(self, image_id: int) -> Image | None:
        """As `find_for_update`, for whoever makes it; also in the trash. None when it is gone for good."""
        sql = f"SELECT {_SELECTED} FROM image WHERE id = :id"
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

    async def kept_with_guids(self, guids: Sequence[str]) -> list[Kept]:
        """Those that are there, whoever's they are, in the trash or not."""
        return await self._kept("guid", guids)

    async def kept_with_contents(self, sha256s: Sequence[str]) -> list[Kept]:
        """Every image with one of these contents, whoever's it is, in the trash or not."""
        return await self._kept("sha256", sha256s)

    async def _kept(self, column: str, values: Sequence[str]) -> list[Kept]:
        if not values:
            return []
        names, asked = any_of(column, values)
        rows = await self._statements.fetch_all(
            "SELECT id, guid, owner, sha256, storage_key, deleted_at "
            f"FROM image WHERE {column} IN ({names}) ORDER BY id",
            asked,
        )
        return [_as_is_kept(row) for row in rows]

    async def past(self, past_id: int, most: int) -> list[Image]:
        """Whosever they are and whatever their status, in the trash or not; the oldest first."""
        sql = f"SELECT {_SELECTED} FROM image WHERE id > :past_id ORDER BY id LIMIT :most"
        rows = await self._statements.fetch_all(sql, {"past_id": past_id, "most": most})
        return [image_rows.from_row(row) for row in rows]

    async def list_(self, search: ImageSearch, audience: Audience, past_id: int | None) -> list[Image]:
        """One image more than `search.limit` where there is a next page."""
        return await self._finding.page(search, audience, past_id)

    async def count(self, search: ImageSearch, audience: Audience, most: int) -> int:
        """How many there are, or one more than `most`."""
        return await self._finding.count(search, audience, most)

    async def with_tag(self, key: str, audience: Audience, past_id: int | None, most: int) -> list[Image]:
        """Whatever their status, in the trash or not; the newest first."""
        return await self._finding.with_tag(key, audience, past_id, most)

    async def tag_counts(self, audience: Audience, start: str) -> TagCounts:
        return await TagCounting(self._statements, audience, start).count()

    async def tags_of(self, image_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """As they were given."""
        if not image_ids:
            return {}
        names, named = any_of("id", image_ids)
        rows = await self._statements.fetch_all(f"SELECT id, tags FROM image WHERE id IN ({names})", named)
        return {row["id"]: tuple(from_json(row["tags"])) for row in rows}

    async def lock_own(self, image_id: int, audience: Audience) -> Image | None:
        """As `find_for_update`, also in the trash; None when it is gone, or another's."""
        row = await self._statements.fetch_one(
            f"SELECT {_SELECTED} FROM image WHERE id = :id{self._lock}", {"id": image_id}
        )
        return image_rows.from_row(row) if row and _is_own(row, audience) else None

    async def similar(
        self, image: Image, looks: str, audience: Audience, limit: int, most_distance: int
    ) -> list[Similar]:
        """To one that looks so, which is not among them: the nearest first, of equals the newest."""
        return await self._similarity.nearest(looks, audience, image.id, limit, most_distance)

    async def unseen(self, most: int) -> list[Image]:
        """The newest of those that are ready, and of which nobody has tried to tell the colors."""
        sql = (
            f"SELECT {_SELECTED} FROM image WHERE colors IS NULL AND status = :ready AND deleted_at IS NULL "
            "ORDER BY id DESC LIMIT :most"
        )
        rows = await self._statements.fetch_all(sql, {"ready": Status.READY.value, "most": most})
        return [image_rows.from_row(row) for row in rows]

    async def change(self, before: Image, after: Image) -> None:
        """`before` is the row as it is, locked by this transaction."""
        await self._statements.execute(_UPDATE, image_rows.to_dict(after))
        await self._changes.note_changed(before, after)

    async def remove(self, image: Image) -> None:
        """For good; `image` is the row as it is, locked by this transaction."""
        await self._changes.note_removed(image)
        await self._statements.execute("DELETE FROM image_parent WHERE image_id = :id", {"id": image.id})
        await self._statements.execute("DELETE FROM image WHERE id = :id", {"id": image.id})


def _as_is_kept(row: Row) -> Kept:
    deleted_at = row["deleted_at"]
    is_erased = deleted_at is not None and from_timestamp(deleted_at) <= ERASED_AT
    return Kept(row["id"], row["guid"], row["owner"], row["sha256"], row["storage_key"], is_erased)


def _as_kept(guid: str) -> str:
    """In small letters; what is no guid is not asked for: MySQL would pass over a blank at its end."""
    return guid.lower() if _GUID.fullmatch(guid) else ""


def _seen_by(audience: Audience) -> str:
    """With the parameter `viewer`, the audience's owner."""
    return "1 = 1" if audience.sees_everything else "(visibility = 'public' OR owner = :viewer)"


def _may_see(row: Row, audience: Audience) -> bool:
    return row["visibility"] == "public" or _is_own(row, audience)


def _is_own(row: Row, audience: Audience) -> bool:
    return audience.sees_everything or row["owner"] == audience.owner
