"""How single values are written in a row, the same in both databases."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_NANO = Decimal(10) ** 9


def to_timestamp(moment: datetime) -> str:
    """Four digits of the year, always: where it has fewer, `strftime` writes fewer."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def from_timestamp(value: str | datetime) -> datetime:
    """SQLite gives text, MySQL's driver a datetime without a zone; both are UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC)


def to_json(value: Mapping[str, Any] | tuple[str, ...]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> Any:
    return json.loads(text)


def to_nano(usd: Decimal) -> int:
    """A whole number of them is exact in every database."""
    return int(usd * _NANO)


def from_nano(nano: int) -> Decimal:
    return Decimal(nano) / _NANO
