"""One Swift of ours: four processes, their folder, their ports, their life and their certain death."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import httpx2

from tools.folders import locked
from tools.mysql_process import LAUNCHER, free_port
from tools.s3_address import S3Address, create_bucket
from tools.s3_configuration import ACCOUNT, REGION, USER, Front, configure
from tools.ways import WayClosedError

_PARTS = ("account", "container", "object", "proxy")
_PREFIX = "pixyproxy-s3-"


class Swift:
    """Used in a `with`: it starts with an empty bucket, and in the end it is gone, data and all."""

    is_ours = True

    def __init__(self, programs: Path, folder: Path, listed_at_once: int = 1000) -> None:
        secret = secrets.token_hex(8)
        ports = {name: free_port() for name in _PARTS}
        self._programs = programs
        self._folder = folder
        self._ports = ports.values()
        self.address = S3Address(
            f"http://127.0.0.1:{ports['proxy']}", "pixyproxy", f"{ACCOUNT}:{USER}", secret, REGION
        )
        configure(folder, programs / "python", ports, Front(secret, listed_at_once))
        # The kernel's "parent" is the thread that forked, so that thread has to live as long as they may.
        self._parent = ThreadPoolExecutor(max_workers=1, thread_name_prefix="swift-parent")
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self.start()
            create_bucket(self.address)
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
        self._processes = self._parent.submit(lambda: [self._launch(name) for name in _PARTS]).result()
        deadline = time.monotonic() + 60
        while not self._answers():
            self._check_that_all_run(late=time.monotonic() > deadline)
            time.sleep(0.05)
        self._check_that_all_run()  # it may be another one that answers at our port

    def kill(self) -> None:
        """SIGKILL: they go down as in a power cut, only the kernel's buffers survive."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def stop(self) -> None:
        """SIGTERM, to one after the other: the one in front first."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _launch(self, name: str) -> subprocess.Popen[bytes]:
        launcher = (sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()))
        server = (f"{self._programs}/python", f"{self._programs}/swift-{name}-server")
        with self._log(name).open("ab") as log:
            return subprocess.Popen(
                (*launcher, *server, f"{self._folder}/etc/{name}-server.conf"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for us; we end them
            )

    def _answers(self) -> bool:
        with suppress(OSError, httpx2.HTTPError):
            for port in self._ports:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            healthy = httpx2.get(f"{self.address.endpoint}/healthcheck", timeout=1, trust_env=False)
            return healthy.text == "OK"
        return False

    def _check_that_all_run(self, *, late: bool = False) -> None:
        for name, process in zip(_PARTS, self._processes, strict=True):
            ended = process.poll()
            if late or ended is not None:
                tail = "\n    ".join(self._log(name).read_text(errors="replace").splitlines()[-12:])
                state = "does not answer" if ended is None else f"ended with {ended}"
                raise WayClosedError(f"swift's {name} server {state}; the end of its log:\n    {tail}")

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


@contextmanager
def running_swift(programs: Path, listed_at_once: int) -> Iterator[Swift]:
    with private_folder() as folder, Swift(programs, folder, listed_at_once) as server:
        yield server


@contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder, locked while we live. Whoever was killed left one unlocked: those are removed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), locked(left, wait=False):
            shutil.rmtree(left)
    new = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))
    with locked(new):
        folder = new.rename(new.with_name(new.name.removeprefix("new-")))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
