"""What there is after an experiment: the ledger, the rows, the bytes, and what callers were told."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixyproxy.data.database import Database, Row
from tests.faults.callers import Wish
from tests.faults.replicas import Death, Replica
from tests.upstream import Call

_IMAGES = (
    "SELECT id, guid, prompt, status, storage_key, size_bytes, sha256, cost_nano_usd, error_code FROM image"
)
_ATTEMPTS = (
    "SELECT id, image_id, status, storage_key, provider_request_id, usage_reported, "
    "cost_nano_usd, error_code FROM attempt ORDER BY id"
)
_KEYS = "SELECT idempotency_key, guid FROM idempotency"
_ASIDE = ".quarantined"


@dataclass(frozen=True, slots=True)
class ImageRow:
    id: int
    guid: str
    prompt: str
    status: str
    storage_key: str | None
    size_bytes: int | None
    sha256: str | None
    cost_nano_usd: int | None
    error_code: str | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    id: int
    image_id: int
    status: str
    storage_key: str
    provider_request_id: str | None
    usage: dict[str, Any] | None
    cost_nano_usd: int | None
    error_code: str | None

    @property
    def name(self) -> str:
        """As its answer is called in a spool."""
        return self.storage_key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Object:
    """A file in the store."""

    size_bytes: int
    sha256: str
    is_whole_answer: bool = False
    """Put aside although nothing of it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the reconciliation compares."""

    calls: Sequence[Call]
    images: Sequence[ImageRow]
    attempts: Sequence[AttemptRow]
    jobs: int
    keys: dict[str, str]
    """From an Idempotency-Key to the guid of its image."""
    objects: dict[str, Object]
    unfinished: int
    """Files in store and spools that were begun, and in which nothing is that anybody could miss."""
    spooled: Sequence[str]
    wishes: Sequence[Wish]
    deaths: Sequence[Death] = ()
    answer_seconds: float = 0.0
    """How long the provider takes for an answer."""


async def rows_of(database: Database) -> dict[str, Any]:
    jobs = await database.fetch_all("SELECT image_id FROM job", {})
    return {
        "images": [ImageRow(**row) for row in await database.fetch_all(_IMAGES, {})],
        "attempts": [_attempt(row) for row in await database.fetch_all(_ATTEMPTS, {})],
        "jobs": len(jobs),
        "keys": {row["idempotency_key"]: row["guid"] for row in await database.fetch_all(_KEYS, {})},
    }


async def is_settled(database: Database, replicas: Sequence[Replica]) -> bool:
    """Nothing is queued or being made, and no answer waits in a spool."""
    left = (
        "SELECT image_id FROM job UNION ALL "
        "SELECT id FROM image WHERE status IN ('queued', 'generating') LIMIT 1"
    )
    if await database.fetch_all(left, {}):
        return False
    return not spooled_in(replicas)[0]


def spooled_in(replicas: Sequence[Replica]) -> tuple[list[str], int]:
    """Answers that lie in a spool, and how many files have not even their first line."""
    with_head, headless = [], 0
    for path in (path for replica in replicas for path in replica.spool()):
        with suppress(FileNotFoundError):  # settled while we looked
            if b"\n" in path.read_bytes():
                with_head.append(path.name)
            else:
                headless += 1
    return with_head, headless


async def objects_in(folder: Path) -> tuple[dict[str, Object], int]:
    """Whole ones by their key, and how many were never finished."""
    return await asyncio.to_thread(_objects_in, folder)


def _objects_in(folder: Path) -> tuple[dict[str, Object], int]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    whole = [path for path in files if not path.name.startswith(".")]
    return {str(path.relative_to(folder)): _object(path) for path in whole}, len(files) - len(whole)


def _object(path: Path) -> Object:
    content = path.read_bytes()
    return Object(
        len(content), hashlib.sha256(content).hexdigest(), path.suffix == _ASIDE and _is_json(content)
    )


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _attempt(row: Row) -> AttemptRow:
    known = dict(row)
    reported = known.pop("usage_reported")
    return AttemptRow(**known, usage=json.loads(reported) if isinstance(reported, str) else reported)
