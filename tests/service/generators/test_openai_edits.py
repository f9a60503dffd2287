"""Pictures to start from, as they arrive at OpenAI."""

from dataclasses import replace
from typing import Any

import pytest

from pixyproxy.core.models import Task
from pixyproxy.service.generators.generator import InputPicture
from tests.service.generators.openai_inputs import input_picture
from tests.service.generators.openai_services import CAT, generator_calling
from tests.service.generators.receiving import Received, content_of, made_by
from tests.upstream import RunningUpstream, Upload
from tests.upstream.driving import hashes

PNG, JPEG, WEBP = input_picture(), input_picture("jpeg"), input_picture("webp")
EDIT = replace(CAT, task=Task.EDIT, inputs=(PNG,))


def _upload(field: str, filename: str, sent: InputPicture) -> Upload:
    return Upload(field, filename, sent.media_type, len(sent.content), sent.sha256)


async def test_one_picture_arrives_as_it_is(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        generator.check(EDIT)
        made = await made_by(generator, EDIT)
    [call] = upstream.ledger()
    assert call.path == "/v1/images/edits"
    assert call.parameters == {"prompt": "a cat", "model": "gpt-image-2"}
    assert call.uploads == (_upload("image", "image-1.png", PNG),)
    assert call.pictures == hashes([content_of(made)])


async def test_several_arrive_in_their_order_and_the_mask_with_them(upstream: RunningUpstream) -> None:
    mask = replace(PNG, content=input_picture().content)
    request = replace(EDIT, inputs=(PNG, JPEG, WEBP), mask=mask)
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request)
        await made_by(generator, request)
    assert upstream.ledger()[0].uploads == (
        _upload("image[]", "image-1.png", PNG),
        _upload("image[]", "image-2.jpg", JPEG),
        _upload("image[]", "image-3.webp", WEBP),
        _upload("mask", "mask.png", mask),
    )


@pytest.mark.parametrize(
    ("asked", "arrived"),
    [
        ({"quality": "hd"}, {"quality": "high"}),
        ({"background": "transparent"}, {"background": "transparent"}),
        ({"options": {"style": "vivid"}}, {}),
        ({"options": {"moderation": "low"}}, {"moderation": "low"}),
        ({"options": {"complexity": "low"}}, {"complexity": "low"}),
        ({"options": {"input_fidelity": "high"}}, {"input_fidelity": "high"}),
        ({"options": {"safety_identifier": "ö", "user": "u"}}, {"safety_identifier": "ö", "user": "u"}),
        (
            {"output_format": "webp", "options": {"output_compression": 0}},
            {"output_format": "webp", "output_compression": "0"},
        ),
        (
            {"output_format": "gif", "options": {"frame_count": 2, "frame_duration_ms": 100}},
            {"output_format": "gif", "frame_count": "2", "frame_duration_ms": "100"},
        ),
        (
            {"output_format": "svg", "options": {"svg": {"model": "gpt-5", "reasoning": {"effort": "low"}}}},
            {"output_format": "svg", "svg[model]": "gpt-5", "svg[reasoning][effort]": "low"},
        ),
    ],
)
async def test_what_is_asked_of_an_edit_arrives_as_a_form_says_it(
    upstream: RunningUpstream, asked: dict[str, Any], arrived: dict[str, str]
) -> None:
    request = replace(EDIT, **asked)
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request)
        await made_by(generator, request)
    assert upstream.ledger()[0].parameters == {"prompt": "a cat", "model": "gpt-image-2", **arrived}


async def test_an_edit_is_streamed_too(upstream: RunningUpstream) -> None:
    received = Received()
    async with generator_calling(upstream.base_url) as generator:
        made = await made_by(generator, replace(EDIT, partial_images=2), received)
    [call] = upstream.ledger()
    assert (call.parameters["stream"], call.parameters["partial_images"]) == ("true", "2")
    assert received.answer.startswith(b"event: image_edit.partial_image")
    assert (hashes(received.previews), hashes([content_of(made)])) == (call.previews, call.pictures)


async def test_pictures_to_start_from_are_in_the_cost(upstream: RunningUpstream) -> None:
    async with generator_calling(upstream.base_url) as generator:
        drawn, edited = await made_by(generator, CAT), await made_by(generator, EDIT)
    assert drawn.cost is not None
    assert edited.cost is not None
    assert float(edited.cost.usd - drawn.cost.usd) == pytest.approx(323 * 8 / 1e6)
