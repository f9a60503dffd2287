"""A renderer that dies, hangs or talks nonsense costs one question; the next one is answered by another."""

import asyncio
import os
import signal
import sys

import pytest

from pixyproxy.core.exceptions import Unavailable
from tests.service.variants.gallery import job_for
from tests.service.variants.renderers import (
    CANNOT_START,
    DIES_OVER_IT,
    WatchedWorkshop,
    asked,
    is_running,
    open_workshop,
    question,
    until,
)


async def stopped(workshop: WatchedWorkshop) -> int:
    """A renderer that has done its work so far, and from now on does nothing."""
    await workshop.ask(*question())
    os.kill(workshop.started[-1].pid, signal.SIGSTOP)
    return workshop.started[-1].pid


async def test_nothing_is_started_before_there_is_work_and_nothing_is_left() -> None:
    async with open_workshop() as workshop:
        assert not workshop.started
        await workshop.ask(*question())
    assert [is_running(each.pid) for each in workshop.started] == [False]


async def test_there_are_as_many_as_are_needed_and_no_more_than_may_be() -> None:
    async with open_workshop(most=2) as workshop:
        for _ in range(3):
            await workshop.ask(*question())
        assert len(workshop.started) == 1
        await asyncio.gather(*(workshop.ask(*question()) for _ in range(8)))
        assert len(workshop.started) == 2


async def test_one_that_is_killed_over_its_work_is_replaced() -> None:
    async with open_workshop(most=1) as workshop:
        pid = await stopped(workshop)
        asking = asyncio.create_task(workshop.ask(*question()))
        await asyncio.sleep(0.05)
        assert not asking.done()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Unavailable) as caught:
            await asking
        assert caught.value.retry_after_s
        assert (await workshop.ask(*question()))[0]["media_type"] == "image/webp"
        assert len(workshop.started) == 2


async def test_one_that_was_killed_at_rest_is_not_noticed() -> None:
    async with open_workshop(most=1) as workshop:
        await workshop.ask(*question())
        os.kill(workshop.started[0].pid, signal.SIGKILL)
        await until(lambda: not workshop.started[0].is_alive)
        assert (await workshop.ask(*question()))[0]["media_type"] == "image/webp"


async def test_one_that_takes_too_long_is_killed_and_replaced() -> None:
    async with open_workshop(most=1, job_limit_s=0.2) as workshop:
        workshop._job_limit_s = 20
        pid = await stopped(workshop)
        workshop._job_limit_s = 0.2
        with pytest.raises(Unavailable) as caught:
            await workshop.ask(*question())
        assert caught.value.retry_after_s == 30
        assert not is_running(pid)
        workshop._job_limit_s = 20
        await workshop.ask(*question())


async def test_one_whose_answer_nobody_waits_for_is_killed() -> None:
    """Else its answer would be taken for that to the next question."""
    async with open_workshop(most=1) as workshop:
        pid = await stopped(workshop)
        asking = asyncio.create_task(workshop.ask(*question()))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not is_running(pid)
        assert (await workshop.ask(*question("png")))[0]["media_type"] == "image/png"


async def test_a_great_question_to_one_that_dies_over_it_is_answered_by_an_error() -> None:
    """It is still being told when its listener has gone."""
    large = bytes(5_000_000)
    async with open_workshop(DIES_OVER_IT) as workshop:
        with pytest.raises(Unavailable):
            await workshop.ask(*asked(large, job_for(large)))


async def test_one_that_cannot_be_started_is_an_error_of_that_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_workshop(CANNOT_START) as workshop:
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                await workshop.ask(*question())
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert "FileNotFoundError" in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        r"\0\0\0\x02{]",
        r"\0\0\0\x02[]",
        r"\0\0\0\x02{}",
        r"\0\0\0\x12{\"size_bytes\": -1}",
        r"\0\0\0\x13{\"size_bytes\": \"a\"}",
        r"\x7f\0\0\0" + 5000 * " ",
    ],
)
async def test_one_that_talks_nonsense_is_killed(answer: str) -> None:
    nonsense = (sys.executable, "-c", f"import sys; print('{answer}', end='', flush=True); sys.stdin.read()")
    async with open_workshop(nonsense) as workshop:
        with pytest.raises(Unavailable):
            await workshop.ask(*question())
        assert not is_running(workshop.started[0].pid)


async def test_one_that_is_idle_for_long_ends() -> None:
    async with open_workshop(most=1, idle_s=0.2) as workshop:
        await workshop.ask(*question())
        await until(lambda: not is_running(workshop.started[0].pid))
        await workshop.ask(*question())
        assert len(workshop.started) == 2


async def test_one_that_has_work_again_and_again_does_not_end() -> None:
    async with open_workshop(most=1, idle_s=0.3) as workshop:
        for _ in range(8):
            await workshop.ask(*question())
            await asyncio.sleep(0.1)
        assert len(workshop.started) == 1


async def test_of_two_the_one_that_is_not_needed_ends() -> None:
    async with open_workshop(most=2, idle_s=0.4) as workshop:
        await asyncio.gather(workshop.ask(*question()), workshop.ask(*question()))
        for _ in range(8):
            await workshop.ask(*question())
            await asyncio.sleep(0.1)
        assert len([each for each in workshop.started if is_running(each.pid)]) == 1
