"""What is the folder's own: whole files or none, whatever happens while they are written."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import BytesMissing, StorageFull, Unavailable
from pixyproxy.data import durable_files
from pixyproxy.data.durable_files import PartFile
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.seen_whole import SeenWhole
from tests.data.disks import files_below, mounted

CONTENT = b"x" * 200_000


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "images")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """Root may write wherever the permissions say no, but not on a disk mounted read-only."""
    if os.geteuid() == 0:
        with mounted(tmp_path / "disk", "ro") as disk:
            yield disk
    else:
        tmp_path.chmod(0o500)
        yield tmp_path
        tmp_path.chmod(0o700)


async def test_a_put_leaves_its_file_and_no_other(store: FolderStore, tmp_path: Path) -> None:
    await store.put("ab/cd/picture.png", CONTENT)
    assert files_below(tmp_path) == ["images/ab/cd/picture.png"]
    await store.check()
    assert files_below(tmp_path) == ["images/ab/cd/picture.png"]


async def test_a_full_disk_is_storage_full_and_leaves_nothing_of_the_file(small_disk: Path) -> None:
    store = FolderStore(small_disk / "images")
    await store.put("ab/small.png", b"x")
    with pytest.raises(StorageFull) as refusal:
        await store.put("ab/big.png", CONTENT)
    assert refusal.value.retry_after_s
    assert files_below(small_disk) == ["images/ab/small.png"]
    await store.put("ab/big.png", CONTENT[:20_000])


async def test_a_check_finds_the_full_disk_before_an_image_does(small_disk: Path) -> None:
    store = FolderStore(small_disk / "images")
    await store.check()
    await store.put("filler", b"x" * 64 * 1024)
    with pytest.raises(StorageFull):
        await store.check()
    assert files_below(small_disk) == ["images/filler"]


@pytest.mark.usefixtures("short_files")
async def test_a_file_longer_than_allowed_is_storage_full_and_leaves_nothing(
    store: FolderStore, tmp_path: Path
) -> None:
    with pytest.raises(StorageFull):
        await store.put("ab/big.png", CONTENT)
    assert files_below(tmp_path) == []


@pytest.mark.usefixtures("short_files")
async def test_a_failed_put_leaves_the_file_that_was_there(store: FolderStore) -> None:
    await store.put("ab/picture.png", b"the old one")
    with pytest.raises(StorageFull):
        await store.put("ab/picture.png", CONTENT)
    assert store.local_path("ab/picture.png").read_bytes() == b"the old one"


async def test_a_folder_that_may_not_be_written_is_unavailable(read_only: Path, tmp_path: Path) -> None:
    store = FolderStore(read_only / "images")
    with pytest.raises(Unavailable):
        await store.put("ab/picture.png", CONTENT)
    with pytest.raises(Unavailable):
        await store.check()
    assert files_below(tmp_path) == []


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    store = FolderStore(tmp_path / "images")
    with pytest.raises(Unavailable) as refusal:
        await store.put("ab/picture.png", CONTENT)
    assert str(tmp_path) not in refusal.value.detail
    with pytest.raises(Unavailable):
        await store.check()


async def test_what_lies_beyond_a_file_is_not_there(store: FolderStore) -> None:
    await store.put("ab", b"x")
    with pytest.raises(BytesMissing):
        await anext(store.read("ab/picture.png"))
    assert await store.size_of("ab/picture.png") is None
    await store.delete("ab/picture.png")


async def test_a_file_that_cannot_be_read_for_another_reason_is_unavailable(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put("ab/picture.png", b"x")

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(Unavailable):
        await anext(store.read("ab/picture.png"))


async def test_a_relative_folder_stays_where_it_was_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = FolderStore(Path("images"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    await store.put("picture", b"x")
    assert files_below(tmp_path) == ["images/picture"]


async def too_much() -> AsyncIterator[bytes]:
    for _ in range(5):
        yield CONTENT[:40_000]


async def test_a_disk_that_fills_while_pieces_come_is_storage_full_and_keeps_none_of_them(
    small_disk: Path,
) -> None:
    store = FolderStore(small_disk / "images")
    with pytest.raises(StorageFull):
        await store.put("ab/big.png", too_much())
    assert files_below(small_disk) == []


@pytest.mark.usefixtures("short_files")
async def test_pieces_that_do_not_become_a_file_leave_the_one_that_was_there(store: FolderStore) -> None:
    await store.put("ab/picture.png", b"the old one")
    with pytest.raises(StorageFull):
        await store.put("ab/picture.png", too_much())
    assert store.local_path("ab/picture.png").read_bytes() == b"the old one"


async def test_a_part_that_is_discarded_while_it_is_begun_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, make = threading.Event(), durable_files.make_folder

    def slowly(folder: Path) -> None:
        began.set()
        time.sleep(0.1)
        make(folder)

    monkeypatch.setattr(durable_files, "make_folder", slowly)
    part = PartFile(tmp_path / "ab" / "picture.png")
    writing = asyncio.create_task(asyncio.to_thread(part.write, CONTENT))
    await asyncio.to_thread(began.wait)
    await asyncio.to_thread(part.discard)
    assert files_below(tmp_path) == []
    await writing
    with pytest.raises(InterruptedError):
        part.write(CONTENT)
    assert files_below(tmp_path) == []


async def test_what_was_seen_is_not_looked_at_again_for_a_minute(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    store._seen = SeenWhole(now=lambda: now[0])
    looks: list[str] = []
    monkeypatch.setattr(FolderStore, "size_of", counted(looks))
    await store.put("ab/picture.png", CONTENT)
    for now[0] in (0.0, 59.9):
        await store.check_whole("ab/picture.png", len(CONTENT))
    assert looks == ["ab/picture.png"]
    now[0] = 60.0
    await store.check_whole("ab/picture.png", len(CONTENT))
    assert looks == ["ab/picture.png"] * 2
    with pytest.raises(BytesMissing):
        await store.check_whole("ab/picture.png", 1)
    assert len(looks) == 3


def counted(looks: list[str]) -> Callable[[FolderStore, str], Awaitable[int | None]]:
    size_of = FolderStore.size_of

    async def noted(store: FolderStore, key: str) -> int | None:
        looks.append(key)
        return await size_of(store, key)

    return noted


async def test_neither_a_look_nor_a_path_asks_the_kernel_on_the_event_loop(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put("ab/picture.png", CONTENT)
    loop = threading.get_ident()
    threads: set[int] = set()
    for name in ("stat", "open", "scandir"):
        monkeypatch.setattr(os, name, on_threads(threads, getattr(os, name)))
    await store.check_whole("ab/picture.png", len(CONTENT))
    assert threads
    assert loop not in threads
    store.local_path("ab/picture.png")
    assert loop not in threads


def on_threads(threads: set[int], call: Callable[..., object]) -> Callable[..., object]:
    def noted(*given: object, **named: object) -> object:
        threads.add(threading.get_ident())
        return call(*given, **named)

    return noted


async def test_a_list_that_goes_on_walks_no_folder_before_its_place(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("2025/01/a", "2025/12/b", "2026/01/c", "2026/02/d"):
        await store.put(key, b"x")
    walked: list[str] = []
    scan = os.scandir

    def noted(folder: Path) -> object:
        walked.append(folder.name)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", noted)
    assert [each.key async for each in store.list_("2026/01/c")] == ["2026/02/d"]
    assert walked == ["images", "2026", "01", "02"]
