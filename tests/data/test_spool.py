"""Answers that are paid for: kept as they come, taken up from a process that is gone, and then discarded."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import StorageFull, Unavailable
from pixyproxy.data.spool import AnswerAbout, Spool, SpooledAnswer
from tests.data.disks import files_below

ABOUT = AnswerAbout("2026/11/20/01939f2e-answer", "sketch", "sketch-1", "req_7")
CHUNK = b"0123456789abcdef" * 4096
END = b"the end, which stays in the buffer until the answer is complete"
ANSWER = CHUNK * 20 + END
"""A good deal more than the buffer."""

WORKER = f"""
import asyncio, sys, time
from pathlib import Path
from pixyproxy.data.spool import AnswerAbout, Spool

async def main(folder, key, how):
    answer = Spool(Path(folder)).begin(AnswerAbout(key, "sketch", "sketch-1"))
    for _ in range(20):
        await answer.write(b"0123456789abcdef" * 4096)
    await answer.write({END!r})
    if how == "whole":
        await answer.complete()
    print("written", flush=True)
    time.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    spool = Spool(folder)
    spool.open()
    return spool


async def written(spool: Spool, about: AnswerAbout = ABOUT, content: bytes = ANSWER) -> SpooledAnswer:
    """An answer of which everything has come, in pieces, and that is not complete yet."""
    answer = spool.begin(about)
    for at in range(0, len(content), len(CHUNK)):
        await answer.write(content[at : at + len(CHUNK)])
    return answer


@contextmanager
def worker(folder: Path, how: str, key: str = ABOUT.storage_key) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written an answer, and lives until it is killed."""
    command = [sys.executable, "-c", WORKER, str(folder), key, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "written\n"
            yield process
        finally:
            process.kill()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes_below(folder: Path) -> list[int]:
    return [mode_of(path) for path in folder.iterdir()]


@pytest.mark.parametrize("content", [b"", b"x", b"\n", CHUNK, ANSWER, b'{"storage_key": "another"}\n' * 9000])
async def test_what_was_written_is_read_back_byte_for_byte(spool: Spool, content: bytes) -> None:
    answer = await written(spool, content=content)
    assert answer.read() == content
    await answer.complete()
    assert (answer.read(), answer.size_bytes, answer.is_whole) == (content, len(content), True)
    answer.close()
    found = spool.find(ABOUT.storage_key)
    assert found is not None
    assert (found.read(), found.size_bytes, found.is_whole) == (content, len(content), True)
    assert found.about == ABOUT
    found.discard()


async def test_large_pieces_are_written_as_they_are(spool: Spool) -> None:
    answer = spool.begin(ABOUT)
    for _ in range(3):
        await answer.write(ANSWER)
    await answer.complete()
    assert answer.read() == ANSWER * 3
    answer.discard()


async def test_the_first_line_names_the_attempt_and_who_can_read_the_rest(spool: Spool, folder: Path) -> None:
    answer = await written(spool)
    await answer.complete()
    head, _, body = (folder / "01939f2e-answer.answer").read_bytes().partition(b"\n")
    assert json.loads(head) == {
        "storage_key": "2026/11/20/01939f2e-answer",
        "generator": "sketch",
        "model": "sketch-1",
        "provider_request_id": "req_7",
    }
    assert body == ANSWER
    answer.discard()


async def test_nobody_but_the_owner_reads_what_lies_in_the_spool(spool: Spool, folder: Path) -> None:
    before = os.umask(0)
    try:
        another = Spool(folder.with_name("another"))
        another.open()
        answer = await written(spool)
        assert modes_below(folder) == [0o600]
        await answer.complete()
    finally:
        os.umask(before)
    assert modes_below(folder) == [0o600]
    assert mode_of(folder) == mode_of(folder.with_name("another")) == 0o700
    answer.discard()


def test_a_folder_that_is_there_is_opened_as_it_is(spool: Spool, folder: Path) -> None:
    folder.chmod(0o750)
    spool.open()
    assert mode_of(folder) == 0o750


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        Spool(tmp_path / "data" / "spool").open()


async def test_an_answer_is_whole_only_when_it_is_complete(spool: Spool, folder: Path) -> None:
    answer = await written(spool)
    assert files_below(folder) == ["01939f2e-answer.part"]
    assert not answer.is_whole
    await answer.complete()
    assert files_below(folder) == ["01939f2e-answer.answer"]
    answer.discard()
    assert files_below(folder) == []


async def test_discarding_twice_or_what_was_never_written_is_no_error(spool: Spool, folder: Path) -> None:
    spool.begin(ABOUT).discard()
    answer = await written(spool)
    answer.discard()
    answer.discard()
    assert files_below(folder) == []


async def test_nobody_takes_what_is_being_worked_on(spool: Spool) -> None:
    answer = await written(spool)
    assert spool.find(ABOUT.storage_key) is None
    assert list(spool.abandoned()) == []
    await answer.complete()
    assert spool.find(ABOUT.storage_key) is None
    assert list(spool.abandoned()) == []
    answer.close()
    found = spool.find(ABOUT.storage_key)
    assert found is not None
    assert spool.find(ABOUT.storage_key) is None
    found.discard()
    assert spool.find(ABOUT.storage_key) is None


@pytest.mark.parametrize("how", ["whole", "part"])
def test_what_another_process_works_on_is_taken_when_that_is_killed_and_not_before(
    spool: Spool, folder: Path, how: str
) -> None:
    with worker(folder, how) as process:
        assert spool.find(ABOUT.storage_key) is None
        assert list(spool.abandoned()) == []
        process.kill()
        process.wait()
        found = spool.find(ABOUT.storage_key)
        assert found is not None
        assert found.is_whole is (how == "whole")
        assert found.about.storage_key == ABOUT.storage_key
        assert ANSWER.startswith(found.read())
        assert (found.read() == ANSWER) is found.is_whole
        assert len(found.read()) == found.size_bytes > len(CHUNK)
        found.discard()
    assert files_below(folder) == []


def test_of_what_killed_processes_left_all_is_found_the_oldest_first(spool: Spool, folder: Path) -> None:
    with (
        worker(folder, "whole", "a/0003"),
        worker(folder, "part", "b/0001"),
        worker(folder, "whole", "c/0002") as living,
    ):
        living_only = list(spool.abandoned())
        assert living_only == []
    assert living.returncode
    left = list(spool.abandoned())
    assert [(each.about.storage_key, each.is_whole) for each in left] == [
        ("b/0001", False),
        ("c/0002", True),
        ("a/0003", True),
    ]
    assert list(spool.abandoned()) == []  # they are held
    for each in left:
        each.close()
    for each in spool.abandoned():
        each.discard()
    assert files_below(folder) == []


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"[]\n", b"null\n", b"7\n", b"\xff\n", b'{"storage_key": "a"}\n'),
        b'{"storage_key": "2026/11/20/01939f2e-answer", "gener',
        b'{"colour": "red", "storage_key": "a", "generator": "b", "model": "c"}\n',
    ],
)
@pytest.mark.parametrize("suffix", ["part", "answer"])
def test_a_file_cut_within_its_first_line_or_without_one_is_passed_over(
    spool: Spool, folder: Path, text: bytes, suffix: str
) -> None:
    (folder / f"01939f2e-answer.{suffix}").write_bytes(text)
    assert spool.find(ABOUT.storage_key) is None
    assert list(spool.abandoned()) == []


async def test_what_cannot_be_opened_does_not_hide_the_others(spool: Spool, folder: Path) -> None:
    (folder / "0000.part").mkdir()
    (await written(spool)).close()
    [found] = spool.abandoned()
    assert found.about == ABOUT
    found.discard()


async def test_a_check_writes_and_leaves_nothing_behind(spool: Spool, folder: Path) -> None:
    await spool.check()
    assert files_below(folder) == []


async def test_a_check_of_a_folder_that_is_not_there_is_unavailable(folder: Path) -> None:
    with pytest.raises(Unavailable):
        await Spool(folder).check()


async def test_a_check_on_a_full_disk_says_so(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 65_536)
    with pytest.raises(StorageFull):
        await Spool(small_disk).check()
    assert files_below(small_disk) == ["filler"]


def test_a_file_that_is_none_of_ours_is_left_alone(spool: Spool, folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    assert list(spool.abandoned()) == []
    assert spool.files() == []
    assert files_below(folder) == ["notes.txt"]


def test_where_there_is_no_folder_there_is_nothing_to_find(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "nowhere")
    assert spool.find(ABOUT.storage_key) is None
    assert (list(spool.abandoned()), spool.files(), spool.count_waiting()) == ([], [], 0)
    assert spool.space() is not None


async def test_only_whole_answers_that_have_been_here_for_a_while_are_waiting(
    spool: Spool, folder: Path
) -> None:
    answers = [await written(spool, AnswerAbout(f"a/{n}", "sketch", "sketch-1")) for n in range(3)]
    await answers[0].complete()
    await answers[1].complete()
    assert spool.count_waiting() == 0
    for name in ("0.answer", "2.part"):
        os.utime(folder / name, (1e9, 1e9))
    assert spool.count_waiting() == 1
    for answer in answers:
        answer.discard()


def test_its_room_is_that_of_the_disk_it_lies_on(small_disk: Path) -> None:
    space = Spool(small_disk / "not" / "there" / "yet").space()
    assert space is not None
    assert (space.total_bytes, space.free_bytes) == (65_536, 65_536)
    (small_disk / "file").write_bytes(b"x" * 8192)
    space = Spool(small_disk).space()
    assert space is not None
    assert space.free_bytes == 65_536 - 8192
