"""Runs the service: looks first whether it can start, says where it is, and hands over to the server."""

import asyncio
import os
import shlex
import socket
from collections.abc import Callable
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.settings import Settings

_GRACE_S = 660  # A picture that is being made may take ten minutes; it is not thrown away.

_ANOTHER_KEY = "`pixyproxy key create NAME --admin` makes another."

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Raises `CannotStart` before anything listens when a part cannot be used."""
    _check_port(settings)
    fresh_key = asyncio.run(prepare(settings))
    say(_banner(settings, fresh_key))
    server = Granian(
        "pixyproxy.app:app_from_environment",
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
            opened.write(text + "\n")
    except OSError as error:
        raise CannotStart(
            f"The administrator's key cannot be kept in {file}: {error.strerror}. {_ANOTHER_KEY}"
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


def _banner(settings: Settings, fresh_key: str | None) -> str:
    url = settings.public_url or f"http://{_reachable(settings.host)}:{settings.port}"
    return f"""
  PixyProxy  {url}   (every request, to try: {url}/docs)

  {_about_the_key(settings, fresh_key)}

  Make an image, then fetch it:

    export PIXY_KEY={_key_in_shell(settings)}
    curl -s {url}/image -H "X-API-Key: $PIXY_KEY" --json '{{"prompt": "a lighthouse"}}' | tee image.json
    curl -s {url}$(grep -o '/image/[^"]*/content' image.json) -H "X-API-Key: $PIXY_KEY" -o lighthouse.png
"""


def _about_the_key(settings: Settings, fresh_key: str | None) -> str:
    if fresh_key is not None:
        return (
            f"The administrator's key, shown this once:  {fresh_key}\n"
            f"  It is kept in {settings.admin_key_file}, readable by you alone."
        )
    if settings.admin_key is not None:
        return "The administrator's key is the one in PIXYPROXY_ADMIN_KEY."
    if settings.admin_key_file.exists():
        return f"The administrator's key is kept in {settings.admin_key_file}."
    return f"There is an administrator's key, but not in {settings.admin_key_file}. {_ANOTHER_KEY}"


def _key_in_shell(settings: Settings) -> str:
    if settings.admin_key is not None:
        return "$PIXYPROXY_ADMIN_KEY"
    file = settings.admin_key_file
    return f"$(cat {shlex.quote(str(file))})" if file.exists() else "pxy_…"


def _reachable(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - what is compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
