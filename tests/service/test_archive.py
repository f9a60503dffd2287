"""The ZIP files that are sent as they are made, as others read them."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.words import caseless
from pixyproxy.service.archive import Archive, Entry
from pixyproxy.service.entry_names import EntryNames

NOON = datetime(2026, 11, 20, 12, 34, 57, tzinfo=UTC)
GUID = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"


def stored(name: str, content: bytes, at: datetime = NOON) -> Entry:
    return Entry(name, at, zlib.crc32(content), len(content))


def written(*files: tuple[str, bytes]) -> bytes:
    archive = Archive()
    parts = [archive.begin(stored(name, content)) + content for name, content in files]
    return b"".join([*parts, *archive.end()])


def test_an_archive_of_nothing_is_an_archive() -> None:
    assert zipfile.ZipFile(io.BytesIO(written())).namelist() == []


def test_others_read_what_was_written() -> None:
    files = [("a.png", b"one"), ("empty.png", b""), ("kočka 猫 🦊.png", bytes(300_000))]
    content = written(*files)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert [(name, archive.read(name)) for name in archive.namelist()] == files
    first = archive.infolist()[0]
    assert (first.date_time, first.compress_type) == ((2026, 11, 20, 12, 34, 56), zipfile.ZIP_STORED)
    assert (first.external_attr >> 16, first.flag_bits & 8) == (0o100644, 0)
    assert archive.testzip() is None


def test_an_entry_may_be_deflated() -> None:
    content = b"line\n" * 10_000
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(content) + packer.flush()
    archive = Archive()
    entry = Entry("manifest", NOON, zlib.crc32(content), len(content), len(packed))
    whole = b"".join([archive.begin(entry), packed, *archive.end()])
    assert zipfile.ZipFile(io.BytesIO(whole)).read("manifest") == content


def test_without_its_end_it_is_none() -> None:
    content = written(("a.png", b"one"), ("b.png", b"two"))
    for length in range(len(content)):
        assert not zipfile.is_zipfile(io.BytesIO(content[:length]))


def test_more_entries_than_16_bits_count() -> None:
    content = written(*((f"{n}.png", b"x") for n in range(70_000)))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert len(archive.infolist()) == 70_000
    assert archive.read("69999.png") == b"x"
    end, locator = content[-22:], content[-42:-22]
    size, offset = struct.unpack("<2I", end[12:20])
    assert end == struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, offset, 0)
    assert locator == struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)
    large_end = content[offset + size :]
    assert (large_end[:4], struct.unpack("<2Q", large_end[24:40])) == (b"PK\6\6", (70_000, 70_000))


class Sparse(io.BytesIO):
    """What is between is never looked at: five gigabytes are not written for a test."""

    def __init__(self, parts: dict[int, bytes], size: int) -> None:
        super().__init__()
        self._parts, self._size, self._at = parts, size, 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        for start, part in self._parts.items():
            if start <= self._at < start + len(part):
                begin = self._at - start
                found = part[begin : begin + size if size and size > 0 else None]
                self._at += len(found)
                return found
        return b""


def test_more_than_four_gigabytes() -> None:
    """The offset of what follows, and the size of an entry itself."""
    archive = Archive()
    large = 5 * 1024**3
    first = archive.begin(Entry("large.png", NOON, 1, large))
    second = archive.begin(stored("small.png", b"small")) + b"small"
    end = b"".join(archive.end())
    after = len(first) + large
    read = zipfile.ZipFile(Sparse({0: first, after: second + end}, after + len(second + end)))
    assert [(each.filename, each.file_size) for each in read.infolist()] == [
        ("large.png", large),
        ("small.png", 5),
    ]
    assert read.read("small.png") == b"small"
    assert struct.unpack("<2H2Q", first[-20:]) == (1, 16, large, large)
    packed = Archive().begin(Entry("packed", NOON, 1, large, 77))
    assert struct.unpack("<2H2Q", packed[-20:]) == (1, 16, large, 77), "there, either both or none"


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 1, 1, 1, 0, 1, tzinfo=timezone(timedelta(hours=2))), (2025, 12, 31, 23, 0, 0)),
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(9999, 12, 31, tzinfo=UTC), (2107, 12, 31, 0, 0, 0)),
    ],
)
def test_times_are_in_utc_and_of_the_years_that_the_format_knows(
    moment: datetime, told: tuple[int, ...]
) -> None:
    archive = Archive()
    whole = archive.begin(stored("a", b"", moment)) + b"".join(archive.end())
    assert zipfile.ZipFile(io.BytesIO(whole)).infolist()[0].date_time == told


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a cat.png", "a cat.png"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("/absolute.png", "_absolute.png"),
        ("C:\\cat.png", "C__cat.png"),
        ("what?.png", "what_.png"),
        ("a\x00b\x1f.png", "a_b_.png"),
        ("...", GUID),
        ("  ", GUID),
        ("trailing. ", "trailing"),
        ("CON.png", "_CON.png"),
        ("console.png", "console.png"),
        ("lpt1", "_lpt1"),
        ("manifest.jsonl", f"manifest-{GUID[-12:]}.jsonl"),
        ("Manifest.JSONL", f"Manifest-{GUID[-12:]}.JSONL"),
        ("猫" * 200 + ".png", "猫" * 65 + ".png"),
        ("no-extension." + "x" * 300, ("no-extension." + "x" * 300)[:200]),
    ],
)
def test_a_name_is_harmless_everywhere(filename: str, name: str) -> None:
    assert EntryNames("manifest.jsonl").take(filename, GUID) == name


def test_names_that_only_case_tells_apart_are_told_apart() -> None:
    names = EntryNames()
    taken = [names.take(name, GUID) for name in ("Cat.png", "cat.png", "CAT.png", "cat.PNG")]
    assert taken == ["Cat.png", f"cat-{GUID[-12:]}.png", f"CAT-{GUID}-1.png", f"cat-{GUID}-2.PNG"]
    assert names.take("\u0390.png", GUID) == "\u0390.png"
    assert names.take("\u03aa\u0301.png", GUID) != "\u03aa\u0301.png"


@given(st.lists(st.text(max_size=250), min_size=1, max_size=12))
def test_whatever_the_filenames_are_the_names_are_distinct_and_short(filenames: list[str]) -> None:
    names = EntryNames()
    taken = [names.take(filename.replace("\ud800", ""), GUID) for filename in filenames]
    assert len({caseless(name) for name in taken}) == len(filenames)
    assert all(0 < len(name.encode()) <= 200 and not set(name) & set('/\\:*?"<>|\0') for name in taken)
