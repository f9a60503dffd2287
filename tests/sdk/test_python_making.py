"""OpenAI's SDK for Python makes pictures with the built-in generator."""

import hashlib

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.live.service import ADMIN_KEY, RunningService, eventually

from .library import content_of, guid_of, kept

SMALL = "64x64"


def test_a_picture_is_in_the_library_as_it_was_answered(sketching: OpenAI, sketch: RunningService) -> None:
    made = sketching.images.generate(prompt="a red fox", size="1024x1024")
    [item] = made.data or []
    image = kept(sketch, guid_of(item), content_of(item))
    assert (image["prompt"], image["width"], image["height"]) == ("a red fox", 1024, 1024)
    assert (made.size, made.output_format) == ("1024x1024", "png")
    assert made.created > 1_700_000_000


def test_an_answer_has_its_request_id(sketching: OpenAI, sketch: RunningService) -> None:
    made = sketching.images.generate(prompt="a fox", size=SMALL)
    assert made._request_id
    eventually(lambda: len(sketch.request_lines(made._request_id)) == 2)
    raw = sketching.images.with_raw_response.generate(prompt="a fox", size=SMALL)
    assert raw.headers["x-request-id"] == raw.parse()._request_id


def test_three_at_once_are_three_images_of_one_batch(sketching: OpenAI, sketch: RunningService) -> None:
    made = sketching.images.generate(prompt="a fox", size=SMALL, n=3)
    images = [kept(sketch, guid_of(item), content_of(item)) for item in made.data or []]
    guids = [image["guid"] for image in images]
    assert len(set(guids)) == 3
    assert [image["batch"] for image in images] == [guids[0]] * 3


def test_no_two_of_three_at_once_are_the_same(sketching: OpenAI) -> None:
    made = sketching.images.generate(prompt="a fox", size=SMALL, n=3)
    assert len({item.b64_json for item in made.data or []}) == 3


def test_a_url_opens_the_picture_without_a_key(
    sketching: OpenAI, sketch: RunningService, stranger: httpx2.Client
) -> None:
    made = sketching.images.generate(prompt="a fox", size=SMALL, response_format="url")
    [item] = made.data or []
    assert item.b64_json is None
    assert item.url is not None
    fetched = stranger.get(item.url)
    kept(sketch, guid_of(item), fetched.raise_for_status().content)
    assert stranger.get(item.url.partition("?")[0]).status_code == 404


def test_a_model_of_old_answers_with_a_url_as_it_did(sketching: OpenAI, sketch: RunningService) -> None:
    with pytest.raises(openai.NotFoundError):
        sketching.images.generate(prompt="a fox", model="dall-e-3")
    made = sketching.images.generate(
        prompt="a fox",
        model="sketch",
        size="256x256",
        quality="hd",
        style="vivid",
        response_format="b64_json",
    )
    [item] = made.data or []
    assert kept(sketch, guid_of(item), content_of(item))["width"] == 256


def test_fields_of_ours_are_given_as_extra_body(sketching: OpenAI, sketch: RunningService) -> None:
    ours = {"tags": ["Sea", "evening"], "author": "the shop", "filename": "sea.png", "visibility": "public"}
    made = sketching.images.generate(prompt="the sea", size=SMALL, extra_body={**ours, "seed": 7})
    [item] = made.data or []
    image = kept(sketch, guid_of(item), content_of(item))
    assert {name: image[name] for name in ours} == ours
    assert image["parameters"]["seed"] == 7


def test_a_repeated_idempotency_key_brings_the_same_image(sketching: OpenAI) -> None:
    key = {"Idempotency-Key": "sdk-python-1"}
    guids = [
        guid_of(item)
        for _ in range(2)
        for item in sketching.images.generate(prompt="a fox", size=SMALL, extra_headers=key).data or []
    ]
    assert len(guids) == 2
    assert len(set(guids)) == 1
    with pytest.raises(openai.BadRequestError) as caught:
        sketching.images.generate(prompt="another fox", size=SMALL, extra_headers=key)
    assert caught.value.code == "idempotency_mismatch"


async def test_the_asynchronous_client_makes_and_streams(sketch: RunningService) -> None:
    async with AsyncOpenAI(base_url=f"{sketch.url}/v1", api_key=ADMIN_KEY) as client:
        made = await client.images.generate(prompt="a fox", size=SMALL)
        [item] = made.data or []
        stream = await client.images.generate(prompt="a fox", size=SMALL, stream=True)
        [completed] = [event async for event in stream]
    digest = hashlib.sha256(content_of(item)).hexdigest()
    assert completed.type == "image_generation.completed"
    assert kept(sketch, guid_of(item), content_of(item))["sha256"] == digest
    assert completed.b64_json == item.b64_json  # sketch draws the same for the same
    assert guid_of(completed) != guid_of(item)
