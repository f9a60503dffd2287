"""Answers that other places speaking OpenAI's API give, as they were met or are to be feared."""

import json
from decimal import Decimal
from typing import Any

import httpx2
import pybase64
import pytest
from openai import AsyncOpenAI

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    InvalidRequest,
    OutcomeUnknown,
    PromptRefused,
    RateLimited,
    UnreadablePicture,
)
from pixyproxy.core.models import Status
from pixyproxy.core.requests import ImagePrompt, ImageSearch
from pixyproxy.logs import TextLines
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.services import Services
from tests.service.generators.openai_services import CAT, OPENAI_KEY
from tests.service.generators.receiving import made_by
from tests.service.scenery import ALICE, ON_SQLITE, PNG, with_generator

B64 = pybase64.b64encode(PNG).decode()


def _provider(status: int = 200, headers: dict[str, str] | None = None, **answer: Any) -> OpenAIImages:
    """The generator before a provider that always answers the same."""
    return _provider_saying(json.dumps(answer).encode(), status, headers)


def _provider_saying(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> OpenAIImages:
    known = {"content-type": "application/json", **(headers or {})}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, headers=known, content=body))
    generator = OpenAIImages(OPENAI_KEY, "http://provider.test/v1")
    client = httpx2.AsyncClient(transport=transport)
    generator._client = AsyncOpenAI(api_key=OPENAI_KEY, http_client=client, max_retries=0)
    return generator


def _picture(**more: Any) -> dict[str, Any]:
    return {"created": 1, "data": [{"b64_json": B64, **more}]}


async def test_the_prompt_as_the_provider_revised_it_is_kept_and_found(services: Services) -> None:
    provider = _provider(**_picture(revised_prompt="A photorealistic Siamese cat"))
    service = with_generator(services, provider).private(ALICE)
    made = await service.make(ImagePrompt(prompt="a cat"))
    assert made.revised_prompt == "A photorealistic Siamese cat"
    assert (await service.list_(ImageSearch(prompt="siamese photorealistic"))).images == [made]
    assert (await service.list_(ImageSearch(prompt='"a cat photorealistic"'))).images == []


@ON_SQLITE
@pytest.mark.parametrize(
    "odd",
    [
        {"usage": "a lot"},
        {"usage": [1, 2]},
        {"usage": {"total_tokens": "many"}},
        {"usage": {"input_tokens": -1, "output_tokens": None}},
        {"size": {"width": 1}},
        {"quality": 3},
        {"created": None},
    ],
)
async def test_a_picture_that_was_paid_is_kept_whatever_is_said_about_it(
    services: Services, odd: dict[str, Any]
) -> None:
    provider = _provider(**{**_picture(), **odd})
    made = await with_generator(services, provider).private(ALICE).make(ImagePrompt(prompt="a cat"))
    assert made.status is Status.READY


async def test_a_usage_that_no_database_keeps_is_left_out_and_the_picture_is_not(
    services: Services,
) -> None:
    body = f'{{"data": [{{"b64_json": "{B64}"}}], "usage": {{"input_tokens": NaN}}}}'
    provider = _provider_saying(body.encode())
    made = await with_generator(services, provider).private(ALICE).make(ImagePrompt(prompt="a cat"))
    assert made.status is Status.READY


@ON_SQLITE
async def test_what_a_provider_says_does_not_reach_the_log(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    provider = _provider(400, error={"message": f"bad prompt 'hushword', key {OPENAI_KEY}", "type": "x"})
    with pytest.raises(InvalidRequest):
        await with_generator(services, provider).private(ALICE).make(ImagePrompt(prompt="hushword"))
    said = TextLines().format(caplog.records[-1])
    assert "status_code=400" in said
    assert "hushword" not in said
    assert OPENAI_KEY not in said


@ON_SQLITE
@pytest.mark.parametrize("revised", [7, {"text": "a cat"}, ["a cat"], ""])
async def test_a_revised_prompt_that_is_no_text_is_left_out(services: Services, revised: object) -> None:
    provider = _provider(**_picture(revised_prompt=revised))
    made = await with_generator(services, provider).private(ALICE).make(ImagePrompt(prompt="a cat"))
    assert not made.revised_prompt


async def test_a_url_beside_the_bytes_does_no_harm() -> None:
    made = await made_by(_provider(**_picture(url="http://elsewhere.test/cat.png")), CAT)
    assert made.content == PNG


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": None}, {"data": {}}, {"data": [None]}, {"data": [{"b64_json": 7}]}, {"data": ["cat"]}],
)
async def test_an_answer_of_another_shape_has_no_picture(answer: dict[str, Any]) -> None:
    made = await made_by(_provider(**answer), CAT)
    assert (made.content, made.revised_prompt) == (None, None)


@pytest.mark.parametrize("body", [b"", b"\x00", b"I am sorry.", b"[]", b"null", b'{"data": [', b"\xff\xfe"])
async def test_an_answer_that_is_no_object_makes_no_sense(body: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        await made_by(_provider_saying(body), CAT)


@ON_SQLITE
async def test_what_an_answer_without_a_picture_cost_is_known_all_the_same(services: Services) -> None:
    usage = {
        "input_tokens": 2,
        "input_tokens_details": {"text_tokens": 2, "image_tokens": 0},
        "output_tokens": 272,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 272},
        "total_tokens": 274,
    }
    provider = _provider(data=[{}], usage=usage)
    with pytest.raises(UnreadablePicture) as caught:
        await with_generator(services, provider).private(ALICE).make(ImagePrompt(prompt="a cat"))
    assert caught.value.guid is not None
    image = await services.private(ALICE).get(caught.value.guid)
    [attempt] = await services.library.attempts.of_image(image.id)
    assert attempt.usage == usage
    assert attempt.cost is not None
    assert (image.cost_usd, image.cost_source) == (attempt.cost.usd, attempt.cost.source)


@pytest.mark.parametrize(
    ("said", "told"),
    [("60", 60), ("60.2", 61), ("nan", 10), ("inf", 10), ("-5", 10), ("Fri, 20 Nov 2026 23:59:59 GMT", 10)],
)
async def test_whatever_a_rate_limit_says_the_caller_gets_whole_seconds(said: str, told: int) -> None:
    with pytest.raises(RateLimited) as caught:
        await made_by(_provider(429, {"retry-after": said}, error={"message": "slow down"}), CAT)
    assert caught.value.retry_after_s == told


@pytest.mark.parametrize("status", [402, 409, 413, 418])
async def test_a_refusal_nobody_foresaw_is_a_failure_of_the_generator(status: int) -> None:
    with pytest.raises(GeneratorFailed):
        await made_by(_provider(status, error="a text instead of an object"), CAT)


@pytest.mark.parametrize("status", [500, 502, 504, 529])
async def test_an_error_that_is_not_the_providers_own_leaves_the_outcome_unknown(status: int) -> None:
    with pytest.raises(OutcomeUnknown):
        await made_by(_provider(status, error="a text instead of an object"), CAT)


@pytest.mark.parametrize(
    ("details", "kept"),
    [
        (None, None),
        ("violence", None),
        ([], None),
        ({}, None),
        ({"note": "hush", "moderation_stage": "input"}, {"moderation_stage": "input"}),
        ({"moderation_stage": 3, "categories": ["gore", 7, None]}, {"categories": ["gore"]}),
        ({"moderation_stage": "output", "categories": "gore"}, {"moderation_stage": "output"}),
    ],
)
async def test_of_a_refused_prompt_stage_and_categories_are_told_and_nothing_else(
    details: object, kept: object
) -> None:
    said = {"message": "no", "code": "moderation_blocked", "moderation_details": details}
    with pytest.raises(PromptRefused) as caught:
        await made_by(_provider(400, error=said), CAT)
    assert caught.value.moderation == kept


@pytest.mark.parametrize(
    ("param", "field"),
    [
        ("size", "size"),
        ("image[3]", "images"),
        ("image", "images"),
        ("svg.model", "svg"),
        ("n", None),
        ({"name": "size"}, None),
        (["size"], None),
    ],
)
async def test_the_field_a_provider_refuses_is_called_what_callers_call_it(
    param: object, field: str | None
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await made_by(_provider(400, error={"message": "no", "param": param}), CAT)
    assert [each.field for each in caught.value.errors] == ([field] if field else [])


async def test_an_svg_costs_what_its_author_costs_too() -> None:
    usage = {
        "input_tokens": 2,
        "input_tokens_details": {"text_tokens": 2, "image_tokens": 0},
        "output_tokens": 272,
        "total_tokens": 274,
    }
    author = {"model": "gpt-5", "input_tokens": 0, "output_tokens": 1000, "total_tokens": 1000}
    plain = await made_by(_provider(**_picture(), usage=usage), CAT)
    written = await made_by(_provider(**_picture(), usage=usage, svg_usage=author), CAT)
    unknown = {**author, "model": "nobody-knows-it"}
    unpriced = await made_by(_provider(**_picture(), usage=usage, svg_usage=unknown), CAT)
    assert plain.cost is not None
    assert written.cost is not None
    assert written.cost.usd - plain.cost.usd == Decimal("0.01")
    assert unpriced.cost is None
