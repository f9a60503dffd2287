import openai
import pytest
from openai import AsyncOpenAI

from . import RunningUpstream
from .driving import generate, only_call
from .refusals import REFUSALS

REFUSED = {
    "moderation-blocked": (openai.BadRequestError, "moderation_blocked"),
    "content-policy-violation": (openai.BadRequestError, "content_policy_violation"),
    "invalid-request": (openai.BadRequestError, "invalid_value"),
    "billing-hard-limit-reached": (openai.BadRequestError, "billing_hard_limit_reached"),
    "insufficient-quota": (openai.RateLimitError, "insufficient_quota"),
    "rate-limited": (openai.RateLimitError, "rate_limit_exceeded"),
    "unauthorized": (openai.AuthenticationError, "invalid_api_key"),
    "forbidden": (openai.PermissionDeniedError, None),
    "model-not-found": (openai.NotFoundError, "model_not_found"),
    "server-error": (openai.InternalServerError, None),
    "unavailable": (openai.InternalServerError, None),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_is_of_the_class_its_status_says_and_costs_nothing(
    upstream: RunningUpstream, client: AsyncOpenAI, name: str
) -> None:
    error_class, code = REFUSED[name]
    with pytest.raises(error_class) as caught:
        await generate(client, f"a cat [scenario:{name}]")
    call = only_call(upstream)
    assert (caught.value.code, caught.value.request_id) == (code, call.id)
    assert (call.status, call.scenario, call.billed) == (caught.value.status_code, name, False)


async def test_a_blocked_prompt_says_where_and_why(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await generate(client, "[scenario:moderation-blocked]")
    assert caught.value.type == "image_generation_user_error"
    assert isinstance(caught.value.body, dict)
    details = {"moderation_stage": "output", "categories": ["violence"]}
    assert caught.value.body["moderation_details"] == details


async def test_a_rate_limit_says_when_to_come_back(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        await generate(client, "[scenario:rate-limited retry_after_seconds=7]")
    assert caught.value.response.headers["retry-after"] == "7"
