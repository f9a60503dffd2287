"""What an experiment is run with: how many replicas, on which library, without which safeguard."""

import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.init import create_database_and_user, open_database, open_library
from tests.live.service import ADMIN_KEY
from tests.upstream import RunningUpstream

LEASE_S = 3
FILE = "library.db"
SABOTAGE = Path(__file__).with_name("sabotage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an experiment is run with."""

    mysql_url: str | None = None
    """Of an administrator; without it the library is SQLite's."""
    replicas: int = 1
    sabotage: str | None = None
    """The safeguard that is taken away from the service."""
    answer_seconds: float = 0.3
    picture_bytes: int = 200_000
    lease_s: int = LEASE_S
    environment: Mapping[str, str] = field(default_factory=dict)
    images: Path | None = None
    """Where the pictures lie, if not beside everything else."""
    data: Path | None = None
    """Where the replicas have their data directories, and SQLite its file, likewise."""
    database_port: int | None = None
    """Where the service finds MySQL, if not where it is."""
    seed: int = 1

    @property
    def library(self) -> str:
        return "SQLite" if self.mysql_url is None else "MySQL"


@asynccontextmanager
async def library_for(setting: Setting, folder: Path) -> AsyncIterator[str]:
    """A library of its own for each experiment."""
    if setting.mysql_url is None:
        yield f"sqlite:///{folder / FILE}"
        return
    server = setting.mysql_url.partition("@")[2].rstrip("/")
    name = f"pixyproxy_faults_{secrets.token_hex(4)}"
    url = f"mysql://{name}:secret@{server}/{name}"
    await create_database_and_user(url, setting.mysql_url)
    await (await open_library(url)).close()
    try:
        yield url
    finally:
        administrator = open_database(setting.mysql_url)
        with suppress(PixyProxyException):
            await administrator.execute(f"DROP DATABASE {name}", {})
            await administrator.execute(f"DROP USER {name}", {})
        await administrator.close()


def environment_of(setting: Setting, folder: Path, url: str, provider: RunningUpstream) -> dict[str, str]:
    if setting.database_port is not None:
        before, _, name = url.rpartition("/")
        url = f"{before.rpartition(':')[0]}:{setting.database_port}/{name}"
    given = {
        "PIXYPROXY_DATABASE_URL": url,
        "PIXYPROXY_IMAGES": str(setting.images or folder / "images"),
        "PIXYPROXY_ADMIN_KEY": ADMIN_KEY,
        "PIXYPROXY_LEASE_S": str(setting.lease_s),
        "PIXYPROXY_RESERVE_MB": "16",
        "PIXYPROXY_LOG_LEVEL": "WARNING",
        "OPENAI_API_KEY": "sk-test-of-the-faults",
        "OPENAI_BASE_URL": provider.base_url,
    }
    if setting.sabotage is not None:
        given["PIXYPROXY_TEST_SABOTAGE"] = setting.sabotage
        given["PYTHONPATH"] = os.pathsep.join([str(SABOTAGE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return given | dict(setting.environment)
