"""What is sent to OpenAI, how often, and what is read from its answer."""

import logging
import socket
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

import pybase64
import pytest

from pixyproxy.core.exceptions import GeneratorTimeout, InvalidRequest, OutcomeUnknown, RateLimited
from pixyproxy.core.models import Size
from pixyproxy.service.generators import openai as module
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.openai import MODELS, OpenAIImages
from tests.service.generators.openai_services import CAT, OPENAI_KEY, generator_calling
from tests.upstream import RunningUpstream, Scenario, running_upstream


async def test_parameters_arrive_unchanged(upstream: RunningUpstream) -> None:
    prompt = 'naïve "cat"\n\t猫 🐈'
    async with generator_calling(upstream.base_url) as generator:
        await generator.generate(
            PictureRequest(prompt, "gpt-image-2", Size(1536, 864), "high", "transparent", "webp")
        )
    [call] = upstream.ledger()
    assert call.parameters == {
        "prompt": prompt,
        "model": "gpt-image-2",
        "size": "1536x864",
        "quality": "high",
        "background": "transparent",
        "output_format": "webp",
    }
    assert call.key_ending == OPENAI_KEY[-4:]


async def test_what_was_not_asked_for_is_not_sent(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        await generator.generate(CAT)
    assert upstream.ledger()[0].parameters == {"prompt": "a cat", "model": "gpt-image-2"}


async def test_the_picture_is_the_one_that_was_made(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario(unique=True))
    async with generator_calling(upstream.base_url) as generator:
        made = await generator.generate(replace(CAT, quality="low"))
    [call] = upstream.ledger()
    assert (made.provider_request_id, call.billed) == (call.id, True)
    assert made.parameters == {"size": "1024x1024", "quality": "low", "background": "opaque"}
    assert made.usage is not None
    assert made.usage["output_tokens"] == 272
    assert made.content.startswith(b"\x89PNG")


async def test_the_cost_is_that_of_the_tokens_reported(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        made = await generator.generate(replace(CAT, quality="high"))
    assert made.cost is not None
    assert made.usage is not None
    assert (made.usage["input_tokens"], made.usage["output_tokens"]) == (2, 4160)
    assert made.cost.usd == (2 * Decimal(5) + 4160 * Decimal(30)) / 1_000_000
    assert made.cost.source == "genai-prices"


async def test_a_model_without_a_known_price_has_no_cost(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        made = await generator.generate(replace(CAT, model="gpt-image-2.6-flare"))
    assert made.cost is None


@pytest.mark.parametrize("name", ["server-error", "unavailable", "bad-gateway", "drop", "reset", "cut"])
async def test_a_call_that_may_have_been_billed_is_not_made_again(
    upstream: RunningUpstream, name: str
) -> None:
    upstream.answer_with(name, "ok")
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(Exception, match=r"provider|lost"):
            await generator.generate(CAT)
    assert [call.scenario for call in upstream.ledger()] == [name]


@pytest.mark.parametrize("name", ["hang", "stall"])
async def test_a_silent_provider_is_left_at_the_deadline_and_not_called_again(
    upstream: RunningUpstream, name: str
) -> None:
    upstream.answer_with(name, "ok")
    async with generator_calling(upstream.base_url, deadline_s=0.3) as generator:
        with pytest.raises(OutcomeUnknown):
            await generator.generate(CAT)
    assert [(call.scenario, call.billed) for call in upstream.ledger()] == [(name, True)]


async def test_an_answer_that_trickles_is_left_at_the_deadline_too(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario("slow", over_seconds=30))
    async with generator_calling(upstream.base_url, deadline_s=0.5) as generator:
        with pytest.raises(OutcomeUnknown):
            await generator.generate(CAT)
    assert len(upstream.ledger()) == 1


async def test_a_call_turned_away_for_its_rate_is_made_again_when_it_may(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario("rate-limited", retry_after_seconds=0.7), "ok")
    async with generator_calling(upstream.base_url) as generator:
        await generator.generate(CAT)
    refused, paid = upstream.ledger()
    assert (refused.billed, paid.billed) == (False, True)
    assert paid.received_at - refused.received_at >= 0.7
    assert refused.parameters == paid.parameters


@pytest.mark.parametrize("scenario", [Scenario("rate-limited", retry_after_seconds=90), "insufficient-quota"])
async def test_a_call_is_not_made_again_where_waiting_is_too_long_or_no_help(
    upstream: RunningUpstream, scenario: Scenario | str
) -> None:
    upstream.answer_with(scenario, "ok")
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(Exception, match=r"takes no more|limit") as caught:
            await generator.generate(CAT)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 90
    assert len(upstream.ledger()) == 1


async def test_a_refused_connection_is_tried_again_and_nothing_billed_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_PAUSES_S", (0.01, 0.01))
    port = _closed_port()
    with ExitStack() as stack:
        started: list[RunningUpstream] = []

        class StartsTheProvider(logging.Handler):
            def emit(self, _: logging.LogRecord) -> None:
                if not started:
                    started.append(stack.enter_context(running_upstream(port=port)))

        module.log.addHandler(handler := StartsTheProvider())
        stack.callback(module.log.removeHandler, handler)
        async with generator_calling(f"http://127.0.0.1:{port}/v1") as generator:
            made = await generator.generate(CAT)
        [call] = started[0].ledger()
        assert made.provider_request_id == call.id


async def test_where_nobody_answers_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES_S", (0.01, 0.01))
    async with generator_calling(f"http://127.0.0.1:{_closed_port()}/v1") as generator:
        with pytest.raises(GeneratorTimeout, match="nothing was sent"):
            await generator.generate(CAT)
        with pytest.raises(GeneratorTimeout):
            await generator.check_reachable()


async def test_whether_the_provider_can_be_reached_is_asked_for_free(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        await generator.check_reachable()
    assert upstream.ledger() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seed": 1}, "seed"),
        ({"size": Size(1000, 1000)}, "size"),
        ({"size": Size(256, 256)}, "size"),
        ({"size": Size(3840, 1264)}, "size"),
        ({"size": Size(4096, 1024)}, "size"),
        ({"size": Size(3840, 3840)}, "size"),
        ({"background": "transparent", "output_format": "jpeg"}, "background"),
    ],
)
def test_what_openai_cannot_do_is_refused_before_it_is_called(change: dict[str, object], field: str) -> None:
    generator = OpenAIImages(OPENAI_KEY, "http://127.0.0.1:9/v1")
    with pytest.raises(InvalidRequest) as caught:
        generator.check(replace(CAT, **change))  # type: ignore[arg-type]
    assert [each.field for each in caught.value.errors] == [field]


@pytest.mark.parametrize("size", [None, Size(1024, 1024), Size(3840, 2160), Size(640, 1088), Size(1536, 864)])
async def test_every_size_let_through_is_one_that_openai_makes(
    upstream: RunningUpstream, size: Size | None
) -> None:
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request := replace(CAT, size=size))
        made = await generator.generate(request)
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
    assert module._content(answer) == b"picture"
