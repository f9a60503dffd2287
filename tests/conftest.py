"""The real parts tests stand on: both databases, a folder, the built-in generator, a stand-in for OpenAI.

A test that takes `database_url`, or anything made from it, runs once on SQLite and once on MySQL.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.app import create_app
from pixyproxy.data.init import create_database_and_user, open_database, open_library
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings
from tests.built_once import take_built_routes
from tests.upstream import RunningUpstream, running_upstream
from tools.mysql_server import MySQLServer, running_mysql
from tools.s3_server import S3Server, running_s3

ADMIN_KEY = "the administrator's key"
LISTED_AT_ONCE = 40
TABLES_EMPTIED = [
    *"image attempt job idempotency image_parent api_key secret".split(),
    *"image_posting image_change image_looks session sign_in".split(),
]

Client = httpx2.AsyncClient


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("PIXYPROXY_", "OPENAI_", "AWS_")) and not name.startswith("PIXYPROXY_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def mysql() -> Iterator[MySQLServer]:
    with running_mysql() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A bucket for everybody: whoever writes into it has a prefix of their own."""
    with running_s3(listed_at_once=LISTED_AT_ONCE) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_url(mysql: MySQLServer) -> str:
    """A database of its own and the account the service runs as, made by the project's own scripts."""
    server = mysql.url.partition("@")[2].rstrip("/")
    name = f"pixyproxy_test_{os.getpid()}"
    url = f"mysql://{name[:32]}:a%40secret@{server}/{name}"

    async def create() -> None:
        await create_database_and_user(url, mysql.url)
        await (await open_library(url)).close()

    asyncio.run(create())
    return url


@pytest.fixture(params=["sqlite", "mysql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/pixyproxy.db"
    url: str = request.getfixturevalue("mysql_url")
    asyncio.run(_emptied(url))
    return url


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with nothing in it, made by the project's own scripts: thirty times it waits for the disk."""
    file = tmp_path_factory.mktemp("tables") / "pixyproxy.db"

    async def create() -> None:
        await (await open_library(f"sqlite:///{file}")).close()

    asyncio.run(create())
    return file


@pytest.fixture
def library_url(database_url: str, sqlite_tables: Path) -> str:
    """For those to whom it is nothing how tables are made: SQLite's too are there, with nothing in them."""
    if database_url.startswith("sqlite:///"):
        shutil.copy(sqlite_tables, database_url.removeprefix("sqlite:///"))
    return database_url


async def _emptied(url: str) -> None:
    database = open_database(url)
    for table in TABLES_EMPTIED:
        await database.execute(f"DELETE FROM {table}", {})
    await database.close()


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {
        "PIXYPROXY_DATA_DIR": str(tmp_path),
        "PIXYPROXY_DATABASE_URL": database_url,
        "PIXYPROXY_ADMIN_KEY": ADMIN_KEY,
    }


@pytest.fixture
async def app(environment: dict[str, str], library_url: str) -> AsyncIterator[FastAPI]:
    assert environment["PIXYPROXY_DATABASE_URL"] == library_url
    async with running_app(environment) as app:
        yield app


@pytest.fixture
def services(app: FastAPI) -> Services:
    services: Services = app.state.services
    return services


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[Client]:
    async with client_of(app, ADMIN_KEY) as client:
        yield client


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Client]:
    """Somebody without a key."""
    async with client_of(app, None) as client:
        yield client


@pytest.fixture
async def key_holder(app: FastAPI, admin: Client) -> AsyncIterator[Callable[[str], Awaitable[Client]]]:
    """Makes clients that hold a key of their own, each with the name it is asked for."""
    opened: list[Client] = []

    async def make(name: str) -> Client:
        answer = await admin.post("/key", json={"name": name})
        opened.append(client_of(app, answer.json()["key"]))
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[RunningUpstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(shared_upstream: RunningUpstream) -> RunningUpstream:
    """The stand-in for OpenAI, with an empty ledger."""
    shared_upstream.reset()
    return shared_upstream


@asynccontextmanager
async def running_app(environment: dict[str, str]) -> AsyncIterator[FastAPI]:
    app = create_app(Settings.from_environment(environment))
    take_built_routes(app)
    async with app.router.lifespan_context(app):
        opened: Services = app.state.services
        yield app
        await opened.generation.close()  # A test may have put other services in its place.


def client_of(app: FastAPI, key: str | None) -> Client:
    """Defects answer as they would in service: they are not raised through the client."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client(transport=transport, base_url="http://pixyproxy.test", headers=headers)
