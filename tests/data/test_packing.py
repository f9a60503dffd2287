"""The index after packing is what the rows say, whoever packs and whatever changes meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pixyproxy.core.models import Image, Status, Visibility
from pixyproxy.data.database import Database
from pixyproxy.data.library import Library, Repositories
from tests.data.builders import ADMINISTRATOR, NOON, ON_MYSQL, added, an_image, found
from tests.data.interposed import InterposedDatabase
from tests.data.packed import assert_packed, begin_anew, blocks_of, changes_waiting, pack_all

# Where a pack can be interrupted: before it reads the rows, and before it begins to write.
BEFORE_ROWS, BEFORE_WRITING = "FROM image WHERE id IN", "BEGIN"
A_FEW_AT_ONCE = 7
WAITS_FOR_A_LOCK_S = 0.3

Change = Callable[[Library, Image], Awaitable[object]]


async def change(library: Library, image: Image) -> Image:
    after = replace(image, prompt="a blue whale", tags=("sea",), looks="f0" * 8, status=Status.FAILED)
    await library.transact(lambda all_: all_.images.change(image, after))
    return after


async def change_and_back(library: Library, image: Image) -> None:
    after = await change(library, image)
    await library.transact(lambda all_: all_.images.change(after, image))


async def change_twice(library: Library, image: Image) -> None:
    after = await change(library, image)
    last = replace(after, prompt="a green whale", looks=None)
    await library.transact(lambda all_: all_.images.change(after, last))


async def put_into_trash(library: Library, image: Image) -> None:
    await library.transact(lambda all_: all_.images.change(image, replace(image, deleted_at=NOON)))


async def remove(library: Library, image: Image) -> None:
    await library.transact(lambda all_: all_.images.remove(image))


async def change_and_remove(library: Library, image: Image) -> None:
    await remove(library, await change(library, image))


CHANGES = [change, change_and_back, change_twice, put_into_trash, remove, change_and_remove]


@pytest.mark.parametrize("packed_before", [False, True])
@pytest.mark.parametrize("moment", [BEFORE_ROWS, BEFORE_WRITING])
async def test_a_change_of_an_image_while_it_is_packed_ends_right(
    database: Database, moment: str, packed_before: bool
) -> None:
    for what in CHANGES:
        for packed_meanwhile in (False, True):
            await _change_while_packed(database, moment, what, packed_before, packed_meanwhile)


async def _change_while_packed(
    database: Database, moment: str, what: Change, packed_before: bool, packed_meanwhile: bool
) -> None:
    library = Library(database)
    image, _ = await added(library, an_image(looks="0f" * 8), an_image("another"))
    if packed_before:
        await pack_all(library)
        before, image = image, replace(image, filename="cat.png")
        await library.transact(lambda all_: all_.images.change(before, image))

    async def meanwhile() -> None:
        await what(library, image)
        if packed_meanwhile:
            await library.pack(1000)

    interposed = InterposedDatabase(database, moment, meanwhile)
    await Library(interposed).pack(1000)
    assert interposed.has_happened
    expected = await found(library, order="asc")
    await pack_all(library)
    await assert_packed(library)
    assert await found(library, order="asc") == expected, what


@pytest.mark.parametrize("most", [1, 5, 1000])
async def test_changes_are_packed_in_their_order_and_in_as_small_pieces_as_one_likes(
    library: Library, most: int
) -> None:
    images = await added(library, *(an_image(f"number {n} of five") for n in range(5)))
    for image in images[:3]:
        await change_twice(library, image)
    await remove(library, images[4])
    waiting = await changes_waiting(library)
    assert waiting == 5 + 6 + 1
    while packed := await library.pack(most):
        assert packed == min(most, waiting)
        waiting -= packed
        assert await changes_waiting(library) == waiting
    await assert_packed(library)


async def test_packing_nothing_is_nothing(library: Library) -> None:
    assert await library.pack(1000) == 0
    await added(library, an_image())
    assert await library.pack(1000) == 1
    assert await library.pack(1000) == 0
    await assert_packed(library)


async def test_a_change_that_no_search_can_see_is_not_noted(library: Library) -> None:
    (image,) = await added(library, an_image())
    await pack_all(library)
    after = replace(image, parameters={"seed": 8}, updated_at=NOON)
    await library.transact(lambda all_: all_.images.change(image, after))
    assert await changes_waiting(library) == 0
    await assert_packed(library)


CHANGED: list[dict[str, Any]] = [
    {"prompt": "a whale"},
    {"revised_prompt": "a whale"},
    {"filename": "whale.png"},
    {"tags": ("animal", "sea")},
    {"tags": ()},
    {"author": "Bob"},
    {"model": "gpt"},
    {"owner": "bob"},
    {"status": Status.FAILED},
    {"visibility": Visibility.PUBLIC},
    {"content": None},
    {"cost_usd": None},
    {"looks": "0f" * 8},
    {"looks": ""},
    {"deleted_at": NOON},
]


async def _change_in(before: Image, after: Image, repositories: Repositories) -> None:
    await repositories.images.change(before, after)


async def test_what_a_change_took_from_an_image_is_taken_from_the_index(library: Library) -> None:
    images = await added(library, *(an_image(looks="aa" * 8) for _ in CHANGED))
    await pack_all(library)
    await assert_packed(library)
    for number, (image, fields) in enumerate(zip(images, CHANGED, strict=True), 1):
        after = replace(image, **fields)
        await library.transact(partial(_change_in, image, after))
        assert await changes_waiting(library) == number, fields
    await pack_all(library)
    await assert_packed(library)


async def test_a_transaction_that_is_undone_leaves_nothing_to_pack(library: Library) -> None:
    class UndoneError(Exception):
        pass

    async def work(repositories: Repositories) -> None:
        await repositories.images.add(an_image())
        raise UndoneError

    with pytest.raises(UndoneError):
        await library.transact(work)
    assert await changes_waiting(library) == 0


async def test_an_index_lost_is_made_anew_by_noting_every_image(library: Library) -> None:
    """As the upgrade does it."""
    await added(library, *(an_image(f"fox {n}") for n in range(3)))
    await pack_all(library)
    database = library._database
    for table in ("image_posting", "image_looks"):
        await database.execute(f"DELETE FROM {table}", {})
    await database.execute("INSERT INTO image_change (image_id, gone) SELECT id, '[]' FROM image", {})
    assert len(await found(library, prompt="fox")) == 3
    await pack_all(library)
    await assert_packed(library)


async def pack_side_by_side(*libraries: Library) -> None:
    while await changes_waiting(libraries[0]):
        await asyncio.gather(*(library.pack(A_FEW_AT_ONCE) for library in libraries))


async def test_two_who_pack_at_once_leave_one_and_the_same_index(
    library: Library, other_library: Library
) -> None:
    with blocks_of(16):
        await begin_anew(library)
        images = await added(
            library, *(an_image(f"fox {n} {n % 3}", looks=f"{n:016x}") for n in range(1, 41))
        )

        async def keep_changing() -> None:
            for image in images[::4]:
                await change_twice(library, image)

        await asyncio.gather(
            pack_side_by_side(library, other_library),
            pack_side_by_side(other_library, library),
            keep_changing(),
        )
        await pack_all(library)
        await assert_packed(library)


@ON_MYSQL
async def test_a_change_noted_late_and_packed_by_another_does_not_push_out_what_is_packed_now(
    database: Database, other_library: Library
) -> None:
    """The number of a change is given before its transaction ends: a later one can be seen before it."""
    library = Library(database)
    packer: asyncio.Task[int] | None = None
    noted, end = asyncio.Event(), asyncio.Event()

    async def slowly(repositories: Repositories) -> None:
        await repositories.images.add(an_image("a slow fox", looks="aa" * 8))
        noted.set()
        await end.wait()

    slow = asyncio.create_task(other_library.transact(slowly))
    await noted.wait()
    await added(library, an_image("a quick fox", looks="bb" * 8))

    async def pack_what_is_late() -> None:
        nonlocal packer
        end.set()
        await slow
        packer = asyncio.create_task(other_library.pack(1))
        await asyncio.wait({packer}, timeout=WAITS_FOR_A_LOCK_S)

    interposed = InterposedDatabase(database, "REPLACE INTO image_posting", pack_what_is_late)
    await Library(interposed).pack(1)
    assert packer is not None
    await packer
    await pack_all(library)
    await assert_packed(library)
    assert len(await found(library, ADMINISTRATOR, prompt="fox")) == 2
