"""The service as it is run: processes of its own, killed, frozen, ended and started again by us."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.live.service import PIXYPROXY, clean_environment
from tools.mysql_process import LAUNCHER, free_port

START_SECONDS, END_SECONDS = 60, 120
_WHOLE = ".answer"


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a replica's processes, and which answers lay whole in its spool at that moment."""

    replica: int
    after: float
    at: float
    """It died between these, in seconds since 1970."""
    whole: frozenset[str]


class Replica:
    """One replica: a main process and its worker, in a process group of their own."""

    def __init__(self, number: int, folder: Path, data: Path, environment: Mapping[str, str]) -> None:
        self.number = number
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data / f"replica-{number}"
        self.log = folder / f"replica-{number}.log"
        self.deaths: list[Death] = []
        own = {"PIXYPROXY_DATA_DIR": str(self.data_dir), "PIXYPROXY_PORT": str(self.port)}
        self.environment = clean_environment() | own | dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def spool(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return sorted((self.data_dir / "spool").iterdir())
        return []

    def launch(self) -> None:
        """It does not outlive us: the kernel is asked to end it when we end."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), PIXYPROXY, "serve"),
                cwd=self.log.parent,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def start(self) -> None:
        """Start, and return when it answers."""
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        async with httpx2.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
            while not await _lives(client):
                if not self.is_running or time.monotonic() > deadline:
                    raise RuntimeError(f"Replica {self.number} does not start:\n{self.end_of_log()}")
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL for all of its processes at once."""
        if self._process is None:
            return
        after = time.time()
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        whole = frozenset(path.stem for path in self.spool() if path.suffix == _WHOLE)
        self.deaths.append(Death(self.number, after, time.time(), whole))

    def signal(self, number: signal.Signals) -> None:
        """For all of its processes."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def terminate(self) -> None:
        """As `kill` and Docker do it: SIGTERM for the main process."""
        if self._process is not None:
            self._process.terminate()

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        deadline = time.monotonic() + END_SECONDS
        while self._process is not None and self._process.poll() is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Replica {self.number} does not end:\n{self.end_of_log()}")
            await asyncio.sleep(0.02)
        code = self._process.returncode if self._process is not None else 0
        self._process = None
        return code

    def worker(self) -> int:
        """The process that answers."""
        assert self._process is not None
        main = self._process.pid
        for child in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            command = Path(f"/proc/{child}/cmdline").read_bytes()  # of one that is dead it is empty
            if command and b"resource_tracker" not in command:
                return int(child)
        raise RuntimeError(f"Replica {self.number} has no worker:\n{self.end_of_log()}")

    def worker_lives(self) -> bool:
        with suppress(OSError, RuntimeError):
            return self.is_running and self.worker() > 0
        return False

    def end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-2500:]


async def _lives(client: httpx2.AsyncClient) -> bool:
    with suppress(httpx2.TransportError):
        return (await client.get("/health/live")).is_success
    return False
