"""Everything the provider may answer, as a caller of POST /image sees it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import ADMIN_KEY, client_of
from tests.service.generators.openai_services import OPENAI_KEY, app_calling
from tests.service.scenery import rows
from tests.upstream import RunningUpstream, Scenario
from tests.upstream.refusals import REFUSALS
from tests.upstream.scenarios import BEHAVIOURS


@dataclass(frozen=True)
class Outcome:
    status: int
    code: str
    billed: bool = False
    calls: int = 1
    kept_as: str = "failed"


FAILED, LOST = (
    Outcome(502, "generator_failed"),
    Outcome(424, "outcome_unknown", billed=True, kept_as="unknown"),
)
PAID_FOR_NOTHING = Outcome(502, "generator_failed", billed=True)
REFUSED = Outcome(422, "prompt_refused")

OUTCOMES = {
    "empty-data": FAILED,
    "no-image": FAILED,
    "url": PAID_FOR_NOTHING,
    "empty-body": FAILED,
    "text": FAILED,
    "html": FAILED,
    "bad-gateway": replace(LOST, billed=False),
    "invalid-json": PAID_FOR_NOTHING,
    "invalid-base64": PAID_FOR_NOTHING,
    "base64-of-text": PAID_FOR_NOTHING,
    "truncated": PAID_FOR_NOTHING,
    "huge": PAID_FOR_NOTHING,
    "hang": LOST,
    "stall": LOST,
    "drop": LOST,
    "reset": LOST,
    "cut": LOST,
    "moderation-blocked": REFUSED,
    "content-policy-violation": REFUSED,
    "invalid-request": Outcome(422, "invalid_request"),
    "billing-hard-limit-reached": FAILED,
    "insufficient-quota": FAILED,
    "rate-limited": Outcome(429, "rate_limited"),
    "unauthorized": FAILED,
    "forbidden": FAILED,
    "model-not-found": Outcome(404, "model_not_found"),
    "server-error": FAILED,
    "unavailable": FAILED,
}
MADE = {
    "ok": "image/png",
    "slow": "image/png",
    "jpeg-called-png": "image/jpeg",
    "png-called-webp": "image/png",
    **{name: "image/png" for name in BEHAVIOURS if "stream" in name},  # no stream is asked for here
}
SILENT = {"hang", "stall"}
PROVIDERS_WORDS = [
    *(refusal.message for refusal in REFUSALS.values()),
    "safety_violations",
    "platform.openai.com",
    "org-stand-in",
    "I am sorry",
    "Something between us",
    OPENAI_KEY,
    "sk-",
    "127.0.0.1",
    "Traceback",
]


def _scenario(name: str) -> Scenario:
    return Scenario(name, retry_after_seconds=60, over_seconds=0.1)


@pytest.mark.parametrize("name", OUTCOMES)
async def test_each_failure_has_its_status_its_code_and_one_call(
    upstream: RunningUpstream, tmp_path: Path, name: str
) -> None:
    upstream.answer_with(_scenario(name))
    outcome, deadline_s = OUTCOMES[name], 0.4 if name in SILENT else None
    async with (
        app_calling(upstream.base_url, tmp_path, deadline_s) as app,
        client_of(app, ADMIN_KEY) as client,
    ):
        answer = await client.post("/image", json={"prompt": "a cat"})
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, problem["code"]) == (outcome.status, outcome.code)
        assert problem["status"] == outcome.status
        kept = (await client.get(f"/image/{problem['guid']}")).json()
        assert kept["status"] == outcome.kept_as
        assert kept["error"] == {"code": outcome.code, "detail": problem["detail"]}
        shown = f"{answer.text} {kept} {await rows(app.state.services, 'attempt')}"
        assert not [words for words in PROVIDERS_WORDS if words in shown]
    calls = upstream.ledger()
    assert len(calls) == outcome.calls
    assert [call.billed for call in calls] == [outcome.billed]


@pytest.mark.parametrize(("name", "media_type"), MADE.items())
async def test_a_picture_is_served_as_it_came_and_called_what_it_is(
    upstream: RunningUpstream, tmp_path: Path, name: str, media_type: str
) -> None:
    upstream.answer_with(_scenario(name))
    async with app_calling(upstream.base_url, tmp_path) as app, client_of(app, ADMIN_KEY) as client:
        made = (await client.post("/image", json={"prompt": "a cat"})).json()
        content = await client.get(made["content_url"])
    [call] = upstream.ledger()
    assert call.pictures == (made["sha256"],) == (hashlib.sha256(content.content).hexdigest(),)
    assert content.headers["content-type"] == made["media_type"] == media_type
    assert made["filename"].endswith({"image/png": ".png", "image/jpeg": ".jpg"}[media_type])
    assert (made["width"], made["height"]) == (1024, 1024)


async def test_what_openai_reports_is_in_the_image(upstream: RunningUpstream, tmp_path: Path) -> None:
    async with app_calling(upstream.base_url, tmp_path) as app, client_of(app, ADMIN_KEY) as client:
        made = (await client.post("/image", json={"prompt": "a cat", "quality": "low"})).json()
        assert (made["generator"], made["model"]) == ("openai", "gpt-image-2")
        assert made["parameters"].pop("usage")["output_tokens"] == 272
        assert made["parameters"] == {"size": "1024x1024", "quality": "low", "background": "opaque"}
        assert made["cost_usd"] == pytest.approx((2 * 5 + 272 * 30) / 1e6)
        assert made["cost_source"] == "genai-prices"
        [attempt] = await rows(app.state.services, "attempt")
    assert attempt["provider_request_id"] == upstream.ledger()[0].id
    assert '"output_tokens":272' in attempt["usage_reported"]


async def test_a_rate_limit_says_when_to_come_back(upstream: RunningUpstream, tmp_path: Path) -> None:
    upstream.answer_with(Scenario("rate-limited", retry_after_seconds=60))
    async with app_calling(upstream.base_url, tmp_path) as app, client_of(app, ADMIN_KEY) as client:
        answer = await client.post("/image", json={"prompt": "a cat"})
    assert answer.headers["retry-after"] == "60"


async def test_an_unset_model_is_openais_and_sketch_is_still_there(
    upstream: RunningUpstream, tmp_path: Path
) -> None:
    async with app_calling(upstream.base_url, tmp_path) as app, client_of(app, ADMIN_KEY) as client:
        await client.post("/image", json={"prompt": "a cat"})
        sketch = await client.post("/image", json={"prompt": "a cat", "model": "sketch", "size": "64x64"})
    assert sketch.json()["generator"] == "sketch"
    assert [call.model for call in upstream.ledger()] == ["gpt-image-2"]


def test_every_scenario_of_the_stand_in_is_here() -> None:
    assert set(OUTCOMES) | set(MADE) == set(BEHAVIOURS)
