"""How far a move has come: written as a whole, held by one, read by the next."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data.move_journal import MoveState, opened_journal
from tests.data.disks import mounted

PLACES = ("/old", "s3://bucket/new")
STATE = MoveState(
    passes=2,
    past_key="2026/11/21/\udc80.png",
    under_way=("a", "b"),
    doubted=("c",),
    unconfirmed={"d": "0f" * 32},
    wrong={"e": "cannot be read"},
    objects=3,
    size_bytes=4,
    copied=1,
)
HOLD = """
import sys, time
from pathlib import Path
from pixyproxy.data.move_journal import opened_journal
with opened_journal(Path(sys.argv[1]), ("/old", "s3://bucket/new")):
    print("held", flush=True)
    time.sleep(60)
"""


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / "data" / "moves"


async def test_what_was_written_the_next_one_reads(tmp_path: Path) -> None:
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        assert journal.load() == MoveState()
        await journal.write(STATE)
        await journal.write(replace(STATE, is_over=True))
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        assert journal.load() == replace(STATE, is_over=True)
    assert len(list(folder_of(tmp_path).iterdir())) == 2  # itself and its lock


async def test_another_pair_of_places_has_a_journal_of_its_own(tmp_path: Path) -> None:
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        await journal.write(STATE)
        with opened_journal(folder_of(tmp_path), PLACES[::-1]) as other:
            assert other.load() == MoveState()


def test_a_second_one_of_the_same_pair_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(folder_of(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(CannotStart, match="Another move from /old to s3://bucket/new is under way"),
            opened_journal(folder_of(tmp_path), PLACES),
        ):
            pass
        holder.send_signal(signal.SIGKILL)
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        assert journal.load() == MoveState()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"state": 1}', '{"state": {"passes": "x"}}', '{"state": {"y": 1}}']
)
async def test_a_journal_that_somebody_else_wrote_is_not_believed(tmp_path: Path, text: str) -> None:
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        await journal.write(STATE)
        [file] = folder_of(tmp_path).glob("*.json")
        file.write_text(text)
        with pytest.raises(CannotStart, match="is none of ours"):
            journal.load()


async def test_a_write_that_finds_no_room_leaves_the_one_before(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=64k") as disk, opened_journal(disk, PLACES) as journal:
        await journal.write(STATE)
        with pytest.raises(CannotStart, match="No space left on device"):
            await journal.write(replace(STATE, under_way=tuple(str(n) for n in range(50_000))))
        assert journal.load() == STATE
        assert len(list(disk.iterdir())) == 2


def test_where_no_journal_can_be_written_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CannotStart, match="cannot be written: "),
        opened_journal(tmp_path / "file", PLACES),
    ):
        pass


async def test_a_write_is_flushed_before_it_takes_its_place_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(handle: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    def noted_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    with opened_journal(folder_of(tmp_path), PLACES) as journal:
        done.clear()
        await journal.write(STATE)
    flushed, renamed, folder = done
    assert (".part" in flushed, renamed, folder) == (True, "rename", str(folder_of(tmp_path)))


def test_a_pass_that_was_cut_off_is_taken_up_and_doubts_what_was_under_way() -> None:
    assert not MoveState().is_cut_off
    assert not replace(STATE, is_over=True).is_cut_off
    assert STATE.is_cut_off
    assert STATE.taken_up() == replace(STATE, under_way=(), doubted=("a", "b", "c"))


def test_the_next_pass_begins_anew_and_doubts_what_was_wrong() -> None:
    assert replace(STATE, is_over=True).next_pass() == MoveState(passes=3, doubted=("e",))
