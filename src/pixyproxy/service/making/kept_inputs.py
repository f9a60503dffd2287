"""Pictures to start from, kept in the store until the images that are made from them have come to their end.

    inputs/<guid of the first image>.<number>

So whoever takes the work over has them too. A job names those that it needs.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import JsonValue, Size
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.service.generators.generator import InputPicture, Inputs
from pixyproxy.service.pictures import examine

log = logging.getLogger(__name__)

_INPUTS, _MASK = "kept_inputs", "kept_mask"
Asked = Mapping[str, JsonValue]


class KeptInputs:
    def __init__(self, library: Library, store: ImageStore) -> None:
        self._library = library
        self._store = store

    async def keep(self, guid: str, inputs: Inputs) -> dict[str, JsonValue]:
        """What a job that needs them says of them."""
        keys = [f"inputs/{guid}.{number}" for number in range(len(inputs.all))]
        try:
            for key, picture in zip(keys, inputs.all, strict=True):
                await self._store.put(key, picture.content)
        except BaseException:
            await self.remove(keys)
            raise
        asked: dict[str, JsonValue] = {}
        if inputs.pictures:
            asked[_INPUTS] = list(keys[: len(inputs.pictures)])
        if inputs.mask:
            asked[_MASK] = keys[-1]
        return asked

    async def load(self, asked: Asked) -> Inputs:
        mask = asked.get(_MASK)
        pictures = [await self._load(key) for key in _listed(asked)]
        return Inputs(tuple(pictures), None if mask is None else await self._load(str(mask)))

    async def forget(self, asked: Asked) -> None:
        """Unless another image is still to be made from them. What cannot be removed now the doctor finds."""
        keys = keys_of(asked)
        if not keys:
            return
        with suppress(PixyProxyException):
            if not await self._library.upkeep.in_making([guid_of(keys[0])]):
                await self.remove(keys)

    async def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            try:
                await self._store.delete(key)
            except PixyProxyException as error:
                log.warning("%s could not be removed yet (%s)", key, error.origin)

    async def _load(self, key: str) -> InputPicture:
        content = b"".join([chunk async for chunk in self._store.read(key)])
        facts = await asyncio.to_thread(examine, content)
        return InputPicture(content, facts.media_type, Size(facts.width, facts.height), facts.sha256)


def keys_of(asked: Asked) -> list[str]:
    mask = asked.get(_MASK)
    return _listed(asked) + ([] if mask is None else [str(mask)])


def guid_of(key: str) -> str:
    """Of the first image that it was kept for."""
    return key.removeprefix("inputs/").partition(".")[0]


def _listed(asked: Asked) -> list[str]:
    keys = asked.get(_INPUTS)
    return [str(key) for key in keys] if isinstance(keys, list) else []
