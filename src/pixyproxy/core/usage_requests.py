"""What may be asked about the calls to generators, and what they cost."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class UsageBy(StrEnum):
    """What the calls of a day are told apart by."""

    MODEL = "model"
    KEY = "key"
    GENERATOR = "generator"


class UsageQuestion(BaseModel):
    """Which days, and what their calls are told apart by."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    days: Annotated[int, Field(ge=1, le=366)] = Field(30, description="So many days in UTC, today included")
    by: UsageBy = UsageBy.MODEL
