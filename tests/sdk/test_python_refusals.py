"""Each class of error of OpenAI's SDK for Python, and that nothing is paid for twice."""

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.live.service import RunningService
from tests.upstream import RunningUpstream

from .tables import REFUSALS, names


def asked_in(row: dict[str, Any]) -> dict[str, Any]:
    """A row without `max_retries` is asked with those of the SDK, two."""
    marker = f" [scenario:{row['scenario']}]" if "scenario" in row else ""
    return {"prompt": f"a fox{marker}", "model": "gpt-image-2", **row.get("asked", {})}


def refusal_of(client: OpenAI, row: dict[str, Any]) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        client.images.generate(**asked_in(row))
    return caught.value


@pytest.mark.usefixtures("_failing")
@pytest.mark.parametrize("row", REFUSALS, ids=names(REFUSALS))
def test_an_error_is_of_its_class_and_paid_for_once_at_most(
    client: OpenAI, upstream: RunningUpstream, row: dict[str, Any]
) -> None:
    error = refusal_of(client.with_options(max_retries=row.get("max_retries", 2)), row)
    assert (type(error).__name__, error.status_code) == (row["raises"], row["status"])
    assert (error.code, error.type, error.param) == (
        row["code"],
        row.get("type", error.type),
        row.get("param"),
    )
    assert isinstance(error.body, dict)
    assert error.body.get("moderation_details") == row.get("moderation_details")
    assert error.response.headers.get("retry-after") == row.get("retry_after")
    assert error.request_id == error.response.headers["x-request-id"]
    assert len(upstream.ledger()) == row["calls"]


def test_a_wrong_key_is_an_authentication_error(client: OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key="sk-wrong").images.generate(prompt="a fox")
    assert (caught.value.code, caught.value.status_code) == ("invalid_api_key", 401)
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.usefixtures("_failing")
def test_a_failure_leads_to_the_image_that_tells_of_it(client: OpenAI, gateway: RunningService) -> None:
    """In the error's body, where the SDK keeps what it does not know."""
    error = refusal_of(client, {"scenario": "drop"})
    assert isinstance(error.body, dict)
    with gateway.client() as admin:
        image = admin.get(f"/image/{error.body['guid']}").json()
    assert (image["status"], image["error"]["code"]) == ("unknown", "outcome_unknown")


@pytest.mark.usefixtures("_failing")
def test_one_of_three_that_fails_does_not_take_the_others_with_it(
    client: OpenAI, upstream: RunningUpstream
) -> None:
    upstream.answer_with("ok", "server-error", "ok")
    made = client.images.generate(prompt="a fox", n=3)
    assert len(made.data or []) == 2
    assert len(upstream.ledger()) == 3
