"""The renderers of this process: started when there is work, few, and none that is stuck or idle for long."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.service.background import stop
from pixyproxy.service.variants.messages import Header
from pixyproxy.service.variants.process import Pieces, RendererProcess

log = logging.getLogger(__name__)

MOST_RENDERERS = 2
_JOB_LIMIT_S = 20.0
_IDLE_S = 60.0
_DETAIL = "Resizing this picture took too long."

Start = Callable[[], Awaitable[RendererProcess]]


class Workshop:
    def __init__(
        self,
        *,
        most: int | None = None,
        job_limit_s: float = _JOB_LIMIT_S,
        idle_s: float = _IDLE_S,
        start: Start = RendererProcess.started,
    ) -> None:
        self.most = most or min(MOST_RENDERERS, os.cpu_count() or 1)
        self._room = asyncio.Semaphore(self.most)
        self._job_limit_s = job_limit_s
        self._idle_s = idle_s
        self._start = start
        self._idle: dict[RendererProcess, asyncio.Task[None]] = {}
        self._rests: set[asyncio.Task[None]] = set()

    async def ask(self, header: Header, body: Pieces) -> tuple[Header, Pieces]:
        """Raises `Unavailable` when a renderer dies over it or takes too long; that one is replaced."""
        async with self._room:
            try:
                return await self._asked(header, body)
            except TimeoutError as error:
                log.warning("A renderer took longer than %g s and was ended", self._job_limit_s)
                raise Unavailable(_DETAIL, retry_after_s=30) from error
            except Unavailable as error:
                log.warning("A renderer has died, or could not be started (%s)", error.origin)
                raise

    async def close(self) -> None:
        """Ends those that are idle; the others end with what they are asked."""
        await stop(self._rests)
        while self._idle:
            renderer, _ = self._idle.popitem()
            await renderer.end()

    async def _asked(self, header: Header, body: Pieces) -> tuple[Header, Pieces]:
        renderer = await self._taken()
        is_fit = False
        try:
            async with asyncio.timeout(self._job_limit_s):
                answer = await renderer.ask(header, body)
            is_fit = True
        finally:
            if not is_fit:
                await renderer.end()
        self._lay_down(renderer)
        return answer

    async def _taken(self) -> RendererProcess:
        """The one that was used last: the others may go to their rest."""
        while self._idle:
            renderer, rest = self._idle.popitem()
            rest.cancel()
            if renderer.is_alive:
                return renderer
        return await self._start()

    def _lay_down(self, renderer: RendererProcess) -> None:
        self._idle[renderer] = rest = asyncio.create_task(self._rest(renderer))
        self._rests.add(rest)
        rest.add_done_callback(self._rests.discard)

    async def _rest(self, renderer: RendererProcess) -> None:
        await asyncio.sleep(self._idle_s)
        del self._idle[renderer]
        await renderer.end()
