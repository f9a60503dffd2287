"""Random searches over random images: the databases must find what a plain filter finds, page by page.

Whatever is in the index and whatever is in the log still, in however many blocks.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pixyproxy.core.models import ERASED_AT, Audience, Image, Status, Visibility
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ADMINISTRATOR, CONTENT, NOON, PUBLIC, a_search, added, an_image, seen_by
from tests.data.packed import assert_packed, begin_anew, blocks_of, pack_all
from tests.data.plain_search import plainly_found
from tests.data.strategies import LOOKS

# Few words, so that they meet: prefixes of each other, accents, scripts without spaces, an emoji.
VOCABULARY = (
    "red re RÉD reddish fox foxes the a 狐 狸 狐狸 ねこ แมว кот 고양이 🦊 well-known 4k x1 _ %".split()
)
TAGS = "sea Sea land 100% a_b 狐 Straße".split()
NAMES = "alice bob Alice".split()

TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join)
FILENAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(VOCABULARY),
    st.sampled_from(["-", "_", " ", "."]),
    st.sampled_from(VOCABULARY),
)
# Midnights, full hours and moments between them, of several days and years: so the index tells dates apart.
_MINUTES = [
    0,
    1,
    59,
    60,
    90,
    11 * 60,
    12 * 60 - 1,
    12 * 60,
    12 * 60 + 30,
    24 * 60,
    36 * 60,
    36 * 60 + 1,
    72 * 60,
]
MOMENTS = st.one_of(
    st.sampled_from(_MINUTES).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.sampled_from(_MINUTES).map(lambda minutes: NOON + timedelta(minutes=minutes, microseconds=-1)),
    st.integers(-60, 60).map(lambda days: NOON + timedelta(days=30 * days)),
)
# Some share their first digits, and so their place in the index.
NUMBERS = st.sampled_from([0, 5, 9, 10, 99, 100, 1001, 1010, 1019, 1024, 99_999])
COSTS = NUMBERS.map(lambda number: Decimal(number) / 10**9)
CONTENTS = st.builds(
    lambda width, height, size_bytes: replace(CONTENT, width=width, height=height, size_bytes=size_bytes),
    *(NUMBERS, NUMBERS, NUMBERS),
)
TAG_LISTS = st.lists(st.sampled_from(TAGS), max_size=3, unique_by=str.casefold)
IMAGES = st.builds(
    an_image,
    TEXTS,
    revised_prompt=st.none() | TEXTS,
    filename=FILENAMES,
    tags=TAG_LISTS.map(tuple),
    owner=st.sampled_from(["alice", "bob"]),
    author=st.sampled_from(NAMES),
    model=st.sampled_from(["sketch", "gpt"]),
    status=st.sampled_from([Status.READY, Status.READY, Status.FAILED]),
    visibility=st.sampled_from(Visibility),
    content=st.none() | CONTENTS,
    cost_usd=st.none() | COSTS,
    looks=st.none() | LOOKS,
    created_at=MOMENTS,
    deleted_at=st.sampled_from([None, None, None, None, NOON, ERASED_AT]),
)

TERMS = st.builds(
    lambda template, one, two: template.format(one, two),
    st.sampled_from(
        ["{}", "{}", "{} {}", "{}*", "{} {}*", '"{} {}"', '"{}', "{}-{}", "*", "{}-{}*", '{}"{}"']
    ),
    st.sampled_from(VOCABULARY),
    st.sampled_from(VOCABULARY),
)
FILENAMES_ASKED = TERMS | FILENAMES | FILENAMES.map(str.upper) | FILENAMES.map(lambda name: f"{name[:4]}*")
AUDIENCES = st.sampled_from(
    [
        *(ADMINISTRATOR, PUBLIC, seen_by("alice"), seen_by("bob"), seen_by("nobody")),
        replace(seen_by("alice"), sees_public=False),
        replace(ADMINISTRATOR, sees_public=False),
        replace(PUBLIC, sees_public=False),
    ]
)


def sometimes(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


SEARCHES = st.builds(
    ImageSearch,
    prompt=sometimes(TERMS | st.lists(TERMS, min_size=2, max_size=3).map(" ".join)),
    filename=sometimes(FILENAMES_ASKED),
    tag=sometimes(TAG_LISTS).map(lambda tags: tags or []),
    author=sometimes(st.sampled_from(NAMES)),
    model=sometimes(st.sampled_from(["sketch", "gpt", "none"])),
    status=st.sampled_from([Status.READY, Status.READY, Status.FAILED, "any"]),
    visibility=sometimes(st.sampled_from(Visibility)),
    created_after=sometimes(MOMENTS),
    created_before=sometimes(MOMENTS),
    deleted=st.sampled_from([False, False, False, True]),
    limit=st.sampled_from([1, 2, 7, 50]),
    order=st.sampled_from(["desc", "asc"]),
    **{f"min_{name}": sometimes(NUMBERS) for name in ("width", "height", "size_bytes")},
    **{f"max_{name}": sometimes(NUMBERS) for name in ("width", "height", "size_bytes")},
    min_cost_usd=sometimes(COSTS),
    max_cost_usd=sometimes(COSTS),
)
# With fewer filters, so that there is something to page through.
WIDE_SEARCHES = st.builds(
    ImageSearch,
    prompt=sometimes(st.sampled_from(["re*", "the", "a", "狐", "r* t*"])),
    tag=sometimes(st.just(["sea"])).map(lambda tags: tags or []),
    status=st.sampled_from([Status.READY, Status.READY, "any"]),
    deleted=st.sampled_from([False, False, False, True]),
    limit=st.sampled_from([1, 2, 7]),
    order=st.sampled_from(["desc", "asc"]),
)
QUESTIONS = st.tuples(SEARCHES, AUDIENCES)
MOST_IMAGES = 1000
BLOCK_SIZES = st.sampled_from([2, 8, 65_536])
FIRST_IDS = st.integers(1, 40)
_UNIMPORTANT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
ON_ONE_DATABASE = settings(
    max_examples=12, deadline=None, suppress_health_check=_UNIMPORTANT, phases=set(Phase) - {Phase.explain}
)


async def all_pages(library: Library, search: ImageSearch, audience: Audience) -> list[Image]:
    pages: list[Image] = []
    while True:
        page = await library.images.list_(search, audience, pages[-1].id if pages else None)
        assert len(page) <= search.limit + 1
        pages += page[: search.limit]
        assert len(pages) <= MOST_IMAGES, "the pages have no end"
        if len(page) <= search.limit:
            return pages


@dataclass
class Shelf:
    """A library, and beside it the images that should be in it."""

    library: Library
    images: list[Image] = field(default_factory=list)

    async def add(self, *images: Image) -> None:
        self.images += await added(self.library, *images)

    async def pack(self, most: int) -> None:
        await self.library.pack(most)

    async def change(self, which: int, into: Image) -> None:
        """Into another one with the same name; the trash and back again are changes like others."""
        if self.images:
            before = self.images[which % len(self.images)]
            after = replace(into, id=before.id, guid=before.guid)
            await self.library.transact(lambda all_: all_.images.change(before, after))
            self.images[self.images.index(before)] = after

    async def put_into_trash_or_back(self, which: int) -> None:
        if self.images:
            image = self.images[which % len(self.images)]
            await self.change(which, replace(image, deleted_at=None if image.deleted_at else NOON))

    async def remove(self, which: int) -> None:
        if self.images:
            image = self.images.pop(which % len(self.images))

            async def work(repositories: Repositories) -> None:
                await repositories.images.remove(image)

            await self.library.transact(work)

    async def take(self, steps: "list[Step]") -> None:
        for name, *arguments in steps:
            await getattr(self, name)(*arguments)

    async def assert_found(self, search: ImageSearch, audience: Audience) -> None:
        expected = plainly_found(self.images, search, audience)
        assert await all_pages(self.library, search, audience) == expected
        for most in {len(expected), len(expected) // 2}:
            counted = await self.library.images.count(search, audience, most)
            assert counted == min(len(expected), most + 1)


Step = tuple[Any, ...]
PACK = st.tuples(st.just("pack"), st.sampled_from([1, 2, 5, 1000]))
STEPS = st.one_of(
    st.tuples(st.just("add"), IMAGES),
    st.tuples(st.just("change"), st.integers(0, 20), IMAGES),
    st.tuples(st.just("put_into_trash_or_back"), st.integers(0, 20)),
    st.tuples(st.just("remove"), st.integers(0, 20)),
    PACK,
    PACK,
)


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=10, max_size=40),
    asked=st.lists(QUESTIONS, min_size=12, max_size=20),
    packed=st.lists(st.sampled_from([1, 7, 1000]), max_size=2),
    block=BLOCK_SIZES,
    first_id=FIRST_IDS,
)
async def test_every_search_finds_and_counts_what_a_plain_filter_finds(
    library: Library,
    images: list[Image],
    asked: list[tuple[ImageSearch, Audience]],
    packed: list[int],
    block: int,
    first_id: int,
) -> None:
    with blocks_of(block):
        await begin_anew(library, first_id)
        shelf = Shelf(library)
        await shelf.add(*images)
        for most in packed:
            await shelf.pack(most)
        for search, audience in asked:
            await shelf.assert_found(search, audience)


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=3, max_size=8),
    steps=st.lists(STEPS, min_size=3, max_size=14),
    asked=st.lists(QUESTIONS, min_size=8, max_size=12),
    block=BLOCK_SIZES,
)
async def test_every_search_finds_it_still_while_images_are_changed_and_removed_and_the_index_packed(
    library: Library,
    images: list[Image],
    steps: list[Step],
    asked: list[tuple[ImageSearch, Audience]],
    block: int,
) -> None:
    with blocks_of(block):
        await begin_anew(library)
        shelf = Shelf(library)
        await shelf.add(*images)
        await shelf.take(steps)
        for search, audience in asked:
            await shelf.assert_found(search, audience)
        await pack_all(library)
        await assert_packed(library)
        for search, audience in asked:
            await shelf.assert_found(search, audience)


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=10, max_size=25),
    search=WIDE_SEARCHES,
    audience=AUDIENCES,
    between=st.lists(st.lists(STEPS, max_size=4), min_size=4, max_size=12),
    block=BLOCK_SIZES,
)
async def test_each_page_goes_on_where_the_one_before_ended_whatever_happens_in_between(
    library: Library,
    images: list[Image],
    search: ImageSearch,
    audience: Audience,
    between: list[list[Step]],
    block: int,
) -> None:
    """So nothing that stays is skipped, and nothing comes twice."""
    with blocks_of(block):
        await begin_anew(library)
        shelf = Shelf(library)
        await shelf.add(*images)
        seen: list[int] = []
        for steps in between:
            past_id = seen[-1] if seen else None
            page = await library.images.list_(search, audience, past_id)
            everything = plainly_found(shelf.images, search, audience)
            beyond = [each for each in everything if past_id is None or _is_beyond(search, past_id, each.id)]
            assert page == beyond[: search.limit + 1]
            seen += [image.id for image in page[: search.limit]]
            await shelf.take(steps)
        assert len(seen) == len(set(seen))
        await pack_all(library)
        await assert_packed(library)


def _is_beyond(search: ImageSearch, past_id: int, image_id: int) -> bool:
    return image_id < past_id if search.order == "desc" else image_id > past_id


async def test_the_plain_filter_and_the_steps_do_meet_something(library: Library) -> None:
    """A filter that met nothing, and blocks that were never small, would prove nothing."""
    with blocks_of(2):
        await begin_anew(library, 7)
        shelf = Shelf(library)
        await shelf.add(an_image("red fox"), an_image("a fox", deleted_at=NOON), an_image("fox"))
        assert [image.id for image in shelf.images] == [7, 8, 9]
        await shelf.pack(1)
        await shelf.put_into_trash_or_back(2)
        await shelf.put_into_trash_or_back(1)
        await shelf.remove(0)
        fox = a_search(prompt="fox", min_width=1024, max_cost_usd="1")
        assert [image.id for image in plainly_found(shelf.images, fox, ADMINISTRATOR)] == [8]
        trash = fox.model_copy(update={"deleted": True})
        assert [image.id for image in plainly_found(shelf.images, trash, seen_by("alice"))] == [9]
        assert plainly_found(shelf.images, trash, PUBLIC) == []
        await pack_all(library)
        rows = await library._database.fetch_all("SELECT DISTINCT block FROM image_posting", {})
        assert {row["block"] for row in rows} == {4}
