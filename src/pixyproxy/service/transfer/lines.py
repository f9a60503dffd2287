"""What the lines of all lists have in common: the values they may have.

What comes back was written by others, or may have been changed meanwhile: a line is taken only if each of its
values could have been ours.
"""

import json
import re
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from pixyproxy.core.models import Failure, JsonValue
from pixyproxy.core.requests import NAME_LENGTH

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
DETAIL_LENGTH = 1000
_PATH_LENGTH = 1000
_NOWHERE = {"", ".", ".."}


def of_one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must not contain control characters")
    return text


def _within_the_folder(path: str) -> str:
    """As it is spelled; whether a link lies on the way is seen when it is opened."""
    if "\0" in path or path.startswith("/") or not _NOWHERE.isdisjoint(path.split("/")):
        raise ValueError("leads out of the folder")
    return PurePosixPath(path).as_posix()


def _of_finite_numbers(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        raise ValueError("must not contain NaN or Infinity") from None
    return values


Guid = Annotated[str, Field(pattern=f"^{_UUID}$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Owner = Annotated[str, Field(pattern="^[0-9A-Za-z_.-]{1,32}$")]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(of_one_line)]
ShortName = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(of_one_line)]
Objects = Annotated[dict[str, JsonValue], AfterValidator(_of_finite_numbers)]
Usd = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000, decimal_places=9), PlainSerializer("{:f}".format, return_type=str)
]
FilePath = Annotated[str, Field(max_length=_PATH_LENGTH), AfterValidator(_within_the_folder)]


class Line(BaseModel):
    """Of one of the files. What is not known is refused: to leave it out would lose it without a word."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ErrorLine(Line):
    """Why there is no picture."""

    code: ShortName
    detail: Annotated[str, Field(max_length=DETAIL_LENGTH)]

    @staticmethod
    def of(failure: Failure | None) -> "ErrorLine | None":
        return ErrorLine.model_construct(code=failure.code, detail=failure.detail) if failure else None

    def failure(self) -> Failure:
        return Failure(self.code, self.detail)
