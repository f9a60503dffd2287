"""JSON as programs write it into pictures, and as nobody should: too deep, too long, or none at all."""

import json

from pixyproxy.core.models import JsonValue

LONGEST_TEXT = 1024**2
_DECODER = json.JSONDecoder(parse_constant=lambda _: None, strict=False)  # NaN is not JSON, yet is written


def read_json(text: object) -> JsonValue:
    """None for what is none."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value: JsonValue = _DECODER.decode(text[:LONGEST_TEXT])
    except (ValueError, RecursionError):
        return None
    return value


def read_object(value: object) -> dict[str, JsonValue]:
    """As it is, or as JSON in a text; empty for anything else."""
    if isinstance(value, str):
        value = read_json(value)
    return value if isinstance(value, dict) else {}


def read_first(text: str) -> tuple[JsonValue, int] | None:
    """The value a text begins with, and where it ends."""
    try:
        return _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
