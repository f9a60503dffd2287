import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pixyproxy.data.init import open_database
from pixyproxy.data.mysql import MySQLAddress
from tests.conftest import client_of, running_app
from tools.mysql_server import MySQLServer

from .conftest import pixyproxy, refused

NAME = "pixyproxy_init"


class Fresh(NamedTuple):
    """A MySQL server on which nobody has heard of us."""

    admin_url: str
    environment: dict[str, str]

    @property
    def as_service(self) -> str:
        return self.environment["PIXYPROXY_DATABASE_URL"]


@pytest.fixture
def fresh(mysql: MySQLServer, tmp_path: Path) -> Iterator[Fresh]:
    server = mysql.url.rpartition("@")[2].rstrip("/")
    url = f"mysql://{NAME}:p%40ss'word@{server}/{NAME}"
    yield Fresh(mysql.url, {"PIXYPROXY_DATA_DIR": str(tmp_path), "PIXYPROXY_DATABASE_URL": url})
    forget(mysql.url)


def forget(admin_url: str) -> None:
    async def drop() -> None:
        database = open_database(f"{admin_url.rstrip('/')}/mysql")
        await database.execute(f"DROP DATABASE IF EXISTS {NAME}", {})
        await database.execute(f"DROP USER IF EXISTS {NAME}@'%'", {})
        await database.close()

    asyncio.run(drop())


def tables(url: str) -> set[str]:
    async def ask() -> set[str]:
        database = open_database(url)
        mysql = database.dialect == "mysql"
        sql = (
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
            if mysql
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        rows = await database.fetch_all(sql, {})
        await database.close()
        return {str(row["name"]) for row in rows}

    return asyncio.run(ask())


def initialised(environment: dict[str, str], *words: str) -> str:
    """The key it prints, or nothing when there is one already."""
    result = pixyproxy(environment, "init", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "The database and its tables are ready."
    if len(lines) == 1:
        return ""
    file = Path(environment["PIXYPROXY_DATA_DIR"]) / "admin.key"
    assert lines[2] == f"It is kept in {file}, readable by you alone."
    key = lines[1].removeprefix("The administrator's key, shown this once: ")
    assert file.read_text() == f"{key}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    return key


OURS = {
    *("image", "image_posting", "image_change", "image_looks", "image_parent"),
    *("attempt", "job", "idempotency", "api_key", "session", "sign_in", "secret", "schema_version"),
}


def test_on_sqlite_tables_and_the_first_key_are_made_once(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    assert re.fullmatch(r"pxy_\w{12}_\w{38}", initialised(on_sqlite))
    assert tables(f"sqlite:///{tmp_path}/data/pixyproxy.db") >= OURS
    assert initialised(on_sqlite) == ""


@pytest.mark.parametrize("by_option", [True, False])
def test_on_mysql_an_administrator_makes_database_user_and_tables_and_twice_is_harmless(
    fresh: Fresh, by_option: bool
) -> None:
    words = ("--admin-url", fresh.admin_url) if by_option else ()
    named = {} if by_option else {"PIXYPROXY_INIT_ADMIN_URL": fresh.admin_url}
    key = initialised(fresh.environment | named, *words)
    assert tables(fresh.as_service) == OURS
    assert initialised(fresh.environment | named, *words) == ""
    assert asyncio.run(status_with(fresh.environment, key)) == 200


async def status_with(environment: dict[str, str], key: str) -> int:
    async with running_app(environment) as app, client_of(app, key) as client:
        return (await client.get("/key")).status_code


def test_on_mysql_an_account_that_may_does_it_without_an_administrator(fresh: Fresh) -> None:
    own = f"{fresh.admin_url.rstrip('/')}/{NAME}"
    assert initialised(fresh.environment | {"PIXYPROXY_DATABASE_URL": own})
    assert tables(own) == OURS


def test_the_user_may_use_its_database_and_no_other(fresh: Fresh) -> None:
    initialised(fresh.environment, "--admin-url", fresh.admin_url)
    address = MySQLAddress.parse(fresh.as_service)
    elsewhere = fresh.as_service.removesuffix(f"/{NAME}") + "/mysql"
    sentence = refused(fresh.environment | {"PIXYPROXY_DATABASE_URL": elsewhere}, "list")
    assert f"Access denied for user '{NAME}'" in sentence
    assert address.password not in sentence


def test_without_an_administrator_an_unknown_account_is_told(fresh: Fresh) -> None:
    sentence = refused(fresh.environment, "init")
    assert f"cannot be used: Access denied for user '{NAME}'" in sentence


def test_an_administrator_with_a_wrong_password_is_told_without_it(fresh: Fresh) -> None:
    wrong = fresh.admin_url.replace("root", "root:open-sesame", 1)
    sentence = refused(fresh.environment, "init", "--admin-url", wrong)
    assert "cannot be used: Access denied for user 'root'" in sentence
    assert "sesame" not in sentence


@pytest.mark.parametrize(
    "url", ["open-sesame", "sqlite:///open-sesame", "mysql://", "mysql://open:sesame@h:port"]
)
def test_an_administrators_url_that_is_none_is_refused_without_showing_it(fresh: Fresh, url: str) -> None:
    sentence = refused(fresh.environment, "init", "--admin-url", url)
    assert sentence == "PIXYPROXY_INIT_ADMIN_URL must be mysql://user:password@host:3306."


def test_a_key_that_cannot_be_kept_is_told_and_how_to_get_another(on_sqlite: dict[str, str]) -> None:
    data = Path(on_sqlite["PIXYPROXY_DATA_DIR"])
    (data / "admin.key").mkdir(parents=True)
    sentence = refused(on_sqlite, "init")
    assert sentence == (
        f"The administrator's key cannot be kept in {data}/admin.key: Is a directory. "
        "`pixyproxy key create NAME --admin` makes another."
    )
    assert pixyproxy(on_sqlite, "key", "create", "ops", "--admin").exit_code == 0
