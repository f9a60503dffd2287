"""Packing and finding where there is more than usual: long prompts, prefixes of many words, spoilt rows."""

import logging
from functools import partial
from typing import Any

import pytest

from pixyproxy.core.exceptions import InternalError
from pixyproxy.core.models import Image
from pixyproxy.data.library import Library, Repositories
from pixyproxy.data.search import changes, packing, postings
from pixyproxy.data.search.terms import terms_of
from pixyproxy.service.housekeeping import Housekeeping
from pixyproxy.service.looking import Looking
from pixyproxy.service.trash import Trash
from pixyproxy.service.variants.variants import Variants
from tests.data.builders import ADMINISTRATOR, a_search, added, an_image, found
from tests.data.packed import assert_packed, begin_anew, changes_waiting

MANY_WORDS = " ".join(f"order{number:04}" for number in range(300))


@pytest.fixture(autouse=True)
async def _anew(library: Library) -> None:
    await begin_anew(library)


async def test_a_batch_ends_where_its_terms_are_many(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MOST_TERMS", 100)
    await added(library, *(an_image(MANY_WORDS) for _ in range(3)), an_image("small"))
    assert [await library.pack(1000) for _ in range(5)] == [1, 1, 1, 1, 0]
    await assert_packed(library)


async def test_a_batch_ends_where_what_is_gone_is_much(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = await added(library, *(an_image(MANY_WORDS) for _ in range(3)))
    await library.pack(1000)
    monkeypatch.setattr(changes, "_MOST_GONE", 1000)
    for image in images:
        await library.transact(partial(_remove, image))
    assert [await library.pack(1000) for _ in range(4)] == [1, 1, 1, 0]
    await assert_packed(library)


async def _remove(image: Image, repositories: Repositories) -> None:
    await repositories.images.remove(image)


async def test_one_image_that_cannot_be_taken_in_keeps_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def spoilt(image: Image) -> set[str]:
        if image.prompt == "spoilt":
            raise InternalError
        return terms_of(image)

    monkeypatch.setattr(packing, "terms_of", spoilt)
    await added(library, an_image("whole"), an_image("spoilt"), an_image("whole"), an_image("whole"))
    housekeeping = Housekeeping(
        library, object.__new__(Trash), object.__new__(Looking), object.__new__(Variants)
    )
    with caplog.at_level(logging.ERROR):
        for _ in range(12):
            try:
                await housekeeping.pack()
            except InternalError:
                continue
    assert await changes_waiting(library) == 1
    assert any("is not in the search index" in record.message for record in caplog.records)
    assert len(await found(library, prompt="whole")) == 3
    assert len(await found(library, prompt="spoilt")) == 1


@pytest.mark.parametrize("most", [2, 5000])
async def test_a_prefix_of_more_words_than_are_read_finds_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(postings, "_MOST_SETS", most)
    names = [f"order{number:04}" for number in range(20)]
    await added(library, *(an_image(f"{name} fox", filename=f"{name}.png") for name in names))
    await added(library, an_image("ordinary fox", filename="ordinary.png"))
    await library.pack(1000)
    searches: list[dict[str, Any]] = [{"prompt": "order* fox"}, {"filename": "order*"}]
    for search in [*searches, {"filename": "or* order*"}]:
        assert len(await found(library, **search)) == 20
        assert await library.images.count(a_search(**search), ADMINISTRATOR, 100) == 20
    assert len(await found(library, filename="o*")) == 21
    assert len(await found(library, filename="or*", prompt="fox")) == 21


async def test_a_width_that_all_but_one_have_is_told_from_the_next(library: Library) -> None:
    await added(library, *(an_image() for _ in range(5)))
    await library.pack(1000)
    width = 1024
    assert len(await found(library, min_width=width, max_width=width)) == 5
    assert await found(library, min_width=width + 1) == []
    assert await found(library, max_width=width - 1) == []
