"""So many objects at once, and so many bytes."""

import asyncio

import pytest

from pixyproxy.service.moving.room import Room


async def most_at_once(room: Room, sizes: list[int]) -> tuple[int, int]:
    under_way: list[int] = []
    seen: list[tuple[int, int]] = []

    async def one(size: int) -> None:
        async with room.taken(size):
            under_way.append(size)
            seen.append((len(under_way), sum(under_way)))
            await asyncio.sleep(0)
            under_way.remove(size)

    async with asyncio.timeout(5):
        await asyncio.gather(*map(one, sizes))
    assert len(seen) == len(sizes)
    return max(count for count, _ in seen), max(total for _, total in seen)


async def test_no_more_than_so_many_objects() -> None:
    assert await most_at_once(Room(3, 1000), [1] * 20) == (3, 3)


async def test_no_more_than_so_many_bytes() -> None:
    assert await most_at_once(Room(10, 100), [40] * 20) == (2, 80)


async def test_what_is_larger_than_all_of_it_goes_alone() -> None:
    assert await most_at_once(Room(10, 100), [500, 1, 1, 500, 1]) == (3, 500)


async def test_room_is_given_back_whatever_happens() -> None:
    room = Room(1, 10)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with room.taken(10):
                raise KeyError
    assert await most_at_once(room, [10]) == (1, 10)
