"""A library of many images, some of them damaged in their store: a scrub must find these and no other."""

import asyncio
import hashlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from pixyproxy.core.models import Image
from pixyproxy.data.image_store import ImageStore
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.scrubbing import Damage, Scrub
from tests.service.scenery import shelve

_AT_ONCE = 8
_SIZES = range(500, 4000)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was damaged, what was found, and how long the finding took."""

    damaged: Mapping[str, Damage]
    found: Mapping[str, Damage]
    images: int
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.found == self.damaged


async def scrubbed(services: Services, images: int, damaged: int, seed: int = 1) -> Scrubbed:
    """Fills the library, does the damage, scrubs."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    library = await _filled(services, images, chance)
    expected = await _damaged(services.store, library, damaged, chance)
    scrub = Scrub(services.library, services.store)
    began = time.monotonic()
    found = {each.guid: each.damage async for each in scrub.damaged()}
    return Scrubbed(expected, found, scrub.progress.images, time.monotonic() - began)


async def _filled(services: Services, images: int, chance: random.Random) -> list[Image]:
    """Few at a time, so that rows and bytes are written side by side."""
    library: list[Image] = []
    contents = (chance.randbytes(chance.choice(_SIZES)) for _ in range(images))
    while some := list(itertools.islice(contents, _AT_ONCE)):
        library += await asyncio.gather(*(shelve(services, each) for each in some))
    return library


async def _damaged(
    store: ImageStore, library: list[Image], damaged: int, chance: random.Random
) -> dict[str, Damage]:
    expected = {}
    for image, (damage, change) in zip(
        chance.sample(library, damaged), itertools.cycle(_CHANGES), strict=False
    ):
        assert image.content is not None
        key = image.content.storage_key
        content = await _read(store.read(key))
        assert hashlib.sha256(content).hexdigest() == image.content.sha256
        await store.delete(key)
        if damage is not Damage.MISSING:
            await store.put(key, change(content))
        expected[image.guid] = damage
    return expected


async def _read(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def _one_bit_flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


_CHANGES: list[tuple[Damage, Callable[[bytes], bytes]]] = [
    (Damage.MISSING, lambda content: content),
    (Damage.SIZE, lambda content: content[:-1]),
    (Damage.SIZE, lambda content: content + b"\0"),
    (Damage.SIZE, lambda _: b""),
    (Damage.HASH, _one_bit_flipped),
    (Damage.HASH, lambda content: bytes(len(content))),
    (Damage.HASH, lambda content: content[::-1]),
]
