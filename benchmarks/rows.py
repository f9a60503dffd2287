"""What the database holds when a load has ended: nothing is measured that did not leave its images."""

import asyncio

from benchmarks.clients import LoadError
from benchmarks.servers import Service
from pixyproxy.data.init import open_database

_ROWS = """
    SELECT status, COUNT(*) AS found FROM image GROUP BY status
    UNION ALL SELECT 'job' AS status, COUNT(*) AS found FROM job
"""


def ready_images(service: Service) -> int:
    return _rows_by_status(service).get("ready", 0)


def check_that_all_are_ready(service: Service, images: int) -> None:
    """So many, none of another status, and no work that is not done yet."""
    found = _rows_by_status(service)
    if {status: count for status, count in found.items() if count} != {"ready": images}:
        raise LoadError(f"{images} images should be ready and nothing else be there; there are {found}.")


def _rows_by_status(service: Service) -> dict[str, int]:
    """Under `job` how much work is not done yet."""
    return asyncio.run(_read_rows(service.database_url))


async def _read_rows(url: str) -> dict[str, int]:
    database = open_database(url)
    try:
        rows = await database.fetch_all(_ROWS, {})
        return {str(row["status"]): int(row["found"]) for row in rows}
    finally:
        await database.close()
