"""Each takes one safeguard away. What the reconciliation must then find stands beside it in `kinds/`."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from pixyproxy import app
from pixyproxy.core import idempotency
from pixyproxy.core.exceptions import LeaseLost, OutcomeUnknown, StorageFull, Unavailable
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.spool import SpooledAnswer
from pixyproxy.service.making import calls, last_transaction
from pixyproxy.service.making.recording import Recording
from pixyproxy.service.making.recovery import Recovery
from pixyproxy.service.making.settling import Settling
from pixyproxy.service.making.workbench import Workbench
from pixyproxy.service.services import Services

# The classes are rebuilt at run time, which no type describes.
_Spool: Any = SpooledAnswer
_Settling: Any = Settling
_Recovery: Any = Recovery
_Store: Any = FolderStore
_Workbench: Any = Workbench
_Recording: Any = Recording
_FIRST = asyncio.FIRST_COMPLETED
_of_request: ContextVar[list[Any]] = ContextVar("of_request")


def nothing_in_the_spool() -> None:
    """Answers stay in memory until their image is stored."""
    begin = _Spool.__init__

    def in_memory(self: Any, *given: Any) -> None:
        begin(self, *given)
        self._in_memory = True

    _Spool.__init__ = in_memory


def row_before_bytes() -> None:
    """The image is ready in the database a moment before its bytes are in the store."""
    put = _Store.put

    async def later(self: Any, key: str, content: bytes) -> None:
        async def work() -> None:
            await asyncio.sleep(1)
            await put(self, key, content)

        if key.startswith(".check"):
            await put(self, key, content)
        else:
            _kept.add(asyncio.get_running_loop().create_task(work()))

    _Store.put = later


_kept: set[Any] = set()


def sent_again() -> None:
    """What a worker that is gone had sent is made anew."""

    async def again(self: Any, left: Any) -> None:
        await self._make(left)

    _Recovery._bring_to_its_end = again


def keys_ignored() -> None:
    """An Idempotency-Key is read over."""
    key: Any = idempotency.IdempotencyKey
    key.of = classmethod(lambda *_: None)


def cancelled_with_the_caller() -> None:
    """When a caller hangs up, what is made for them ends too."""
    create, run = app.create_app, _Workbench._run

    def remembered(self: Any, work: Any, tasks: set[Any]) -> None:
        before = set(tasks)
        run(self, work, tasks)
        _of_request.get([]).extend(tasks - before)

    def watched(settings: Any) -> Any:
        made = create(settings)
        made.add_middleware(_EndsWithItsCaller)
        return made

    _Workbench._run = remembered
    app.create_app = watched


class _EndsWithItsCaller:
    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._application(scope, receive, send)
            return
        begun: list[Any] = []
        _of_request.set(begun)
        asked = asyncio.Event()

        async def noted() -> Any:
            if asked.is_set():
                return await asyncio.Event().wait()
            message = await receive()
            if not message.get("more_body"):
                asked.set()
            return message

        answering = asyncio.ensure_future(self._application(scope, noted, send))
        await asyncio.wait({answering, asyncio.ensure_future(asked.wait())}, return_when=_FIRST)
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait({answering, leaving}, return_when=_FIRST)
        if not answering.done():
            for task in begun:
                task.cancel()
        leaving.cancel()
        await answering


def gives_up() -> None:
    """What cannot be stored or written down at once is thrown away."""

    async def once(self: Any, ended: Any, *_: Any) -> Any:
        try:
            return await self._write_down(ended, await self._store_what_came(ended, lambda _: None))
        except (StorageFull, Unavailable) as error:
            if ended.answer is not None:
                ended.answer.discard()
            return error

    _Settling.settle = once


def lost_commits_left_alone() -> None:
    """A transaction whose COMMIT was not answered is taken for undone."""

    async def nothing(*_: Any, **__: Any) -> None:
        return

    _Recording._undo = nothing


def late_answers_thrown_away() -> None:
    """Whoever has lost the lease throws away what they hold."""

    async def once(self: Any, ended: Any, *_: Any) -> Any:
        while True:
            try:
                return await self._write_down(ended, await self._store_what_came(ended, lambda _: None))
            except LeaseLost as error:
                ended.answer.discard()
                return error
            except Unavailable:
                await asyncio.sleep(0.5)

    _Settling.settle = once


def token_not_checked() -> None:
    """Whoever once held an image goes on writing."""

    async def unchecked(*_: Any) -> None:
        return

    calls_module: Any = calls
    writing_module: Any = last_transaction
    calls_module.held_job = writing_module.held_job = unchecked


def failed_answers_retried() -> None:
    """A call whose answer was lost is made once more."""
    OutcomeUnknown.nothing_was_sent = True


def ends_at_once() -> None:
    """SIGTERM is the end, whatever is under way."""

    async def end(_: Any) -> None:
        os._exit(0)

    services: Any = Services
    services.drain = end


def acknowledged_without_storing() -> None:
    """What the store's disk refuses is passed over in silence."""
    put = _Store._put

    def careless(self: Any, key: str, content: bytes) -> None:
        with suppress(StorageFull, Unavailable):
            put(self, key, content)

    _Store._put = careless


SABOTAGES: dict[str, Callable[[], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        nothing_in_the_spool,
        row_before_bytes,
        sent_again,
        keys_ignored,
        cancelled_with_the_caller,
        gives_up,
        lost_commits_left_alone,
        late_answers_thrown_away,
        token_not_checked,
        failed_answers_retried,
        ends_at_once,
        acknowledged_without_storing,
    )
}
