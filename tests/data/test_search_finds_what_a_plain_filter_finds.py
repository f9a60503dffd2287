"""Random searches over random images: the databases must find what a plain filter finds, page by page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pixyproxy.core.models import Audience, Image, Status, Visibility
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ADMINISTRATOR, NOON, PUBLIC, added, an_image, seen_by
from tests.data.plain_search import plainly_found

# Few words, so that they meet: prefixes of each other, accents, scripts without spaces, an emoji.
VOCABULARY = (
    "red re RÉD reddish fox foxes the a 狐 狸 狐狸 ねこ แมว кот 고양이 🦊 well-known 4k x1 _ %".split()
)
TAGS = "sea Sea land 100% a_b 狐 Straße".split()
NAMES = "alice bob Alice".split()
HOURS = 6

TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join)
FILENAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(VOCABULARY),
    st.sampled_from(["-", "_", " ", "."]),
    st.sampled_from(VOCABULARY),
)
MOMENTS = st.integers(0, HOURS).map(lambda hours: NOON + timedelta(hours=hours))
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
    created_at=MOMENTS,
)

TEMPLATES = ["{}", "{}", "{} {}", "{}*", "{} {}*", '"{} {}"', '"{}', "{}-{}", "*", "{}-{}*", '{}"{}"']
TERMS = st.builds(
    lambda template, one, two: template.format(one, two),
    st.sampled_from(
        ["{}", "{}", "{} {}", "{}*", "{} {}*", '"{} {}"', '"{}', "{}-{}", "*", "{}-{}*", '{}"{}"']
    ),
    st.sampled_from(VOCABULARY),
    st.sampled_from(VOCABULARY),
)
FILENAMES_ASKED = TERMS | FILENAMES | FILENAMES.map(str.upper) | FILENAMES.map(lambda name: f"{name[:4]}*")
AUDIENCES = st.sampled_from([ADMINISTRATOR, PUBLIC, seen_by("alice"), seen_by("bob"), seen_by("nobody")])


def sometimes(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


SEARCHES = st.builds(
    ImageSearch,
    prompt=sometimes(TERMS | st.lists(TERMS, min_size=2, max_size=3).map(" ".join)),
    filename=sometimes(FILENAMES_ASKED),
    tag=sometimes(TAG_LISTS).map(lambda tags: tags or []),
    author=sometimes(st.sampled_from(NAMES)),
    model=sometimes(st.sampled_from(["sketch", "gpt", "none"])),
    status=st.sampled_from([Status.READY, Status.READY, Status.FAILED]),
    visibility=sometimes(st.sampled_from(Visibility)),
    created_after=sometimes(MOMENTS),
    created_before=sometimes(MOMENTS),
    limit=st.sampled_from([1, 2, 7, 50]),
    order=st.sampled_from(["desc", "asc"]),
)
QUESTIONS = st.tuples(SEARCHES, AUDIENCES)
_UNIMPORTANT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
ON_ONE_DATABASE = settings(
    max_examples=30, deadline=None, suppress_health_check=_UNIMPORTANT, phases=set(Phase) - {Phase.explain}
)


async def all_pages(library: Library, search: ImageSearch, audience: Audience) -> list[Image]:
    pages: list[Image] = []
    while True:
        page = await library.images.list_(search, audience, pages[-1].id if pages else None)
        assert len(page) <= search.limit + 1
        pages += page[: search.limit]
        if len(page) <= search.limit:
            return pages


async def clear(library: Library) -> None:
    everything = []
    for status in Status:
        everything += await all_pages(library, ImageSearch(status=status, limit=200), ADMINISTRATOR)

    async def remove(repositories: Repositories) -> None:
        for image in everything:
            await repositories.images.remove(image.id)

    await library.transact(remove)


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=10, max_size=40),
    asked=st.lists(st.tuples(SEARCHES, AUDIENCES), min_size=15),
)
async def test_every_search_finds_what_a_plain_filter_finds(
    library: Library, images: list[Image], asked: list[tuple[ImageSearch, Audience]]
) -> None:
    await clear(library)
    kept = await added(library, *images)
    for search, audience in asked:
        assert await all_pages(library, search, audience) == plainly_found(kept, search, audience)


CHANGES = st.sampled_from(["change", "change", "hide", "remove"])


@ON_ONE_DATABASE
@given(
    images=st.lists(IMAGES, min_size=3, max_size=8),
    steps=st.lists(st.tuples(CHANGES, st.integers(0, 7), IMAGES), min_size=3, max_size=12),
    asked=st.lists(QUESTIONS, min_size=10, max_size=20),
)
async def test_every_search_finds_it_still_after_images_were_changed_hidden_and_removed(
    library: Library,
    images: list[Image],
    steps: list[tuple[str, int, Image]],
    asked: list[tuple[ImageSearch, Audience]],
) -> None:
    await clear(library)
    kept = dict(enumerate(await added(library, *images)))

    async def take_steps(repositories: Repositories) -> None:
        for step, n, other in steps:
            if (image := kept.get(n)) is None:
                continue
            if step == "change":
                kept[n] = replace(other, id=image.id, guid=image.guid)
                assert await repositories.images.change(image, kept[n])
                continue
            if step == "hide":
                await repositories.images.hide(image, datetime.now(UTC))
            else:
                await repositories.images.remove(image.id)
            del kept[n]

    await library.transact(take_steps)
    for search, audience in asked:
        assert await all_pages(library, search, audience) == plainly_found(
            list(kept.values()), search, audience
        )
