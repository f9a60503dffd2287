"""The order of system calls that makes an answer last through a power cut, as the kernel saw it."""

import pytest

from tests.data.tracing import assert_in_order, calls_of

SCRIPT = """
import asyncio, sys
from pathlib import Path
from pixyproxy.data.spool import AnswerAbout, Spool

async def main():
    spool = Spool(Path(sys.argv[1]) / "data" / "spool")
    spool.open()
    answer = spool.begin(AnswerAbout("2026/11/20/the-name", "sketch", "sketch"))
    for _ in range(3):
        await answer.write(b"x" * 150_000)
    await answer.complete()
    assert len(answer.read()) == 450_000
    answer.discard()

asyncio.run(main())
"""
PART, WHOLE = "data/spool/the-name.part", "data/spool/the-name.answer"


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one answer asked of the kernel, from the making of the folder to its end."""
    return calls_of(SCRIPT, tmp_path_factory.mktemp("traced"))


def test_an_answer_is_flushed_before_it_is_called_whole_and_its_name_before_anybody_relies_on_it(
    calls: list[str],
) -> None:
    assert_in_order(calls, f"open {PART} new", f"fsync {PART}", f"rename {PART} {WHOLE}", "fsync data/spool")
    assert f"write {PART}" not in calls[calls.index(f"fsync {PART}") :]


def test_an_answer_is_written_as_it_comes(calls: list[str]) -> None:
    assert calls[: calls.index(f"fsync {PART}")].count(f"write {PART}") >= 4  # what it is about, three chunks


def test_an_answer_is_removed_while_its_lock_is_held(calls: list[str]) -> None:
    assert_in_order(calls, f"unlink {WHOLE}", f"close {PART}")


def test_the_folder_itself_is_flushed_into_the_one_it_lies_in(calls: list[str]) -> None:
    assert_in_order(calls, "mkdir data", "fsync .", "mkdir data/spool", "fsync data")
