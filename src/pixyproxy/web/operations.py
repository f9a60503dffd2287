"""What operators look at: what was spent, and how the service is doing; administrators only."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from pixyproxy import __version__
from pixyproxy.core.usage_requests import UsageBy, UsageQuestion
from pixyproxy.service.operations import Failures, GeneratorState, Overview, Queue, Storage
from pixyproxy.service.usage import Spent, UsageReport
from pixyproxy.web.answers import json_answer
from pixyproxy.web.auth import ServiceOperations, ServiceUsage
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import Timestamp

router = APIRouter(tags=["operations"])


class SpentDetail(BaseModel):
    """Calls to generators, and what they cost."""

    calls: int = Field(description="Also those still under way, which are in none of the three below")
    images: int
    failed: int
    unknown: int = Field(description="Their answer was lost; they may have been billed")
    cost_usd: float | None = Field(
        description="Of the calls whose cost is known; null when that is none of them"
    )
    calls_of_unknown_cost: int


class UsageRow(SpentDetail):
    """What one model, key or generator has come to on a day."""

    day: date = Field(description="In UTC", examples=["2026-11-20"])
    name: str = Field(examples=["gpt-image-2"])


class UsageDetail(BaseModel):
    """Day by day, the oldest first; a day without calls is left out."""

    days: int
    by: UsageBy
    rows: list[UsageRow]
    total: SpentDetail

    @classmethod
    def of(cls, report: UsageReport) -> "UsageDetail":
        rows = [UsageRow(day=row.day, name=row.name, **_spent(row.spent)) for row in report.rows]
        total = SpentDetail(**_spent(report.total))
        return cls(days=report.asked.days, by=report.asked.by, rows=rows, total=total)


class DatabaseDetail(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    kind: str = Field(examples=["sqlite", "mysql"])
    schema_version: int = Field(serialization_alias="schema")


class QueueDetail(BaseModel):
    """Of all workers together, but for those that are made by the one that answers."""

    queued: int
    generating: int
    oldest_queued_at: Timestamp | None
    under_way_here: int

    @classmethod
    def of(cls, queue: Queue) -> "QueueDetail":
        return cls(
            queued=queue.queued.count,
            generating=queue.generating.count,
            oldest_queued_at=queue.queued.oldest_at,
            under_way_here=queue.under_way_here,
        )


class FailureCount(BaseModel):
    code: str = Field(examples=["generator_failed"])
    count: int


class FailuresDetail(BaseModel):
    """Calls to generators that failed within so many hours; they may have been repeated since."""

    hours: int
    by_code: list[FailureCount] = Field(description="The most frequent first")
    unknown: int = Field(description="Calls whose answer was lost")

    @classmethod
    def of(cls, failures: Failures) -> "FailuresDetail":
        by_code = [FailureCount(code=code, count=count) for code, count in failures.by_code.items()]
        return cls(hours=failures.hours, by_code=by_code, unknown=failures.unknown)


class StorageDetail(BaseModel):
    """What is kept, and the room there is."""

    kind: str = Field(examples=["folder", "s3"])
    images: int
    bytes: int
    trash_images: int
    trash_bytes: int
    counted_at: Timestamp = Field(description="When the four above were counted: once a minute at most")
    free_bytes: int | None = Field(description="On the disk that is nearest to being full; null if not known")
    reserve_bytes: int = Field(description="Of those, for answers that are paid for")
    is_low: bool = Field(description="Less is free than that, and new images are refused")
    copies_bytes: int = Field(description="As far as the worker that answers can tell")
    copies_most_bytes: int
    answers_waiting: int

    @classmethod
    def of(cls, storage: Storage) -> "StorageDetail":
        kept, room = storage.images.kept, storage.room
        return cls(
            kind=storage.kind,
            images=kept.there.images,
            bytes=kept.there.size_bytes,
            trash_images=kept.in_trash.images,
            trash_bytes=kept.in_trash.size_bytes,
            counted_at=storage.images.counted_at,
            free_bytes=room.free_bytes,
            reserve_bytes=room.reserve_bytes,
            is_low=room.is_low,
            copies_bytes=storage.copies_bytes,
            copies_most_bytes=storage.copies_most_bytes,
            answers_waiting=storage.answers_waiting,
        )


class GeneratorDetail(BaseModel):
    """Looked at once a minute at most."""

    name: str
    models: list[str]
    problem: str | None = Field(description="What keeps it from being called, in a sentence")

    @classmethod
    def of(cls, state: GeneratorState) -> "GeneratorDetail":
        return cls(name=state.name, models=list(state.models), problem=state.problem)


class OperationsDetail(BaseModel):
    version: str
    started_at: Timestamp = Field(description="Of the worker that answers")
    database: DatabaseDetail
    queue: QueueDetail
    failures: FailuresDetail
    storage: StorageDetail
    generators: list[GeneratorDetail]
    reasons: dict[str, str] = Field(
        description="As at /health/ready: why no new work is taken", examples=[{"images": "storage_full"}]
    )

    @classmethod
    def of(cls, overview: Overview) -> "OperationsDetail":
        return cls(
            version=__version__,
            started_at=overview.started_at,
            database=DatabaseDetail(kind=overview.database, schema_version=overview.schema),
            queue=QueueDetail.of(overview.queue),
            failures=FailuresDetail.of(overview.failures),
            storage=StorageDetail.of(overview.storage),
            generators=[GeneratorDetail.of(state) for state in overview.generators],
            reasons=dict(overview.reasons),
        )


@router.get(
    "/usage",
    operation_id="get_usage",
    summary="What was called, day by day, and what it cost",
    response_model=UsageDetail,
    responses=problems(401, 403),
)
async def get_usage(question: Annotated[UsageQuestion, Query()], usage: ServiceUsage) -> Response:
    """Counted from the calls to generators; they stay when their image is deleted."""
    return json_answer(UsageDetail.of(await usage.report(question)))


@router.get(
    "/operations",
    operation_id="get_operations",
    summary="How the service is doing",
    response_model=OperationsDetail,
    responses=problems(401, 403),
)
async def get_operations(operations: ServiceOperations) -> Response:
    return json_answer(OperationsDetail.of(await operations.overview()))


def _spent(spent: Spent) -> dict[str, Any]:
    cost = None if spent.cost_usd is None else float(spent.cost_usd)
    return {**asdict(spent), "cost_usd": cost}
