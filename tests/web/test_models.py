"""GET /models: what each model can be asked for."""

import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.generators.sketch import Sketch
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.generators.openai_services import OPENAI_KEY
from tests.service.making.workshop import Other, at_work_in
from tests.service.scenery import ON_SQLITE, painting
from tests.web.problems import problem_of

pytestmark = ON_SQLITE
ALIASES = {"dall-e-3": ["gone-1", "other-2"], "team/best": ["easel-1"], "idle": ["gone-1"], "*": ["easel-2"]}


async def test_a_form_learns_all_it_needs(alice: Client) -> None:
    answer = await alice.get("/models")
    assert answer.status_code == 200
    assert answer.json() == [
        {
            "id": "sketch",
            "generator": "sketch",
            "is_default": True,
            "stands_for": None,
            "sizes": ["1024x1024", "1536x1024", "1024x1536", "2048x2048", "1920x1080", "1080x1920"],
            "any_size": {
                "min_side": 64,
                "max_side": 4096,
                "multiple_of": 1,
                "min_pixels": 64 * 64,
                "max_pixels": 4096 * 4096,
                "max_ratio": 64,
            },
            "qualities": ["auto", "low", "medium", "high", "xhigh", "max"],
            "backgrounds": ["auto", "opaque", "transparent"],
            "output_formats": ["png", "webp", "jpeg", "gif", "svg"],
            "transparent_formats": ["png", "webp", "svg"],
            "preview_formats": ["png", "webp", "jpeg"],
            "edit_formats": ["png", "webp", "jpeg", "gif"],
            "mask_formats": ["png", "webp", "jpeg"],
            "edits": True,
            "masks": True,
            "variations": True,
            "most_inputs": 16,
            "knows_seeds": True,
            "most_partial_images": 3,
        }
    ]


async def test_models_of_one_provider_differ(app: FastAPI, alice: Client) -> None:
    generators = OpenAIImages(OPENAI_KEY, "http://127.0.0.1:9/v1"), Sketch()
    async with at_work_in(app, *generators):
        listed = {each["id"]: each for each in (await alice.get("/models")).json()}
    assert list(listed) == [*generators[0].models, "sketch"]
    assert [name for name, each in listed.items() if each["is_default"]] == ["gpt-image-2"]
    bounds = {
        "min_side": 480, "max_side": 3840, "multiple_of": 16,
        "min_pixels": 655_360, "max_pixels": 8_294_400, "max_ratio": 3,
    }  # fmt: skip
    assert listed["gpt-image-2"]["any_size"] == bounds
    assert listed["gpt-image-1.5"]["any_size"] is None
    assert listed["gpt-image-1.5"]["sizes"] == ["1024x1024", "1536x1024", "1024x1536"]
    assert "max" in listed["gpt-image-2.5-flare"]["qualities"]
    assert "max" not in listed["gpt-image-2.6-flare"]["qualities"]
    assert not listed["gpt-image-2"]["variations"]
    assert not listed["gpt-image-2"]["knows_seeds"]
    for generator in generators:
        await generator.close()


async def test_aliases_say_what_they_stand_for_and_the_default_comes_first(
    app: FastAPI, alice: Client
) -> None:
    async with at_work_in(app, painting(), Other(painting().generate), aliases=ALIASES):
        listed = (await alice.get("/models")).json()
    stand_for = {each["id"]: (each["generator"], each["stands_for"]) for each in listed}
    assert stand_for == {
        "easel-1": ("easel", None),
        "easel-2": ("easel", None),
        "other-1": ("other", None),
        "other-2": ("other", None),
        "dall-e-3": ("other", "other-2"),
        "team/best": ("easel", "easel-1"),
    }
    assert [each["id"] for each in listed if each["is_default"]] == [listed[0]["id"]] == ["easel-1"]


async def test_what_is_offered_for_the_default_is_what_a_prompt_without_a_model_may_ask(
    alice: Client, services: Services
) -> None:
    [offer] = [each for each in (await alice.get("/models")).json() if each["is_default"]]
    asked = ImagePrompt(prompt="a cat", size=offer["sizes"][-1], quality=offer["qualities"][-1])
    services.catalogue.plan(asked)
    with pytest.raises(InvalidRequest):
        services.catalogue.plan(asked.model_copy(update={"quality": "enormous"}))


async def test_they_are_for_holders_of_a_key(visitor: Client) -> None:
    problem_of(await visitor.get("/models"), 401, "unauthenticated")
