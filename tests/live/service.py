"""The real server, started as an operator starts it, as a process that never outlives its `with`."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx2

from tools.mysql_process import free_port

PIXYPROXY = str(Path(sys.executable).with_name("pixyproxy"))
ADMIN_KEY = "the administrator's key"
LONGEST_WAIT_SECONDS = 30

_LINE = re.compile(
    r"[\d-]{10} [\d:]{8},\d{3} INFO (?P<id>\S+-\d{8}T\d{12}-\d+) \[(?P<thread>\d+)\] "
    r"\[(?P<place>\w+:\d+)\] REQUEST (?P<event>START|END)(?: (?P<facts>.*))?"
)


class LogLine(NamedTuple):
    """One of the two lines of a request."""

    request_id: str
    thread: str
    place: str
    event: str
    facts: str | None


class RunningService:
    """Each method is blocking: harmless, for the server is another process."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self._out, self._log = folder / "out", folder / "err"

    def client(self, key: str | None = ADMIN_KEY) -> httpx2.Client:
        headers = {"X-API-Key": key} if key else {}
        return httpx2.Client(
            base_url=self.url, headers=headers, trust_env=False, timeout=LONGEST_WAIT_SECONDS
        )

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_WAIT_SECONDS)

    def printed(self) -> str:
        return self._out.read_text()

    def log(self) -> str:
        return self._log.read_text()

    def request_lines(self, request_id: str | None = None) -> list[LogLine]:
        found = (_LINE.fullmatch(line) for line in self.log().splitlines())
        lines = [LogLine(*match.groups()) for match in found if match]
        return [line for line in lines if request_id in (None, line.request_id)]

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        return self.process.wait(LONGEST_WAIT_SECONDS)


@contextmanager
def running_service(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *options: str,
    admin_key: str | None = ADMIN_KEY,
) -> Iterator[RunningService]:
    """The service on a free port with its data in `folder`, ready to answer."""
    port = free_port()
    given = {"PIXYPROXY_DATA_DIR": str(folder / "data"), "PIXYPROXY_PORT": str(port), **(environment or {})}
    if admin_key is not None:
        given["PIXYPROXY_ADMIN_KEY"] = admin_key
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            [PIXYPROXY, "serve", *options],
            cwd=folder,
            env=clean_environment() | given,
            stdout=out,
            stderr=err,
            text=True,
            start_new_session=True,  # so that its workers end with it, whatever happens
        )
    service = RunningService(process, folder, port)
    try:
        eventually(lambda: _answers(service))
        yield service
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def clean_environment() -> dict[str, str]:
    """What this machine has set, without any setting of ours."""
    ours = ("PIXYPROXY_", "OPENAI_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run_command(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [PIXYPROXY, *words],
        env=clean_environment() | dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_WAIT_SECONDS,
    )


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def _answers(service: RunningService) -> bool:
    assert service.process.poll() is None, service.log()
    with suppress(httpx2.TransportError):
        return httpx2.get(f"{service.url}/docs", trust_env=False).is_success
    return False


def is_listening(service: RunningService) -> bool:
    """Until a connection is refused: one that is reset met a worker on its way out."""
    try:
        service.connect().close()
    except ConnectionError as error:
        return not isinstance(error, ConnectionRefusedError)
    return True
