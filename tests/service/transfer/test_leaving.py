"""What is written to the folder, what is told of, and what is refused."""

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import InvalidRequest, StorageFull, Unavailable
from pixyproxy.core.models import Image
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.services import Services
from pixyproxy.service.transfer import leaving, target
from pixyproxy.service.transfer.layout import IMAGES, MANIFEST, UNFINISHED
from pixyproxy.service.transfer.lists import is_library
from pixyproxy.service.upkeep.belonging import _OURS
from tests.service.scenery import PNG, shelve
from tests.service.upkeep.ground import bytes_of as file_of_image

from .ground import ANSWER, MADE, files_in, images_of, leave, library_at, lines_of, without_moment


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Services]:
    async with library_at(tmp_path / "library") as services:
        yield services


async def test_what_lies_in_the_folder(source: Services, folder: Path) -> None:
    taken, _ = await leave(source, folder)
    lines = lines_of(folder, IMAGES)
    assert [line["prompt"].removeprefix("a fox ") for line in lines] == MADE
    keys = {each.guid: each.content.storage_key for each in await images_of(source) if each.content}
    for line in (line for line in lines if line["content"]):
        assert line["file"] == f"files/{keys[line['guid']]}"
        assert files_in(folder)[line["file"]] == line["content"]["sha256"]
        assert _OURS.fullmatch(keys[line["guid"]])
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["format"] == 1
    attempts = lines_of(folder, "attempts.jsonl")
    assert [manifest[name] for name in ("images", "attempts", "keys", "files")] == [7, len(attempts), 2, 5]
    assert manifest["images_in_making_left_out"] == 2
    assert (taken.files, taken.copied) == (5, 5)
    [answer] = [line["answer"] for line in attempts if line["answer"]]
    assert (folder / answer["file"]).read_bytes() == ANSWER
    assert {name.partition("/")[0] for name in files_in(folder)} == {
        "files", MANIFEST, IMAGES, "attempts.jsonl", "keys.jsonl",
    }  # fmt: skip
    assert mode_of(folder) == 0o700


async def test_nobody_else_may_read_it_also_in_a_folder_that_existed(source: Services, folder: Path) -> None:
    make_readable(folder)
    before = os.umask(0)
    try:
        await leave(source, folder)
    finally:
        os.umask(before)
    assert modes_below(folder) == {("folder", 0o700), ("file", 0o600)}
    assert mode_of(folder) == 0o755


def make_readable(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)


def modes_below(folder: Path) -> set[tuple[str, int]]:
    return {("folder" if path.is_dir() else "file", mode_of(path)) for path in folder.rglob("*")}


def mode_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


async def test_what_was_spent_on_images_that_are_gone_is_there_without_them(
    source: Services, folder: Path
) -> None:
    await leave(source, folder)
    spent = {line["cost_usd"]: line["image"] for line in lines_of(folder, "attempts.jsonl")}
    assert spent["0.123456789"] is None
    assert spent["0.25"] is None  # erased
    assert spent["1.5"] == lines_of(folder, IMAGES)[0]["guid"]


async def test_all_pages_are_walked(source: Services, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await leave(source, folder)
    whole = without_moment(folder)
    monkeypatch.setattr(leaving, "_PAGE", 2)
    monkeypatch.setattr(leaving, "_SEVERAL", 1)
    await leave(source, folder)
    assert without_moment(folder) == whole


@pytest.mark.parametrize(
    ("content", "damage"),
    [(None, "missing"), (PNG[:-1], "wrong size"), (PNG + b"x", "wrong size"), (PNG[::-1], "wrong hash")],
)
async def test_an_image_that_is_damaged_is_named_and_goes_without_its_bytes(
    empty: Services, folder: Path, content: bytes | None, damage: str
) -> None:
    image = await shelve(empty)
    await shelve(empty)
    file = file_of_image(empty, image)
    file.unlink() if content is None else file.write_bytes(content)
    taken, damages = await leave(empty, folder)
    assert damages == [f"{image.guid}  {damage}"]
    assert (taken.images, taken.damaged, taken.files) == (2, 1, 1)
    line, other = lines_of(folder, IMAGES)
    assert (line["file"], line["file_error"]) == (None, damage)
    assert other["file"] is not None
    assert len(files_in(folder)) == 5


async def test_what_alone_of_all_cannot_be_read_is_damage_too(
    empty: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await shelve(empty)
    monkeypatch.setattr(FolderStore, "read", breaks_off)
    assert (await leave(empty, folder))[1] == [f"{image.guid}  cannot be read"]


@pytest.mark.parametrize("broken", ["read", "size_of"])
@pytest.mark.parametrize("was_whole", [True, False])
async def test_a_store_that_is_away_cuts_it_off_and_it_goes_on_later(
    source: Services, folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str, was_whole: bool
) -> None:
    """No manifest, or none that is taken: each image would be in it as damaged."""
    if was_whole:
        await leave(source, folder)
        shutil.rmtree(folder / "files")
    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, broken, {"read": breaks_off, "size_of": is_away}[broken])
        patched.setattr(FolderStore, "check", is_away)
        with pytest.raises(Unavailable, match=r"cut off\. Run it again, it goes on"):
            await leave(source, folder)
    with pytest.raises(InvalidRequest, match="is not finished"):
        is_library(folder)
    assert (await leave(source, folder))[1] == []
    assert is_library(folder)


async def breaks_off(*_: object) -> AsyncIterator[bytes]:
    yield PNG[:5]
    raise Unavailable


async def is_away(*_: object) -> None:
    raise Unavailable


async def test_a_store_that_is_full_can_be_read(
    empty: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StorageFull

    image = await shelve(empty)
    monkeypatch.setattr(FolderStore, "read", breaks_off)
    monkeypatch.setattr(FolderStore, "check", full)
    assert (await leave(empty, folder))[1] == [f"{image.guid}  cannot be read"]


async def test_an_answer_that_cannot_be_read_alone_is_damage(
    source: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderStore, "size_of", is_away)
    taken, damages = await leave(source, folder)
    assert all(each.endswith(".quarantined  cannot be read") for each in damages)
    assert taken.images == len(MADE)


async def test_an_image_that_is_erased_meanwhile_is_left_out(
    empty: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await shelve(empty)
    read = FolderStore.read

    async def erasing(self: FolderStore, key: str, *range_: int) -> AsyncIterator[bytes]:
        await erase(empty, image)
        async for chunk in read(self, key, *range_):
            yield chunk

    monkeypatch.setattr(FolderStore, "read", erasing)
    taken, damages = await leave(empty, folder)
    assert (taken.images, damages, lines_of(folder, IMAGES)) == (0, [], [])


async def erase(services: Services, image: Image) -> None:
    assert image.content is not None
    await services.store.delete(image.content.storage_key)
    await services.library.transact(lambda repositories: repositories.images.remove(image))


async def test_run_again_only_what_is_new_or_wrong_is_written(empty: Services, folder: Path) -> None:
    first, second, third = [await shelve(empty) for _ in range(3)]
    await leave(empty, folder)
    before = files_in(folder)
    places = {path: folder / path for path in before if path.startswith("files/")}
    numbers = {path: place.stat().st_ino for path, place in places.items()}
    assert second.content is not None
    damaged = folder / f"files/{second.content.storage_key}"
    damaged.write_bytes(PNG[::-1])
    fourth = await shelve(empty)
    taken, _ = await leave(empty, folder)
    assert (taken.copied, taken.files) == (2, 4)
    assert {path: found for path, found in files_in(folder).items() if path in places} == {
        path: before[path] for path in places
    }
    assert [line["guid"] for line in lines_of(folder, IMAGES)] == [
        each.guid for each in (first, second, third, fourth)
    ]
    kept = [path for path, place in places.items() if place.stat().st_ino == numbers[path]]
    assert len(kept) == 2


async def test_quick_trusts_the_size_and_nothing_else(empty: Services, folder: Path) -> None:
    changed, cut = [await shelve(empty) for _ in range(2)]
    await leave(empty, folder)
    assert changed.content is not None
    assert cut.content is not None
    (folder / f"files/{changed.content.storage_key}").write_bytes(PNG[::-1])
    (folder / f"files/{cut.content.storage_key}").write_bytes(PNG[:-1])
    assert (await leave(empty, folder, quick=True))[0].copied == 1
    assert (await leave(empty, folder))[0].copied == 1


async def test_a_folder_with_something_else_in_it_is_refused_and_stays_as_it_is(
    source: Services, folder: Path
) -> None:
    put_beside(folder, "holiday.txt")
    with pytest.raises(InvalidRequest, match="is not empty, and holds no library that was exported"):
        await leave(source, folder)
    assert list(files_in(folder)) == ["holiday.txt"]


def put_beside(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / name).write_text("mine")


async def test_two_exports_into_one_folder_do_not_meet(source: Services, folder: Path) -> None:
    other = target.Target(folder)
    other.open()
    with pytest.raises(InvalidRequest, match="is under way"):
        await leave(source, folder)
    other.close()
    assert (await leave(source, folder))[1] == []


@pytest.mark.parametrize("link", ["files", "files/2026", UNFINISHED])
async def test_no_link_in_the_folder_is_followed(source: Services, folder: Path, link: str) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    await leave(source, folder)
    place = folder / link
    if place.exists():
        place.rename(folder.parent / "moved")
    place.symlink_to(outside)
    with pytest.raises(InvalidRequest, match="is no folder, or a symbolic link, which is not followed"):
        await leave(source, folder)
    assert list(outside.iterdir()) == []


async def test_a_link_in_the_place_of_a_file_is_replaced(source: Services, folder: Path) -> None:
    await leave(source, folder)
    whole = without_moment(folder)
    outside = folder.parent / "outside"
    for name in (lines_of(folder, IMAGES)[0]["file"], IMAGES, MANIFEST):
        path = folder / name
        outside.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(outside)
        before = outside.read_bytes()
        await leave(source, folder)
        assert not path.is_symlink()
        assert outside.read_bytes() == before
    assert without_moment(folder) == whole


async def test_a_full_disk_ends_it_with_one_sentence_and_it_goes_on_later(
    source: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(target, "write_all", full)
        with pytest.raises(StorageFull, match=r"There is no room left in .*: it goes on"):
            await leave(source, folder)
    assert not (folder / MANIFEST).exists()
    assert list((folder / UNFINISHED).iterdir()) == []
    assert (await leave(source, folder))[1] == []
    assert not (folder / UNFINISHED).exists()


async def test_everything_is_on_the_disk_before_the_manifest_says_so(
    source: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file before it takes its place, each folder before the lists do, the lists before the manifest."""
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noting_fsync(handle: int) -> None:
        fsync(handle)
        done.append(f"fsync {Path(f'/proc/self/fd/{handle}').readlink()}")

    def noting_rename(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        assert f"fsync {folder / UNFINISHED / old}" in done
        done.append(f"rename {Path(f'/proc/self/fd/{dst_dir_fd}').readlink()}/{new}")

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(os, "rename", noting_rename)
    await leave(source, folder)
    monkeypatch.undo()
    files = [f"rename {folder / path}" for path in files_in(folder) if path.startswith("files/")]
    assert set(files) <= set(done)
    lists, last = done.index(f"rename {folder / IMAGES}"), done.index(f"rename {folder / MANIFEST}")
    for entry in files:
        flushed = f"fsync {entry.removeprefix('rename ').rpartition('/')[0]}"
        assert flushed in done[done.index(entry) : lists]
    assert f"fsync {folder}" in done[lists:last]
    assert done[-1] == f"fsync {folder}"


def test_a_files_hash_is_of_what_was_written(tmp_path: Path) -> None:
    place = target.Target(tmp_path / "x")
    place.open()
    part = place.begin()
    part.write(b"ab")
    part.write(b"c")
    assert part.sha256 == hashlib.sha256(b"abc").hexdigest()
    place.discard(part)
    place.close()
