"""Work that is not at its end: claimed, held by a lease, handed back. Its times are the database's own."""

from collections.abc import Collection
from typing import Any

from pixyproxy.core.models import Job, JobState
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.values import from_json, to_json

_NOW = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "mysql": "CAST(UNIX_TIMESTAMP(NOW(6)) AS DOUBLE)",
}
_SELECTED = "SELECT image_id, state, asked, holder, token FROM job"
_MOST_AT_ONCE = 500


class JobRepository:
    def __init__(self, statements: Statements, dialect: str) -> None:
        self._statements = statements
        self._now = _NOW[dialect]
        self._lock = "" if dialect == "sqlite" else " FOR UPDATE"
        self._lock_free_one = "" if dialect == "sqlite" else " FOR UPDATE SKIP LOCKED"
        # Of few rows MySQL would rather read and sort all, and lock them all: others would find nothing.
        self._in_order = "" if dialect == "sqlite" else " FORCE INDEX (job_free)"

    async def add(self, job: Job, lease_s: float = 0) -> None:
        """Held by the one it names for that long; free at once without a lease."""
        await self._statements.execute(
            "INSERT INTO job (image_id, state, asked, holder, token, free_at) "
            f"VALUES (:image_id, :state, :asked, :holder, :token, {self._now} + :lease_s)",
            {**_to_dict(job), "lease_s": lease_s},
        )

    async def is_any_free(self, state: JobState) -> bool:
        """Without a lock: whether to claim is worth the trouble."""
        sql = f"SELECT image_id FROM job WHERE state = :state AND free_at <= {self._now} LIMIT 1"
        return await self._statements.fetch_one(sql, {"state": state.value}) is not None

    async def claim(self, state: JobState, holder: str, token: str, lease_s: float) -> Job | None:
        """The one that has been free for longest; whoever held it before holds it no more."""
        row = await self._statements.fetch_one(
            f"{_SELECTED}{self._in_order} WHERE state = :state AND free_at <= {self._now} "
            f"ORDER BY free_at, image_id LIMIT 1{self._lock_free_one}",
            {"state": state.value},
        )
        if row is None:
            return None
        await self.take(row["image_id"], holder, token, lease_s)
        return _from_row({**row, "holder": holder, "token": token})

    async def take(self, image_id: int, holder: str, token: str, lease_s: float) -> None:
        """From one that is certainly gone, though its lease is not over."""
        await self._statements.execute(
            f"UPDATE job SET holder = :holder, token = :token, free_at = {self._now} + :lease_s "
            "WHERE image_id = :id",
            {"id": image_id, "holder": holder, "token": token, "lease_s": lease_s},
        )

    async def renew(self, image_ids: Collection[int], holder: str, lease_s: float) -> int:
        """How many of them are still this holder's."""
        ids, renewed = sorted(image_ids), 0
        for start in range(0, len(ids), _MOST_AT_ONCE):
            names, some = any_of("id", ids[start : start + _MOST_AT_ONCE])
            renewed += await self._statements.execute(
                f"UPDATE job SET free_at = {self._now} + :lease_s "
                f"WHERE image_id IN ({names}) AND holder = :holder",
                {**some, "holder": holder, "lease_s": lease_s},
            )
        return renewed

    async def find_for_update(self, image_id: int) -> Job | None:
        """Nobody else changes or claims it before this transaction ends."""
        row = await self._statements.fetch_one(
            f"{_SELECTED} WHERE image_id = :id{self._lock}", {"id": image_id}
        )
        return _from_row(row) if row else None

    async def exists(self, image_id: int) -> bool:
        sql = "SELECT image_id FROM job WHERE image_id = :id"
        return await self._statements.fetch_one(sql, {"id": image_id}) is not None

    async def change_state(self, image_id: int, state: JobState) -> None:
        await self._statements.execute(
            "UPDATE job SET state = :state WHERE image_id = :id", {"id": image_id, "state": state.value}
        )

    async def hand_back(self, image_id: int, for_s: float = 0) -> None:
        """Free for anybody, at once or after that time."""
        await self._statements.execute(
            f"UPDATE job SET holder = NULL, token = NULL, free_at = {self._now} + :for_s "
            "WHERE image_id = :id",
            {"id": image_id, "for_s": for_s},
        )

    async def remove(self, image_id: int) -> None:
        await self._statements.execute("DELETE FROM job WHERE image_id = :id", {"id": image_id})

    async def count(self) -> dict[JobState, int]:
        rows = await self._statements.fetch_all("SELECT state, count(*) AS jobs FROM job GROUP BY state", {})
        return {JobState(row["state"]): row["jobs"] for row in rows}

    async def count_overdue(self, seconds: float) -> int:
        """Free for longer than that, and nobody has come for them."""
        row = await self._statements.fetch_one(
            f"SELECT count(*) AS jobs FROM job WHERE free_at <= {self._now} - :seconds", {"seconds": seconds}
        )
        return int(row["jobs"]) if row else 0


def _to_dict(job: Job) -> dict[str, Any]:
    return {
        "image_id": job.image_id,
        "state": job.state.value,
        "asked": to_json(dict(job.asked)),
        "holder": job.holder,
        "token": job.token,
    }


def _from_row(row: Row) -> Job:
    return Job(
        image_id=row["image_id"],
        state=JobState(row["state"]),
        asked=from_json(row["asked"]),
        holder=row["holder"],
        token=row["token"],
    )
