import asyncio
import time

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream, Scenario
from .driving import generate, generate_raw
from .plays import PLAYS
from .refusals import REFUSALS
from .scenarios import BEHAVIOURS


async def test_the_client_own_retries_are_counted(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    upstream.answer_with(Scenario("rate-limited", retry_after_seconds=0.01), "drop", "ok")
    await generate(client.with_options(max_retries=2))
    calls = upstream.ledger()
    assert [call.scenario for call in calls] == ["rate-limited", "drop", "ok"]
    assert [call.retry_count for call in calls] == ["0", "1", "2"]
    assert [call.billed for call in calls] == [False, True, True]


async def test_scenarios_serve_in_order_and_the_last_one_stays(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    upstream.answer_with("empty-data", "ok", "truncated")
    await generate(client, "marked, so it uses up nothing [scenario:huge]")
    for _ in range(4):
        await generate(client)
    used = [call.scenario for call in upstream.ledger()]
    assert used == ["huge", "empty-data", "ok", "truncated", "truncated"]


async def test_many_scenarios_run_at_once(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    names = [name for name in BEHAVIOURS if name not in ("hang", "stall")] * 3
    prompts = [f"[scenario:{name} over_seconds=0.2 delay_seconds=0.2]" for name in names]
    started_at = time.monotonic()
    await asyncio.gather(*(generate_raw(client, prompt) for prompt in prompts), return_exceptions=True)
    assert time.monotonic() - started_at < 5
    assert sorted(call.scenario for call in upstream.ledger()) == sorted(names)


async def test_a_slip_in_a_marker_or_in_control_is_told(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    with pytest.raises(openai.BadRequestError, match="no scenario 'okay'") as caught:
        await generate(client, "[scenario:okay]")
    assert caught.value.type == "stand_in_error"
    with pytest.raises(openai.BadRequestError, match="no option 'dealy'"):
        await generate(client, "[scenario:ok dealy=2]")
    response = httpx2.post(f"{upstream.root_url}/control", json={"name": "okay"}, trust_env=False)
    assert response.status_code == 422


def test_every_scenario_is_described_and_played() -> None:
    assert set(BEHAVIOURS) == {*PLAYS, *REFUSALS}
