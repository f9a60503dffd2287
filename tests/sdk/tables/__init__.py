"""What is proved alike of both SDKs; `node/` reads the same files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent


def _rows(table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((TABLES / f"{table}.json").read_text())
    return rows


def names(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def of_resource(resource: str) -> list[dict[str, Any]]:
    """The parameters that arrive at the provider as they are given."""
    return [row for row in PARAMETERS if row.get("only") in (None, resource)]


PARAMETERS, REFUSALS, BROKEN_STREAMS = (
    _rows(table) for table in ("parameters", "refusals", "broken_streams")
)
