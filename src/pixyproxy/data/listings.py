"""Two listings beside each other, so that no object needs a question of its own."""

from collections.abc import AsyncIterator

from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.store_keys import order

Beside = tuple[StoredObject | None, StoredObject | None]


async def side_by_side(
    one: AsyncIterator[StoredObject], other: AsyncIterator[StoredObject]
) -> AsyncIterator[Beside]:
    """Each key once, in order, with what each of the two stores has of it."""
    left, right = await anext(one, None), await anext(other, None)
    while left is not None or right is not None:
        from_left = left if _is_due(left, right) else None
        from_right = right if _is_due(right, left) else None
        yield from_left, from_right
        left = await anext(one, None) if from_left else left
        right = await anext(other, None) if from_right else right


def _is_due(each: StoredObject | None, beside: StoredObject | None) -> bool:
    return each is not None and (beside is None or order(each.key) <= order(beside.key))
