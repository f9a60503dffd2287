"""Bytes on their way out of the store, looked at as they pass: only what is as it was takes its place."""

import asyncio
from dataclasses import dataclass

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException, StorageFull, Unavailable
from pixyproxy.core.models import Content
from pixyproxy.data.image_store import ImageStore
from pixyproxy.service.transfer.attempt_lines import AnswerLine
from pixyproxy.service.transfer.layout import file_of
from pixyproxy.service.transfer.target import Part, Target
from pixyproxy.service.upkeep.scrubbing import Damage

_AWAY = "The images cannot be read just now: the export is cut off. Run it again, it goes on."


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that has its place."""

    size_bytes: int
    was_there: bool


class Copying:
    """Raises `OSError` when the target cannot be written, `Unavailable` when the store is away.

    What the store alone of all objects cannot give is damage.
    """

    def __init__(self, store: ImageStore, target: Target, *, quick: bool) -> None:
        self._store = store
        self._target = target
        self._quick = quick

    async def copy(self, content: Content) -> Copied | Damage:
        if await asyncio.to_thread(lambda: self._target.has(content, quick=self._quick)):
            return Copied(content.size_bytes, was_there=True)
        part = self._target.begin()
        try:
            damage = await self._fill(part, content.storage_key, content.size_bytes)
            damage = damage or (Damage.HASH if part.sha256 != content.sha256 else None)
            if damage is None:
                await asyncio.to_thread(self._target.keep, part, file_of(content.storage_key))
            return damage or Copied(content.size_bytes, was_there=False)
        finally:
            await asyncio.to_thread(self._target.discard, part)

    async def copy_answer(self, key: str) -> AnswerLine | Damage | None:
        """None where there is no such thing. Nobody has written down what its hash should be."""
        try:
            size = await self._store.size_of(key)
        except PixyProxyException as error:
            return await self._unreadable(error)
        if size is None:
            return None
        part = self._target.begin()
        try:
            damage = await self._fill(part, key, size)
            if damage is not None:
                return damage
            await asyncio.to_thread(self._target.keep, part, file_of(key))
            return AnswerLine(file=file_of(key), size_bytes=size, sha256=part.sha256)
        finally:
            await asyncio.to_thread(self._target.discard, part)

    async def _fill(self, part: Part, key: str, size_bytes: int) -> Damage | None:
        """One byte more is asked for than there should be."""
        try:
            async for chunk in self._store.read(key, 0, size_bytes + 1):
                await asyncio.to_thread(part.write, chunk)
        except BytesMissing:
            return Damage.MISSING
        except PixyProxyException as error:
            return await self._unreadable(error)
        return None if part.size_bytes == size_bytes else Damage.SIZE

    async def _unreadable(self, error: PixyProxyException) -> Damage:
        """Of one object alone, unless no other could be read either."""
        if isinstance(error, Unavailable) and not await self._gives_others():
            raise Unavailable(_AWAY) from error
        return Damage.UNREADABLE

    async def _gives_others(self) -> bool:
        try:
            await self._store.check()
        except StorageFull:
            return True  # it answers
        except PixyProxyException:
            return False
        return True
