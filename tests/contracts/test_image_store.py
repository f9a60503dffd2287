"""What every image store promises, whatever it stands on."""

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator

import httpx2
import pytest

from pixyproxy.core.exceptions import BytesMissing, StorageFull, Unavailable
from pixyproxy.data.image_store import ImageStore
from tests.contracts.stores import STORES

KIBIBYTE = 1024
CHUNK = 256 * KIBIBYTE
CONTENT = secrets.token_bytes(2 * CHUNK + 1000)


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[ImageStore]:
    store = STORES[request.param].make(request)
    yield store
    await store.close()


async def read(store: ImageStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


async def listed(store: ImageStore) -> dict[str, int]:
    return {each.key: each.size_bytes async for each in store.list_()}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5_000_000])
async def test_what_was_put_is_read_back_byte_for_byte(store: ImageStore, size: int) -> None:
    content = secrets.token_bytes(size)
    await store.put("ab/picture.png", content)
    assert await read(store, "ab/picture.png") == content


@pytest.mark.parametrize("content", [b"\0" * 1000, b"\r\n\x1a\n" * 100, bytes(range(256))])
async def test_no_byte_is_special(store: ImageStore, content: bytes) -> None:
    await store.put("picture", content)
    assert await read(store, "picture") == content


EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(CONTENT) - 1, len(CONTENT), len(CONTENT) + 5]


@pytest.mark.parametrize("start", EDGES)
async def test_a_range_is_the_bytes_from_its_start_up_to_its_end(store: ImageStore, start: int) -> None:
    await store.put("picture", CONTENT)
    assert await read(store, "picture", start) == CONTENT[start:]
    for end in EDGES:
        assert await read(store, "picture", start, end) == CONTENT[start:end], end


@pytest.mark.parametrize("key", ["missing", "missing/picture.png", "ab/missing", "ab"])
async def test_what_is_not_there_is_a_key_error_and_does_not_exist(store: ImageStore, key: str) -> None:
    await store.put("ab/picture.png", b"x")
    assert await store.size_of(key) is None
    with pytest.raises(BytesMissing):
        await read(store, key)
    for end in (2, 1):
        with pytest.raises(BytesMissing):
            await read(store, key, 1, end)


async def test_what_was_put_exists_until_it_is_deleted_and_deleting_it_again_is_no_error(
    store: ImageStore,
) -> None:
    await store.put("ab/picture.png", CONTENT)
    assert await store.size_of("ab/picture.png") == len(CONTENT)
    for _ in range(2):
        await store.delete("ab/picture.png")
        assert await store.size_of("ab/picture.png") is None
        with pytest.raises(BytesMissing):
            await read(store, "ab/picture.png")
    await store.delete("never/was")


async def test_deleting_one_leaves_its_neighbours(store: ImageStore) -> None:
    keys = ["ab/one", "ab/two", "ab/one.png", "cd/one"]
    for key in keys:
        await store.put(key, key.encode())
    await store.delete("ab/one")
    assert [await store.size_of(key) is None for key in keys] == [True, False, False, False]
    assert await read(store, "ab/one.png") == b"ab/one.png"


@pytest.mark.parametrize(
    "key", ["a", "a.b", "a/b/c/d/e.png", "0f/0f" + "e" * 60 + ".webp", "a-b_c", "..a", "a..b/c..d"]
)
async def test_keys_may_be_nested_and_hold_dots_and_dashes(store: ImageStore, key: str) -> None:
    await store.put(key, b"x")
    assert await read(store, key) == b"x"


@pytest.mark.parametrize(
    "key",
    [
        *["../outside", "a/../../outside", "..", "a/..", "a/../b", "/etc/passwd", "/", "../images-too/x"],
        *["a//b", "a/./b", "./a", "a/", ".", "a\0b"],
    ],
)
async def test_no_key_leads_out_of_the_store(store: ImageStore, key: str) -> None:
    with pytest.raises(BytesMissing):
        await store.put(key, b"x")
    with pytest.raises(BytesMissing):
        await read(store, key)
    with pytest.raises(BytesMissing):
        await store.size_of(key)
    with pytest.raises(BytesMissing):
        await store.check_whole(key, 1)
    with pytest.raises(BytesMissing):
        await store.delete(key)
    with pytest.raises(BytesMissing):
        store.local_path(key)


async def test_many_at_once_are_all_kept(store: ImageStore) -> None:
    contents = {f"{n % 3:02}/deep/{n}": secrets.token_bytes(n * 1000) for n in range(20)}
    await asyncio.gather(*(store.put(key, content) for key, content in contents.items()))
    read_back = await asyncio.gather(*(read(store, key) for key in contents))
    assert dict(zip(contents, read_back, strict=True)) == contents


async def test_putting_the_same_again_is_no_error(store: ImageStore) -> None:
    await asyncio.gather(*(store.put("ab/picture.png", CONTENT) for _ in range(5)))
    assert await read(store, "ab/picture.png") == CONTENT


async def test_a_reader_who_has_begun_reads_to_the_end_though_it_is_deleted_meanwhile(
    store: ImageStore,
) -> None:
    await store.put("ab/picture.png", CONTENT)
    chunks = []
    async for chunk in store.read("ab/picture.png"):
        chunks.append(chunk)
        await store.delete("ab/picture.png")
    assert b"".join(chunks) == CONTENT


async def test_a_reader_who_leaves_early_leaves_nothing_open(store: ImageStore) -> None:
    await store.put("ab/picture.png", CONTENT)
    async for chunk in store.read("ab/picture.png"):
        assert chunk
        break
    gc.collect()  # an open file would be a warning now, and warnings are errors
    await asyncio.sleep(0)


async def test_a_local_path_is_a_file_of_exactly_these_bytes_where_there_is_one(store: ImageStore) -> None:
    await store.put("ab/picture.png", CONTENT)
    path = store.local_path("ab/picture.png")
    assert path is None or path.read_bytes() == CONTENT


async def test_a_store_lists_every_object_with_its_size_and_age(
    store: ImageStore, request: pytest.FixtureRequest
) -> None:
    assert await listed(store) == {}
    many = STORES[request.node.callspec.params["store"]].many
    sizes = {f"2026/{n % 7:02}/{n}.png": n for n in range(many)}
    await asyncio.gather(*(store.put(key, bytes(size)) for key, size in sizes.items()))
    await store.delete("2026/01/1.png")
    del sizes["2026/01/1.png"]
    assert await listed(store) == sizes
    assert all([0 <= each.age_s < 600 async for each in store.list_()])


AMONG_ODD_NEIGHBOURS = [
    "a",
    "ab-x",
    "ab.png",
    "ab/0",
    "ab/a-b/x",
    "ab/a/x",
    "ab/a0",
    "ab0",
    "b/ü",
    "b/\uff5e",
]


async def test_a_list_is_in_the_order_of_the_bytes_of_its_keys(store: ImageStore) -> None:
    keys = [*AMONG_ODD_NEIGHBOURS, "b/\U0001f98a"]
    await asyncio.gather(*(store.put(key, b"x") for key in keys))
    assert [each.key async for each in store.list_()] == keys


async def test_a_list_goes_on_after_any_key_whether_or_not_it_is_there(store: ImageStore) -> None:
    await asyncio.gather(*(store.put(key, b"x") for key in AMONG_ODD_NEIGHBOURS))
    for after in [*AMONG_ODD_NEIGHBOURS, "0", "ab", "ab/", "ab/zz", "ab/a/", "ab.", "b/", "b0", "zz"]:
        rest = [key for key in AMONG_ODD_NEIGHBOURS if key.encode() > after.encode()]
        assert [each.key async for each in store.list_(after)] == rest, after


async def test_what_became_an_object_is_not_unfinished(store: ImageStore) -> None:
    assert [each async for each in store.unfinished()] == []
    await store.put("ab/picture.png", CONTENT)
    await store.put("ab/.hidden", CONTENT)
    await store.check()
    assert [each async for each in store.unfinished()] == []
    assert set(await listed(store)) == {"ab/picture.png", "ab/.hidden"}


async def test_a_list_that_is_left_early_leaves_nothing_open(store: ImageStore) -> None:
    await asyncio.gather(*(store.put(f"ab/{n}", b"x") for n in range(3)))
    async for each in store.list_():
        assert each
        break
    gc.collect()
    await asyncio.sleep(0)


async def test_a_store_that_can_keep_images_passes_its_check_and_keeps_nothing_of_it(
    store: ImageStore,
) -> None:
    for _ in range(3):
        await store.check()
    await store.put("ab/picture.png", b"x")
    await store.check()
    assert await read(store, "ab/picture.png") == b"x"


async def in_pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * CHUNK + 1])
async def test_what_is_put_piece_by_piece_is_read_back_whole(store: ImageStore, size: int) -> None:
    content = CONTENT[:size]
    await store.put("ab/picture.png", in_pieces(content, 100_000))
    assert await read(store, "ab/picture.png") == content
    assert await store.size_of("ab/picture.png") == size


async def test_much_that_is_put_piece_by_piece_is_read_back_whole(store: ImageStore) -> None:
    content = secrets.token_bytes(21 * 1024 * KIBIBYTE + 17)
    await store.put("ab/export.zip", in_pieces(content, 300_000))
    assert await read(store, "ab/export.zip") == content
    assert await listed(store) == {"ab/export.zip": len(content)}


class RefusalError(Exception):
    """What somebody else's iterator raises."""


@pytest.mark.parametrize(
    ("after_bytes", "error"),
    [
        (0, RefusalError),
        (CHUNK, FileNotFoundError),
        (9_000_000, StorageFull),
        (18_000_000, RefusalError),
        (18_000_000, Unavailable),
    ],
)
async def test_an_iterator_that_raises_leaves_nothing_and_its_error_goes_on(
    store: ImageStore, after_bytes: int, error: type[Exception]
) -> None:
    async def failing() -> AsyncIterator[bytes]:
        async for piece in in_pieces(bytes(after_bytes), CHUNK):
            yield piece
        raise error

    with pytest.raises(error):
        await store.put("ab/picture.png", failing())
    assert await listed(store) == {}
    assert [each async for each in store.unfinished()] == []
    with pytest.raises(BytesMissing):
        await store.check_whole("ab/picture.png", after_bytes)


async def test_a_put_that_is_given_up_leaves_nothing(store: ImageStore) -> None:
    waits = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield CONTENT
        waits.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(store.put("ab/picture.png", endless()))
    await waits.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await listed(store) == {}
    assert [each async for each in store.unfinished()] == []


async def test_what_is_whole_passes_and_what_is_of_another_size_or_gone_is_missing(store: ImageStore) -> None:
    await store.put("ab/picture.png", CONTENT)
    await store.check_whole("ab/picture.png", len(CONTENT))
    await store.delete("ab/picture.png")
    with pytest.raises(BytesMissing):
        await store.check_whole("ab/picture.png", len(CONTENT))
    await store.put("ab/picture.png", CONTENT)
    for _ in range(2):
        with pytest.raises(BytesMissing):
            await store.check_whole("ab/picture.png", len(CONTENT) + 1)
        await store.check_whole("ab/picture.png", len(CONTENT))
    with pytest.raises(BytesMissing):
        await store.check_whole("ab", 0)


async def test_a_link_gives_the_bytes_where_there_is_one(store: ImageStore) -> None:
    await store.put("ab/picture.png", CONTENT)
    link = await store.link_to("ab/picture.png", 60)
    if link is not None:
        async with httpx2.AsyncClient() as client:
            assert (await client.get(link)).content == CONTENT
    assert store.local_path("ab/picture.png") is None or link is None
