from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pixyproxy.app import open_services
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings


@asynccontextmanager
async def opened(folder: Path, database_url: str) -> AsyncIterator[Services]:
    given = {"PIXYPROXY_DATA_DIR": str(folder), "PIXYPROXY_DATABASE_URL": database_url}
    services = await open_services(Settings.from_environment(given))
    yield services
    await services.close()


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Services]:
    """An empty one, on SQLite."""
    async with opened(tmp_path / "data", f"sqlite:///{tmp_path}/pixyproxy.db") as services:
        yield services


@pytest.fixture
async def either(tmp_path: Path, database_url: str) -> AsyncIterator[Services]:
    """An empty one, on each database."""
    async with opened(tmp_path / "data", database_url) as services:
        yield services


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of somebody's."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder
