"""What is sent to OpenAI, how often, and what is read from its answer."""

import json
import socket
from dataclasses import replace
from decimal import Decimal

import pybase64
import pytest

from pixyproxy.core.exceptions import (
    GeneratorTimeout,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
)
from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.generators.openai import MODELS, OpenAIImages
from tests.service.generators.openai_services import CAT, OPENAI_KEY, generator_calling
from tests.service.generators.receiving import Received, content_of, made_by
from tests.upstream import RunningUpstream, Scenario


async def test_what_was_not_asked_for_is_not_sent(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        await made_by(generator, CAT)
    assert upstream.ledger()[0].parameters == {"prompt": "a cat", "model": "gpt-image-2"}


async def test_the_picture_is_the_one_that_was_made(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario(unique=True))
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, replace(CAT, quality="low"), received)
    [call] = upstream.ledger()
    assert (received.request_id, call.billed) == (call.id, True)
    assert made.parameters == {"size": "1024x1024", "quality": "low", "background": "opaque"}
    assert made.usage is not None
    assert made.usage["output_tokens"] == 272
    assert content_of(made).startswith(b"\x89PNG")


async def test_the_cost_is_that_of_the_tokens_reported(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, replace(CAT, quality="high"))
    assert made.cost is not None
    assert made.usage is not None
    assert (made.usage["input_tokens"], made.usage["output_tokens"]) == (2, 4160)
    assert made.cost.usd == (2 * Decimal(5) + 4160 * Decimal(30)) / 1_000_000
    assert made.cost.source == "genai-prices"


async def test_a_model_without_a_known_price_has_no_cost(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, replace(CAT, model="gpt-image-2.6-flare"))
    assert made.cost is None


@pytest.mark.parametrize("name", ["server-error", "unavailable", "bad-gateway", "drop", "reset", "cut"])
async def test_a_call_that_may_have_been_billed_is_not_made_again(
    upstream: RunningUpstream, name: str
) -> None:
    upstream.answer_with(name, "ok")
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(Exception, match=r"provider|lost"):
            await made_by(generator, CAT)
    assert [call.scenario for call in upstream.ledger()] == [name]


@pytest.mark.parametrize("name", ["hang", "stall"])
async def test_a_silent_provider_is_left_at_the_deadline_and_not_called_again(
    upstream: RunningUpstream, name: str
) -> None:
    upstream.answer_with(name, "ok")
    async with generator_calling(upstream.base_url, deadline_s=1) as generator:
        with pytest.raises(OutcomeUnknown):
            await made_by(generator, CAT)
    assert [(call.scenario, call.billed) for call in upstream.ledger()] == [(name, True)]


async def test_an_answer_that_trickles_is_left_at_the_deadline_too(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario("slow", over_seconds=30))
    async with generator_calling(upstream.base_url, deadline_s=0.5) as generator:
        with pytest.raises(OutcomeUnknown):
            await made_by(generator, CAT)
    assert len(upstream.ledger()) == 1


@pytest.mark.parametrize("scenario", [Scenario("rate-limited", retry_after_seconds=90), "insufficient-quota"])
async def test_a_call_turned_away_is_not_made_again_here_and_surely_did_not_begin(
    upstream: RunningUpstream, scenario: Scenario | str
) -> None:
    upstream.answer_with(scenario, "ok")
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(PixyProxyException, match=r"takes no more|limit") as caught:
            await made_by(generator, CAT)
    assert caught.value.nothing_was_sent
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 90
    assert [call.billed for call in upstream.ledger()] == [False]


async def test_an_answer_is_handed_on_as_it_comes_after_the_name_of_its_call(
    upstream: RunningUpstream,
) -> None:
    upstream.answer_with(Scenario("slow", over_seconds=0.2))
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        await generator.call(CAT, received)
    assert received.order[:2] == ["request id", "bytes"]
    assert received.order.count("bytes") > 1
    assert received.request_id == upstream.ledger()[0].id
    assert json.loads(received.answer)["data"]


async def test_a_call_that_fails_has_its_name_too(upstream: RunningUpstream) -> None:
    upstream.answer_with("moderation-blocked")
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(PromptRefused) as caught:
            await generator.call(CAT, received)
    assert caught.value.moderation == {"moderation_stage": "output", "categories": ["violence"]}
    assert (received.order, received.request_id) == (["request id"], upstream.ledger()[0].id)


async def test_what_came_of_an_answer_that_is_cut_has_been_handed_on(upstream: RunningUpstream) -> None:
    upstream.answer_with("cut")
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(OutcomeUnknown):
            await generator.call(CAT, received)
    assert received.answer.startswith(b"{")


async def test_where_nobody_answers_nothing_was_sent() -> None:
    async with generator_calling(f"http://127.0.0.1:{_closed_port()}/v1") as generator:
        with pytest.raises(GeneratorTimeout, match="nothing was sent"):
            await made_by(generator, CAT)
        with pytest.raises(GeneratorTimeout):
            await generator.check_reachable()


async def test_whether_the_provider_can_be_reached_is_asked_for_free(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        await generator.check_reachable()
    assert upstream.ledger() == []


@pytest.mark.parametrize("size", [None, Size(1024, 1024), Size(3840, 2160), Size(640, 1088), Size(1536, 864)])
async def test_every_size_let_through_is_one_that_openai_makes(
    upstream: RunningUpstream, size: Size | None
) -> None:
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request := replace(CAT, size=size))
        made = await made_by(generator, request)
    assert made.parameters["size"] == str(size or "1024x1024")


def test_the_models_are_those_that_the_provider_still_has() -> None:
    assert MODELS[0] == "gpt-image-2"
    assert not {"dall-e-2", "dall-e-3", "gpt-image-1"} & set(MODELS)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_base64_is_read_strictly() -> None:
    answer = {"data": [{"b64_json": pybase64.b64encode(b"picture").decode()}]}
    assert _read(answer).content == b"picture"
    answer["data"][0]["b64_json"] = "cGlj\ndHVyZQ=="
    assert _read(answer).content is None


def _read(answer: object) -> GeneratedPicture:
    return OpenAIImages(OPENAI_KEY, None).read(json.dumps(answer).encode(), "gpt-image-2")
