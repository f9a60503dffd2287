"""What both databases promise, one statement at a time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pixyproxy.core.exceptions import DuplicateRow, InternalError
from pixyproxy.data.database import Database

ADD = "INSERT INTO probe (name, body) VALUES (:name, :body)"
NAMES = "SELECT name FROM probe ORDER BY name"


async def names(probe: Database) -> list[str]:
    return [row["name"] for row in await probe.fetch_all(NAMES, {})]


async def test_no_row_is_none_and_no_rows_are_an_empty_list(probe: Database) -> None:
    assert await probe.fetch_one(NAMES, {}) is None
    assert await probe.fetch_all(NAMES, {}) == []


async def test_an_insert_gives_the_id_of_its_row(probe: Database) -> None:
    ids = [await probe.insert(ADD, {"name": name, "body": ""}) for name in "abc"]
    assert len(set(ids)) == 3
    for name, id_ in zip("abc", ids, strict=True):
        assert await probe.fetch_one("SELECT id FROM probe WHERE name = :name", {"name": name}) == {"id": id_}


async def test_ids_of_concurrent_inserts_are_those_of_their_own_rows(probe: Database) -> None:
    expected = [f"{n:02}" for n in range(20)]
    ids = await asyncio.gather(*(probe.insert(ADD, {"name": name, "body": ""}) for name in expected))
    rows = await probe.fetch_all("SELECT id, name FROM probe", {})
    assert {row["id"]: row["name"] for row in rows} == dict(zip(ids, expected, strict=True))


async def test_an_update_counts_the_rows_it_met_also_where_it_changes_nothing(probe: Database) -> None:
    for name in "abc":
        await probe.execute(ADD, {"name": name, "body": "x"})
    update = "UPDATE probe SET body = :body WHERE name < :end"
    assert await probe.execute(update, {"body": "x", "end": "c"}) == 2
    assert await probe.execute(update, {"body": "y", "end": "c"}) == 2
    assert await probe.execute(update, {"body": "y", "end": "a"}) == 0


async def test_a_delete_counts_the_rows_it_removed(probe: Database) -> None:
    await probe.execute(ADD, {"name": "a", "body": None})
    delete = "DELETE FROM probe WHERE name = :name"
    assert [await probe.execute(delete, {"name": "a"}) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("count", [1, 2, 1000])
async def test_many_rows_are_written_at_once(probe: Database, count: int) -> None:
    await probe.execute_many(ADD, [{"name": f"{n:04}", "body": "%s :name"} for n in range(count)])
    assert await names(probe) == [f"{n:04}" for n in range(count)]


Write = Callable[[Database], Awaitable[object]]
WRITES: dict[str, Write] = {
    "insert": lambda probe: probe.insert(ADD, {"name": "a", "body": ""}),
    "execute": lambda probe: probe.execute(ADD, {"name": "a", "body": ""}),
    "execute_many": lambda probe: probe.execute_many(ADD, [{"name": name, "body": ""} for name in "za"]),
    "update": lambda probe: probe.execute("UPDATE probe SET name = :name", {"name": "a"}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_a_unique_key_that_is_taken_is_a_duplicate_row_and_nothing_is_written(
    probe: Database, write: Write
) -> None:
    await probe.execute_many(ADD, [{"name": name, "body": ""} for name in "ab"])
    with pytest.raises(DuplicateRow):
        await write(probe)
    assert await names(probe) == ["a", "b"]


async def test_what_the_driver_says_of_bad_sql_is_not_in_the_sentence_for_the_caller(probe: Database) -> None:
    with pytest.raises(InternalError) as error:
        await probe.fetch_all("SELECT name FROM nowhere", {})
    assert error.value.detail == InternalError.default_detail
    assert "nowhere" in str(error.value.__cause__)
    assert await names(probe) == []


async def test_a_null_where_none_may_be_is_our_defect_and_no_duplicate(probe: Database) -> None:
    with pytest.raises(InternalError):
        await probe.insert(ADD, {"name": None, "body": ""})


AWKWARD = {
    "empty": "",
    "blanks": "  around  ",
    "emoji": "a 🦊 on a 🪑",
    "quotes": 'it\'s "quoted" and `ticked`',
    "backslashes": "\\ \\n \\' \\\\",
    "NUL": "a\0b",
    "control characters": "\x1a\x08\r\n\t",
    "percent signs": "100% %s %(name)s %%",
    "colons": ":name ::name 12:30",
    "an injection": "'); DROP TABLE probe; -- ",
    "a comment": "/* */ -- #",
    "wildcards": "a_b%c",
    "decomposed": "cafe\u0301",
    "32,000 characters of four bytes": "🦊" * 32_000,
}


@pytest.mark.parametrize("value", AWKWARD.values(), ids=AWKWARD.keys())
async def test_a_value_comes_back_as_it_went(probe: Database, value: str) -> None:
    await probe.execute(ADD, {"name": "one", "body": value})
    await probe.execute_many(ADD, [{"name": name, "body": value} for name in ("two", "three")])
    rows = await probe.fetch_all("SELECT body FROM probe WHERE body = :value", {"value": value})
    assert rows == [{"body": value}] * 3


async def test_words_are_told_apart_by_every_mark_and_sorted_by_code_point(probe: Database) -> None:
    distinct = ["B", "a", "a ", "b", "e", "e\u0301", "é", "狐", "🦊"]
    for name in reversed(distinct):
        await probe.execute(ADD, {"name": name, "body": ""})
    assert await names(probe) == distinct


async def test_numbers_and_null_come_back_as_they_went(probe: Database) -> None:
    id_ = await probe.insert("INSERT INTO probe (id, name, body) VALUES (:id, :name, :body)",
                             {"id": 2**53, "name": "a", "body": None})  # fmt: skip
    assert await probe.fetch_one("SELECT id, body FROM probe", {}) == {"id": 2**53, "body": None}
    assert id_ == 2**53


async def test_signs_in_the_sql_itself_are_no_parameters(probe: Database) -> None:
    sql = "SELECT '50%' AS a, ':b' AS b, '12:30' AS c, 7 % 4 AS d, :e AS e -- it's :f %s"
    expected = {"a": "50%", "b": ":b", "c": "12:30", "d": 3, "e": "%s"}
    assert await probe.fetch_one(sql, {"e": "%s"}) == expected


async def test_a_parameter_may_be_used_twice_and_one_that_is_not_used_is_no_error(probe: Database) -> None:
    row = await probe.fetch_one("SELECT :a AS a, :a AS b", {"a": "x", "unused": "y"})
    assert row == {"a": "x", "b": "x"}


async def test_more_questions_at_once_than_there_are_connections_are_all_answered(probe: Database) -> None:
    asked = [probe.fetch_one("SELECT :n AS n", {"n": n}) for n in range(60)]
    assert await asyncio.gather(*asked) == [{"n": n} for n in range(60)]


async def test_what_was_written_is_seen_by_whoever_asks_next(probe: Database) -> None:
    for n in range(20):
        await probe.execute(ADD, {"name": f"{n:02}", "body": ""})
        assert len(await names(probe)) == n + 1
        assert await probe.fetch_one("SELECT COUNT(*) AS n FROM probe", {}) == {"n": n + 1}
