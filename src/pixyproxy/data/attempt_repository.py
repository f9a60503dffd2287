"""Every call to a generator, recorded before it is made and closed after."""

from datetime import datetime
from typing import Any

from pixyproxy.core.models import Attempt, AttemptStatus
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.image_rows import failure_of
from pixyproxy.data.values import from_json, from_timestamp, to_json, to_timestamp

_COLUMNS = (
    "image_id generator model storage_key status provider_request_id usage_reported error_code error_detail "
    "started_at ended_at"
).split()


class AttemptRepository:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

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
            "usage_reported = :usage_reported, error_code = :error_code, error_detail = :error_detail, "
            "ended_at = :ended_at WHERE id = :id",
            _to_dict(attempt),
        )

    async def of_image(self, image_id: int) -> list[Attempt]:
        rows = await self._statements.fetch_all(
            f"SELECT id, {', '.join(_COLUMNS)} FROM attempt WHERE image_id = :image_id ORDER BY id",
            {"image_id": image_id},
        )
        return [_from_row(row) for row in rows]


def _to_dict(attempt: Attempt) -> dict[str, Any]:
    failure = attempt.failure
    return {
        "id": attempt.id,
        "image_id": attempt.image_id,
        "generator": attempt.generator,
        "model": attempt.model,
        "storage_key": attempt.storage_key,
        "status": attempt.status.value,
        "provider_request_id": attempt.provider_request_id and attempt.provider_request_id[:200],
        "usage_reported": None if attempt.usage is None else to_json(dict(attempt.usage)),
        "error_code": failure and failure.code,
        "error_detail": failure and failure.detail[:1000],
        "started_at": to_timestamp(attempt.started_at),
        "ended_at": None if attempt.ended_at is None else to_timestamp(attempt.ended_at),
    }


def _from_row(row: Row) -> Attempt:
    ended_at: str | datetime | None = row["ended_at"]
    return Attempt(
        id=row["id"],
        image_id=row["image_id"],
        generator=row["generator"],
        model=row["model"],
        storage_key=row["storage_key"],
        status=AttemptStatus(row["status"]),
        provider_request_id=row["provider_request_id"],
        usage=None if row["usage_reported"] is None else from_json(row["usage_reported"]),
        failure=failure_of(row),
        started_at=from_timestamp(row["started_at"]),
        ended_at=None if ended_at is None else from_timestamp(ended_at),
    )
