"""A server in a process of its own: started, waited for, measured, and gone in the end with its children."""

import http.client
import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

_START_SECONDS, _STOP_SECONDS = 30.0, 15.0
_OPEN_FILES = 8192


class Server:
    """A process that listens on a port of the loopback."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path, started: float) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.pid = process.pid
        self._process = process
        self._log = log
        self._started = started

    def seconds_until_ok(self, path: str) -> float:
        """From the start of the process to the first 200."""
        while _status(self.port, path) != 200:
            if self._process.poll() is not None or time.monotonic() > self._started + _START_SECONDS:
                end = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"A server did not start; the end of what it said:\n{end}")
            time.sleep(0.002)
        return time.monotonic() - self._started

    def pids(self) -> list[int]:
        """The process itself, then all it started."""
        return [self.pid, *_descendants(self.pid)]


@contextmanager
def running(
    command: Sequence[str | Path], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Ctrl-C is for us: the process has a session of its own, and is ended when the `with` ends."""
    with log.open("ab") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            env=dict(environment or {}) | {"PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Server(process, port, log, started)
    finally:
        _end(process)


def make_room_for_connections() -> None:
    """Each is an open file, and many systems begin with 1024 of those. Our children inherit it."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != now < _OPEN_FILES:
        wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def memory_mb(pid: int) -> dict[str, float]:
    """RSS now and at its most, and PSS: what is shared counted by its share."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = {"RSS": _kilobytes("VmRSS", status), "peak RSS": _kilobytes("VmHWM", status)}
    with suppress(OSError):
        found["PSS"] = _kilobytes("Pss", Path(f"/proc/{pid}/smaps_rollup").read_text())
    return {name: kilobytes / 1000 for name, kilobytes in found.items()}


def end_properly(most_seconds: int) -> None:
    """Whatever ends us early, once: every `with` is left, so every process we started is ended."""
    reasons = {
        signal.SIGINT: "interrupted",
        signal.SIGTERM: "ended",
        signal.SIGHUP: "ended",
        signal.SIGALRM: f"took longer than {most_seconds // 60} minutes",
    }

    def leave(number: int, _frame: object) -> NoReturn:
        for each in reasons:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(reasons[signal.Signals(number)])

    for each in reasons:
        signal.signal(each, leave)
    signal.alarm(most_seconds)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = _descendants(process.pid)
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in family:
        # They led no session of their own: one that is still in ours is ours.
        with suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = list(children.get(pid, ()))
    for child in found:
        found += children.get(child, ())
    return found


def _kilobytes(name: str, text: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return float(found[1]) * 1.024 if found else float("nan")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
