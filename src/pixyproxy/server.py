"""Runs the service: looks first whether it can start, says where it is, and hands over to the server."""

import asyncio
import ctypes
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from pixyproxy.app import app_from_environment, open_services
from pixyproxy.banner import ANOTHER_KEY, banner
from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.settings import Settings

_PR_SET_PDEATHSIG = 1  # from Linux' <sys/prctl.h>
_GRACE_S = 660  # A picture that is being made may take ten minutes; it is not thrown away.

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Raises `CannotStart` before anything listens when a part cannot be used."""
    _check_port(settings)
    fresh_key = asyncio.run(prepare(settings))
    say(banner(settings, fresh_key))
    server = Granian(
        "pixyproxy.server:app_of_worker",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=_GRACE_S,
    )
    server.serve()


def app_of_worker() -> FastAPI:
    """What each worker calls. A worker does not outlive the one that started it, not even its SIGKILL."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return app_from_environment()


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


def _check_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
                "See PIXYPROXY_HOST and PIXYPROXY_PORT."
            ) from error
