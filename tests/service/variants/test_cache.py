"""What is kept is found again, whole or not at all; what cannot be kept is no error."""

import errno
import hashlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pixyproxy.core.models import Content, Size
from pixyproxy.core.names import new_guid
from pixyproxy.data.durable_files import Space
from pixyproxy.service.variants.cache import Copy, FreshCopy, VariantCache

COPY = Copy("100x75-webp-80", Size(100, 75))
TURNED = Copy("turned-75x100-webp-80", Size(75, 100))
GUID = new_guid()
MIB, GIB = 1024**2, 1024**3


def fresh(content: bytes = b"some bytes", copy: Copy = COPY, media_type: str = "image/webp") -> FreshCopy:
    return FreshCopy(copy, media_type, hashlib.sha256(content).hexdigest(), [content[:4], content[4:]])


@pytest.fixture
def cache(tmp_path: Path) -> VariantCache:
    return VariantCache(tmp_path / "variants")


def kept(cache: VariantCache, copy: FreshCopy, guid: str = GUID) -> Path:
    assert cache.keep(guid, copy)
    return cache.local_path(cache.content_of(guid, copy).storage_key)


async def test_what_is_kept_is_found_again_by_another_process(cache: VariantCache) -> None:
    path = kept(cache, fresh())
    found = VariantCache(cache.folder).find(GUID, [COPY])
    assert found == cache.content_of(GUID, fresh())
    assert found == Content(found.storage_key, "image/webp", 100, 75, 10, fresh().sha256)
    assert cache.local_path(found.storage_key) == path
    assert b"".join([each async for each in cache.read(found.storage_key, 2, 6)]) == b"me b"
    assert await cache.link_to(found.storage_key, 60) is None


def test_it_lies_where_it_can_be_told_whose_it_is(cache: VariantCache) -> None:
    path = kept(cache, fresh())
    assert path.relative_to(cache.folder).parts[:2] == (GUID[-2:], GUID)
    assert path.name.startswith("100x75-webp-80-r-")
    assert path.suffix == ".webp"


def test_another_copy_another_image_another_version_is_another_file(cache: VariantCache) -> None:
    kept(cache, fresh())
    assert cache.find(GUID, [Copy("100x75-webp-85", COPY.size)]) is None
    assert cache.find(GUID, [Copy("100x75-webp", COPY.size)]) is None
    assert cache.find(new_guid(), [COPY]) is None
    newer = VariantCache(cache.folder)
    newer._version = "r-2-9-0-0"
    assert newer.find(GUID, [COPY]) is None


def test_of_several_that_would_do_the_one_that_is_there_is_found(cache: VariantCache) -> None:
    kept(cache, fresh(copy=TURNED))
    found = cache.find(GUID, [COPY, TURNED])
    assert found is not None
    assert (found.width, found.height) == (75, 100)


def test_what_kind_it_is_is_told_by_its_extension(cache: VariantCache) -> None:
    plain = Copy("100x75-plain-80", COPY.size)
    kept(cache, fresh(copy=plain, media_type="image/jpeg"))
    found = cache.find(GUID, [plain])
    assert found is not None
    assert found.media_type == "image/jpeg"


@pytest.mark.parametrize("damage", [b"", b"some", b"some bytes and more", b"\0\0\0\0 bytes"])
def test_what_is_damaged_is_not_found_and_goes(cache: VariantCache, damage: bytes) -> None:
    path = kept(cache, fresh())
    path.write_bytes(damage)
    assert cache.find(GUID, [COPY]) is None
    assert not path.exists()
    kept(cache, fresh())
    assert cache.find(GUID, [COPY])


def test_what_is_found_counts_as_used(cache: VariantCache) -> None:
    path = kept(cache, fresh())
    os.utime(path, (0, 0))
    cache.find(GUID, [COPY])
    assert path.stat().st_mtime == pytest.approx(time.time(), abs=60)


def test_nothing_half_written_is_left_or_found(cache: VariantCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Path, _target: Path) -> Path:
        raise OSError(errno.EIO, "gone")

    with monkeypatch.context() as context:
        context.setattr(Path, "rename", broken)
        assert not cache.keep(GUID, fresh())
    assert not [each for each in cache.folder.rglob("*") if each.is_file()]
    assert cache.find(GUID, [COPY]) is None


@pytest.mark.parametrize(
    ("reserve_bytes", "total", "left", "is_kept"),
    [
        (None, 10 * GIB, 22 * GIB // 10 + 1, True),
        (None, 10 * GIB, 22 * GIB // 10 - 1, False),
        (None, 100 * GIB, 55 * GIB // 10, True),
        (None, 100 * GIB, 55 * GIB // 10 - 1, False),
        (None, GIB, GIB, False),
        (10 * GIB, 100 * GIB, 11 * GIB, True),
        (10 * GIB, 100 * GIB, 11 * GIB - 1, False),
        (50 * MIB, 100 * GIB, 114 * MIB, True),
        (50 * MIB, 100 * GIB, 114 * MIB - 1, False),
        (0, 100 * GIB, 64 * MIB, True),
        (0, 100 * GIB, 64 * MIB - 1, False),
    ],
)
def test_it_stops_before_paid_work_would_be_refused(
    tmp_path: Path, reserve_bytes: int | None, total: int, left: int, *, is_kept: bool
) -> None:
    size_bytes = len(b"some bytes")
    cache = VariantCache(
        tmp_path, reserve_bytes=reserve_bytes, space=lambda _path: Space(total, left + size_bytes)
    )
    assert cache.keep(GUID, fresh()) == is_kept


def test_a_disk_that_does_not_tell_its_room_is_used(tmp_path: Path) -> None:
    assert VariantCache(tmp_path, space=lambda _path: None).keep(GUID, fresh())


def test_a_folder_that_cannot_be_used_is_told_of_once_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.joinpath("variants").write_text("a file")
    cache = VariantCache(tmp_path / "variants")
    for _ in range(20):
        assert not cache.keep(GUID, fresh())
        assert cache.find(GUID, [COPY]) is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "ENOTDIR" in caplog.text or "EEXIST" in caplog.text


def test_of_an_image_all_goes_and_of_others_nothing(cache: VariantCache) -> None:
    gone = [kept(cache, fresh()), kept(cache, fresh(b"turned", TURNED))]
    stays = kept(cache, fresh(), "0199a0f4-aaaa-7bbb-8ccc-ddddddddddff")
    cache.remove_image(GUID)
    cache.remove_image(GUID)
    cache.remove_image(new_guid())
    assert not [each for each in gone if each.exists()]
    assert not gone[0].parent.exists()
    assert stays.exists()


@pytest.mark.parametrize("loss", [Path.unlink, lambda path: path.write_bytes(b"some")])
def test_of_what_was_seen_before_the_length_is_looked_at(
    cache: VariantCache, loss: Callable[[Path], object]
) -> None:
    path = kept(cache, fresh())
    known = cache.content_of(GUID, fresh())
    os.utime(path, (0, 0))
    assert cache.find(GUID, [COPY], known) is known
    assert path.stat().st_mtime == pytest.approx(time.time(), abs=60)
    loss(path)
    assert cache.find(GUID, [COPY], known) is None


def test_on_a_disk_that_takes_no_writes_what_is_there_is_found(
    cache: VariantCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(cache, fresh())

    def utime(_path: Path) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "utime", utime)
    found = cache.find(GUID, [COPY])
    assert found == cache.content_of(GUID, fresh())
    assert cache.find(GUID, [COPY], found) == found


def test_one_is_removed_and_the_others_stay(cache: VariantCache) -> None:
    gone, stays = kept(cache, fresh()), kept(cache, fresh(b"turned", TURNED))
    for _ in range(2):
        cache.remove(cache.content_of(GUID, fresh()))
    assert not gone.exists()
    assert stays.exists()
