"""What is dear to find out is found out once for all who ask within a minute."""

import asyncio

import pytest

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.service.once_a_minute import OnceAMinute


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Question:
    """Counts how often it is asked, and answers with that."""

    def __init__(self, clock: Clock, takes_s: float = 0.0) -> None:
        self.asked = 0
        self._clock = clock
        self._takes_s = takes_s

    async def __call__(self) -> int:
        self.asked += 1
        asked = self.asked
        await asyncio.sleep(0)
        self._clock.now += self._takes_s
        return asked


async def test_an_answer_holds_for_a_minute() -> None:
    clock = Clock()
    known, question = OnceAMinute[int](clock), Question(clock)
    assert [await known.get(question) for _ in range(3)] == [1, 1, 1]
    clock.now += 59.9
    assert await known.get(question) == 1
    clock.now += 0.1
    assert await known.get(question) == 2


async def test_all_who_ask_at_once_wait_for_one_answer() -> None:
    clock = Clock()
    known, question = OnceAMinute[int](clock), Question(clock)
    assert await asyncio.gather(*(known.get(question) for _ in range(20))) == [1] * 20
    assert question.asked == 1


async def test_what_took_long_holds_for_twenty_times_as_long() -> None:
    clock = Clock()
    known, question = OnceAMinute[int](clock), Question(clock, takes_s=10)
    await known.get(question)
    clock.now += 199
    assert await known.get(question) == 1
    clock.now += 1
    assert await known.get(question) == 2


async def test_an_error_holds_for_nobody_else() -> None:
    clock = Clock()
    known, question = OnceAMinute[int](clock), Question(clock)

    async def failing() -> int:
        raise Unavailable

    for _ in range(2):
        with pytest.raises(Unavailable):
            await known.get(failing)
    assert await known.get(question) == 1


async def test_those_who_wait_for_it_share_what_goes_wrong_and_the_next_one_tries_again() -> None:
    clock = Clock()
    known, tried = OnceAMinute[int](clock), Question(clock)

    async def failing() -> int:
        await tried()
        raise Unavailable

    for times in (1, 2):
        told = await asyncio.gather(*(known.get(failing) for _ in range(10)), return_exceptions=True)
        assert [type(each) for each in told] == [Unavailable] * 10
        assert tried.asked == times
    assert await asyncio.gather(*(known.get(tried) for _ in range(10))) == [3] * 10


async def test_who_leaves_ends_it_for_nobody_else() -> None:
    clock = Clock()
    known, question = OnceAMinute[int](clock), Question(clock)
    reached = asyncio.Event()

    async def for_ever() -> int:
        reached.set()
        await asyncio.Event().wait()
        return 0

    leaving = asyncio.create_task(known.get(for_ever))
    await reached.wait()
    staying = asyncio.create_task(known.get(question))
    leaving.cancel()
    assert await staying == 1
