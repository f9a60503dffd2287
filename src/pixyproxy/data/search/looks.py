"""How images look: perceptual hashes side by side for stretches of ids, so that all can be compared."""

from collections.abc import Callable, Mapping, Sequence

from pixyproxy.core.models import Image
from pixyproxy.data.database import Statements
from pixyproxy.data.named_parameters import any_of

STRETCH = 4096
HASH_BYTES = 8
_ROW_BYTES = STRETCH * HASH_BYTES
_PUT = "REPLACE INTO image_looks (stretch, looks) VALUES (:stretch, :looks)"


class Looks:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def keep(self, images: Mapping[int, Image | None], *, lock: str) -> None:
        """Zeros for those that are gone, or whose looks are not known."""
        stretches: dict[int, dict[int, bytes]] = {}
        for image_id, image in images.items():
            looks = bytes.fromhex(image.looks) if image and image.looks else bytes(HASH_BYTES)
            stretches.setdefault(image_id // STRETCH, {})[image_id % STRETCH] = looks
        for stretch in sorted(stretches):
            await self._keep(stretch, stretches[stretch], lock)

    async def of_stretches(self, stretches: Sequence[int]) -> dict[int, bytes]:
        """Those that are known of, each with eight bytes for every id."""
        names, named = any_of("stretch", stretches)
        sql = f"SELECT stretch, looks FROM image_looks WHERE stretch IN ({names})"
        return {row["stretch"]: row["looks"] for row in await self._statements.fetch_all(sql, named)}

    async def _keep(self, stretch: int, looks: Mapping[int, bytes], lock: str) -> None:
        sql = f"SELECT looks FROM image_looks WHERE stretch = :stretch{lock}"
        row = await self._statements.fetch_one(sql, {"stretch": stretch})
        before = row["looks"] if row else bytes(_ROW_BYTES)
        after = bytearray(before)
        for place, each in looks.items():
            after[place * HASH_BYTES : (place + 1) * HASH_BYTES] = each
        if after != before:
            await self._statements.execute(_PUT, {"stretch": stretch, "looks": bytes(after)})


def distance(one: str, other: str) -> int:
    """How many of their 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def distances_to(looks: str) -> Callable[[bytes], bytes]:
    """Tells the distance of each hash of a stretch, a byte each, in a tenth of a millisecond.

    Of all hashes, the bytes in one place become how many of their bits differ, by a table. These are summed
    for all hashes at once, as numbers of 4096 bytes: no sum is beyond 64, so no byte flows over.
    """
    tables = [bytes((byte ^ wanted).bit_count() for byte in range(256)) for wanted in bytes.fromhex(looks)]

    def distances(stretch: bytes) -> bytes:
        differing = (stretch[place::HASH_BYTES].translate(table) for place, table in enumerate(tables))
        return sum(int.from_bytes(each) for each in differing).to_bytes(STRETCH)

    return distances
