"""`python -m tests.upstream`: the stand-in as a program of its own."""

import argparse
import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from .app import Upstream
from .ledger import Ledger
from .pictures import Form, Painter
from .scenarios import BEHAVIOURS, Scenario, Script
from .scenarios import __doc__ as about_scenarios
from .server import serve


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, BEHAVIOURS))
    listed = "\n".join(f"  {name:{width}}  {what}" for name, what in BEHAVIOURS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.upstream",
        description="A stand-in for OpenAI's Images API on 127.0.0.1, made for tests and measurements.",
        epilog=f"{about_scenarios}\nscenarios (POST /control takes one, or a list of them):\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen; a free port unless given")
    parser.add_argument(
        "--picture-bytes", type=int, default=1_500_000, metavar="N", help="about how large a PNG is (1500000)"
    )
    parser.add_argument("--scenario", default="ok", choices=BEHAVIOURS, metavar="NAME", help="the first (ok)")
    parser.add_argument(
        "--delay", type=float, default=0.0, metavar="SECONDS", help="before each answer, unless told (0)"
    )
    parser.add_argument("--unique", action="store_true", help="other bytes in every answer")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="append each call before it is answered")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process ends")
    return parser


async def _run(arguments: argparse.Namespace) -> None:
    painter = Painter(arguments.picture_bytes)
    _ = painter.original(Form()).plain
    scenario = Scenario(arguments.scenario, delay_seconds=arguments.delay, unique=arguments.unique)
    with socket.create_server(("127.0.0.1", arguments.port), backlog=4096) as listener:
        port = listener.getsockname()[1]
        upstream = Upstream(port, painter, Script(scenario), Ledger(arguments.ledger))
        serving = asyncio.create_task(serve(listener, upstream))
        _end_with(serving, arguments.parent)
        sys.stdout.write(f"ready http://127.0.0.1:{port}/v1\n")
        sys.stdout.flush()
        with suppress(asyncio.CancelledError):
            await serving


def _end_with(serving: asyncio.Task[None], parent: int | None) -> None:
    """A pidfd, not PR_SET_PDEATHSIG: that one fires already when the thread that started us ends."""
    loop = asyncio.get_running_loop()
    for reason in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(reason, serving.cancel)
    if parent is not None:
        loop.add_reader(os.pidfd_open(parent), serving.cancel)


if __name__ == "__main__":
    asyncio.run(_run(_parser().parse_args()))
