"""What a line says of a call to a generator."""

from typing import Annotated

from pydantic import Field

from pixyproxy.core.models import Attempt, AttemptStatus, Cost
from pixyproxy.core.requests import NAME_LENGTH, Bytes
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.transfer.layout import Time
from pixyproxy.service.transfer.lines import (
    ErrorLine,
    FilePath,
    Guid,
    Line,
    Name,
    Objects,
    Owner,
    Sha256,
    ShortName,
    Usd,
)

_UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
AttemptKey = Annotated[str, Field(pattern=f"^[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/{_UUID7}$")]


class AnswerLine(Line):
    """What a generator answered, was paid for, and is no picture."""

    file: FilePath
    size_bytes: Bytes
    sha256: Sha256


class AttemptLine(Line):
    """One call to a generator, and what it cost."""

    image: Guid | None
    """null where it is gone."""
    owner: Owner
    generator: ShortName
    model: Name
    storage_key: AttemptKey
    status: AttemptStatus
    provider_request_id: Annotated[str, Field(max_length=NAME_LENGTH)] | None
    usage: Objects | None
    cost_usd: Usd | None
    cost_source: ShortName | None
    error: ErrorLine | None
    started_at: Time
    ended_at: Time | None
    answer: AnswerLine | None

    @staticmethod
    def of(attempt: Attempt, image: str | None, answer: AnswerLine | None) -> "AttemptLine":
        return AttemptLine.model_construct(
            image=image,
            owner=attempt.owner,
            generator=attempt.generator,
            model=attempt.model,
            storage_key=attempt.storage_key,
            status=attempt.status,
            provider_request_id=attempt.provider_request_id,
            usage=None if attempt.usage is None else dict(attempt.usage),
            cost_usd=attempt.cost.usd if attempt.cost else None,
            cost_source=attempt.cost.source if attempt.cost else None,
            error=ErrorLine.of(attempt.failure),
            started_at=attempt.started_at,
            ended_at=attempt.ended_at,
            answer=answer,
        )

    def attempt(self, image_id: int) -> Attempt:
        return Attempt(
            image_id=image_id,
            owner=self.owner,
            generator=self.generator,
            model=self.model,
            storage_key=self.storage_key,
            status=self.status,
            provider_request_id=self.provider_request_id,
            usage=self.usage,
            cost=None if self.cost_usd is None else Cost(self.cost_usd, self.cost_source or ""),
            failure=self.error.failure() if self.error else None,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )

    @property
    def answer_key(self) -> str:
        return quarantine_key(self.storage_key)
