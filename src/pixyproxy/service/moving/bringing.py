"""One object: read where it lies, written where it is to lie, and read back from there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException, Unavailable
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.upkeep_queries import UpkeepQueries
from pixyproxy.service.moving.fingerprints import Fingerprint, Hashed, fingerprint_of

_TRIES = 2


class Wrong(StrEnum):
    CHANGED = "is not what its image says; copied as it is"
    UNREADABLE = "cannot be read; not copied"
    REFUSED = "is not taken, or not given back, where it was to be copied"
    DIFFERENT = "comes back changed from where it was copied to; tried twice"
    LINK = "is a link; what lies behind it is not copied"
    MISSING = "its image names it; it is not there"
    OF_OTHER_SIZE = "has another size than its image says"


@dataclass(frozen=True, slots=True)
class Brought:
    """What has become of an object."""

    key: str
    wrong: Wrong | None = None
    found: Fingerprint | None = None
    """In both places; None where it is wrong, or was deleted meanwhile."""
    is_copied: bool = False
    is_confirmed: bool = False
    """An image says that these are its bytes."""


class Bringing:
    """What one object alone cannot is told; raises what no other could either."""

    def __init__(self, upkeep: UpkeepQueries, source: ImageStore, target: ImageStore, key: str) -> None:
        self._upkeep = upkeep
        self._source = source
        self._target = target
        self._key = key
        self._failure: PixyProxyException | None = None
        """Of the source."""
        self._refusal: PixyProxyException | None = None
        """Of the target."""

    async def bring(self, *, is_there: bool) -> Brought:
        try:
            return (await self._find() if is_there else None) or await self._copy()
        except PixyProxyException as error:
            if error is self._failure:
                return Brought(self._key, None if await self._is_deleted(error) else Wrong.UNREADABLE)
            if error is self._refusal and await self._takes_others():
                return Brought(self._key, Wrong.REFUSED)
            raise

    async def _find(self) -> Brought | None:
        """What is there already is right when it is what its image says, or else what the source has."""
        theirs = await self._read_back()
        if theirs is None:
            return None
        if await self._is_content(theirs):
            return Brought(self._key, found=theirs, is_confirmed=True)
        ours = await fingerprint_of(self._from_source())
        return Brought(self._key, found=ours) if ours == theirs else None

    async def _copy(self) -> Brought:
        """What was deleted while we had it open must not come back.

        The service deletes in the source first: either it is gone there, or the target's turn is to come.
        """
        for _ in range(_TRIES):
            ours = await self._put()
            if await self._source.size_of(self._key) is None:
                await self._target.delete(self._key)
                return Brought(self._key)
            if await self._read_back() == ours:
                return Brought(
                    self._key, found=ours, is_copied=True, is_confirmed=await self._is_content(ours)
                )
        return Brought(self._key, Wrong.DIFFERENT)

    async def _put(self) -> Fingerprint:
        hashed = Hashed(self._from_source())
        try:
            await self._target.put(self._key, hashed.chunks())
        except (BytesMissing, Unavailable) as error:  # the first of a key that no object may have
            self._refusal = error
            raise
        return hashed.fingerprint

    async def _from_source(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._source.read(self._key):
                yield chunk
        except PixyProxyException as error:
            self._failure = error
            raise

    async def _read_back(self) -> Fingerprint | None:
        try:
            return await fingerprint_of(self._target.read(self._key))
        except BytesMissing:
            return None
        except Unavailable as error:
            self._refusal = error
            raise

    async def _is_content(self, found: Fingerprint) -> bool:
        return await self._upkeep.is_content(self._key, found.sha256)

    async def _takes_others(self) -> bool:
        try:
            await self._target.check()
        except PixyProxyException:
            return False
        return True

    async def _is_deleted(self, error: PixyProxyException) -> bool:
        try:
            return isinstance(error, BytesMissing) and await self._source.size_of(self._key) is None
        except PixyProxyException:
            return False
