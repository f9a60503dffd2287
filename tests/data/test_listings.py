"""Two listings beside each other: every key once, in order, whatever either has."""

import secrets
from collections.abc import AsyncIterator, Iterable

from hypothesis import example, given
from hypothesis import strategies as st

from pixyproxy.data.image_store import StoredObject
from pixyproxy.data.listings import side_by_side
from pixyproxy.data.store_keys import order

KEYS = st.sets(
    st.sampled_from(["a", "a.png", "a/b", "a/c", "ab", "b", "b/é", "b/z", "z", "\U0001f98a", "\ufffd"])
)


async def listed(keys: Iterable[str], size: int) -> AsyncIterator[StoredObject]:
    for key in sorted(keys, key=order):
        yield StoredObject(key, size, secrets.randbelow(100))


@given(KEYS, KEYS)
@example(set(), {"a"})
@example({"a"}, set())
async def test_every_key_comes_once_in_order_with_what_each_has_of_it(one: set[str], other: set[str]) -> None:
    beside = [pair async for pair in side_by_side(listed(one, 1), listed(other, 2))]
    keys = [left.key if left else right.key if right else "" for left, right in beside]
    assert keys == sorted(one | other, key=order)
    assert [left.size_bytes if left else None for left, _ in beside] == [
        1 if key in one else None for key in keys
    ]
    assert [right.size_bytes if right else None for _, right in beside] == [
        2 if key in other else None for key in keys
    ]
