"""Cutting the connection of a caller whose answer cannot be finished.

Where an answer ends without its last message, granian closes the connection, but only once its caller has
read some MB of buffers, and does not end before. So it is closed here.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from starlette.types import Scope

_OPEN_FILES = Path("/proc/self/fd")


def cut(scope: Scope) -> None:
    """Nothing more is sent to this caller, or taken from them. Without Linux' /proc nothing happens."""
    if scope["client"] is None:
        return
    host, port = scope["client"]
    caller = host, int(port)  # granian's is a text
    with suppress(FileNotFoundError):
        for file in _OPEN_FILES.iterdir():
            with suppress(OSError):  # not a socket, not connected, or closed by now
                _shut_down(int(file.name), caller)


def _shut_down(number: int, caller: tuple[str, int]) -> None:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return  # `fromfd` would leave a duplicate of it open.
    # Whatever it is: of these families, the one whose addresses need the most room.
    with socket.fromfd(number, socket.AF_INET6, socket.SOCK_STREAM) as duplicate:
        if duplicate.getpeername()[:2] == caller:
            duplicate.shutdown(socket.SHUT_RDWR)
