import base64
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream
from .driving import edit, file_of, generate_raw, hashes, only_call
from .pictures import Form


async def streamed(client: AsyncOpenAI, prompt: str = "a cat", **more: Any) -> list[Any]:
    stream = await client.images.generate(
        prompt=prompt, model="gpt-image-2", stream=True, partial_images=2, **more
    )
    return [event async for event in stream]


def pictures(events: list[Any]) -> tuple[str, ...]:
    return hashes([base64.b64decode(event.b64_json, validate=True) for event in events])


@pytest.mark.parametrize("name", ["ok", "stream-keep-alive", "stream-nameless"])
async def test_a_stream_has_its_previews_and_then_its_picture(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str
) -> None:
    events = await streamed(client, f"[scenario:{name}]")
    kinds = ["partial_image", "partial_image", "completed"]
    assert [event.type for event in events] == [f"image_generation.{kind}" for kind in kinds]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    call = only_call(upstream)
    assert (call.previews, call.pictures) == (pictures(events[:2]), pictures(events[2:]))
    assert len(set(call.previews)) == 2
    assert events[2].usage.output_tokens == 1056 + 2 * 100


async def test_an_edit_has_events_of_its_own(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    stream: Any = await edit(client, file_of(Form(width=64, height=48)), stream=True)
    [event] = [event async for event in stream]
    assert event.type == "image_edit.completed"
    assert only_call(upstream).pictures == pictures([event])


@pytest.mark.parametrize("name", ["stream-unfinished", "stream-cut"])
async def test_the_client_itself_takes_a_stream_without_its_picture_for_a_whole_one(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str
) -> None:
    events = await streamed(client, f"[scenario:{name}]")
    assert [event.type for event in events] == ["image_generation.partial_image"] * 2
    assert only_call(upstream).billed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("stream-error", "server_error"),
        ("stream-error-bare", "server_error"),
        ("stream-moderated", "image_generation_user_error"),
        ("stream-rate-limited", "input-images"),
    ],
)
async def test_an_error_may_come_after_the_previews(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str, kind: str
) -> None:
    with pytest.raises(openai.APIError) as caught:
        await streamed(client, f"[scenario:{name}]")
    assert caught.value.type == kind
    call = only_call(upstream)
    assert (call.status, call.billed, len(call.previews)) == (200, False, 2)


async def test_json_may_come_although_a_stream_was_asked_for(client: AsyncOpenAI) -> None:
    response = await client.images.with_raw_response.generate(prompt="[scenario:unstreamed]", stream=True)
    assert response.http_response.headers["content-type"] == "application/json"


async def test_where_no_stream_is_asked_for_none_comes(client: AsyncOpenAI) -> None:
    response = await generate_raw(client, "[scenario:stream-error]")
    assert response.headers["content-type"] == "application/json"
