"""The connection of one caller is cut, and of nobody else."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pixyproxy.web.connections import cut
from tests.web.driven import scope_of

OPEN_FILES = Path("/proc/self/fd")
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=["127.0.0.1", "::1"])
def pairs(request: pytest.FixtureRequest) -> Iterator[list[Pair]]:
    """Two callers, and the server's end of each."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with ExitStack() as opened:
        server = opened.enter_context(socket.create_server((request.param, 0), family=family))
        pairs = []
        for _ in range(2):
            caller = opened.enter_context(socket.create_connection(server.getsockname()[:2], timeout=5))
            pairs.append((caller, opened.enter_context(server.accept()[0])))
        yield pairs


@pytest.mark.parametrize("form", [int, str])
def test_one_caller_is_cut_off_and_the_others_are_not(
    pairs: list[Pair], form: Callable[[int], int | str]
) -> None:
    (caller, end), (other, others_end) = pairs
    end.sendall(b"begun")
    host, port = caller.getsockname()[:2]
    cut(scope_of("GET", "/") | {"client": (host, form(port))})
    with pytest.raises(BrokenPipeError):
        end.sendall(b"more")
    assert (caller.recv(9), caller.recv(9)) == (b"begun", b"")
    others_end.sendall(b"whole")
    assert other.recv(9) == b"whole"


@pytest.mark.parametrize("client", [None, ("192.0.2.1", 1)])
def test_a_caller_who_is_not_there_is_no_error(client: tuple[str, int] | None) -> None:
    cut(scope_of("GET", "/") | {"client": client})


def test_nothing_stays_open_of_what_was_looked_at(pairs: list[Pair]) -> None:
    """A pipe, say, to a process that waits for its end."""
    reader, writer = os.pipe()
    try:
        before = len(list(OPEN_FILES.iterdir()))
        cut(scope_of("GET", "/") | {"client": pairs[0][0].getsockname()[:2]})
        assert len(list(OPEN_FILES.iterdir())) == before
    finally:
        os.close(reader)
        os.close(writer)
