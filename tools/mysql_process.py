"""One mysqld of ours: its folder, its port, its life and its certain death."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tools.folders import locked, workshop
from tools.mysql_package import HOME
from tools.ways import WayClosedError, run

# Small and quick to start. Durability stays as MySQL has it: every commit is flushed, the binary log is on.
OPTIONS = ("--mysqlx=OFF", "--performance-schema=OFF", "--secure-file-priv=NULL", "--bind-address=127.0.0.1")
AS_ROOT = ("--user=root",) if os.geteuid() == 0 else ()

# Linux hands out ports from 32768 on by itself. Below that, no client that keeps calling while MySQL is down
# can be given MySQL's own port, and so keep it from coming back.
PORTS = range(20000, 32768)

# Asks the kernel to kill mysqld when we die, and becomes mysqld. A preexec_fn could deadlock beside threads.
LAUNCHER = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != int(sys.argv[1]):
        sys.exit("The process that wanted mysqld is gone.")
os.execvp(sys.argv[2], sys.argv[2:])
"""


class Mysqld:
    """A mysqld with data of its own. Used in a `with`: it starts, and in the end it is gone, data and all."""

    is_ours = True

    def __init__(self, command: Sequence[str], folder: Path, extra_args: Sequence[str] = ()) -> None:
        port = free_port()
        self.url = f"mysql://root@127.0.0.1:{port}/"
        self._port = port
        self._log = folder / "mysqld.log"
        # No socket file: its path could be too long. Where an option is given twice the last one counts.
        own = (f"--datadir={folder}/data", f"--tmpdir={folder}", f"--port={port}", "--socket=")
        self._command = (*command, *OPTIONS, *AS_ROOT, *own, *extra_args)
        # The kernel's "parent" is the thread that forked, so that thread has to live as long as mysqld may.
        self._parent = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mysqld-parent")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._parent.shutdown()

    def start(self) -> None:
        """Start, with the data and the port of before, and wait until it answers."""
        self.kill()
        self._process = self._parent.submit(self._launch).result()
        wait_until_it_greets(self._port, self._check_that_it_runs, seconds=60)

    def kill(self) -> None:
        """SIGKILL: it goes down as in a power cut, only the kernel's buffers survive."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """SIGTERM: it finishes what it does and shuts down."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _launch(self) -> subprocess.Popen[bytes]:
        launcher = (sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()))
        with self._log.open("ab") as log:
            return subprocess.Popen(
                (*launcher, *self._command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we end mysqld
            )

    def _check_that_it_runs(self, *, late: bool = False) -> None:
        ended = self._process.poll() if self._process else None
        if late or ended is not None:
            tail = "\n    ".join(self._log.read_text(errors="replace").splitlines()[-12:])
            state = "does not answer" if ended is None else f"ended with {ended}"
            raise WayClosedError(f"mysqld {state}; the end of its log:\n    {tail}")


@contextmanager
def running_mysqld(command: Sequence[str], extra_args: Sequence[str] = ()) -> Iterator[Mysqld]:
    """A mysqld on a fresh copy of an empty data directory; one is kept for each version, to start quickly."""
    template = _template(command, HOME)
    with private_folder() as folder:
        # auto.cnf holds the server's identity: each copy shall find its own.
        shutil.copytree(template, folder / "data", ignore=shutil.ignore_patterns("auto.cnf"))
        with Mysqld(command, folder, extra_args) as server:
            yield server


def _template(command: Sequence[str], home: Path) -> Path:
    """An initialised, empty data directory; made once for each version."""
    version = re.search(r"Ver (\S+)", run(*command, "--version"))
    if not version:
        raise WayClosedError("mysqld does not say its version.")
    template = home / f"data-{version[1]}"
    with locked(home):
        if not template.exists():
            with workshop(home) as work:
                run(*command, *OPTIONS, *AS_ROOT, "--initialize-insecure", f"--datadir={work}/data")
                (work / "data").rename(template)
    return template


@contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder, locked while we live. Whoever was killed left one unlocked: those are removed."""
    for left in Path(tempfile.gettempdir()).glob("pixyproxy-mysql-*"):
        with suppress(OSError), locked(left, wait=False):
            shutil.rmtree(left)
    new = Path(tempfile.mkdtemp(prefix="pixyproxy-new-mysql-"))
    with locked(new):
        folder = new.rename(new.with_name(new.name.replace("-new-", "-")))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_it_greets(port: int, check: Callable[..., None], seconds: float) -> None:
    """Wait for MySQL's greeting. `check` raises if it cannot come any more, and always when it is late."""
    deadline = time.monotonic() + seconds
    while not _greets(port):
        check(late=time.monotonic() > deadline)
        time.sleep(0.05)


def _greets(port: int) -> bool:
    """A MySQL that lets one in says first, after four bytes of length and number, protocol version 10."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        return connection.recv(5)[4:] == b"\x0a"
    return False
