"""strace beside a running process: its system calls counted, killed at, or made to fail."""

import asyncio
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tools.mysql_process import LAUNCHER

STRACE = shutil.which("strace")
_ATTACH_SECONDS = 20


@asynccontextmanager
async def injecting(process: int, call: str, what: str, number: int) -> AsyncIterator[None]:
    """From the `number`th of these calls in one of its threads: `signal=SIGKILL`, or `error=EIO`."""
    async with _strace(process, f"inject={call}:{what}:when={number}", Path("/dev/null")):
        yield


@asynccontextmanager
async def counting(process: int, calls: str, log: Path) -> AsyncIterator[Counter[str]]:
    """How often each was made, by the thread that made it most often; known when it is left."""
    counted: Counter[str] = Counter()
    async with _strace(process, f"trace={calls}", log):
        yield counted
    written = await asyncio.to_thread(log.read_text, errors="replace")
    by_thread = Counter(re.findall(r"^(\d+) +(\w+)\(", written, re.MULTILINE))
    for (_, call), count in by_thread.items():
        counted[call] = max(counted[call], count)


@asynccontextmanager
async def _strace(process: int, expression: str, log: Path) -> AsyncIterator[None]:
    launcher = (sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()))  # so that it ends with us
    words = (STRACE or "strace", "-f", "-o", str(log), "-e", expression, "-p", str(process))
    tracing = await asyncio.create_subprocess_exec(
        *launcher, *words, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert tracing.stderr is not None
    try:
        async with asyncio.timeout(_ATTACH_SECONDS):
            while b"attached" not in (said := await tracing.stderr.readline()):
                if not said:
                    raise RuntimeError("strace may not trace here.")
        reading = asyncio.create_task(tracing.stderr.read())
        yield
        await _let_go(tracing)
        await reading
    finally:
        with suppress(ProcessLookupError):
            tracing.kill()
        await tracing.wait()


async def _let_go(tracing: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        tracing.terminate()
    await tracing.wait()
