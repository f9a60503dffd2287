"""What is done beside the requests: indexing, looking at new images, emptying trash and cache, forgetting."""

import asyncio
from datetime import UTC, datetime

from pixyproxy.core.pauses import jittered
from pixyproxy.data.library import Library
from pixyproxy.service.background import again_and_again, stop
from pixyproxy.service.looking import LOOKED_EVERY_S, Looking
from pixyproxy.service.trash import EMPTIED_EVERY_S, Trash
from pixyproxy.service.variants.variants import Variants

SWEPT_EVERY_S = 600.0
FORGOTTEN_EVERY_S = 3600.0
_PACK_PAUSE_S = 10.0
_PACKED_AT_ONCE = 256


class Housekeeping:
    """Every process does it; whichever comes first has done it for all."""

    def __init__(self, library: Library, trash: Trash, looking: Looking, variants: Variants) -> None:
        self._library = library
        self._looking = looking
        self._trash = trash
        self._variants = variants
        self._packed_at_once = _PACKED_AT_ONCE
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(again_and_again(self.pack, lambda: asyncio.sleep(jittered(_PACK_PAUSE_S)))),
            asyncio.create_task(
                again_and_again(self._looking.look, lambda: asyncio.sleep(jittered(LOOKED_EVERY_S)))
            ),
            asyncio.create_task(
                again_and_again(self._trash.empty, lambda: asyncio.sleep(jittered(EMPTIED_EVERY_S)))
            ),
            asyncio.create_task(
                again_and_again(self.forget_sessions, lambda: asyncio.sleep(jittered(FORGOTTEN_EVERY_S)))
            ),
            asyncio.create_task(
                again_and_again(self._variants.sweep, lambda: asyncio.sleep(jittered(SWEPT_EVERY_S)))
            ),
        ]

    async def stop(self) -> None:
        await stop(self._tasks)
        self._tasks = []

    async def forget_sessions(self) -> None:
        """Those that are over, and links to sign in that nobody has used."""
        await self._library.sessions.remove_expired(datetime.now(UTC))

    async def pack(self) -> None:
        """All that has changed, into the search index; where that fails, fewer at once, down to one."""
        try:
            while await self._library.pack(self._packed_at_once):
                self._packed_at_once = _PACKED_AT_ONCE
        except Exception:  # whatever it is, what comes after it must not wait for it
            if self._packed_at_once == 1:
                await self._library.postpone_packing()
            self._packed_at_once = max(1, self._packed_at_once // 8)
            raise
