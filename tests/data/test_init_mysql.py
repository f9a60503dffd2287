"""What an administrator runs once: the scripts that create the database, the account and the tables."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from pixyproxy.core.exceptions import CannotStart, InternalError
from pixyproxy.data.database import Database
from pixyproxy.data.init import SCHEMA_VERSION, create_database_and_user, open_database, open_library
from tools.mysql_server import MySQLServer

PASSWORD = "p@ss:w/o%r#d?'\"\\ 🦊"


@dataclass(frozen=True)
class Place:
    """A database that does not exist yet and who shall use it."""

    name: str
    server: str
    admin_url: str

    def url(self, password: str = PASSWORD) -> str:
        return f"mysql://{self.name}:{quote(password, safe='')}@{self.server}/{self.name}"


@pytest.fixture
async def administrator(mysql: MySQLServer) -> AsyncIterator[Database]:
    database = open_database(mysql.url)
    yield database
    await database.close()


@pytest.fixture
async def place(mysql: MySQLServer, administrator: Database) -> AsyncIterator[Place]:
    name = f"fresh_{secrets.token_hex(4)}"
    yield Place(name, mysql.url.partition("@")[2].rstrip("/"), mysql.url)
    await administrator.execute(f"DROP DATABASE IF EXISTS {name}", {})
    await administrator.execute(f"DROP USER IF EXISTS {name}", {})


async def state(administrator: Database, name: str) -> list[object]:
    """Everything about the database that running the scripts again could change."""
    tables = (
        "SELECT table_name AS name, column_name AS col, column_type AS type, collation_name AS collation "
        "FROM information_schema.columns WHERE table_schema = :name ORDER BY table_name, ordinal_position"
    )
    schema = "SELECT default_collation_name AS c FROM information_schema.schemata WHERE schema_name = :name"
    return [
        await administrator.fetch_all(tables, {"name": name}),
        await administrator.fetch_all(schema, {"name": name}),
        await grants(administrator, name),
        await administrator.fetch_all(f"SELECT version FROM {name}.schema_version", {}),
    ]


async def grants(administrator: Database, user: str) -> list[str]:
    rows = await administrator.fetch_all("SHOW GRANTS FOR :user@'%'", {"user": user})
    return sorted(str(value) for row in rows for value in row.values())


async def test_the_scripts_create_a_database_an_account_and_all_tables(
    place: Place, administrator: Database
) -> None:
    await create_database_and_user(place.url(), place.admin_url)
    library = await open_library(place.url())
    assert await library.secrets.get_or_add("first", "value") == "value"
    await library.close()
    tables, schema, _, version = await state(administrator, place.name)
    assert isinstance(tables, list)
    assert {row["name"] for row in tables} >= {
        "image",
        "attempt",
        "job",
        "idempotency",
        "image_posting",
        "image_change",
        "image_looks",
        "api_key",
        "secret",
    }
    assert (schema, version) == ([{"c": "utf8mb4_0900_bin"}], [{"version": SCHEMA_VERSION}])


async def test_the_account_may_use_its_own_database_and_nothing_else(
    place: Place, administrator: Database
) -> None:
    await create_database_and_user(place.url(), place.admin_url)
    usage, own = sorted(await grants(administrator, place.name), key=lambda grant: "USAGE" not in grant)
    assert usage.startswith("GRANT USAGE ON *.*")
    assert "_" in place.name  # which a grant would take for any letter
    assert "ON `{}`.* TO".format(place.name.replace("_", "\\_")) in own
    assert "GRANT OPTION" not in own
    account = open_database(place.url())
    for forbidden in (
        "SELECT user FROM mysql.user",
        "CREATE DATABASE another",
        "CREATE USER somebody",
        f"GRANT SELECT ON {place.name}.* TO {place.name}",
        "SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/passwd'",
    ):
        with pytest.raises(InternalError):
            await account.execute(forbidden, {})
    await account.close()


async def test_running_the_scripts_twice_changes_nothing(place: Place, administrator: Database) -> None:
    states = []
    for _ in range(2):
        await create_database_and_user(place.url(), place.admin_url)
        library = await open_library(place.url())
        assert await library.secrets.get_or_add("kept", "first") == "first"
        await library.close()
        states.append(await state(administrator, place.name))
    assert states[0] == states[1]


async def test_running_them_with_a_new_password_changes_it(place: Place) -> None:
    await create_database_and_user(place.url(), place.admin_url)
    await create_database_and_user(place.url("another"), place.admin_url)
    await (await open_library(place.url("another"))).close()
    with pytest.raises(CannotStart):
        await open_library(place.url())


async def test_without_an_administrator_an_account_that_may_creates_its_database(
    place: Place, administrator: Database
) -> None:
    url = place.admin_url + place.name
    await create_database_and_user(url, None)
    await (await open_library(url)).close()
    tables = await administrator.fetch_all("SHOW TABLES FROM " + place.name, {})
    assert len(tables) >= 7


async def test_without_an_administrator_an_account_that_may_not_is_told_when_it_is_opened(
    place: Place, mysql_url: str
) -> None:
    url = f"{mysql_url.rpartition('/')[0]}/{place.name}"
    await create_database_and_user(url, None)
    with pytest.raises(CannotStart, match="cannot be used"):
        await open_library(url)


async def test_an_administrator_who_cannot_get_in_is_told_where_without_the_password(place: Place) -> None:
    with pytest.raises(CannotStart) as refusal:
        await create_database_and_user(place.url(), f"mysql://nobody:hush@{place.server}/")
    assert place.server in refusal.value.detail
    assert "hush" not in refusal.value.detail
    assert PASSWORD not in refusal.value.detail


@pytest.mark.parametrize("name", ["a-b", "a%60b", "a%20b", "x" * 65, "", "a/b"])
async def test_a_name_that_would_need_quoting_is_refused(mysql: MySQLServer, name: str) -> None:
    with pytest.raises(CannotStart, match="letters, digits and _"):
        await create_database_and_user(f"{mysql.url}{name}", mysql.url)


async def test_sqlite_needs_no_administrator() -> None:
    await create_database_and_user("sqlite:///nowhere/at/all.db", None)
