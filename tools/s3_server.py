"""A real S3 server for tests and benchmarks, by whatever way this machine offers.

    with running_s3() as server:
        keep_images_at(server.address)

The ways are tried in the order of WAYS. None is skipped in silence: when all are closed, the error says why.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import NoReturn, Protocol

from tools.s3_address import S3Address
from tools.s3_package import packaged_swift
from tools.s3_process import running_swift
from tools.ways import WayClosedError, first_open

URL_VARIABLE = "PIXYPROXY_TEST_S3_URL"


class S3Server(Protocol):
    """A bucket that may be written to and, if the server is ours, the power over its life."""

    @property
    def address(self) -> S3Address: ...
    @property
    def is_ours(self) -> bool: ...

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


Way = Callable[[int], AbstractContextManager[S3Server]]


class NoS3Error(Exception):
    """Every way to an S3 server is closed; the message says why, way by way."""


@contextmanager
def running_s3(listed_at_once: int = 1000) -> Iterator[S3Server]:
    """An S3 server until the `with` ends. One of ours has an empty bucket, and lists so many at once."""
    with ExitStack() as stack:
        yield first_open_way(WAYS, stack, listed_at_once)


def first_open_way(ways: Mapping[str, Way], stack: ExitStack, listed_at_once: int = 1000) -> S3Server:
    """The server of the first way that is open; the stack closes it."""
    return first_open(
        ways,
        lambda way: stack.enter_context(way(listed_at_once)),
        lambda reasons: NoS3Error(f"No S3 server could be had.{reasons}"),
    )


class GivenServer:
    """A server somebody else runs: its bucket may be used, it is not ours to stop."""

    is_ours = False

    def __init__(self, address: S3Address) -> None:
        self.address = address

    def start(self) -> None:
        raise RuntimeError(f"The server of {URL_VARIABLE} is not ours to start or stop.")

    stop = kill = restart = start


@contextmanager
def given_server(_: int) -> Iterator[S3Server]:
    url = os.environ.get(URL_VARIABLE)
    if not url:
        raise WayClosedError("it is not set.")
    yield GivenServer(S3Address.parse(url))


@contextmanager
def swift_package(listed_at_once: int) -> Iterator[S3Server]:
    with running_swift(packaged_swift(), listed_at_once) as server:
        yield server


WAYS: Mapping[str, Way] = {URL_VARIABLE: given_server, "OpenStack Swift": swift_package}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.s3_server",
        description="A real S3 server for tests and benchmarks.",
        epilog=f"Tried in this order: {', '.join(WAYS)}. "
        f"{URL_VARIABLE} is http://KEY:SECRET@HOST:PORT/BUCKET?region=REGION.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start a server, print its settings, remove it at Ctrl-C or SIGTERM")
    commands.add_parser("fetch", help="have Swift ready in .local/swift, and start nothing")
    chosen = parser.parse_args(arguments)
    try:
        print(packaged_swift()) if chosen.command == "fetch" else run_until_told()
    except (NoS3Error, WayClosedError) as error:
        sys.exit(str(error))


def run_until_told() -> None:
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt), running_s3() as server:
        for name, value in server.address.environment.items():
            print(f"{name}={value}")
        print(f"{URL_VARIABLE}={server.address.url}", flush=True)
        while True:
            signal.pause()


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
