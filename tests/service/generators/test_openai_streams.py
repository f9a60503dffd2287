"""Answers that come as a stream: spooled as they are, previews on the way, the picture at the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pybase64
import pytest
from openai import AsyncOpenAI

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    GeneratorRefused,
    InvalidRequest,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
    UnreadablePicture,
)
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.generators.openai.events import Event, EventReader
from tests.service.generators.openai_services import CAT, OPENAI_KEY, generator_calling
from tests.service.generators.receiving import Received, content_of, made_by
from tests.service.scenery import PNG
from tests.upstream import RunningUpstream, Scenario
from tests.upstream.driving import hashes

STREAMED = replace(CAT, partial_images=2)
B64 = pybase64.b64encode(PNG).decode()


@pytest.mark.parametrize("scenario", ["ok", "stream-keep-alive", "stream-nameless"])
async def test_previews_and_the_picture_are_the_ones_that_were_made(
    upstream: RunningUpstream, scenario: str
) -> None:
    upstream.answer_with(Scenario(scenario, unique=True))
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, STREAMED, received)
    [call] = upstream.ledger()
    assert (call.parameters["stream"], call.parameters["partial_images"]) == (True, 2)
    assert (hashes(received.previews), hashes([content_of(made)])) == (call.previews, call.pictures)
    assert received.request_id == call.id
    assert made.parameters == {"size": "1024x1024", "quality": "medium", "background": "opaque"}
    assert made.usage is not None
    assert made.usage["output_tokens"] == 1056 + 200
    assert made.cost is not None


async def test_previews_come_before_the_end_and_after_their_bytes_are_safe(upstream: RunningUpstream) -> None:
    upstream.answer_with(Scenario("slow", over_seconds=0.4))
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        await generator.call(STREAMED, received)
    order = received.order
    assert order[:2] == ["request id", "bytes"]
    first, second = (place for place, what in enumerate(order) if what == "preview")
    assert first < second < len(order) - 10
    assert received.answer.count(b"event: ") == 3


async def test_a_stream_without_previews_is_asked_for_without_a_number(upstream: RunningUpstream) -> None:
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        await made_by(generator, replace(CAT, partial_images=0), received)
    assert upstream.ledger()[0].parameters == {"prompt": "a cat", "model": "gpt-image-2", "stream": True}
    assert received.answer.startswith(b"event: image_generation.completed")
    assert received.previews == []


@pytest.mark.parametrize("output_format", ["gif", "svg"])
async def test_what_cannot_be_streamed_is_not(upstream: RunningUpstream, output_format: str) -> None:
    request = replace(CAT, partial_images=0, output_format=output_format)
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request)
        made = await made_by(generator, request)
    [call] = upstream.ledger()
    assert "stream" not in call.parameters
    assert call.pictures == hashes([content_of(made)])


async def test_json_instead_of_a_stream_is_understood(upstream: RunningUpstream) -> None:
    upstream.answer_with("unstreamed")
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, STREAMED)
    assert upstream.ledger()[0].pictures == hashes([content_of(made)])


@pytest.mark.parametrize("scenario", ["stream-unfinished", "stream-cut", "cut", "drop"])
async def test_a_stream_without_its_picture_leaves_the_outcome_unknown(
    upstream: RunningUpstream, scenario: str
) -> None:
    upstream.answer_with(scenario, "ok")
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(OutcomeUnknown):
            await generator.call(STREAMED, received)
        with pytest.raises(UnreadablePicture):
            generator.read(bytes(received.answer), CAT.model)
    assert [call.billed for call in upstream.ledger()] == [True]


@pytest.mark.parametrize(
    ("scenario", "partial_images", "kind"),
    [
        ("stream-error", 2, GeneratorFailed),
        ("stream-error-bare", 2, GeneratorFailed),
        ("stream-error", 0, GeneratorFailed),
        ("stream-moderated", 2, PromptRefused),
        ("stream-moderated", 0, PromptRefused),
        ("stream-rate-limited", 0, RateLimited),
        ("stream-rate-limited", 2, GeneratorFailed),
    ],
)
async def test_an_error_in_a_stream_is_the_one_it_would_be_as_an_answer(
    upstream: RunningUpstream, scenario: str, partial_images: int, kind: type[PixyProxyException]
) -> None:
    upstream.answer_with(scenario)
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        with pytest.raises(PixyProxyException) as caught:
            await generator.call(replace(CAT, partial_images=partial_images), received)
    assert type(caught.value) is kind
    assert len(received.previews) == partial_images
    assert b'"error"' in received.answer
    if isinstance(caught.value, PromptRefused):
        assert caught.value.moderation == {"moderation_stage": "output", "categories": ["violence"]}


def _event(kind: str, **members: Any) -> bytes:
    said = {"type": f"image_generation.{kind}", "b64_json": B64, **members}
    return f"event: image_generation.{kind}\ndata: {json.dumps(said)}\n\n".encode()


PARTIAL, COMPLETED = _event("partial_image"), _event("completed", usage={"total_tokens": 7})


def _error(**error: Any) -> bytes:
    return f"data: {json.dumps({'error': error})}\n\n".encode()


async def _call(*chunks: bytes, then: BaseException | None = None, silent_s: float = 0) -> Received:
    """A provider that sends these chunks one by one, and then fails, or is silent."""

    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
        await asyncio.sleep(silent_s)
        if then is not None:
            raise then

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body())

    generator, received = OpenAIImages(OPENAI_KEY, "http://provider.test/v1", 30), Received()
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    generator._client = AsyncOpenAI(api_key=OPENAI_KEY, http_client=client, max_retries=0)
    await generator.call(STREAMED, received)
    assert bytes(received.answer) == b"".join(chunks)
    return received


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (_error(code="insufficient_quota", type="insufficient_quota"), GeneratorRefused),
        (_error(code="invalid_value", type="invalid_request_error", param="size"), InvalidRequest),
        (_error(message="nobody's words"), OutcomeUnknown),
        (b'data: {"error": "a text"}\n\n', OutcomeUnknown),
        (b"event: error\ndata: no json\n\n", OutcomeUnknown),
        (b'data: {"type": "error", "code": "server_error", "message": "flat"}\n\n', OutcomeUnknown),
        (b'data: {"type": "error", "code": "moderation_blocked"}\n\n', PromptRefused),
        (b'event: error\ndata: {"code": "moderation_blocked"}\n\n', PromptRefused),
        (b'event: error\ndata: {"type": "server_error"}\n\n', GeneratorFailed),
    ],
)
async def test_other_errors_in_a_stream(event: bytes, kind: type[PixyProxyException]) -> None:
    with pytest.raises(PixyProxyException) as caught:
        await _call(event)
    assert type(caught.value) is kind
    with pytest.raises(PixyProxyException) as caught:
        await _call(PARTIAL, event)
    assert not caught.value.nothing_was_sent


async def test_what_comes_after_the_picture_does_it_no_harm() -> None:
    await _call(COMPLETED, _error(code="server_error", type="server_error"), b"data: [DONE]\n\n")
    await _call(COMPLETED, then=httpx2.ReadError("reset"))
    await _call(COMPLETED + b"data: [DO", then=httpx2.ReadError("reset"))


async def test_a_connection_that_stays_open_after_the_picture_is_left() -> None:
    async with asyncio.timeout(10):
        await _call(COMPLETED, silent_s=60)


async def test_an_event_nobody_knows_and_a_preview_nobody_can_read_are_passed_over() -> None:
    odd = (
        b'data: {"error": null}\n\n',
        b"data: [1]\n\n",
        b"event: ping\ndata:\n\n",
        _event("partial_image", b64_json="%"),
        b"id: 7\n\n",
    )
    received = await _call(*odd, PARTIAL, COMPLETED)
    assert received.previews == [PNG]


async def test_chunks_of_any_size_are_the_same_stream() -> None:
    whole = PARTIAL + PARTIAL + COMPLETED
    received = await _call(*(whole[at : at + 7] for at in range(0, len(whole), 7)))
    assert received.previews == [PNG, PNG]


def _read(answer: bytes) -> GeneratedPicture:
    return OpenAIImages(OPENAI_KEY, None).read(answer, "gpt-image-2")


def test_a_stream_is_read_again_later() -> None:
    made = _read(b": hello\r\n\r\n" + PARTIAL + COMPLETED.replace(b"\n", b"\r\n") + b"data: [DONE]\n\n")
    assert (made.content, made.usage) == (PNG, {"total_tokens": 7})


@pytest.mark.parametrize("missing", [1, 2])
def test_a_stream_that_only_lacks_its_empty_line_is_whole(missing: int) -> None:
    assert _read((PARTIAL + COMPLETED)[:-missing]).content == PNG


@pytest.mark.parametrize("missing", [3, 30, 200, len(COMPLETED)])
def test_a_stream_that_is_cut_is_not_readable(missing: int) -> None:
    with pytest.raises(UnreadablePicture):
        _read((PARTIAL + COMPLETED)[:-missing])


def test_a_stream_whose_last_event_has_no_picture_has_none() -> None:
    made = _read(_event("completed", b64_json=None, url="http://elsewhere.test/cat.png"))
    assert made.content is None


def test_a_reader_of_events_keeps_nothing_it_has_handed_out() -> None:
    reader = EventReader()
    [event] = reader.feed(b"event: a\ndata: one\ndata:two\n\ndata: rest")
    assert event == Event(b"a", b"one\ntwo")
    assert list(reader.feed(b"\n\n")) == [Event(b"", b"rest")]
    assert reader._buffer == b""
