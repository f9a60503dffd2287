"""Ending a process does not depend on every task hearing the first wish."""

import asyncio

import pytest

from pixyproxy.service import background
from pixyproxy.service.background import stop


async def test_what_misses_the_first_wish_hears_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_WISH_AGAIN_S", 0.01)
    heard: list[str] = []

    async def deaf_at_first() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                heard.append("a wish")
                if len(heard) == 2:
                    raise

    task = asyncio.create_task(deaf_at_first())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await stop([task])
    assert task.cancelled()
    assert heard == ["a wish", "a wish"]


async def test_an_error_of_the_last_moment_is_not_raised_again() -> None:
    async def breaks() -> None:
        raise ValueError

    task = asyncio.create_task(breaks())
    await asyncio.sleep(0)
    await stop([task])
    assert task.done()


async def test_nothing_is_stopped_at_once() -> None:
    await stop([])
