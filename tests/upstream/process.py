"""The stand-in as a child process, and the handle a test drives it by."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from os import getpid
from pathlib import Path
from typing import Any

import httpx2

from .ledger import Call, call_from
from .scenarios import Scenario

CHECKOUT = Path(__file__).parents[2]
LONGEST_WAIT_SECONDS = 10


class RunningUpstream:
    """Each method is one short request, blocking: harmless in an async test, for it is another process."""

    def __init__(self, process: subprocess.Popen[str], base_url: str) -> None:
        self.base_url = base_url
        """For an OpenAI client; ends in /v1."""
        self.root_url = base_url.removesuffix("/v1")
        self.port = int(self.root_url.rpartition(":")[2])
        self.process = process
        self._control = httpx2.Client(base_url=self.root_url, trust_env=False, timeout=60)

    def answer_with(self, *scenarios: Scenario | str) -> None:
        """Each serves one call, the last all further ones; one alone serves until told otherwise."""
        named = [Scenario(each) if isinstance(each, str) else each for each in scenarios]
        self._ask("POST", "/control", {"scenarios": [asdict(each) for each in named]})

    def ledger(self) -> list[Call]:
        """Every call since the start or the last reset, in the order they came."""
        return [call_from(each) for each in self._ask("GET", "/control/ledger")]

    def abandoned(self) -> list[str]:
        """The ids of calls whose client left before the answer was out."""
        ids: list[str] = self._ask("GET", "/control/abandoned")
        return ids

    def reset(self) -> None:
        """An empty ledger, and the scenario it was started with."""
        self._ask("POST", "/control/reset")

    def kill(self) -> None:
        """As by a power cut; a ledger file stays."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self._control.close()

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        response = self._control.request(method, path, json=content)
        response.raise_for_status()
        return response.json()


@contextmanager
def running_upstream(
    *,
    picture_bytes: int = 50_000,
    delay_seconds: float = 0.0,
    unique: bool = False,
    ledger: Path | None = None,
    port: int = 0,
) -> Iterator[RunningUpstream]:
    """Start a stand-in and end it; it ends by itself should this process be killed."""
    options = {
        "--port": port,
        "--picture-bytes": picture_bytes,
        "--delay": delay_seconds,
        "--ledger": ledger and ledger.absolute(),
        "--parent": getpid(),
    }
    words = [f"{name}={value}" for name, value in options.items() if value is not None]
    command = [sys.executable, "-m", "tests.upstream", *words, *(["--unique"] if unique else [])]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            upstream = RunningUpstream(process, _wait_until_ready(process))
            with closing(upstream):
                yield upstream
        finally:
            _end(process)


def _wait_until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    word, _, base_url = process.stdout.readline().strip().partition(" ")
    if word != "ready":
        raise RuntimeError("The stand-in for OpenAI did not start; see its stderr.")
    return base_url


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(LONGEST_WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
