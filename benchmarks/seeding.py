"""A library of a million images, as rows: written straight into the table, in the columns the service writes.

Only `image` is filled. The plain list reads nothing else: no words, no tags, no attempts, no files.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

from benchmarks.load import WORDS
from pixyproxy.core.models import Audience, Content, Image, Status, Visibility
from pixyproxy.core.names import readable_name
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.image_rows import WRITTEN_COLUMNS, to_dict
from pixyproxy.data.init import open_database
from pixyproxy.data.secret_repository import SecretRepository
from pixyproxy.data.values import to_timestamp
from pixyproxy.service.cursors import Cursors

DEPTH = 1_000_000
_BEYOND = 200
"""More rows than that, so that the deep page is as full as the first and has a next one, too."""
_KINDS, _AT_ONCE = 1_000, 10_000
_FIRST_AT = datetime(2026, 1, 1, tzinfo=UTC)
_INSERT = (
    f"INSERT INTO image ({', '.join(WRITTEN_COLUMNS)}) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join(f':{column}' for column in WRITTEN_COLUMNS)})"
)

Row = Mapping[str, Any]


def seed(database_url: str, owner: str) -> None:
    """Half of the images belong to `owner`; three in ten are public."""
    asyncio.run(_seed(database_url, _rows(owner, DEPTH + _BEYOND)))


def deep_cursor(database_url: str, audience: Audience) -> str:
    """The cursor a caller would hold after paging past a million rows; sealed as by the service."""
    return asyncio.run(_deep_cursor(database_url, audience))


async def _seed(database_url: str, rows: Iterator[Row]) -> None:
    database = open_database(database_url)
    try:
        while batch := list(islice(rows, _AT_ONCE)):
            await database.execute_many(_INSERT, batch)
        await database.execute(_ANALYZE[database.dialect], {})
    finally:
        await database.close()


_ANALYZE = {"sqlite": "ANALYZE", "mysql": "ANALYZE TABLE image"}


async def _deep_cursor(database_url: str, audience: Audience) -> str:
    database = open_database(database_url)
    try:
        secret = await SecretRepository(database).get_or_add("cursors", "made by the service already")
    finally:
        await database.close()
    return Cursors(secret).after(_BEYOND + 1, ImageSearch(), audience)


def _rows(owner: str, count: int) -> Iterator[Row]:
    """A thousand kinds of image, again and again; what is unique in a library is unique here."""
    random = Random(1)  # noqa: S311 - the same rows in every run
    kinds = [to_dict(_image(random, owner)) for _ in range(_KINDS)]
    for number in range(count):
        kind = kinds[number % _KINDS]
        created_at = _FIRST_AT + timedelta(seconds=20 * number, microseconds=number % 997)
        guid = _guid(created_at, number)
        moment = to_timestamp(created_at)
        yield {
            **kind,
            "guid": guid,
            "filename": f"{kind['filename'][:-12]}{guid[:8]}.png",
            "filename_key": f"{kind['filename_key'][:-12]}{guid[:8]}.png",
            "storage_key": f"{created_at:%Y/%m/%d}/{guid}.png",
            "sha256": f"{number:064x}",
            "created_at": moment,
            "updated_at": moment,
        }


def _guid(moment: datetime, number: int) -> str:
    digits = f"{int(moment.timestamp() * 1000):012x}7{number & 0xFFF:03x}8{number:015x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _image(random: Random, owner: str) -> Image:
    prompt = " ".join(random.choices(WORDS, k=random.randint(8, 30)))
    guid = _guid(_FIRST_AT, 0)
    return Image(
        guid=guid,
        owner=owner if random.random() < 0.5 else f"somebody{random.randint(1, 40):04d}",
        filename=f"{readable_name(prompt, guid)}.png",
        prompt=prompt,
        tags=tuple(random.sample(WORDS, random.randint(0, 4))),
        author="shop team",
        status=Status.READY,
        visibility=Visibility.PUBLIC if random.random() < 0.3 else Visibility.PRIVATE,
        generator="openai",
        model="gpt-image-2",
        parameters={"size": "1024x1024", "quality": "medium", "background": "opaque"},
        content=Content(
            storage_key="2026/01/01/x.png",
            media_type="image/png",
            width=1024,
            height=1024,
            size_bytes=random.randint(900_000, 2_500_000),
            sha256="0" * 64,
        ),
        cost_usd=Decimal("0.03171"),
        cost_source="genai-prices",
        created_at=_FIRST_AT,
        updated_at=_FIRST_AT,
    )
