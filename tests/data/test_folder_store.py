"""What is the folder's own: whole files or none, whatever happens while they are written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import BytesMissing, StorageFull, Unavailable
from pixyproxy.data.folder_store import FolderStore
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
    assert not await store.exists("ab/picture.png")
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
