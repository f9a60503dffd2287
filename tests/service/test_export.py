"""A ZIP file of many images: what is in it, what is told of those that are not, and how it ends."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from pixyproxy.core.bulk_requests import ExportRequest, ExportSearch
from pixyproxy.core.exceptions import InvalidRequest, Unavailable
from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service import export
from pixyproxy.service.export import Export, Exported, Exports
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.services import Services
from tests.service.scenery import ADMIN, ALICE, BOB, ON_SQLITE, PNG, picture, shelve

EVERYTHING = ImageSearch()


def described(each: Exported) -> bytes:
    code = each.error.code if each.error else None
    return json.dumps([each.guid, each.image and each.image.prompt, each.file, code]).encode()


def begun(services: Services, wanted: ImageSearch | Sequence[str], caller: Caller | None = ALICE) -> Export:
    return Export(services.as_seen_by(caller), wanted, described)


async def exported(
    services: Services, wanted: ImageSearch | Sequence[str] = EVERYTHING, caller: Caller | None = ALICE
) -> zipfile.ZipFile:
    made = begun(services, wanted, caller)
    await made.check()
    content = b"".join([piece async for piece in made.pieces()])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert archive.namelist()[-1] == export.MANIFEST
    return archive


def lines(archive: zipfile.ZipFile) -> list[list[Any]]:
    return [json.loads(line) for line in archive.read(export.MANIFEST).splitlines()]


async def damage(services: Services, image: Image, content: bytes | None) -> None:
    assert image.content is not None
    await services.store.delete(image.content.storage_key)
    if content is not None:
        await services.store.put(image.content.storage_key, content)


async def test_the_pictures_and_what_is_known_of_each_the_newest_first(services: Services) -> None:
    moment = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
    older = await shelve(services, filename="a.png", prompt="one", created_at=moment)
    newer = await shelve(services, picture("webp"), filename="b.webp", prompt="two")
    archive = await exported(services)
    assert archive.namelist() == ["b.webp", "a.png", export.MANIFEST]
    assert (archive.read("a.png"), archive.read("b.webp")) == (PNG, picture("webp"))
    assert archive.getinfo("a.png").date_time == (2026, 11, 20, 12, 34, 56)
    assert archive.getinfo("a.png").compress_type == zipfile.ZIP_STORED
    assert lines(archive) == [[newer.guid, "two", "b.webp", None], [older.guid, "one", "a.png", None]]


async def test_everybody_gets_what_they_see_and_nothing_else(services: Services) -> None:
    await shelve(services, filename="alice.png")
    await shelve(services, filename="bob.png", owner=BOB.owner)
    await shelve(services, filename="public.png", owner=BOB.owner, visibility=Visibility.PUBLIC)
    expected = {ALICE: "public alice", BOB: "public bob", ADMIN: "public bob alice", None: "public"}
    for caller, names in expected.items():
        archive = await exported(services, caller=caller)
        assert archive.namelist()[:-1] == [f"{name}.png" for name in names.split()]


async def test_what_lies_in_the_trash_or_has_no_picture_is_not_found(services: Services) -> None:
    await shelve(services, None)
    trashed = await shelve(services)
    await services.private(ALICE).delete(trashed.guid)
    archive = await exported(services)
    assert (archive.namelist(), lines(archive)) == ([export.MANIFEST], [])


async def test_filters_choose(services: Services) -> None:
    await shelve(services, filename="sea.png", tags=("Sea",))
    other = await shelve(services, filename="other.png")
    assert (await exported(services, ImageSearch(tag=["sea"]))).namelist()[:-1] == ["sea.png"]
    assert (await exported(services, ImageSearch(guid=[other.guid]))).namelist()[:-1] == ["other.png"]


async def test_all_pages_are_walked(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    for number in range(5):
        await shelve(services, filename=f"{number}.png")
    assert (await exported(services)).namelist()[:-1] == [f"{number}.png" for number in (4, 3, 2, 1, 0)]


async def test_named_images_come_in_their_order_and_each_has_a_line(services: Services) -> None:
    one, two = await shelve(services, filename="1.png"), await shelve(services, filename="2.png")
    failed = await shelve(services, None, prompt="failed")
    making = await shelve(services, None, prompt="making", status=Status.GENERATING)
    foreign, unknown = await shelve(services, owner=BOB.owner), new_guid()
    named = [one.guid, two.guid, one.guid, failed.guid, making.guid, foreign.guid, unknown]
    archive = await exported(services, named)
    assert archive.namelist()[:-1] == ["1.png", "2.png"]
    assert lines(archive)[2:] == [
        [failed.guid, "failed", None, "image_failed"],
        [making.guid, "making", None, "image_not_ready"],
        [foreign.guid, None, None, "image_not_found"],
        [unknown, None, None, "image_not_found"],
    ]


async def test_of_any_status_those_without_a_picture_have_a_line(services: Services) -> None:
    failed = await shelve(services, None, prompt="failed")
    ready = await shelve(services, filename="1.png", prompt="ready")
    archive = await exported(services, ImageSearch(status="any"))
    assert lines(archive) == [
        [ready.guid, "ready", "1.png", None],
        [failed.guid, "failed", None, "image_failed"],
    ]


@pytest.mark.parametrize("content", [None, PNG[:-1], PNG[:-1] + b"x", b""])
async def test_bytes_that_are_missing_or_damaged_leave_no_entry(
    services: Services, content: bytes | None
) -> None:
    await shelve(services, filename="first.png")
    image = await shelve(services, filename="damaged.png", prompt="damaged")
    await shelve(services, filename="last.png")
    await damage(services, image, content)
    archive = await exported(services)
    assert archive.namelist()[:-1] == ["last.png", "first.png"]
    assert lines(archive)[1] == [image.guid, "damaged", None, "internal"]


@ON_SQLITE
async def test_a_store_that_cannot_be_read_leaves_no_entry(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> AsyncIterator[bytes]:
        yield PNG[:9]
        raise Unavailable

    image = await shelve(services, prompt="away")
    monkeypatch.setattr(FolderStore, "read", broken)
    assert lines(await exported(services)) == [[image.guid, "away", None, "unavailable"]]


@ON_SQLITE
async def test_a_picture_that_is_too_large_is_left_out(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_PICTURE_BYTES", len(PNG))
    await shelve(services, filename="small.png")
    await shelve(services, PNG + b"\0", prompt="large")
    archive = await exported(services)
    assert archive.namelist()[:-1] == ["small.png"]
    assert lines(archive)[0][2:] == [None, "payload_too_large"]


@ON_SQLITE
async def test_a_large_picture_comes_in_pieces_and_is_whole(services: Services) -> None:
    content = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(40_000))
    await shelve(services, content, filename="large.png")
    pieces = [piece async for piece in begun(services, EVERYTHING).pieces()]
    assert max(map(len, pieces)) <= 256 * 1024
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("large.png") == content


async def test_what_vanishes_or_changes_while_the_export_runs_is_told_as_it_is_then(
    services: Services,
) -> None:
    vanished = await shelve(services, filename="vanished.png")
    hidden = await shelve(services, filename="hidden.png", owner=BOB.owner, visibility=Visibility.PUBLIC)
    renamed = await shelve(services, filename="before.png")
    await shelve(services, filename="newest.png")
    pieces = begun(services, EVERYTHING).pieces()
    content = await anext(pieces)
    await services.private(ALICE).delete(vanished.guid)
    await _rewrite(services, hidden, replace(hidden, visibility=Visibility.PRIVATE))
    await _rewrite(services, renamed, replace(renamed, filename="after.png"))
    content += b"".join([piece async for piece in pieces])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist()[:-1] == ["newest.png", "after.png"]
    assert lines(archive)[2:] == [
        [hidden.guid, None, None, "image_not_found"],
        [vanished.guid, None, None, "image_not_found"],
    ]


async def _rewrite(services: Services, before: Image, after: Image) -> None:
    await services.library.transact(lambda repositories: repositories.images.change(before, after))


@ON_SQLITE
async def test_names_of_any_script_and_equal_ones_are_all_there(services: Services) -> None:
    names = ["cat.png", "CAT.png", "猫.png", "кошка 🦊.png", "manifest.jsonl", "cat.png"]
    images = [await shelve(services, filename=name) for name in names]
    archive = await exported(services, [image.guid for image in images])
    piece = [image.guid[-12:] for image in images]
    assert archive.namelist()[:-1] == [
        "cat.png",
        f"CAT-{piece[1]}.png",
        "猫.png",
        "кошка 🦊.png",
        f"manifest-{piece[4]}.jsonl",
        f"cat-{piece[5]}.png",
    ]
    assert [line[2] for line in lines(archive)] == archive.namelist()[:-1]


@ON_SQLITE
async def test_more_than_the_bound_is_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_EXPORTED", 2)
    for _ in range(2):
        await shelve(services)
    await begun(services, EVERYTHING).check()
    await shelve(services)
    with pytest.raises(InvalidRequest, match="narrow the filter"):
        await begun(services, EVERYTHING).check()


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.READY])
@ON_SQLITE
async def test_images_without_a_picture_are_not_asked_for(services: Services, status: Status) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await begun(services, ImageSearch(status=status)).check()
    assert [each.field for each in caught.value.errors] == ["status"]


@ON_SQLITE
async def test_the_manifest_grows_beside_the_memory(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_IN_MEMORY_BYTES", 10)
    await shelve(services, prompt="x" * 5000)
    assert lines(await exported(services))[0][1] == "x" * 5000


@ON_SQLITE
async def test_a_walk_that_fails_ends_without_a_directory(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    for _ in range(3):
        await shelve(services)
    pieces = begun(services, EVERYTHING).pieces()
    content = await anext(pieces)

    async def broken(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(ImageReading, "list_", broken)
    content += await anext(pieces)
    with pytest.raises(Unavailable):
        await anext(pieces)
    assert not zipfile.is_zipfile(io.BytesIO(content))


@ON_SQLITE
async def test_a_walk_that_is_given_up_leaves_nothing_open(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class Noted(SpooledTemporaryFile[bytes]):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            opened.append(self)

    monkeypatch.setattr(export, "SpooledTemporaryFile", Noted)
    for _ in range(3):
        await shelve(services)
    pieces = begun(services, EVERYTHING).pieces()
    await anext(pieces)
    await pieces.aclose()
    assert [each.closed for each in opened] == [True]


@ON_SQLITE
async def test_while_it_is_read_slowly_the_library_can_be_changed(services: Services) -> None:
    """No transaction and no connection waits for the reader."""
    for _ in range(3):
        await shelve(services)
    several = [begun(services, EVERYTHING).pieces() for _ in range(20)]
    for pieces in several:
        await anext(pieces)
    async with asyncio.timeout(10):
        await shelve(services)
    for pieces in several:
        await pieces.aclose()


async def test_there_is_room_for_some_at_once() -> None:
    exports = Exports()
    async with exports.room("alice"), exports.room("bob"):
        with pytest.raises(Unavailable, match="Other exports") as caught:
            async with exports.room("carol"):
                raise AssertionError("There was none.")
        assert caught.value.retry_after_s
    with pytest.raises(ZeroDivisionError):
        async with exports.room("alice"):
            raise ZeroDivisionError
    async with exports.room("alice"), exports.room("carol"):
        pass


async def test_an_owner_has_one_at_a_time() -> None:
    exports = Exports()
    async with exports.room("alice"):
        with pytest.raises(Unavailable, match="of yours") as caught:
            exports.check_room("alice")
        assert caught.value.retry_after_s
        exports.check_room("bob")
    exports.check_room("alice")


async def test_a_service_that_ends_ends_them_at_once_and_begins_none() -> None:
    exports, inside = Exports(), asyncio.Semaphore(0)

    async def slow(owner: str) -> None:
        async with exports.room(owner):
            inside.release()
            await asyncio.Event().wait()

    several = [asyncio.create_task(slow(owner)) for owner in ("alice", "bob")]
    for _ in several:
        await inside.acquire()
    async with asyncio.timeout(1):
        await asyncio.gather(exports.drain(), exports.drain())
    for ended in await asyncio.gather(*several, return_exceptions=True):
        assert isinstance(ended, Unavailable)
    with pytest.raises(Unavailable, match="ending") as caught:
        exports.check_room("alice")
    assert caught.value.retry_after_s


async def test_a_time_that_runs_out_inside_is_not_taken_for_the_end() -> None:
    with pytest.raises(TimeoutError):
        async with Exports().room("alice"):
            raise TimeoutError


@ON_SQLITE
async def test_to_drain_the_services_is_to_end_the_exports(services: Services) -> None:
    async def slow() -> None:
        async with services.exports.room("alice"):
            await asyncio.Event().wait()

    export_ = asyncio.create_task(slow())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await services.drain()
    with pytest.raises(Unavailable, match="ending"):
        await export_


@ON_SQLITE
async def test_what_is_asked_for_is_validated_here_too(services: Services) -> None:
    for unsound in (ExportSearch.model_construct(author="a\0"), ExportRequest.model_construct(guids=[])):
        with pytest.raises(InvalidRequest):
            await services.exporting(ALICE).prepare(unsound, described)
