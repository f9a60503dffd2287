"""Where the disk fails an answer goes on in memory: not a byte of it is lost, and none is there twice."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import cast

import pytest

from pixyproxy.core.exceptions import OutcomeUnknown, Unavailable
from pixyproxy.data import spool as module
from pixyproxy.data.spool import AnswerAbout, Spool, SpooledAnswer
from tests.data.disks import files_below

ABOUT = AnswerAbout("2026/11/20/01939f2e-answer", "sketch", "sketch-1")
PIECES = [bytes([n]) * 40_000 for n in range(25)]
"""Each another byte, so that one that is missing, doubled or misplaced is seen."""
ANSWER = b"".join(PIECES)


class FailingFile:
    """A file whose disk breaks after so many writes, perhaps within one, and then perhaps for reading too."""

    def __init__(self, file: FileIO, whole_writes: int, error: int, *, can_read: bool = True) -> None:
        self._file = file
        self._left = whole_writes
        self._error = error
        self._can_read = can_read

    def write(self, content: bytes) -> int:
        self._left -= 1
        if self._left < -1:
            raise OSError(self._error, "The disk is broken.")
        return self._file.write(content if self._left >= 0 else content[: len(content) // 3])

    def read(self) -> bytes:
        if not self._can_read:
            raise OSError(self._error, "The disk is broken.")
        return self._file.read()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Spool(tmp_path / "spool").open()
    return tmp_path / "spool"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """What was said of it in the log."""
    with caplog.at_level(logging.ERROR, "pixyproxy.data.spool"):
        yield lambda: [record.getMessage() for record in caplog.records]


async def fill(answer: SpooledAnswer) -> None:
    for piece in PIECES:
        await answer.write(piece)
    await answer.complete()


def is_all_there(answer: SpooledAnswer) -> bool:
    return (answer.read(), answer.size_bytes, answer.is_whole) == (ANSWER, len(ANSWER), True)


async def test_on_a_disk_that_becomes_full(small_disk: Path, told: Callable[[], list[str]]) -> None:
    spool = Spool(small_disk)
    answer = spool.begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(small_disk) == []  # what little there is room for is left to others
    [line] = told()
    assert f"OSError {errno.ENOSPC}" in line
    answer.discard()


async def test_on_a_disk_that_is_full_already(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 65_536)
    answer = Spool(small_disk).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(small_disk) == ["filler"]


@pytest.mark.usefixtures("short_files")
async def test_where_no_file_may_become_as_long(folder: Path) -> None:
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(folder) == []


async def test_where_the_folder_is_gone(folder: Path) -> None:
    spool = Spool(folder)
    shutil.rmtree(folder)
    answer = spool.begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    answer.discard()


@pytest.mark.parametrize("whole_writes", range(8))
async def test_where_a_write_fails(
    folder: Path, told: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, whole_writes: int
) -> None:
    create = SpooledAnswer._create

    def created(answer: SpooledAnswer) -> FileIO:
        answer._file = cast("FileIO", FailingFile(create(answer), whole_writes, errno.EIO))
        return answer._file

    monkeypatch.setattr(SpooledAnswer, "_create", created)
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert len(told()) <= 1
    answer.discard()
    assert files_below(folder) == []


async def test_where_the_flush_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []

    def fail(handle: int) -> None:
        flushed.append(handle)
        raise OSError(errno.EIO, "The disk is broken.")

    monkeypatch.setattr(os, "fsync", fail)
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(folder) == []
    assert len(flushed) == 1  # a second one might pass, and mean nothing


async def test_where_the_whole_answer_cannot_be_given_its_name(folder: Path) -> None:
    (folder / "01939f2e-answer.answer").mkdir()
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(folder) == []


async def test_where_the_name_cannot_be_flushed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "The disk is broken.")

    monkeypatch.setattr(module, "flush_folder", fail)
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    assert is_all_there(answer)
    assert files_below(folder) == []


@pytest.mark.parametrize("whole_writes", [1, 3])
async def test_where_not_even_what_was_written_can_be_read_again_its_outcome_is_unknown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, whole_writes: int
) -> None:
    create = SpooledAnswer._create

    def created(answer: SpooledAnswer) -> FileIO:
        file = FailingFile(create(answer), whole_writes, errno.EIO, can_read=False)
        answer._file = cast("FileIO", file)
        return answer._file

    monkeypatch.setattr(SpooledAnswer, "_create", created)
    answer = Spool(folder).begin(ABOUT)
    with pytest.raises(OutcomeUnknown):
        await fill(answer)
    assert not answer.is_whole
    answer.discard()


async def test_what_cannot_be_read_is_unavailable_until_it_can(folder: Path) -> None:
    answer = Spool(folder).begin(ABOUT)
    await fill(answer)
    file = cast("FileIO", answer._file)
    answer._file = cast("FileIO", FailingFile(file, 0, errno.EIO, can_read=False))
    with pytest.raises(Unavailable) as raised:
        answer.read()
    assert raised.value.retry_after_s
    answer._file = file
    assert is_all_there(answer)
    answer.discard()


async def test_an_answer_is_on_the_disk_unless_that_has_failed_it(folder: Path) -> None:
    spool = Spool(folder)
    kept = spool.begin(ABOUT)
    await fill(kept)
    assert kept.is_on_disk
    kept.discard()
    cut_off = spool.begin(ABOUT)
    await cut_off.write(b"a few bytes, and no more")
    assert not cut_off.is_on_disk
    cut_off.discard()
    shutil.rmtree(folder)
    failed = spool.begin(ABOUT)
    await fill(failed)
    assert (failed.is_whole, failed.is_on_disk) == (True, False)
    failed.discard()
