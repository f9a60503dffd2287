"""How the service ends: told to, a worker goes on answering until what it has begun is finished.

granian stops listening as soon as it is told. So a worker hears SIGTERM itself, and tells granian when it has
drained, or has had its time, or is told again.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from granian.server.common import AbstractServer

log = logging.getLogger(__name__)

_ENDING = {signal.SIGINT, signal.SIGTERM}
_hold_back = partial(signal.pthread_sigmask, signal.SIG_BLOCK, _ENDING)
_let_through = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, _ENDING)
# systemd tells every process, and the main one then tells the workers once more: that is one wish, not two.
_ONE_WISH_S = 1.0

Drain = Callable[[], Coroutine[Any, Any, None]]


def pass_on_signals(server: AbstractServer[Any]) -> None:
    """For the main process: its workers miss no signal to end, neither a second nor a very early one."""
    os.register_at_fork(before=_hold_back, after_in_parent=_let_through)

    def tell(*_: object) -> None:
        again, server.interrupt_signal = server.interrupt_signal, True
        server.main_loop_interrupt.set()
        for worker in server.wrks if again else ():
            worker.terminate()

    @server.on_startup
    def listen() -> None:
        for each in _ENDING:
            signal.signal(each, tell)


def drain_before_the_end(app: FastAPI, grace_s: float) -> None:
    """For a worker: `services.drain()` comes before granian stops listening."""
    _hold_back()
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def listening(app: FastAPI) -> AsyncIterator[Any]:
        async with opened(app) as state:
            ending = asyncio.create_task(_end_when_told(app.state.services.drain, grace_s))
            yield state
            ending.cancel()

    app.router.lifespan_context = listening


async def _end_when_told(drain: Drain, grace_s: float) -> None:
    loop = asyncio.get_running_loop()
    told, told_again = asyncio.Event(), asyncio.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # A terminal tells the main process too; that is enough.
    loop.add_signal_handler(signal.SIGTERM, told.set)
    _let_through()
    await told.wait()
    loop.call_later(_ONE_WISH_S, loop.add_signal_handler, signal.SIGTERM, told_again.set)
    drained, hurried = asyncio.create_task(drain()), asyncio.create_task(told_again.wait())
    await asyncio.wait({drained, hurried}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
    if not drained.done():
        log.warning("listening ends before everything that was begun is finished")
    _tell_granian()


def _tell_granian() -> None:
    """By its handler of SIGINT, still on the loop. It runs once: granian waits for ever in the third run."""
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
