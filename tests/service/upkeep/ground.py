"""What the tests of the upkeep share: a library with something wrong in it, and what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Attempt, AttemptStatus, Image, Job, JobState, Status
from pixyproxy.core.names import new_guid
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.examination import Orders, examine_library
from pixyproxy.service.upkeep.findings import Finding, Verdict
from tests.service.scenery import PNG, rows, shelve

TABLES = (
    "image attempt job idempotency image_posting image_change image_looks image_parent api_key secret".split()
)
AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
LONG_AGO = datetime.now(UTC) - timedelta(days=60)
AT_ONCE = Orders(grace_s=0, standing_still_s=0, reserve_bytes=0)
REPAIR = replace(AT_ONCE, repair=True, force=True)


class Undeletable(FolderStore):
    async def delete(self, key: str) -> None:
        if key.endswith(".png"):
            raise Unavailable
        await super().delete(key)


async def findings(services: Services, orders: Orders = AT_ONCE) -> list[Finding]:
    library, store, spool = services.library, services.store, services.spool
    return [finding async for finding in examine_library(library, store, spool, orders)]


async def said(services: Services, verdict: Verdict, orders: Orders = AT_ONCE) -> list[str]:
    """The sentences of one verdict, each with its part before it."""
    return [
        f"{each.part}: {each.sentence}"
        for each in await findings(services, orders)
        if each.verdict is verdict
    ]


async def wrong(services: Services, orders: Orders = AT_ONCE) -> list[str]:
    return await said(services, Verdict.WRONG, orders)


async def fixed(services: Services, orders: Orders = REPAIR) -> list[str]:
    return await said(services, Verdict.FIXED, orders)


async def unfinished(services: Services, status: Status, **known: Any) -> Image:
    """An image that has no content."""
    known = {"created_at": AN_HOUR_AGO, "updated_at": AN_HOUR_AGO, **known}
    return await shelve(services, None, status=status, **known)


async def attempted(
    services: Services, image: Image, status: AttemptStatus = AttemptStatus.UNKNOWN, **known: Any
) -> Attempt:
    attempt = Attempt(
        image_id=image.id,
        owner=image.owner,
        generator="easel",
        model="easel-1",
        storage_key=f"2026/11/21/{new_guid()}",
        status=status,
        started_at=AN_HOUR_AGO,
    )
    attempt = replace(attempt, **known)
    return replace(attempt, id=await services.library.attempts.add(attempt))


async def with_job(services: Services, image: Image, lease_s: float) -> None:
    await services.library.jobs.add(Job(image_id=image.id, state=JobState.SENT, asked={}), lease_s)


async def orphan(services: Services, extension: str = "png", content: bytes = PNG) -> str:
    """Bytes of which no row knows."""
    key = f"2026/11/21/{new_guid()}.{extension}"
    await services.store.put(key, content)
    return key


def file_of(services: Services, key: str) -> Path:
    path = services.store.local_path(key)
    assert path is not None
    return path


def bytes_of(services: Services, image: Image) -> Path:
    assert image.content is not None
    return file_of(services, image.content.storage_key)


async def everything(services: Services, folder: Path) -> dict[str, Any]:
    """All rows, and all files with their content, but the database's own."""
    return {**{table: await rows(services, table) for table in TABLES}, "files": files_below(folder)}


def files_below(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("pixyproxy.db")
    }
