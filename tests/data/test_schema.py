"""The two scripts that create tables say the same, each in its own language."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pixyproxy.data.database import Database
from pixyproxy.data.init import open_database, open_library
from pixyproxy.data.library import Library
from tests.conftest import TABLES_EMPTIED

SQL = Path(__file__).parents[2] / "src" / "pixyproxy" / "data" / "sql"
Columns = dict[str, dict[str, bool]]
Indexes = dict[str, list[str]]
# SQLite keeps these in the table itself and lists no index for them.
_KEYS_OF_ONE_NUMBER = (["id"], ["version"], ["image_id"], ["stretch"])


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async for database in opened(f"sqlite:///{tmp_path}/schema.db"):
        yield database


@pytest.fixture
async def mysql_database(mysql_url: str) -> AsyncIterator[Database]:
    async for database in opened(mysql_url):
        yield database


async def opened(url: str) -> AsyncIterator[Database]:
    await (await open_library(url)).close()
    database = open_database(url)
    yield database
    await database.close()


async def sqlite_columns(database: Database) -> Columns:
    """Table -> column -> whether it may be null."""
    rows = await database.fetch_all(
        'SELECT t.name AS name, c.name AS col, c."notnull" = 0 AND c.pk = 0 AS nullable '
        "FROM sqlite_master AS t, pragma_table_info(t.name) AS c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid",
        {},
    )
    columns: Columns = defaultdict(dict)
    for row in rows:
        columns[row["name"]][row["col"]] = bool(row["nullable"])
    return columns


async def mysql_columns(database: Database) -> Columns:
    rows = await database.fetch_all(
        "SELECT table_name AS name, column_name AS col, is_nullable = 'YES' AS nullable "
        "FROM information_schema.columns WHERE table_schema = DATABASE() "
        "ORDER BY table_name, ordinal_position",
        {},
    )
    columns: Columns = defaultdict(dict)
    for row in rows:
        columns[row["name"]][row["col"]] = bool(row["nullable"])
    return columns


async def sqlite_indexes(database: Database) -> Indexes:
    """Index -> its columns in order; a primary key goes by the name of its table."""
    rows = await database.fetch_all(
        "SELECT CASE l.origin WHEN 'pk' THEN t.name ELSE l.name END AS name, "
        'l."unique" AS uniq, i.name AS col '
        "FROM sqlite_master AS t, pragma_index_list(t.name) AS l, pragma_index_info(l.name) AS i "
        "WHERE t.type = 'table' ORDER BY name, i.seqno",
        {},
    )
    return as_indexes([(row["name"], row["uniq"], row["col"]) for row in rows])


async def mysql_indexes(database: Database) -> Indexes:
    rows = await database.fetch_all(
        "SELECT IF(index_name = 'PRIMARY', table_name, index_name) AS name, "
        "NOT non_unique AS uniq, column_name AS col "
        "FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, seq_in_index",
        {},
    )
    return as_indexes([(row["name"], row["uniq"], row["col"]) for row in rows])


def as_indexes(rows: list[tuple[str, int, str]]) -> Indexes:
    indexes: Indexes = defaultdict(list)
    for name, unique, column in rows:
        indexes[f"{name}{' unique' if unique else ''}"].append(column)
    return {
        name: columns
        for name, columns in indexes.items()
        if not (name.endswith(" unique") and columns in _KEYS_OF_ONE_NUMBER)
    }


async def test_both_scripts_create_the_same_tables_with_the_same_columns_in_the_same_order(
    sqlite: Database, mysql_database: Database
) -> None:
    ours, theirs = await sqlite_columns(sqlite), await mysql_columns(mysql_database)
    assert ours == theirs
    assert {table: list(columns) for table, columns in ours.items()} == {
        table: list(columns) for table, columns in theirs.items()
    }


async def test_both_scripts_create_the_same_indexes(sqlite: Database, mysql_database: Database) -> None:
    assert await sqlite_indexes(sqlite) == await mysql_indexes(mysql_database)


async def test_every_table_of_mysql_can_be_rolled_back_and_tells_every_character_apart(
    mysql_database: Database,
) -> None:
    rows = await mysql_database.fetch_all(
        "SELECT DISTINCT engine AS e, table_collation AS c FROM information_schema.tables "
        "WHERE table_schema = DATABASE()",
        {},
    )
    assert [dict(row) for row in rows] == [{"e": "InnoDB", "c": "utf8mb4_0900_bin"}]
    columns = await mysql_database.fetch_all(
        "SELECT DISTINCT collation_name AS c FROM information_schema.columns "
        "WHERE table_schema = DATABASE() AND collation_name IS NOT NULL",
        {},
    )
    assert {row["c"] for row in columns} == {"utf8mb4_0900_bin", "ascii_bin"}


@pytest.mark.parametrize(
    ("search", "index"),
    [
        ("SELECT id FROM image WHERE guid = 'x'", "image_guid"),
        ("SELECT block, images FROM image_posting WHERE block IN (7, 8) AND term IN ('x', 'y')", "PRIMARY"),
        (
            "SELECT block, images FROM image_posting WHERE block IN (7, 8) AND term >= 'x' AND term <= 'y'",
            "PRIMARY",
        ),
        (
            "SELECT DISTINCT image_id FROM image_change WHERE image_id < 7 ORDER BY image_id DESC",
            "image_change_of_image",
        ),
        ("SELECT looks FROM image_looks WHERE stretch IN (7, 8)", "PRIMARY KEY"),
        ("SELECT id FROM image WHERE deleted_at <= 'x' ORDER BY deleted_at", "image_trash"),
        ("SELECT id FROM image WHERE colors IS NULL AND status = 'ready' ORDER BY id", "image_unseen"),
        ("SELECT id FROM attempt WHERE image_id = 1", "attempt_of_image"),
        ("SELECT id FROM attempt WHERE storage_key = 'x'", "attempt_storage_key"),
        ("SELECT id FROM attempt WHERE started_at >= 'x'", "attempt_started"),
        (
            "SELECT image_id FROM job WHERE state = 'waiting' AND free_at <= 1.0 ORDER BY free_at, image_id",
            "job_free",
        ),
        (
            "SELECT guid FROM idempotency WHERE owner = 'x' AND route = 'y' AND idempotency_key = 'z'",
            "PRIMARY",
        ),
        ("DELETE FROM idempotency WHERE guid = 'x'", "idempotency_guid"),
        ("SELECT key_id FROM session WHERE token_sha256 = 'x'", "PRIMARY"),
        ("DELETE FROM session WHERE key_proof = 'x'", "session_of_key"),
        ("DELETE FROM session WHERE expires_at <= 'x'", "session_expiry"),
        ("DELETE FROM sign_in WHERE code_sha256 = 'x'", "PRIMARY"),
    ],
)
async def test_sqlite_answers_from_an_index_and_sorts_nothing(
    sqlite: Database, search: str, index: str
) -> None:
    plan = " ".join(row["detail"] for row in await sqlite.fetch_all(f"EXPLAIN QUERY PLAN {search}", {}))
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("script", sorted(path.name for path in SQL.glob("*.sql")))
def test_no_script_holds_what_would_split_it_in_the_wrong_place(script: str) -> None:
    """Comments are cut off at dashes and statements told apart by semicolons, wherever they stand."""
    without_comments = re.sub(r"--[^\n]*", "", (SQL / script).read_text(encoding="utf-8"))
    quoted = re.findall(r"(['`\"])(.*?)\1", without_comments)
    assert not any(";" in text or "--" in text for _, text in quoted)


async def test_a_library_opened_again_and_again_keeps_its_rows(database_url: str) -> None:
    for round_ in range(3):
        library: Library = await open_library(database_url)
        assert await library.secrets.get_or_add("round", str(round_)) == "0"
        await library.close()


async def test_the_tests_begin_with_every_table_empty(sqlite: Database) -> None:
    """A table that `conftest.py` forgets to empty would carry rows from one test to the next."""
    assert {*await sqlite_columns(sqlite)} == {*TABLES_EMPTIED, "schema_version"}
