"""A renderer is quick to start, knows nothing, is limited, and never outlives the one it works for."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest
import pyvips

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.service.pictures import examine
from pixyproxy.service.variants.messages import Refusal
from pixyproxy.service.variants.process import RendererProcess
from pixyproxy.service.variants.renderer import MOST_MEMORY_BYTES
from tests.service.variants.gallery import encoded, job_for, written
from tests.service.variants.renderers import asked, is_running, question, until

PARENT = """
import asyncio, os, signal, sys
from pixyproxy.service.variants.process import RendererProcess

async def main() -> None:
    renderer = await RendererProcess.started()
    await renderer.ask({"job": "render", "size_bytes": 0, "sha256": "", "shape": [1, 1, False],
                        "turned_shape": [1, 1, False], "format": "png", "quality": None}, [])
    if sys.argv[1] == "at work":
        os.kill(renderer.pid, signal.SIGSTOP)
    print(renderer.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def told(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def opened_by(pid: int) -> list[str]:
    return [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]


@pytest.fixture
async def renderer() -> AsyncIterator[RendererProcess]:
    renderer = await RendererProcess.started()
    await renderer.ask(*question())
    yield renderer
    await renderer.end()


async def test_it_answers_one_question_after_another(renderer: RendererProcess) -> None:
    for kind in ("webp", "png", "avif", "jpeg"):
        facts, pieces = await renderer.ask(*question(kind))
        found = examine(b"".join(pieces))
        assert (found.media_type, found.sha256) == (facts["media_type"], facts["sha256"])


async def test_it_refuses_what_is_no_picture_and_goes_on(renderer: RendererProcess) -> None:
    answer, pieces = await renderer.ask(*asked(b"a cat", job_for(b"a cat")))
    assert (answer["refusal"], pieces) == (Refusal.UNREADABLE, [])
    other = asked(encoded("png", seed=2), job_for(encoded("png")))
    assert (await renderer.ask(*other))[0]["refusal"] == Refusal.CHANGED
    assert "refusal" not in (await renderer.ask(*question()))[0]


async def test_it_begins_to_work_soon() -> None:
    started = perf_counter()
    renderer = await RendererProcess.started()
    await renderer.ask(*question())
    assert perf_counter() - started < 3  # 75 ms on a machine with nothing else to do
    await renderer.end()


async def test_it_loads_no_framework() -> None:
    code = (
        "import sys, pixyproxy.service.variants.renderer;"
        "heavy = {'pydantic', 'asyncio', 'fastapi', 'obstore', 'openai', 'sqlite3'};"
        "print(heavy & set(sys.modules))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"set()\n"


async def test_it_is_polite_and_limited(renderer: RendererProcess) -> None:
    assert os.getpriority(os.PRIO_PROCESS, renderer.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
    assert resource.prlimit(renderer.pid, resource.RLIMIT_AS) == (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES)
    assert os.getsid(renderer.pid) != os.getsid(0)


async def test_it_is_not_told_what_the_service_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("PIXYPROXY_DATABASE_URL", "mysql://somebody:secret@somewhere/")
    renderer = await RendererProcess.started()
    await renderer.ask(*question())
    environment = told(renderer.pid)
    await renderer.end()
    assert b"PATH=" in environment
    assert b"secret" not in environment


async def test_no_file_of_the_service_is_open_in_it(renderer: RendererProcess) -> None:
    handles = opened_by(renderer.pid)
    assert len([each for each in handles if each.startswith("pipe:")]) >= 2
    assert not [each for each in handles if each.startswith("socket:") or ".db" in each]


async def test_it_ends_at_the_end_of_its_input() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pixyproxy.service.variants.renderer", stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(b"")
    assert process.returncode == 0


async def test_a_signal_to_all_does_not_end_it_while_its_parent_works(renderer: RendererProcess) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(renderer.pid, each)
    assert "refusal" not in (await renderer.ask(*question()))[0]


@pytest.mark.parametrize("state", ["idle", "at work"])
async def test_it_dies_with_the_process_it_works_for(state: str) -> None:
    """At work it does not look at its input; here it cannot, as it is stopped: the kernel does it."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, state, stdout=asyncio.subprocess.PIPE
    )
    pid, _ = await parent.communicate()
    assert parent.returncode == -signal.SIGKILL
    await until(lambda: not is_running(int(pid)))


async def test_to_end_it_is_to_end_it_at_once_whatever_it_does(renderer: RendererProcess) -> None:
    os.kill(renderer.pid, signal.SIGSTOP)
    await renderer.end()
    assert not is_running(renderer.pid)
    assert not renderer.is_alive
    with pytest.raises(Unavailable):
        await renderer.ask(*question())


async def test_more_memory_than_it_may_have_is_not_the_machine_s_trouble(
    renderer: RendererProcess,
) -> None:
    """It may say that it cannot, or die: nothing else happens."""
    little = 300 * 1024**2
    resource.prlimit(renderer.pid, resource.RLIMIT_AS, (little, little))
    content = written(pyvips.Image.black(4096, 4096), "png")
    try:
        answer, _ = await renderer.ask(*asked(content, job_for(content, 4096, 4096, "avif")))
        assert answer["refusal"] == Refusal.UNREADABLE
    except Unavailable:
        assert not is_running(renderer.pid)
