"""What the upkeep asks: pages of rows in the order of their ids, and whose the objects of a store are."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixyproxy.core.models import ERASED_AT, AttemptStatus, Image, Status
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.changes import Changes
from pixyproxy.data.search.gaps import Gap, gaps
from pixyproxy.data.values import to_timestamp

PAGE = 500
_MOST_NAMES = 5000
_IMAGE = ", ".join(f"image.{column}" for column in ["id", *image_rows.COLUMNS])
_IN_MAKING = {"queued": Status.QUEUED.value, "generating": Status.GENERATING.value}


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """What a row says of an image's bytes."""

    image_id: int
    guid: str
    storage_key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt that never ended."""

    id: int
    storage_key: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """The attempt that may have put an object into the store, and what has become of its image."""

    attempt_status: AttemptStatus
    guid: str | None
    """None when the image is gone."""
    image_status: Status | None
    content_key: str | None
    has_job: bool


class UpkeepQueries:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def count_ready(self, since: datetime | None) -> int:
        sql = f"SELECT count(*) AS images FROM image WHERE {_ready(since)}"
        row = await self._statements.fetch_one(sql, _of_ready(since))
        return int(row["images"]) if row else 0

    async def ready_page(self, past_id: int, since: datetime | None) -> list[KeptBytes]:
        rows = await self._statements.fetch_all(
            f"SELECT id, guid, storage_key, size_bytes, sha256 FROM image WHERE {_ready(since)} "
            "AND id > :past_id ORDER BY id LIMIT :most",
            {**_of_ready(since), "past_id": past_id, "most": PAGE},
        )
        return [_kept_bytes(row) for row in rows]

    async def is_ready(self, kept: KeptBytes) -> bool:
        """Whether the row still says so: it may have been removed while its bytes were looked for."""
        sql = f"SELECT id FROM image WHERE {_ready(None)} AND id = :id"
        return await self._statements.fetch_one(sql, {**_of_ready(None), "id": kept.image_id}) is not None

    async def stuck_page(self, past_id: int, before: datetime) -> list[Image]:
        """Images that are queued or being made, and have no job by which anybody would find them."""
        rows = await self._statements.fetch_all(
            f"SELECT {_IMAGE} FROM image LEFT JOIN job ON job.image_id = image.id "
            "WHERE image.status IN (:queued, :generating) "
            "AND job.image_id IS NULL AND image.updated_at < :before AND image.id > :past_id "
            "ORDER BY image.id LIMIT :most",
            {**_IN_MAKING, "before": to_timestamp(before), "past_id": past_id, "most": PAGE},
        )
        return [image_rows.from_row(row) for row in rows]

    async def due_page(
        self, past: Image | None, deleted_before: datetime, changed_before: datetime
    ) -> list[Image]:
        """Images that have been in the trash for long enough, and are not being made any more.

        In the order in which they were deleted, past that one as it was found.
        """
        rows = await self._statements.fetch_all(
            f"SELECT {_IMAGE} FROM image LEFT JOIN job ON job.image_id = image.id "
            "WHERE image.deleted_at >= :past_at AND image.deleted_at <= :deleted_before "
            "AND (image.deleted_at > :past_at OR image.id > :past_id) "
            "AND image.updated_at <= :changed_before AND job.image_id IS NULL "
            "ORDER BY image.deleted_at, image.id LIMIT :most",
            {
                "deleted_before": to_timestamp(deleted_before),
                "changed_before": to_timestamp(changed_before),
                "past_at": to_timestamp((past and past.deleted_at) or ERASED_AT),
                "past_id": past.id if past else 0,
                "most": PAGE,
            },
        )
        return [image_rows.from_row(row) for row in rows]

    async def open_attempts_page(self, past_id: int, before: datetime) -> list[OpenAttempt]:
        """Those whose image has an end, or is gone."""
        rows = await self._statements.fetch_all(
            "SELECT attempt.id, attempt.storage_key FROM attempt "
            "LEFT JOIN job ON job.image_id = attempt.image_id "
            "LEFT JOIN image ON image.id = attempt.image_id "
            "AND image.status IN (:queued, :generating) "
            "WHERE attempt.status = :started AND attempt.started_at < :before AND attempt.id > :past_id "
            "AND job.image_id IS NULL AND image.id IS NULL ORDER BY attempt.id LIMIT :most",
            {
                **_IN_MAKING,
                "started": AttemptStatus.STARTED.value,
                "before": to_timestamp(before),
                "past_id": past_id,
                "most": PAGE,
            },
        )
        return [OpenAttempt(row["id"], row["storage_key"]) for row in rows]

    async def belongings(self, storage_keys: Sequence[str]) -> dict[str, Belonging]:
        """By the storage key of the attempt; of those no attempt has, nothing. At most a page of them."""
        names, named = any_of("key", storage_keys)
        rows = await self._statements.fetch_all(
            "SELECT attempt.storage_key, attempt.status AS attempt_status, image.guid, "
            "image.status AS image_status, image.storage_key AS content_key, "
            "job.image_id AS job_id FROM attempt LEFT JOIN image ON image.id = attempt.image_id "
            "LEFT JOIN job ON job.image_id = attempt.image_id "
            f"WHERE attempt.storage_key IN ({names})",
            named,
        )
        return {row["storage_key"]: _belonging(row) for row in rows}

    async def in_making(self, guids: Sequence[str]) -> set[str]:
        """Those of the images, or first images of a batch, for which something is still to be made."""
        names, named = any_of("guid", guids)
        rows = await self._statements.fetch_all(
            f"SELECT guid FROM image JOIN job ON job.image_id = image.id WHERE guid IN ({names}) "
            f"UNION SELECT batch FROM image JOIN job ON job.image_id = image.id WHERE batch IN ({names})",
            named,
        )
        return {row["guid"] for row in rows}

    def unindexed(self) -> AsyncIterator[Gap]:
        """Images that a search cannot find, for neither a set nor the log names them."""
        return gaps(self._statements)

    async def index_again(self, gap: Gap) -> None:
        await Changes(self._statements).note_new(gap.image_id)

    async def named_among(self, keys: Collection[str]) -> set[str]:
        """Those that some image names as its bytes. Reads every image's row, some thousand at a time."""
        named: set[str] = set()
        past_id = 0
        while keys and (rows := await self._names(past_id)):
            named.update(row["storage_key"] for row in rows if row["storage_key"] in keys)
            past_id = rows[-1]["id"]
        return named

    async def is_content(self, key: str, sha256: str) -> bool:
        """Whether some image says that these are its bytes."""
        sql = "SELECT id FROM image WHERE sha256 = :sha256 AND storage_key = :key LIMIT 1"
        return await self._statements.fetch_one(sql, {"sha256": sha256, "key": key}) is not None

    async def _names(self, past_id: int) -> list[Row]:
        return await self._statements.fetch_all(
            "SELECT id, storage_key FROM image WHERE id > :past_id ORDER BY id LIMIT :most",
            {"past_id": past_id, "most": _MOST_NAMES},
        )


def _ready(since: datetime | None) -> str:
    """Also in the trash, as long as it can be restored."""
    sql = "(deleted_at IS NULL OR deleted_at > :erased_at) AND status = :ready"
    return f"{sql} AND created_at >= :since" if since else sql


def _of_ready(since: datetime | None) -> dict[str, Any]:
    ready = {"ready": Status.READY.value, "erased_at": to_timestamp(ERASED_AT)}
    return {**ready, "since": to_timestamp(since)} if since else ready


def _kept_bytes(row: Row) -> KeptBytes:
    """A row that is ready and names no bytes has none."""
    return KeptBytes(
        row["id"], row["guid"], row["storage_key"] or "", row["size_bytes"] or 0, row["sha256"] or ""
    )


def _belonging(row: Row) -> Belonging:
    status = row["image_status"]
    return Belonging(
        attempt_status=AttemptStatus(row["attempt_status"]),
        guid=row["guid"],
        image_status=None if status is None else Status(status),
        content_key=row["content_key"],
        has_job=row["job_id"] is not None,
    )
