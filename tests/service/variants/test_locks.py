import asyncio
import fcntl
import sys
import threading
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import IO, Any

import pytest

from pixyproxy.service.variants.locks import Locks

HOLDER = """
import asyncio, sys
from pathlib import Path
from pixyproxy.service.variants.locks import Locks

async def main() -> None:
    async with Locks(Path(sys.argv[1])).held("copy", "one"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def take(locks: Locks, name: str = "one") -> None:
    async with asyncio.timeout(0.05), locks.held("copy", name):
        pass


async def test_only_one_holds_it(tmp_path: Path) -> None:
    async with Locks(tmp_path / "locks").held("copy", "one"):
        with pytest.raises(TimeoutError):
            await take(Locks(tmp_path / "locks"))
        await take(Locks(tmp_path / "locks"), "another")
    await take(Locks(tmp_path / "locks"))


async def test_one_after_another(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    holding = most = 0

    async def hold() -> None:
        nonlocal holding, most
        async with locks.held("copy", "one"):
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0.005)
            holding -= 1

    await asyncio.gather(*(hold() for _ in range(10)))
    assert most == 1


async def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, tmp_path, stdout=PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(TimeoutError):
        await take(Locks(tmp_path))
    holder.kill()
    await holder.wait()
    await take(Locks(tmp_path))


async def test_there_are_few_files_for_all_names(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    for number in range(300):
        async with locks.held("copy", str(number)):
            pass
    assert len(names_in(tmp_path)) == 64


async def test_no_file_is_touched_on_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that hangs would hold it."""
    here, opened = threading.get_ident(), Path.open
    elsewhere: list[str] = []

    def open_(path: Path, mode: str) -> IO[Any]:
        assert threading.get_ident() != here
        elsewhere.append("open")
        return opened(path, mode)

    def flock(handle: int, kind: int) -> None:
        assert threading.get_ident() != here
        elsewhere.append("flock")
        lock(handle, kind)

    lock = fcntl.flock
    monkeypatch.setattr(Path, "open", open_)
    monkeypatch.setattr(fcntl, "flock", flock)
    await take(Locks(tmp_path))
    assert elsewhere == ["open", "flock"]
