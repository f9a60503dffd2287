"""Runs the service: looks first whether it can start, says where it is, and hands over to the server."""

import asyncio
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from pixyproxy.app import app_from_environment, open_services
from pixyproxy.banner import ANOTHER_KEY, banner
from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.draining import drain_before_the_end, pass_on_signals
from pixyproxy.settings import Settings
from pixyproxy.sign_in_link import link_for_whoever_starts

_PR_SET_PDEATHSIG = 1  # from Linux' <sys/prctl.h>
_GRACE_S = 660  # A picture that is being made may take ten minutes; it is not thrown away.
_LAST_ANSWERS_S = 30  # After that a worker has this long to end; then it is killed.
_IDLE_MS = 30_000  # How long a connection may be open without sending the head of a request.
# A worker takes no more than these at once; beyond them not even its health is told.
_MOST_CONNECTIONS = 4096
_OTHER_FILES = 256  # The database, the images, connections to providers.

Say = Callable[[str], None]


def serve(settings: Settings, say: Say, *, sign_in_link: bool = False) -> None:
    """Raises `CannotStart` before anything listens when a part cannot be used."""
    address = _check_port(settings)
    fresh_key = asyncio.run(prepare(settings))
    link = asyncio.run(link_for_whoever_starts(settings)) if sign_in_link else None
    say(banner(settings, fresh_key, link.url if link else None))
    server = Granian(
        "pixyproxy.server:app_of_worker",
        factory=True,
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # Looking out for HTTP/2 as well, it would wait for a first byte for ever.
        http1_settings=HTTP1Settings(header_read_timeout=_IDLE_MS),
        backlog=_MOST_CONNECTIONS,
        backpressure=_make_room_for_connections(),
        workers=settings.workers,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=_GRACE_S + _LAST_ANSWERS_S,
    )
    pass_on_signals(server)
    server.serve()


def app_of_worker() -> FastAPI:
    """What each worker calls. A worker does not outlive the one that started it, not even its SIGKILL."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    app = app_from_environment()
    drain_before_the_end(app, _GRACE_S)
    return app


async def prepare(settings: Settings) -> str | None:
    """Everything is opened once, by one process; the text of the first key when there was none."""
    services = await open_services(settings)
    try:
        await services.store.check()
        fresh = await services.keys.create_first()
    except PixyProxyException as error:
        reason = error.__cause__ or error.detail
        raise CannotStart(f"The images at {settings.images} cannot be written: {reason}") from error
    finally:
        await services.close()
    if fresh is not None:
        _keep(settings.admin_key_file, fresh.text)
        return fresh.text
    return None


def _keep(file: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            os.fchmod(opened.fileno(), 0o600)  # also where the file was there before
            opened.write(text + "\n")
    except OSError as error:
        raise CannotStart(
            f"The administrator's key cannot be kept in {file}: {error.strerror}. {ANOTHER_KEY}"
        ) from error


def _make_room_for_connections() -> int:
    """How many a worker may have. Each is an open file, and many systems begin with 1024 of those."""
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != now < wanted:
        now = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
    room = wanted if now == resource.RLIM_INFINITY else min(wanted, now)
    return max(room - _OTHER_FILES, 1)


def _check_port(settings: Settings) -> str:
    """The address that PIXYPROXY_HOST names, once it is known that the port is free there."""
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, there = min(found, key=lambda each: each[0])  # IPv4 first
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(there)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "This cannot be a name"
        raise CannotStart(
            f"Cannot listen on {host}:{port}: {reason}. See PIXYPROXY_HOST and PIXYPROXY_PORT."
        ) from error
    return str(there[0])
