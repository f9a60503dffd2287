"""Renderers that tests can get at: real ones, and some that behave badly."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from pixyproxy.service.variants.messages import Header, RenderJob
from pixyproxy.service.variants.process import COMMAND, Pieces, RendererProcess
from pixyproxy.service.variants.workshop import Workshop
from tests.service.variants.gallery import encoded, job_for

DIES_OVER_IT = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(4); sys.exit(1)")
CANNOT_START = ("/nowhere/at/all",)


class WatchedWorkshop(Workshop):
    """Counts what it is asked for, and knows the renderers it has started."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        most: int = 2,
        job_limit_s: float = 20.0,
        idle_s: float = 60.0,
    ) -> None:
        super().__init__(most=most, job_limit_s=job_limit_s, idle_s=idle_s, start=self._started)
        self.command = command
        self.started: list[RendererProcess] = []
        self.asked = 0

    async def ask(self, header: Header, body: Pieces) -> tuple[Header, Pieces]:
        self.asked += 1
        return await super().ask(header, body)

    async def _started(self) -> RendererProcess:
        self.started.append(await RendererProcess.started(self.command))
        return self.started[-1]


@asynccontextmanager
async def open_workshop(
    command: Sequence[str] = COMMAND, *, most: int = 2, job_limit_s: float = 20.0, idle_s: float = 60.0
) -> AsyncIterator[WatchedWorkshop]:
    workshop = WatchedWorkshop(command, most=most, job_limit_s=job_limit_s, idle_s=idle_s)
    try:
        yield workshop
    finally:
        await workshop.close()


def question(kind: str = "webp") -> tuple[Header, Pieces]:
    content = encoded("png")
    return asked(content, job_for(content, kind=kind))


def asked(content: bytes, job: RenderJob) -> tuple[Header, Pieces]:
    return job.header(len(content)), [content]


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def is_running(pid: int) -> bool:
    """Also when it waits to be reaped, it does not."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return facts.rpartition(")")[2].split()[0] != "Z"
