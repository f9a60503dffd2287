"""Libraries from libraries: from one database to another, and the same images again at later dates.

However many there are, they are of the same two years: the more, the more on a day.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pyroaring import BitMap

from benchmarks.library_rows import FIRST_AT, MADE, YEARS
from pixyproxy.data.database import Database, Parameters, Row
from pixyproxy.data.image_rows import WRITTEN_COLUMNS
from pixyproxy.data.search.looks import STRETCH
from pixyproxy.data.search.postings import BLOCK, Postings
from pixyproxy.data.values import from_timestamp, to_timestamp

_COLUMNS = ("id", *WRITTEN_COLUMNS)
INSERT = (
    f"INSERT INTO image ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"
)
_READ = f"SELECT {', '.join(_COLUMNS)} FROM image WHERE id >= :first AND id < :end ORDER BY id"  # noqa: S608
_PUT = "INSERT INTO image_posting (block, term, images) VALUES (:block, :term, :images)"
_PUT_LOOKS = "INSERT INTO image_looks (stretch, looks) VALUES (:stretch, :looks)"
_AT_ONCE = 4_096
_LATER = {
    "sqlite": "date(substr({0}, 1, 10), :days || ' days') || substr({0}, 11)",
    "mysql": "{0} + INTERVAL :days DAY",
}
_DATED = "(term >= 'day:' AND term < 'day;' OR term >= 'hour:' AND term < 'hour;')"
_READ_UNDATED = f"SELECT block, term, images FROM image_posting WHERE block = :block AND NOT {_DATED}"  # noqa: S608
_READ_DATED = f"SELECT block, term, images FROM image_posting WHERE block = :block AND {_DATED}"  # noqa: S608
_REPEAT_UNDATED = (
    "INSERT INTO image_posting (block, term, images) SELECT block + :blocks, term, images "  # noqa: S608
    f"FROM image_posting WHERE block = :block AND NOT {_DATED}"
)
_READ_LOOKS = "SELECT stretch, looks FROM image_looks WHERE stretch >= :first AND stretch < :end"
_REPEAT_LOOKS = (
    "INSERT INTO image_looks (stretch, looks) SELECT stretch + :stretches, looks FROM image_looks "
    "WHERE stretch >= :first AND stretch < :end"
)


async def copy(source: Database, target: Database, count: int) -> None:
    """At most those that are made one by one; their dates closer together where there are to be more."""
    most = min(count, MADE - 1)
    share = _days_until_again(count) / YEARS.days
    for block in range(most // BLOCK + 1):
        rows = await _rows(source, block, share)
        await _put(target, INSERT, rows)
        await _put(target, _PUT, await source.fetch_all(_READ_UNDATED, {"block": block}))
        await Postings(target).keep(block, _dated(rows))
        await _put(target, _PUT_LOOKS, await source.fetch_all(_READ_LOOKS, _stretches(block)))
        tell(min((block + 1) * BLOCK - 1, most), count)


async def repeat(database: Database, count: int) -> None:
    """Until there are as many: whole blocks, each later than the one it is a copy of."""
    made = MADE // BLOCK
    for block in range(made, -(-count // BLOCK)):
        times = block // made
        days = times * _days_until_again(count)
        await _repeat_rows(database, block % made, times, days)
        await _repeat_index(database, block % made, times, days)
        tell((block + 1) * BLOCK - 1, count)


def tell(images: int, count: int) -> None:
    print(f"\r{images:,} of {count:,} images", end="", file=sys.stderr, flush=True)


def _days_until_again(count: int) -> int:
    return YEARS.days if count < MADE else round(YEARS.days * MADE / count)


async def _rows(source: Database, block: int, share: float) -> Sequence[Parameters]:
    rows = await source.fetch_all(_READ, {"first": block * BLOCK, "end": (block + 1) * BLOCK})
    if share == 1:
        return rows
    moments = (FIRST_AT + share * (from_timestamp(row["created_at"]) - FIRST_AT) for row in rows)
    return [
        {**row, "created_at": moment, "updated_at": moment}
        for row, moment in zip(rows, map(to_timestamp, moments), strict=True)
    ]


def _dated(rows: Iterable[Row]) -> dict[str, BitMap]:
    """The terms of a day and of an hour."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        day, hour = row["created_at"][:10], row["created_at"][11:13]
        places[f"day:{day}"].append(row["id"] % BLOCK)
        places[f"hour:{day}T{hour}"].append(row["id"] % BLOCK)
    return {term: BitMap(found) for term, found in places.items()}


async def _repeat_rows(database: Database, block: int, times: int, days: int) -> None:
    """A guid of our making has zeros where a copy has its number."""
    later = _LATER[database.dialect]
    changed = {
        "id": "id + :ids",
        "guid": "replace(guid, '-8000-', :mark)",
        "created_at": later.format("created_at"),
        "updated_at": later.format("updated_at"),
    }
    sql = (
        f"INSERT INTO image ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own column names
        f"SELECT {', '.join(changed.get(column, column) for column in _COLUMNS)} FROM image "
        "WHERE id >= :first AND id < :end"
    )
    asked = {"ids": times * MADE, "mark": f"-8{times:03x}-", "days": days}
    await database.execute(sql, {**asked, "first": block * BLOCK, "end": (block + 1) * BLOCK})


async def _repeat_index(database: Database, block: int, times: int, days: int) -> None:
    blocks = times * MADE // BLOCK
    await database.execute(_REPEAT_UNDATED, {"block": block, "blocks": blocks})
    dated = await database.fetch_all(_READ_DATED, {"block": block})
    await _put(database, _PUT, [_later(row, blocks, days) for row in dated])
    await database.execute(_REPEAT_LOOKS, {"stretches": times * MADE // STRETCH, **_stretches(block)})


def _stretches(block: int) -> Parameters:
    return {"first": block * BLOCK // STRETCH, "end": (block + 1) * BLOCK // STRETCH}


def _later(row: Row, blocks: int, days: int) -> Parameters:
    """A day, or an hour of a day, is a term that begins with the date."""
    kind, _, text = row["term"].partition(":")
    day = date.fromisoformat(text[:10]) + timedelta(days=days)
    return {**row, "block": row["block"] + blocks, "term": f"{kind}:{day}{text[10:]}"}


async def _put(database: Database, sql: str, rows: Sequence[Parameters]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        await database.execute_many(sql, list(rows[start : start + _AT_ONCE]))
