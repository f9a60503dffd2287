import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

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


async def take(locks: Locks, name: str = "one", *, shared: bool = False) -> None:
    async with asyncio.timeout(0.05), locks.held("copy", name, shared=shared):
        pass


async def test_only_one_holds_it(tmp_path: Path) -> None:
    async with Locks(tmp_path / "locks").held("copy", "one"):
        with pytest.raises(TimeoutError):
            await take(Locks(tmp_path / "locks"))
        with pytest.raises(TimeoutError):
            await take(Locks(tmp_path / "locks"), shared=True)
        await take(Locks(tmp_path / "locks"), "another")
    await take(Locks(tmp_path / "locks"))


async def test_many_may_share_it_and_keep_out_who_wants_it_alone(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    async with locks.held("copy", "one", shared=True):
        await take(locks, shared=True)
        with pytest.raises(TimeoutError):
            await take(locks)


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
