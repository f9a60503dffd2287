import asyncio

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.service.variants.turns import Turns


class Crowd:
    """Those who take a turn and keep it until they are told to go."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._may_go = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.most_at_once = self._now = 0

    async def come(self, people: int) -> None:
        self._tasks += [asyncio.create_task(self._take_a_turn()) for _ in range(people)]
        await asyncio.sleep(0.01)

    async def go(self) -> list[BaseException | None]:
        self._may_go.set()
        return await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_a_turn(self) -> None:
        async with self._turns.turn():
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            await self._may_go.wait()
            self._now -= 1


async def test_so_many_at_once_and_the_others_after_them() -> None:
    crowd = Crowd(Turns(3))
    await crowd.come(20)
    assert await crowd.go() == [None] * 20
    assert crowd.most_at_once == 3


async def test_one_too_many_is_sent_away_at_once() -> None:
    turns = Turns(2, most_waiting=3)
    crowd = Crowd(turns)
    await crowd.come(5)
    with pytest.raises(Unavailable) as caught:
        async with turns.turn():
            pass
    assert caught.value.retry_after_s == 2
    assert await crowd.go() == [None] * 5
    async with turns.turn():
        pass


async def test_nobody_waits_for_ever_and_who_has_given_up_takes_no_place() -> None:
    turns = Turns(1, most_waiting=1, patience_s=0.05)
    crowd = Crowd(turns)
    await crowd.come(1)
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            async with turns.turn():
                pass
        assert caught.value.retry_after_s == 10
    assert await crowd.go() == [None]


async def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(1, patience_s=0.05)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with turns.turn():
                raise KeyError
