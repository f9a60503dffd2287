import base64
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream, Upload
from .driving import KEY, contents, edit, file_of, generate, hashes, only_call
from .pictures import Form

SMALL = Form(width=64, height=48)
CAT = file_of(SMALL)
DOG = file_of(Form("jpeg", 64, 48), "dog.jpg")


def _upload(field: str, file: tuple[str, bytes, str]) -> Upload:
    name, content, media_type = file
    return Upload(field, name, media_type, len(content), *hashes([content]))


async def test_an_edit_is_recorded_with_its_texts_and_files(
    upstream: RunningUpstream, client: AsyncOpenAI
) -> None:
    response = await edit(client, [CAT, DOG], mask=CAT, output_format="webp", output_compression=80)
    call = only_call(upstream)
    assert (call.path, call.body, call.prompt) == ("/v1/images/edits", "", "a hat")
    assert call.parameters == {
        "prompt": "a hat",
        "model": "gpt-image-2",
        "output_format": "webp",
        "output_compression": "80",
    }
    assert call.uploads == (_upload("image[]", CAT), _upload("image[]", DOG), _upload("mask", CAT))
    assert call.pictures == hashes(contents(response))


async def test_pictures_to_start_from_are_paid_for(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    drawn, edited = await generate(client, "a hat"), await edit(client, CAT)
    assert drawn.usage is not None
    assert edited.usage is not None
    assert edited.usage.input_tokens == drawn.usage.input_tokens + 323
    assert [call.billed for call in upstream.ledger()] == [True, True]


def test_an_edit_may_come_as_json(upstream: RunningUpstream) -> None:
    url = f"data:image/png;base64,{base64.b64encode(CAT[1]).decode()}"
    body = {"prompt": "a hat", "images": [{"image_url": url}], "moderation": "low"}
    response = httpx2.post(
        f"{upstream.base_url}/images/edits",
        json=body,
        headers={"authorization": f"Bearer {KEY}"},
        trust_env=False,
    )
    assert response.status_code == 200
    call = only_call(upstream)
    assert call.parameters == body
    assert call.uploads == (_upload("images", ("", CAT[1], "image/png")),)


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"image": ("cat.jpg", CAT[1], "image/jpeg")}, "invalid_image_file", "image"),
        ({"image": ("cat.png", b"no picture", "image/png")}, "invalid_image_file", "image"),
        ({"image": CAT[1]}, "unsupported_file_mimetype", "image"),
        ({"image": [CAT] * 17}, "array_above_max_length", "image"),
        ({"mask": file_of(Form(width=64, height=64))}, None, "mask"),
        ({"mask": DOG}, None, "mask"),
        ({"mask": CAT, "output_format": "gif"}, "invalid_value", "mask"),
        ({"markup": CAT}, "unknown_parameter", "markup"),
        ({"input_fidelity": "medium"}, "invalid_value", "input_fidelity"),
    ],
)
async def test_an_edit_openai_would_refuse_is_refused_and_recorded(
    upstream: RunningUpstream, client: AsyncOpenAI, parameters: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await edit(client, **{"image": CAT, **parameters})
    assert (caught.value.code, caught.value.param) == (code, param)
    assert (only_call(upstream).scenario, only_call(upstream).billed) == ("refused", False)
