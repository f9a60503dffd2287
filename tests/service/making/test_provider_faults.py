"""What a provider and the wire can do to a call, and what its own ledger says of it afterwards."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import AttemptStatus, Image, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from tests.service.generators.openai_services import OPENAI_KEY, generator_calling
from tests.service.making.workshop import (
    CAT,
    attempts_of,
    begun,
    costs,
    eventually,
    files_of,
    found,
    nothing_is_left_to_do,
    the_only_image,
    until,
    worker,
)
from tests.service.scenery import ALICE, rows
from tests.upstream import RunningUpstream, Scenario
from tools.mysql_process import free_port

SUCCEEDED, FAILED, UNKNOWN = AttemptStatus.SUCCEEDED, AttemptStatus.FAILED, AttemptStatus.UNKNOWN


@pytest.fixture
async def openai(upstream: RunningUpstream) -> AsyncIterator[OpenAIImages]:
    async with generator_calling(upstream.base_url, deadline_s=0.5) as generator:
        yield generator


async def _made(parts: Services, openai: OpenAIImages) -> Image:
    """However it ends."""
    async with worker(parts, openai) as service:
        [end] = await asyncio.gather(service.private(ALICE).make(CAT), return_exceptions=True)
    image = await the_only_image(parts)
    if isinstance(end, PixyProxyException):
        assert image.failure is not None
        told = (end.guid, end.code, end.detail)
        assert told == (image.guid, image.failure.code, image.failure.detail)
    else:
        assert end == image
    return image


async def _statuses(parts: Services, image: Image) -> list[AttemptStatus]:
    return [each.status for each in await attempts_of(parts, image.guid)]


@pytest.mark.parametrize("scenario", ["reset", "drop", "hang", "bad-gateway"])
async def test_a_call_whose_answer_is_lost_is_unknown_and_made_once(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: str
) -> None:
    upstream.answer_with(scenario)
    image = await _made(parts, openai)
    assert (image.status, await _statuses(parts, image)) == (Status.UNKNOWN, [UNKNOWN])
    assert len(upstream.ledger()) == 1
    assert files_of(parts) == []
    assert await nothing_is_left_to_do(parts)


@pytest.mark.parametrize("scenario", ["cut", "stall"])
async def test_of_an_answer_that_was_cut_what_came_is_put_aside(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: str
) -> None:
    upstream.answer_with(scenario)
    image = await _made(parts, openai)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status, len(upstream.ledger())) == (Status.UNKNOWN, UNKNOWN, 1)
    assert files_of(parts) == [quarantine_key(attempt.storage_key)]
    answer = [chunk async for chunk in parts.store.read(quarantine_key(attempt.storage_key))]
    assert b"".join(answer).startswith(b'{"created"')
    assert attempt.provider_request_id == upstream.ledger()[0].id
    assert await nothing_is_left_to_do(parts)


async def test_a_full_house_is_asked_again_when_it_said(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages
) -> None:
    upstream.answer_with("rate-limited", "ok")
    image = await _made(parts, openai)
    assert (image.status, await _statuses(parts, image)) == (Status.READY, [FAILED, SUCCEEDED])
    refused, paid = upstream.ledger()
    assert paid.received_at - refused.received_at >= 1
    first, second = await attempts_of(parts, image.guid)
    assert (first.provider_request_id, second.provider_request_id) == (refused.id, paid.id)
    assert first.cost is None
    assert second.cost is not None
    assert image.cost_usd == second.cost.usd


@pytest.mark.parametrize(
    "scenario", [Scenario("rate-limited", retry_after_seconds=21), Scenario("insufficient-quota")]
)
async def test_one_that_is_full_for_longer_is_not_waited_for(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: Scenario
) -> None:
    upstream.answer_with(scenario, "ok")
    image = await _made(parts, openai)
    assert (image.status, await _statuses(parts, image)) == (Status.FAILED, [FAILED])
    assert len(upstream.ledger()) == 1


@pytest.mark.parametrize("scenario", ["server-error", "unavailable", "unauthorized", "moderation-blocked"])
async def test_an_error_of_the_provider_is_the_end(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: str
) -> None:
    upstream.answer_with(scenario, "ok")
    image = await _made(parts, openai)
    assert (image.status, await _statuses(parts, image)) == (Status.FAILED, [FAILED])
    assert len(upstream.ledger()) == 1


@pytest.mark.parametrize("scenario", ["empty-data", "no-image", "base64-of-text", "truncated", "url"])
async def test_an_answer_without_a_picture_is_kept_with_what_it_cost(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: str
) -> None:
    upstream.answer_with(scenario)
    image = await _made(parts, openai)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status, len(upstream.ledger())) == (Status.FAILED, FAILED, 1)
    assert files_of(parts) == [quarantine_key(attempt.storage_key)]
    assert attempt.usage is not None
    assert attempt.cost is not None
    assert image.cost_usd == attempt.cost.usd
    assert await nothing_is_left_to_do(parts)


@pytest.mark.parametrize("scenario", ["text", "html", "invalid-json"])
async def test_an_answer_that_makes_no_sense_is_kept_as_it_came(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages, scenario: str
) -> None:
    upstream.answer_with(scenario)
    image = await _made(parts, openai)
    [attempt] = await attempts_of(parts, image.guid)
    assert (image.status, attempt.status, len(upstream.ledger())) == (Status.FAILED, FAILED, 1)
    assert files_of(parts) == [quarantine_key(attempt.storage_key)]


async def test_of_an_empty_answer_there_is_nothing_to_keep(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages
) -> None:
    upstream.answer_with("empty-body")
    image = await _made(parts, openai)
    assert (image.status, await _statuses(parts, image)) == (Status.FAILED, [FAILED])
    assert files_of(parts) == []
    assert await nothing_is_left_to_do(parts)


async def test_where_nobody_listens_three_attempts_are_recorded_and_nothing_is_sent(parts: Services) -> None:
    async with generator_calling(f"http://127.0.0.1:{free_port()}/v1") as openai:
        image = await _made(parts, openai)
    assert image.failure is not None
    assert (image.status, image.failure.code) == (Status.FAILED, "generator_timeout")
    assert await _statuses(parts, image) == [FAILED] * 3


async def test_one_that_finds_no_free_connection_is_repeated_and_never_sent_twice(
    parts: Services, upstream: RunningUpstream
) -> None:
    async with generator_calling(upstream.base_url) as openai, worker(parts, openai) as service:
        await openai._client.close()
        limits = httpx2.Limits(max_connections=1)
        timeout = Timeout(30, pool=0.2)
        openai._client = AsyncOpenAI(
            api_key=OPENAI_KEY,
            base_url=upstream.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAsyncHttpxClient(limits=limits, timeout=timeout),
        )
        upstream.answer_with(Scenario("ok", delay_seconds=0.5))
        first = await begun(service)

        async def is_sent() -> bool:
            return bool(await asyncio.to_thread(upstream.ledger))

        await eventually(is_sent)
        second = await begun(service)
        for image in (first, second):
            await until(parts, image.guid, Status.READY)
    assert await _statuses(parts, first) == [SUCCEEDED]
    repeated = await _statuses(parts, second)
    assert (repeated[0], repeated[-1]) == (FAILED, SUCCEEDED)
    assert len(upstream.ledger()) == 2


async def test_ledger_attempts_images_and_costs_agree(
    parts: Services, upstream: RunningUpstream, openai: OpenAIImages
) -> None:
    """The last word on money: what the provider made is what we have, or know that we lost."""
    scenarios = ["ok", "cut", "no-image", "reset", "server-error", "ok"]
    async with worker(parts, openai) as service:
        prompts = [ImagePrompt(prompt=f"a cat [scenario:{name}]") for name in scenarios]
        making = [service.private(ALICE).make(prompt) for prompt in prompts]
        await asyncio.gather(*making, return_exceptions=True)
    ledger = upstream.ledger()
    assert len(ledger) == len(scenarios)
    attempts = [each for image in await _images(parts) for each in await attempts_of(parts, image.guid)]
    assert len(attempts) == len(scenarios)
    known = {each.provider_request_id: each for each in attempts}
    for call in ledger:
        if "ok" in call.prompt:
            assert known[call.id].status is SUCCEEDED
    ready = [image for image in await _images(parts) if image.status is Status.READY]
    paid = {sha256 for call in ledger if "ok" in call.prompt for sha256 in call.pictures}
    assert {image.content.sha256 for image in ready if image.content} == paid
    assert sum(filter(None, costs(attempts))) == sum(
        image.cost_usd for image in await _images(parts) if image.cost_usd
    )
    assert await nothing_is_left_to_do(parts)


async def _images(parts: Services) -> list[Image]:
    return [await found(parts, row["guid"]) for row in await rows(parts, "image")]
