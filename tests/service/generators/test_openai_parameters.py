"""What a caller asks for arrives at OpenAI as it was asked; what the API cannot do is refused before."""

from dataclasses import replace
from typing import Any

import pytest

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Size, Task
from pixyproxy.core.requests import PictureOptions
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.openai import OpenAIImages
from tests.service.generators.openai_inputs import input_picture
from tests.service.generators.openai_services import CAT, OPENAI_KEY, generator_calling
from tests.service.generators.receiving import made_by
from tests.upstream import RunningUpstream
from tests.upstream.rules import OF_ANY_SIZE, WITH_MORE_EFFORT

SVG = {"model": "gpt-5", "reasoning": {"effort": "low"}, "not in the SDK": [1, {"a": None}]}
OPTIONS: dict[str, tuple[dict[str, Any], str | None]] = {
    "output_compression": ({"output_compression": 0}, "webp"),
    "moderation": ({"moderation": "low"}, None),
    "complexity": ({"complexity": "high"}, None),
    "frame_count": ({"frame_count": 16}, "gif"),
    "frame_duration_ms": ({"frame_duration_ms": 20}, "gif"),
    "svg": ({"svg": SVG}, "svg"),
    "safety_identifier": ({"safety_identifier": "Nutzer № 1"}, None),
    "user": ({"user": "u" * 512}, None),
}
INPUT = input_picture()
PNG_MASK = input_picture()
EDIT = replace(CAT, task=Task.EDIT, inputs=(INPUT,))


async def test_what_is_asked_for_arrives_unchanged(upstream: RunningUpstream) -> None:
    prompt = 'naïve "cat"\n\t猫 🐈'
    request = PictureRequest(prompt, "gpt-image-2", Size(1536, 864), "high", "transparent", "webp")
    async with generator_calling(upstream.base_url) as generator:
        await made_by(generator, request)
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


@pytest.mark.parametrize(("options", "output_format"), OPTIONS.values(), ids=OPTIONS)
async def test_an_option_arrives_unchanged(
    upstream: RunningUpstream, options: dict[str, Any], output_format: str | None
) -> None:
    request = replace(CAT, options=options, output_format=output_format)
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request)
        await made_by(generator, request)
    formatted = {"output_format": output_format} if output_format else {}
    assert upstream.ledger()[0].parameters == {
        "prompt": "a cat",
        "model": "gpt-image-2",
        **options,
        **formatted,
    }


def test_every_option_is_in_a_table_here() -> None:
    of_edits, not_sent = {"input_fidelity"}, {"style"}
    assert set(OPTIONS) | of_edits | not_sent == set(PictureOptions.model_fields)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"options": {"style": "vivid"}}, {}),
        ({"quality": "standard"}, {"quality": "auto"}),
        ({"quality": "hd"}, {"quality": "high"}),
        ({"quality": "max", "model": "gpt-image-2.5-flare"}, {"quality": "max"}),
        ({"size": Size(256, 256)}, {"size": "1024x1024"}),
        ({"size": Size(512, 512)}, {"size": "1024x1024"}),
        ({"size": Size(1792, 1024)}, {"size": "1792x1024"}),
    ],
)
async def test_what_only_older_models_knew_is_translated(
    upstream: RunningUpstream, asked: dict[str, Any], sent: dict[str, str]
) -> None:
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request := replace(CAT, **asked))
        await made_by(generator, request)
    expected = {"prompt": "a cat", "model": request.model, **sent}
    assert upstream.ledger()[0].parameters == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seed": 1}, "seed"),
        ({"size": Size(1000, 1000)}, "size"),
        ({"size": Size(640, 640)}, "size"),
        ({"size": Size(3840, 1264)}, "size"),
        ({"size": Size(4096, 1024)}, "size"),
        ({"size": Size(3840, 3840)}, "size"),
        ({"background": "transparent", "output_format": "jpeg"}, "background"),
        ({"options": {"output_compression": 80}}, "output_compression"),
        ({"options": {"output_compression": 80}, "output_format": "png"}, "output_compression"),
        ({"options": {"output_compression": 80}, "output_format": "gif"}, "output_compression"),
        ({"options": {"output_compression": 80}, "output_format": "svg"}, "output_compression"),
        ({"options": {"frame_count": 2}}, "frame_count"),
        ({"options": {"frame_duration_ms": 20}, "output_format": "webp"}, "frame_duration_ms"),
        ({"options": {"svg": SVG}}, "svg"),
        ({"options": {"input_fidelity": "high"}}, "input_fidelity"),
        ({"output_format": "gif", "partial_images": 1}, "partial_images"),
        ({"output_format": "svg", "partial_images": 3}, "partial_images"),
        ({"task": Task.VARY, "inputs": (INPUT,)}, "task"),
        ({"task": Task.EDIT}, "images"),
        ({"task": Task.EDIT, "inputs": (INPUT,) * 17}, "images"),
        ({"task": Task.EDIT, "inputs": (INPUT, input_picture("gif"))}, "images"),
        ({"task": Task.EDIT, "inputs": (replace(INPUT, content=bytes(50 * 2**20 + 1)),)}, "images"),
        ({"mask": PNG_MASK}, "mask"),
        ({"task": Task.EDIT, "inputs": (INPUT,), "mask": input_picture("webp")}, "mask"),
        ({"task": Task.EDIT, "inputs": (INPUT,), "mask": PNG_MASK, "output_format": "gif"}, "mask"),
        (
            {
                "task": Task.EDIT,
                "inputs": (INPUT,),
                "mask": replace(PNG_MASK, content=bytes(4 * 2**20 + 1)),
            },
            "mask",
        ),
    ],
)
def test_what_openai_cannot_do_is_refused_before_it_is_called(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        _unreachable().check(replace(CAT, **change))
    assert [each.field for each in caught.value.errors] == [field]


@pytest.mark.parametrize("model", OpenAIImages(OPENAI_KEY, "http://127.0.0.1:9/v1").models)
def test_of_models_that_the_text_of_the_api_names_nothing_is_offered_or_refused_that_it_says_otherwise(
    model: str,
) -> None:
    able = _unreachable().abilities(model)
    if model in OF_ANY_SIZE:
        assert able.any_size is not None
        assert not able.takes_others
    elif able.any_size is not None:
        assert able.takes_others
    assert ({"xhigh", "max"} <= {*able.qualities}) == (model in WITH_MORE_EFFORT)


@pytest.mark.parametrize("model", ["gpt-image-2.6-flare", "chatgpt-image-latest", "gpt-image-3", "my-own"])
@pytest.mark.parametrize("asked", [{"quality": "xhigh"}, {"quality": "ultra"}, {"size": Size(100, 4096)}])
def test_where_the_text_of_the_api_is_silent_any_size_and_quality_is_left_to_openai(
    model: str, asked: dict[str, Any]
) -> None:
    _unreachable().check(replace(CAT, model=model, **asked))


@pytest.mark.parametrize(
    "model", ["gpt-image-1.5", "gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2-2027-01-31"]
)
@pytest.mark.parametrize(
    ("asked", "field"), [({"quality": "xhigh"}, "quality"), ({"size": Size(100, 4096)}, "size")]
)
def test_where_it_says_what_a_model_has_the_rest_is_refused(
    model: str, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        _unreachable().check(replace(CAT, model=model, **asked))
    assert [each.field for each in caught.value.errors] == [field]


async def test_what_openai_refuses_of_what_was_left_to_it_is_told_as_a_wrong_request(
    upstream: RunningUpstream,
) -> None:
    request = replace(CAT, model="chatgpt-image-latest", size=Size(1536, 864))
    async with generator_calling(upstream.base_url) as generator:
        generator.check(request)
        with pytest.raises(InvalidRequest):
            await made_by(generator, request)


def test_all_that_is_wrong_is_told_at_once() -> None:
    request = replace(CAT, seed=1, task=Task.VARY, inputs=(INPUT,), options={"frame_count": 3})
    with pytest.raises(InvalidRequest, match="no variations any more; use an edit") as caught:
        _unreachable().check(request)
    assert [each.field for each in caught.value.errors] == ["seed", "frame_count", "task"]


@pytest.mark.parametrize(
    "request_",
    [
        replace(CAT, background="transparent"),
        replace(CAT, output_format="jpeg", options={"output_compression": 0}, partial_images=3),
        replace(CAT, output_format="gif", partial_images=0),
        replace(EDIT, inputs=(INPUT,) * 16, mask=PNG_MASK, options={"input_fidelity": "low"}),
        replace(EDIT, inputs=tuple(input_picture(each) for each in ("png", "jpeg", "webp"))),
    ],
)
def test_what_it_can_do_is_not_refused(request_: PictureRequest) -> None:
    _unreachable().check(request_)


def _unreachable() -> OpenAIImages:
    return OpenAIImages(OPENAI_KEY, "http://127.0.0.1:9/v1")
