"""A real MySQL for tests and benchmarks, by whatever way this machine offers.

    with running_mysql() as server:
        connect_as_admin(server.url)

The ways are tried in the order of WAYS. None is skipped in silence: when all are closed, the error says why.
"""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import NoReturn, Protocol

from tools.mysql_container import Container
from tools.mysql_package import packaged_mysqld
from tools.mysql_process import running_mysqld
from tools.ways import WayClosedError, first_open, run

URL_VARIABLE = "PIXYPROXY_TEST_MYSQL_URL"


class MySQLServer(Protocol):
    """Where to connect as one who may do everything and, if the server is ours, the power over its life."""

    @property
    def url(self) -> str: ...
    @property
    def is_ours(self) -> bool: ...

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


Way = Callable[[Sequence[str]], AbstractContextManager[MySQLServer]]


class NoMySQLError(Exception):
    """Every way to a MySQL server is closed; the message says why, way by way."""


@contextmanager
def running_mysql(extra_args: Sequence[str] = ()) -> Iterator[MySQLServer]:
    """A MySQL server until the `with` ends. `extra_args` are mysqld's; a given server never sees them."""
    with ExitStack() as stack:
        yield first_open_way(WAYS, stack, extra_args)


def first_open_way(ways: Mapping[str, Way], stack: ExitStack, extra_args: Sequence[str] = ()) -> MySQLServer:
    """The server of the first way that is open; the stack closes it."""
    return first_open(
        ways,
        lambda way: stack.enter_context(way(extra_args)),
        lambda reasons: NoMySQLError(f"No MySQL server could be had.{reasons}"),
    )


class GivenServer:
    """A server somebody else runs: to be used, not to be stopped."""

    is_ours = False

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        raise RuntimeError(f"The server of {URL_VARIABLE} is not ours to start or stop.")

    stop = kill = restart = start


@contextmanager
def given_server(_: Sequence[str]) -> Iterator[MySQLServer]:
    url = os.environ.get(URL_VARIABLE)
    if not url:
        raise WayClosedError("it is not set.")
    yield GivenServer(url)


@contextmanager
def mysqld_on_path(extra_args: Sequence[str]) -> Iterator[MySQLServer]:
    mysqld = shutil.which("mysqld")
    if not mysqld:
        raise WayClosedError("there is none.")
    if "mariadb" in run(mysqld, "--version").lower():
        raise WayClosedError(f"{mysqld} is MariaDB's.")
    with running_mysqld((mysqld, "--no-defaults"), extra_args) as server:
        yield server


@contextmanager
def debian_package(extra_args: Sequence[str]) -> Iterator[MySQLServer]:
    with running_mysqld(packaged_mysqld(), extra_args) as server:
        yield server


def container_of(engine: str) -> Way:
    @contextmanager
    def container(extra_args: Sequence[str]) -> Iterator[MySQLServer]:
        if not shutil.which(engine):
            raise WayClosedError("it is not installed.")
        run(engine, "info", timeout_seconds=5)
        with Container(engine, extra_args) as server:
            yield server

    return container


WAYS: Mapping[str, Way] = {
    URL_VARIABLE: given_server,
    "mysqld on PATH": mysqld_on_path,
    "Debian's package": debian_package,
    "docker": container_of("docker"),
    "podman": container_of("podman"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.mysql_server",
        description="A real MySQL server for tests and benchmarks.",
        epilog=f"Tried in this order: {', '.join(WAYS)}.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_ = commands.add_parser("run", help="start a server, print its URL, remove it at Ctrl-C or SIGTERM")
    run_.add_argument("mysqld_arguments", nargs="*", help="for mysqld: -- --innodb-buffer-pool-size=1G")
    commands.add_parser("fetch", help="have Debian's package ready in .local/mysql, and start nothing")
    chosen = parser.parse_args(arguments)
    try:
        fetch() if chosen.command == "fetch" else run_until_told(chosen.mysqld_arguments)
    except (NoMySQLError, WayClosedError) as error:
        sys.exit(str(error))


def fetch() -> None:
    print(" ".join(packaged_mysqld()))


def run_until_told(mysqld_arguments: Sequence[str]) -> None:
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt), running_mysql(mysqld_arguments) as server:
        print(server.url, flush=True)
        while True:
            signal.pause()


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
