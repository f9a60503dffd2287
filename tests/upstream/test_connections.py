import time

import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream
from .driving import contents, eventually, generate, loader_of, only_call


@pytest.mark.parametrize("name", ["drop", "reset", "cut"])
async def test_a_lost_connection_is_an_error_and_a_bill(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str
) -> None:
    with pytest.raises(openai.APIConnectionError) as caught:
        await generate(client, f"a cat [scenario:{name}]")
    assert not isinstance(caught.value, openai.APITimeoutError)
    assert only_call(upstream).billed


@pytest.mark.parametrize("name", ["hang", "stall", "ok delay_seconds=30", "slow over_seconds=60"])
async def test_an_answer_too_late_is_a_timeout_and_a_bill(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str
) -> None:
    with pytest.raises(openai.APITimeoutError):
        await generate(client.with_options(timeout=0.5), f"a cat [scenario:{name}]")
    call = only_call(upstream)
    assert call.billed
    await eventually(lambda: upstream.abandoned() == [call.id])


async def test_a_slow_answer_arrives_in_the_end(client: AsyncOpenAI) -> None:
    started_at = time.monotonic()
    [content] = contents(await generate(client, "[scenario:slow over_seconds=0.4]"))
    assert time.monotonic() - started_at > 0.35
    assert loader_of(content) == "pngload_buffer"
