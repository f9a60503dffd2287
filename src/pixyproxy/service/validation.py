"""Incoming models are validated again here: whoever built them, what the service works on is sound."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pixyproxy.core.exceptions import FieldError, InvalidRequest

M = TypeVar("M", bound=BaseModel)
_MOST_ERRORS = 50
_LENGTHS = {
    "too_long": "must not be longer than {max_length}",
    "too_short": "must not be shorter than {min_length}",
}
_PLACES = {"body", "query", "path", "header"}


def revalidated(model: M) -> M:
    try:
        return type(model).model_validate(model.model_dump(exclude_unset=True, warnings=False))
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False, include_input=False)) from error


def invalid_request(errors: Iterable[Mapping[str, Any]]) -> InvalidRequest:
    """Pydantic's findings in our words; what the caller sent is not repeated."""
    found = [FieldError(_field(error), _message(error)) for error in islice(errors, _MOST_ERRORS)]
    detail = "; ".join(f"{each.field}: {each.message}" for each in found[:5])
    return InvalidRequest(f"The request is not valid: {detail}.", errors=found)


def refused(field: str, message: str) -> InvalidRequest:
    """One field of what was asked for, and what is wrong with it."""
    return InvalidRequest(
        f"The request is not valid: {field}: {message}.", errors=[FieldError(field, message)]
    )


def _field(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return "body"
    return ".".join(str(part) for part in error["loc"] if part not in _PLACES) or "body"


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "is not known here"
    if error["type"] == "model_attributes_type":
        return "should be a JSON object, sent with Content-Type: application/json"
    if error["type"] == "missing":
        return "is required"
    if error["type"] == "json_invalid":
        return "is not valid JSON"
    if error["type"] in _LENGTHS:
        return _LENGTHS[error["type"]].format(**error["ctx"])
    message = str(error["msg"]).removeprefix("Value error, ")
    return message.replace("Input should", "should").replace("String should", "should")
