import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pixyproxy.service.services import Services

from .ground import fill, leave, library_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a library is taken to."""
    return tmp_path / "taken along"


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Services]:
    """A library on SQLite with everything in it."""
    async with library_at(tmp_path / "source") as services:
        await fill(services)
        yield services


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Services]:
    """An empty one on SQLite."""
    async with library_at(tmp_path / "target") as services:
        yield services


@pytest.fixture(scope="session")
def exported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that was taken along, with everything in it. It stays as it is."""
    folder = tmp_path_factory.mktemp("exported")

    async def export() -> None:
        async with library_at(folder / "source") as services:
            await fill(services)
            await leave(services, folder / "taken along")

    asyncio.run(export())
    return folder / "taken along"


@pytest.fixture
def exported(exported_once: Path, folder: Path) -> Path:
    """A copy of it."""
    shutil.copytree(exported_once, folder)
    return folder
