"""One MySQL in a container."""

import secrets
import subprocess
from collections.abc import Sequence
from typing import Self

from tools.mysql_process import free_port, wait_until_it_greets
from tools.ways import WayClosedError, run

IMAGE = "mysql:8.4"

# A shell outside reads a pipe we hold: at our end, whatever it is, the pipe closes and the container goes.
# With the engine's own --rm it would go at every kill, and its data too.
UNDERTAKER = 'cat; exec "$0" rm --force --volumes "$1" >/dev/null 2>&1'


class Container:
    """Used in a `with`: the container starts, and in the end it is gone, data and all."""

    is_ours = True

    def __init__(self, engine: str, extra_args: Sequence[str] = ()) -> None:
        self._engine = engine
        self._extra_args = extra_args
        self._port = free_port()
        self._name = f"pixyproxy-mysql-{secrets.token_hex(4)}"
        self.url = f"mysql://root@127.0.0.1:{self._port}/"

    def __enter__(self) -> Self:
        undertaker = ("sh", "-c", UNDERTAKER, self._engine, self._name)
        self._undertaker = subprocess.Popen(undertaker, stdin=subprocess.PIPE, start_new_session=True)
        try:
            self._create()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undertaker.communicate()

    def _create(self) -> None:
        settings = ("--env", "MYSQL_ALLOW_EMPTY_PASSWORD=yes", "--publish", f"127.0.0.1:{self._port}:3306")
        run(self._engine, "run", "--detach", "--name", self._name, *settings, IMAGE, *self._extra_args)
        self._wait()

    def start(self) -> None:
        run(self._engine, "start", self._name)
        self._wait()

    def kill(self) -> None:
        run(self._engine, "kill", self._name)
        run(self._engine, "wait", self._name)

    def stop(self) -> None:
        run(self._engine, "stop", self._name)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _wait(self) -> None:
        wait_until_it_greets(self._port, self._check_that_it_runs, seconds=120)

    def _check_that_it_runs(self, *, late: bool = False) -> None:
        running = run(self._engine, "inspect", "--format", "{{.State.Running}}", self._name).strip()
        if late or running != "true":
            tail = run("sh", "-c", '"$0" logs --tail 12 "$1" 2>&1', self._engine, self._name)
            raise WayClosedError(f"it does not answer (running: {running}); the end of its log:\n{tail}")
