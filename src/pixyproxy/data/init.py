"""Opens what the settings name: runs the SQL scripts, hands out the rows' library and the bytes' store."""

import logging
import re
from contextlib import suppress
from dataclasses import replace
from importlib import resources
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pixyproxy.core.exceptions import CannotStart, DuplicateRow, PixyProxyException
from pixyproxy.data.database import Database, Statements
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.moved_store import MovedStore
from pixyproxy.data.mysql import MySQLAddress, MySQLDatabase
from pixyproxy.data.places import are_apart, check_folder_is_there, name_of
from pixyproxy.data.s3.location import S3Location, S3Options
from pixyproxy.data.spool import Spool
from pixyproxy.data.sqlite import SQLiteDatabase

log = logging.getLogger(__name__)

SCHEMA_VERSION = 5
_FIND_VERSION = "SELECT version FROM schema_version WHERE version = :version"
_NOTE_VERSION = "INSERT INTO schema_version (version) VALUES (:version)"
_UNKNOWN_DATABASE = 1049
_DATABASE_URL = "PIXYPROXY_DATABASE_URL must be sqlite:///path or mysql://user:password@host:3306/database."


async def open_library(url: str) -> Library:
    """Connect, create the tables that are missing, refuse a database of a newer release."""
    database = open_database(url)
    try:
        await _create_tables(database)
    except PixyProxyException as error:
        await database.close()
        raise CannotStart(_why_not(url, error)) from error
    return Library(database)


def open_database(url: str) -> Database:
    if _is_mysql(url):
        return MySQLDatabase(MySQLAddress.parse(url))
    if url.startswith("sqlite:///") and (path := _sqlite_path(url)):
        return SQLiteDatabase(Path(path))
    raise CannotStart(_DATABASE_URL)


def open_images(location: str, before: str | None, options: S3Options | None = None) -> ImageStore:
    """Where they are, and while they are moved also where they were before."""
    if before is None:
        return open_store(location, options)
    check_images_before(location, before)
    return MovedStore(open_store(location, options), open_store(before, options))


def check_images_before(location: str, before: str) -> None:
    """A slip of the fingers in it would make every image missing that is not moved yet."""
    there, here = name_of(before), name_of(location)
    try:
        check_folder_is_there(there)
    except CannotStart as error:
        raise CannotStart(f"PIXYPROXY_IMAGES_BEFORE cannot be {before}: {error.detail}") from error
    if not are_apart(there, here):
        raise CannotStart(f"PIXYPROXY_IMAGES_BEFORE cannot be {before}: {there} and {here} are not apart.")


def open_store(location: str, options: S3Options | None = None) -> ImageStore:
    """A folder, or `s3://bucket/prefix`, which is reached as the options say."""
    if not location.startswith("s3://"):
        return FolderStore(Path(location))
    from pixyproxy.data.s3.store import S3Store  # noqa: PLC0415 - a tenth of a second, for those who need it

    try:
        return S3Store(S3Location.parse(location), options)
    except ValueError as error:
        raise CannotStart(f"The images cannot lie at {location}: it {error}.") from error


def open_spool(folder: Path, *, create: bool) -> Spool:
    spool = Spool(folder)
    if not create:
        return spool
    try:
        spool.open()
    except PixyProxyException as error:
        raise CannotStart(f"The spool {folder} cannot be made: {error.__cause__}") from error
    return spool


async def create_database_and_user(url: str, admin_url: str | None) -> None:
    """What an administrator of MySQL does once: the database, and the account the service runs as.

    Without an administrator's URL the service's own account is tried for the database, and needs no creating.
    """
    if url.startswith("sqlite:"):
        return
    if not _is_mysql(url):
        raise CannotStart(_DATABASE_URL)
    if admin_url and not _is_mysql(admin_url):
        raise CannotStart("PIXYPROXY_INIT_ADMIN_URL must be mysql://user:password@host:3306.")
    service, name = MySQLAddress.parse(url), _database_name(url)
    administrator = MySQLAddress.parse(admin_url) if admin_url else replace(service, database=None)
    scripts = ("create_database", "create_user") if admin_url else ("create_database",)
    database = MySQLDatabase(administrator)
    try:
        for statement in (each for script in scripts for each in _statements_of(f"{script}.mysql.sql")):
            account = {"user": service.user, "password": service.password}
            await database.execute(_named(statement, name), account)
    except PixyProxyException as error:
        if admin_url:
            raise CannotStart(_why_not(admin_url, error)) from error
    finally:
        await database.close()


def _named(statement: str, database: str) -> str:
    """In GRANT, and nowhere else, an underscore would stand for any letter."""
    return statement.replace("{database}", database).replace("{database_alone}", database.replace("_", r"\_"))


def _is_mysql(url: str) -> bool:
    with suppress(ValueError):  # a port that is no number, a bracket that is not closed
        parts = urlsplit(url)
        return parts.scheme == "mysql" and bool(parts.hostname) and parts.port != 0
    return False


def _sqlite_path(url: str) -> str:
    """All that follows: in a path, # and ? are letters like others."""
    return unquote(url.removeprefix("sqlite:///"))


def _database_name(url: str) -> str:
    name = MySQLAddress.parse(url).database
    if not name or not re.fullmatch(r"\w{1,64}", name):
        raise CannotStart("The database named in PIXYPROXY_DATABASE_URL must be letters, digits and _ only.")
    return name


async def _create_tables(database: Database) -> None:
    """Older tables first become those of this release; then what is missing is made."""
    *tables, versions = _statements_of(f"create_tables.{database.dialect}.sql")
    await database.execute(versions, {})
    rows = await database.fetch_all("SELECT version FROM schema_version", {})
    found = max((row["version"] for row in rows), default=SCHEMA_VERSION)
    if found > SCHEMA_VERSION:
        raise CannotStart(f"The database is of schema {found}, made by a newer release than this one.")
    for version in range(found + 1, SCHEMA_VERSION + 1):
        await _upgrade(database, version)
    for statement in tables:
        await database.execute(statement, {})
    if not rows:
        with suppress(DuplicateRow):
            await database.execute(_NOTE_VERSION, {"version": SCHEMA_VERSION})


async def _upgrade(database: Database, version: int) -> None:
    """In SQLite whole or not at all; MySQL commits each change by itself: those that are there stay.

    A library of millions takes minutes.
    """

    async def work(statements: Statements) -> None:
        noted = await statements.fetch_one(_FIND_VERSION, {"version": version})
        if noted is not None:
            return  # by another worker, meanwhile
        log.info("the database is brought to schema %d", version)
        for statement in _statements_of(f"upgrade_{version}.{database.dialect}.sql"):
            with suppress(DuplicateRow):
                await statements.execute(statement, {})
        await statements.execute(_NOTE_VERSION, {"version": version})

    with suppress(DuplicateRow):
        await database.upgrade(work)


def _statements_of(script: str) -> list[str]:
    text = resources.files("pixyproxy.data").joinpath("sql", script).read_text(encoding="utf-8")
    without_comments = re.sub(r"--[^\n]*", "", text)
    return [statement.strip() for statement in without_comments.split(";") if statement.strip()]


def _why_not(url: str, error: PixyProxyException) -> str:
    if isinstance(error, CannotStart):
        return error.detail
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 3306}" if parts.scheme == "mysql" else _sqlite_path(url)
    foreign = error.__cause__
    reason = foreign.args[-1] if foreign and foreign.args else error  # MySQL's args are number and text
    hint = ". `pixyproxy init` creates it." if foreign and foreign.args[:1] == (_UNKNOWN_DATABASE,) else ""
    return f"The {parts.scheme} database at {where} cannot be used: {reason}{hint}"
