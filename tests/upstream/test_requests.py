from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream
from .driving import generate, only_call


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"n": 11}, "integer_above_max_value", "n"),
        ({"n": "1"}, "invalid_type", "n"),
        ({"size": "1000x1000"}, "invalid_value", "size"),
        ({"size": "3840x640"}, "invalid_value", "size"),
        ({"quality": "hd"}, "invalid_value", "quality"),
        ({"quality": "max"}, "invalid_value", "quality"),
        ({"output_format": "avif"}, "invalid_value", "output_format"),
        ({"output_compression": 80}, "invalid_value", "output_compression"),
        ({"frame_count": 2}, "invalid_value", "frame_count"),
        ({"output_format": "gif", "frame_count": 17}, "integer_above_max_value", "frame_count"),
        ({"output_format": "gif", "stream": True}, "invalid_value", "stream"),
        ({"output_format": "svg", "n": 2}, "invalid_value", "n"),
        ({"output_format": "svg", "svg": {}}, "invalid_type", "svg.model"),
        ({"partial_images": 1}, "invalid_value", "partial_images"),
        ({"extra_body": {"input_fidelity": "high"}}, "unknown_parameter", "input_fidelity"),
        ({"extra_body": {"style": "vivid"}}, "unknown_parameter", "style"),
        ({"background": "transparent", "output_format": "jpeg"}, "invalid_value", "background"),
        ({"extra_body": {"response_format": "b64_json"}}, "unknown_parameter", "response_format"),
        ({"prompt": "x" * 32_001}, "string_above_max_length", "prompt"),
    ],
)
async def test_a_request_openai_would_refuse_is_refused_and_recorded(
    upstream: RunningUpstream, client: AsyncOpenAI, parameters: dict[str, Any], code: str, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await generate(client, **parameters)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert (only_call(upstream).scenario, only_call(upstream).billed) == ("refused", False)


@pytest.mark.parametrize("size", ["auto", "1536x864", "3840x2160", "640x1088"])
async def test_sizes_of_the_second_generation_are_free_within_limits(client: AsyncOpenAI, size: str) -> None:
    response = await generate(client, size=size)
    assert response.size == ("1024x1024" if size == "auto" else size)


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1", "flux"])
async def test_a_model_that_is_no_more_or_never_was_is_not_found(client: AsyncOpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.images.generate(prompt="a cat", model=model)
    assert caught.value.code == "model_not_found"


async def test_a_wrong_key_is_refused_and_shown_masked(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        await generate(client.with_options(api_key="pk-of-somebody-else-9876"))
    assert caught.value.code == "invalid_api_key"
    assert "pk-************9876" in caught.value.message
    assert only_call(upstream).key_ending == "9876"


def test_without_a_key_nothing_is_answered(upstream: RunningUpstream) -> None:
    response = httpx2.get(f"{upstream.base_url}/models", trust_env=False)
    assert response.status_code == 401
    assert response.json()["error"]["message"].startswith("You didn't provide an API key")


def test_variations_are_no_more(upstream: RunningUpstream) -> None:
    response = httpx2.post(f"{upstream.base_url}/images/variations", json={}, trust_env=False)
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Invalid URL (POST /v1/images/variations)"
