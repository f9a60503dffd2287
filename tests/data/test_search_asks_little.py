"""How many statements a search takes: the same for few images and for many, hardly more in many blocks."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pixyproxy.core.models import Audience, Image
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, a_search, added, an_image, seen_by
from tests.data.packed import begin_anew, blocks_of, pack_all
from tests.data.recording import RecordingDatabase

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# In one block: the newest id, the log, the sets, the rows. The guids' ids, and their rows.
A_PAGE, NOTHING_FOUND, A_LIST_OF_GUIDS = 4, 3, 2
# Of three hundred images in the log the rows are asked for in three pieces, if what is wanted is behind them.
A_PAGE_BEHIND_A_LOG = A_PAGE + 2
# Where the sets say all, only the rows of what is in the log are asked for.
A_COUNT_OF_SETS, A_COUNT_OF_SETS_AND_LOG, A_COUNT_OF_ROWS = 3, 4, 4
# The sets are asked for of 1 block, 4, 16 and then 64 at a time: so two hundred take six questions,
# of which the first three reach as far as a page. Of sixty-four those sets that hold much of each block are
# asked for by themselves, where anything is left.
SMALL_BLOCK, MANY_BLOCKS = 4, 200
A_PAGE_OF_MANY_BLOCKS, ALL_OF_MANY_BLOCKS, NOTHING_IN_MANY_BLOCKS = 6, 10, 8
A_COUNT_OF_MANY_BLOCKS = 8
MORE_FOR_64_BLOCKS_MORE = 1
LIMIT = 50


class Asking:
    """A library with so many images, of which the oldest alone is rare."""

    def __init__(self, recording: RecordingDatabase, images: list[Image]) -> None:
        self._recording = recording
        self._library = Library(recording)
        self.images = images

    async def statements(
        self, past_id: int | None = None, audience: Audience = ADMINISTRATOR, **search: Any
    ) -> tuple[int, int]:
        """How many, and how many images they found."""
        asked = a_search(limit=LIMIT, **search)
        self._recording.sent.clear()
        found = await self._library.images.list_(asked, audience, past_id)
        return len(self._recording.sent), len(found)

    async def statements_of_count(self, most: int, **search: Any) -> tuple[int, int]:
        self._recording.sent.clear()
        counted = await self._library.images.count(a_search(**search), ADMINISTRATOR, most)
        return len(self._recording.sent), counted


async def filled(database: Database, count: int, in_log: int) -> Asking:
    """As many of them are in the log still, the newest."""
    library = Library(database)
    await begin_anew(library)
    rare = an_image("a rare vixen", owner="bob")
    kept = await added(library, rare, *(an_image() for _ in range(count - in_log - 1)))
    await pack_all(library)
    kept += await added(library, *(an_image() for _ in range(in_log)))
    return Asking(RecordingDatabase(database), kept)


@pytest.fixture(params=[(60, 0), (60, 30), (600, 0), (600, 300)], ids=lambda param: f"{param[0]}-{param[1]}")
async def one_block(request: pytest.FixtureRequest, database: Database) -> Asking:
    return await filled(database, *request.param)


@pytest.fixture(params=[0, 30])
async def many_blocks(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Asking]:
    with blocks_of(SMALL_BLOCK):
        yield await filled(database, SMALL_BLOCK * MANY_BLOCKS - 1, request.param)


async def test_in_one_block_a_page_takes_four_statements_however_many_images_there_are(
    one_block: Asking,
) -> None:
    for search in ({}, {"prompt": "fox"}, {"prompt": "fo*"}, {"tag": ["animal"]}, {"prompt": '"red fox"'}):
        for order in ("desc", "asc"):
            assert await one_block.statements(order=order, **search) == (A_PAGE, LIMIT + 1)
    assert await one_block.statements(audience=seen_by("alice")) == (A_PAGE, LIMIT + 1)
    assert await one_block.statements(status="any") == (A_PAGE, LIMIT + 1)


async def test_in_one_block_what_is_rare_takes_four_statements_and_more_only_for_what_the_log_names(
    database: Database,
) -> None:
    for count, in_log, expected in ((60, 0, A_PAGE), (60, 30, A_PAGE), (600, 300, A_PAGE_BEHIND_A_LOG)):
        asking = await filled(database, count, in_log)
        assert await asking.statements(prompt="rare") == (expected, 1)
        assert await asking.statements(order="asc", tag=["animal"], prompt="rare") == (expected, 1)
        assert await asking.statements(prompt="rare", min_width=1, author="Alice") == (expected, 1)


async def test_in_one_block_dates_and_numbers_lead_past_what_lies_outside_of_them(database: Database) -> None:
    library = Library(database)
    await begin_anew(library)
    when = [NOON - timedelta(days=900), NOON, NOON + timedelta(days=900)]
    cost = [Decimal(1), Decimal(20), Decimal(300)]
    images = [
        an_image(created_at=each, cost_usd=usd)
        for each, usd in zip(when, cost, strict=True)
        for _ in range(300)
    ]
    asking = Asking(RecordingDatabase(database), await added(library, *images))
    await pack_all(library)
    for order in ("desc", "asc"):
        for search in (
            {"created_before": NOON - timedelta(days=1)},
            {"created_after": NOON + timedelta(days=1)},
            {"created_after": NOON - timedelta(days=1), "created_before": NOON + timedelta(days=1)},
            {"created_after": NOON - timedelta(hours=1), "created_before": NOON + timedelta(hours=1)},
            {"created_after": NOON - timedelta(minutes=1), "created_before": NOON + timedelta(minutes=1)},
            {"max_cost_usd": "2"},
            {"min_cost_usd": "200"},
            {"min_cost_usd": "10", "max_cost_usd": "30"},
        ):
            assert await asking.statements(order=order, **search) == (A_PAGE, LIMIT + 1), search


async def test_in_one_block_a_deep_page_costs_what_the_first_one_does(one_block: Asking) -> None:
    deep = one_block.images[LIMIT + 5].id
    assert await one_block.statements(past_id=deep) == (A_PAGE, LIMIT + 1)
    assert await one_block.statements(past_id=one_block.images[3].id, order="asc") == (A_PAGE, LIMIT + 1)


async def test_what_is_not_there_is_not_looked_for_among_the_rows(database: Database) -> None:
    asking = await filled(database, 60, 0)
    for search in ({"prompt": "whale"}, {"prompt": "fox whale"}, {"tag": ["sea"]}, {"author": "Bob"}):
        assert await asking.statements(**search) == (NOTHING_FOUND, 0)
    assert await asking.statements(audience=PUBLIC) == (NOTHING_FOUND, 0)
    assert await asking.statements_of_count(10_000, prompt="whale") == (NOTHING_FOUND, 0)


async def test_a_list_of_guids_takes_two_statements(one_block: Asking) -> None:
    guids = [image.guid for image in one_block.images[:200]]
    statements, found = await one_block.statements(guid=guids)
    assert (statements, found) == (A_LIST_OF_GUIDS, min(len(guids), LIMIT + 1))


async def test_what_says_nothing_is_not_asked_for_at_all(one_block: Asking) -> None:
    assert await one_block.statements(prompt="*") == (0, 0)


@pytest.mark.parametrize(("in_log", "expected"), [(0, A_COUNT_OF_SETS), (300, A_COUNT_OF_SETS_AND_LOG)])
async def test_a_count_asks_for_rows_only_where_the_sets_do_not_say_all(
    database: Database, in_log: int, expected: int
) -> None:
    asking = await filled(database, 600, in_log)
    assert await asking.statements_of_count(10_000) == (expected, 600)
    assert await asking.statements_of_count(10_000, status="any") == (expected, 600)
    assert await asking.statements_of_count(10) == (expected, 11)
    assert await asking.statements_of_count(10_000, prompt="rare") == (expected, 1)
    assert await asking.statements_of_count(10_000, prompt="ra*", author="Alice") == (expected, 1)
    assert await asking.statements_of_count(10_000, prompt='"red fox"') == (A_COUNT_OF_ROWS, 599)
    assert await asking.statements_of_count(10_000, filename="fox*") == (A_COUNT_OF_ROWS, 600)
    assert await asking.statements_of_count(10_000, min_width=1000) == (A_COUNT_OF_ROWS, 600)


async def test_in_many_blocks_a_page_stops_where_it_is_full(many_blocks: Asking) -> None:
    for search in ({}, {"status": "any"}, {"prompt": "fox"}, {"prompt": "fo*"}, {"tag": ["animal"]}):
        for order in ("desc", "asc"):
            assert await many_blocks.statements(order=order, **search) == (A_PAGE_OF_MANY_BLOCKS, LIMIT + 1)
    deep = many_blocks.images[len(many_blocks.images) // 2].id
    for order in ("desc", "asc"):
        assert await many_blocks.statements(past_id=deep, order=order) == (A_PAGE_OF_MANY_BLOCKS, LIMIT + 1)


async def test_two_hundred_blocks_are_looked_through_in_six_questions(database: Database) -> None:
    with blocks_of(SMALL_BLOCK):
        asking = await filled(database, SMALL_BLOCK * MANY_BLOCKS - 1, 0)
        everything = len(asking.images)
        assert await asking.statements(prompt="rare") == (ALL_OF_MANY_BLOCKS, 1)
        assert await asking.statements(audience=seen_by("bob")) == (ALL_OF_MANY_BLOCKS - 1, 1)
        assert await asking.statements(prompt="whale") == (NOTHING_IN_MANY_BLOCKS, 0)
        assert await asking.statements_of_count(10_000) == (A_COUNT_OF_MANY_BLOCKS, everything)
        assert await asking.statements_of_count(10_000, prompt="whale") == (NOTHING_IN_MANY_BLOCKS, 0)
        guids = [image.guid for image in asking.images[::100]]
        assert await asking.statements(guid=guids) == (A_LIST_OF_GUIDS, len(guids))


@pytest.mark.parametrize("steps_of_64", [0, 1, 2])
async def test_sixty_four_blocks_more_take_one_statement_more(database: Database, steps_of_64: int) -> None:
    with blocks_of(2):
        asking = await filled(database, 2 * (MANY_BLOCKS + 64 * steps_of_64) - 1, 0)
        more = MORE_FOR_64_BLOCKS_MORE * steps_of_64
        assert await asking.statements(prompt="whale") == (NOTHING_IN_MANY_BLOCKS + more, 0)
        assert await asking.statements(prompt="rare") == (ALL_OF_MANY_BLOCKS + more, 1)
