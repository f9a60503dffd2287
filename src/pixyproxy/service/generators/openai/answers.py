"""What an answer says, be it JSON or a stream of events."""

import binascii
import json
from collections.abc import Mapping
from typing import Any

import pybase64
from pydantic_core import from_json

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.generators.openai.events import Kind, events_in, looks_like_events
from pixyproxy.service.generators.prices import openai_image_cost

_REPORTED = ("size", "quality", "background")


def read(answer: bytes, model: str) -> GeneratedPicture:
    if looks_like_events(answer):
        data = item = _completed(answer)
    else:
        data = _parsed(answer)
        item = _first(data)
    revised, usage = item.get("revised_prompt"), data.get("usage")
    return GeneratedPicture(
        content=content_of(item),
        revised_prompt=revised if isinstance(revised, str) else None,
        parameters={name: value for name in _REPORTED if isinstance(value := data.get(name), str)},
        cost=openai_image_cost(model, data),
        usage=usage if _can_be_kept(usage) else None,
    )


def content_of(item: Mapping[str, Any]) -> bytes | None:
    text = item.get("b64_json")
    try:
        return pybase64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _completed(answer: bytes) -> Mapping[str, Any]:
    for event in events_in(answer):
        if event.kind is Kind.COMPLETED:
            return _parsed(event.data)
    raise UnreadablePicture("The generator's answer ended before its picture came.")


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        answer = from_json(body)
    except ValueError as error:
        raise UnreadablePicture("The generator's answer is not JSON.") from error
    if not isinstance(answer, dict):
        raise UnreadablePicture("The generator's answer is not what its API promises.")
    return answer


def _can_be_kept(usage: object) -> bool:
    """JSON has no NaN, though this parser reads one; a database refuses it."""
    try:
        json.dumps(usage, allow_nan=False)
    except ValueError:
        return False
    return isinstance(usage, dict)


def _first(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
