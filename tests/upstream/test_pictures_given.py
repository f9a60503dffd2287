import time

import pytest
import pyvips
from openai import AsyncOpenAI

from . import RunningUpstream, Scenario
from .driving import contents, generate, hashes, loader_of, only_call


async def test_the_answer_holds_the_picture_it_announces(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    response = await generate(client, size="1536x1024", quality="high")
    [content] = contents(response)
    picture = pyvips.Image.new_from_buffer(content, "", fail_on="warning")
    assert f"{picture.width}x{picture.height}" == response.size == "1536x1024"
    assert (response.output_format, response.quality, response.background) == ("png", "high", "opaque")
    assert response.usage is not None
    assert response.usage.output_tokens == 6240
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert only_call(upstream).pictures == hashes([content])


async def test_the_ledger_holds_the_call_as_it_was_received(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    before = time.time()
    response = await generate(client, n=2, extra_headers={"idempotency-key": "once"})
    call = only_call(upstream)
    assert call.id == response._request_id
    assert call.parameters == {"prompt": "a cat", "model": "gpt-image-2", "n": 2}
    assert (call.prompt, call.model, call.path) == ("a cat", "gpt-image-2", "/v1/images/generations")
    assert (call.key_ending, call.idempotency_key, call.retry_count) == ("1234", "once", "0")
    assert (call.scenario, call.status, call.billed, len(call.pictures)) == ("ok", 200, True, 2)
    assert "OpenAI" in (call.user_agent or "")
    assert before <= call.received_at <= time.time()


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
async def test_the_format_ordered_is_the_format_of_the_bytes(client: AsyncOpenAI, output_format: str) -> None:
    response = await generate(client, output_format=output_format)
    assert response.output_format == output_format
    assert loader_of(contents(response)[0]) == f"{output_format}load_buffer"


async def test_unique_pictures_differ_within_a_call_and_between_calls(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    upstream.answer_with(Scenario(unique=True))
    made = [contents(await generate(client, n=2)) for _ in range(2)]
    assert len({content for pair in made for content in pair}) == 4
    assert [call.pictures for call in upstream.ledger()] == [hashes(pair) for pair in made]


async def test_models_are_listed(client: AsyncOpenAI) -> None:
    assert "gpt-image-2" in [model.id async for model in client.models.list()]
