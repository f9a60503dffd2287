"""Every call to a generator, recorded before it is made and closed after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pixyproxy.core.models import ERASED_AT, Attempt, AttemptStatus, Cost, Failure
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.image_rows import failure_of
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.values import from_json, from_nano, from_timestamp, to_json, to_nano, to_timestamp

_COLUMNS = (
    "image_id owner generator model storage_key status provider_request_id usage_reported cost_nano_usd "
    "cost_source error_code error_detail started_at ended_at"
).split()


_SELECTED = f"SELECT id, {', '.join(_COLUMNS)} FROM attempt"

_FIND = f"{_SELECTED} WHERE storage_key = :storage_key"


class AttemptRepository:
    def __init__(self, statements: Statements, dialect: str) -> None:
        self._statements = statements
        self._lock = "" if dialect == "sqlite" else " FOR UPDATE"

    async def add(self, attempt: Attempt) -> int:
        """The id of the new row."""
        return await self._statements.insert(
            f"INSERT INTO attempt ({', '.join(_COLUMNS)}) "
            f"VALUES ({', '.join(f':{column}' for column in _COLUMNS)})",
            _to_dict(attempt),
        )

    async def close(self, attempt: Attempt) -> None:
        await self._statements.execute(
            "UPDATE attempt SET status = :status, provider_request_id = :provider_request_id, "
            "usage_reported = :usage_reported, cost_nano_usd = :cost_nano_usd, cost_source = :cost_source, "
            "error_code = :error_code, error_detail = :error_detail, ended_at = :ended_at WHERE id = :id",
            _to_dict(attempt),
        )

    async def fail_started(self, image_id: int, failure: Failure, at: datetime) -> None:
        """Those that are recorded, and were not made after all."""
        await self._statements.execute(
            "UPDATE attempt SET status = :failed, error_code = :code, error_detail = :detail, ended_at = :at "
            "WHERE image_id = :image_id AND status = :started",
            {
                "image_id": image_id,
                "started": AttemptStatus.STARTED.value,
                "failed": AttemptStatus.FAILED.value,
                "code": failure.code,
                "detail": failure.detail,
                "at": to_timestamp(at),
            },
        )

    async def find(self, storage_key: str) -> Attempt | None:
        row = await self._statements.fetch_one(_FIND, {"storage_key": storage_key})
        return _from_row(row) if row else None

    async def find_for_update(self, storage_key: str) -> Attempt | None:
        """Nobody else closes it before this transaction ends."""
        row = await self._statements.fetch_one(_FIND + self._lock, {"storage_key": storage_key})
        return _from_row(row) if row else None

    async def of_image(self, image_id: int) -> list[Attempt]:
        rows = await self._statements.fetch_all(
            f"{_SELECTED} WHERE image_id = :image_id ORDER BY id", {"image_id": image_id}
        )
        return [_from_row(row) for row in rows]

    async def of_images(self, image_ids: Sequence[int]) -> list[Attempt]:
        """Those of each in the order they were made, image by image."""
        if not image_ids:
            return []
        names, asked = any_of("id", image_ids)
        rows = await self._statements.fetch_all(
            f"{_SELECTED} WHERE image_id IN ({names}) ORDER BY image_id, id", asked
        )
        return [_from_row(row) for row in rows]

    async def of_no_image(self, past_id: int, most: int) -> list[Attempt]:
        """Those whose image is gone, or erased."""
        columns = ", ".join(f"attempt.{column}" for column in ["id", *_COLUMNS])
        rows = await self._statements.fetch_all(
            f"SELECT {columns} FROM attempt LEFT JOIN image ON image.id = attempt.image_id "
            "AND (image.deleted_at IS NULL OR image.deleted_at > :erased_at) "
            "WHERE image.id IS NULL AND attempt.id > :past_id ORDER BY attempt.id LIMIT :most",
            {"past_id": past_id, "most": most, "erased_at": to_timestamp(ERASED_AT)},
        )
        return [_from_row(row) for row in rows]

    async def images_of(self, storage_keys: Sequence[str]) -> dict[str, int | None]:
        """By the storage keys of attempts that are there, the id of the image; None where that is gone."""
        if not storage_keys:
            return {}
        names, asked = any_of("key", storage_keys)
        rows = await self._statements.fetch_all(
            "SELECT attempt.storage_key, image.id FROM attempt "
            f"LEFT JOIN image ON image.id = attempt.image_id WHERE attempt.storage_key IN ({names})",
            asked,
        )
        return {row["storage_key"]: row["id"] for row in rows}

    async def tie(self, storage_key: str, image_id: int) -> None:
        """To an image that has come back; its own is gone."""
        await self._statements.execute(
            "UPDATE attempt SET image_id = :image_id WHERE storage_key = :storage_key",
            {"image_id": image_id, "storage_key": storage_key},
        )


def _to_dict(attempt: Attempt) -> dict[str, Any]:
    failure, cost = attempt.failure, attempt.cost
    return {
        "id": attempt.id,
        "image_id": attempt.image_id,
        "owner": attempt.owner,
        "generator": attempt.generator,
        "model": attempt.model,
        "storage_key": attempt.storage_key,
        "status": attempt.status.value,
        "provider_request_id": attempt.provider_request_id and attempt.provider_request_id[:200],
        "usage_reported": None if attempt.usage is None else to_json(dict(attempt.usage)),
        "cost_nano_usd": cost and to_nano(cost.usd),
        "cost_source": cost and cost.source,
        "error_code": failure and failure.code,
        "error_detail": failure and failure.detail[:1000],
        "started_at": to_timestamp(attempt.started_at),
        "ended_at": None if attempt.ended_at is None else to_timestamp(attempt.ended_at),
    }


def _from_row(row: Row) -> Attempt:
    ended_at: str | datetime | None = row["ended_at"]
    nano = row["cost_nano_usd"]
    return Attempt(
        id=row["id"],
        image_id=row["image_id"],
        owner=row["owner"],
        generator=row["generator"],
        model=row["model"],
        storage_key=row["storage_key"],
        status=AttemptStatus(row["status"]),
        provider_request_id=row["provider_request_id"],
        usage=None if row["usage_reported"] is None else from_json(row["usage_reported"]),
        cost=None if nano is None else Cost(from_nano(nano), row["cost_source"]),
        failure=failure_of(row),
        started_at=from_timestamp(row["started_at"]),
        ended_at=None if ended_at is None else from_timestamp(ended_at),
    )
