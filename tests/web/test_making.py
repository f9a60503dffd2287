"""POST /image."""

import re
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import GeneratorFailed, OutcomeUnknown, PromptRefused, RateLimited
from pixyproxy.core.models import Cost
from pixyproxy.service.generators.generator import Generator
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, failing, painting, with_generator
from tests.web.problems import problem_of

FIELDS = {
    *("guid filename prompt tags author created_at updated_at status visibility".split()),
    *("generator model revised_prompt parents batch parameters".split()),
    *("media_type width height colors size_bytes sha256".split()),
    *("cost_usd cost_source error deleted_at content_url may_change".split()),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def _made_by(app: FastAPI, generator: Generator) -> None:
    app.state.services = with_generator(app.state.services, generator)


async def test_the_answer_is_everything_known_about_the_image(app: FastAPI, alice: Client) -> None:
    known = {"revised_prompt": "a tabby", "parameters": {"steps": 4}, "cost": Cost(Decimal("0.04"), "list")}
    _made_by(app, painting(PNG, **known))
    answer = await alice.post(
        "/image", json={"prompt": "a cat on a chair", "tags": ["Pets"], "size": "64x64"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    made = answer.json()
    assert set(made) == FIELDS
    assert answer.headers["location"] == f"/image/{made['guid']}"
    assert UUID(made["guid"]).version == 7
    assert TIME.fullmatch(made["created_at"])
    assert TIME.fullmatch(made["updated_at"])
    assert made["created_at"] <= made["updated_at"]
    sha256 = made.pop("sha256")
    assert re.fullmatch("[0-9a-f]{64}", sha256)
    del made["created_at"], made["updated_at"]
    guid = made.pop("guid")
    assert made == {
        "filename": f"a-cat-on-a-chair-{guid[:8]}.png",
        "prompt": "a cat on a chair",
        "tags": ["Pets"],
        "author": "Alice",
        "status": "ready",
        "visibility": "private",
        "generator": "easel",
        "model": "easel-1",
        "revised_prompt": "a tabby",
        "parents": [],
        "batch": None,
        "parameters": {"size": "64x64", "steps": 4},
        "media_type": "image/png",
        "width": 48,
        "height": 32,
        "colors": None,
        "size_bytes": len(PNG),
        "cost_usd": 0.04,
        "cost_source": "list",
        "error": None,
        "deleted_at": None,
        "content_url": f"/image/{guid}/content",
        "may_change": True,
    }


async def test_what_was_given_is_taken(app: FastAPI, alice: Client) -> None:
    _made_by(app, painting())
    given = {
        "prompt": "  Zwei Katzen, 猫 🐈\nauf einem Stuhl  ",
        "model": "easel-2",
        "tags": ["a", "A", " b  c "],
        "author": "Ada Lovelace",
        "filename": "Katzen 猫.png",
        "visibility": "public",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
        "seed": 2**53 - 1,
    }
    made = (await alice.post("/image", json=given)).json()
    assert made["prompt"] == given["prompt"]
    assert made["tags"] == ["a", "b c"]
    for name in ("model", "author", "filename", "visibility"):
        assert made[name] == given[name]
    assert made["parameters"] == {
        "size": "auto",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
        "seed": 2**53 - 1,
    }


@pytest.mark.parametrize(
    "prompt",
    ["!", "...", "…", "🐈", "猫", "<script>alert(1)</script>", "../../etc/passwd", "con", "x" * 32_000],
)
@ON_SQLITE
async def test_every_prompt_gives_a_filename_that_is_safe_to_save(
    app: FastAPI, alice: Client, prompt: str
) -> None:
    _made_by(app, painting())
    made = (await alice.post("/image", json={"prompt": prompt})).json()
    assert re.fullmatch(rf"[^\s/\\:*?\"<>|.]+-{made['guid'][:8]}\.png", made["filename"])
    assert len(made["filename"]) <= 100


@ON_SQLITE
async def test_a_cost_that_is_not_known_is_null(app: FastAPI, alice: Client) -> None:
    _made_by(app, painting())
    made = (await alice.post("/image", json={"prompt": "a cat"})).json()
    assert made["cost_usd"] is None
    assert made["cost_source"] is None
    assert made["revised_prompt"] is None


@ON_SQLITE
async def test_an_unknown_model_is_not_found(alice: Client) -> None:
    answer = await alice.post("/image", json={"prompt": "a cat", "model": "dall-e-9"})
    assert "guid" not in problem_of(answer, 404, "model_not_found")


@pytest.mark.parametrize(
    ("error", "status", "code", "kept_as"),
    [
        (GeneratorFailed(), 502, "generator_failed", "failed"),
        (PromptRefused(), 422, "prompt_refused", "failed"),
        (OutcomeUnknown(), 424, "outcome_unknown", "unknown"),
        (RateLimited(retry_after_s=7), 429, "rate_limited", "failed"),
        (RuntimeError("secret /path SELECT"), 424, "outcome_unknown", "unknown"),
    ],
)
@ON_SQLITE
async def test_a_failure_names_the_image_that_tells_about_it(
    app: FastAPI, alice: Client, error: Exception, status: int, code: str, kept_as: str
) -> None:
    _made_by(app, failing(error))
    answer = await alice.post("/image", json={"prompt": "a cat"})
    problem = problem_of(answer, status, code)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    shown = await alice.get(f"/image/{problem['guid']}")
    kept = shown.json()
    assert set(kept) == FIELDS
    assert (kept["status"], kept["error"]) == (kept_as, {"code": code, "detail": problem["detail"]})
    for name in ("media_type", "width", "height", "size_bytes", "sha256", "cost_usd", "cost_source"):
        assert kept[name] is None
    assert "secret" not in answer.text + shown.text
    assert (await alice.get("/image")).json() == []
    assert (await alice.get("/image", params={"status": kept_as})).json() == [kept]


@ON_SQLITE
async def test_the_built_in_generator_makes_a_picture_of_the_size_asked_for(admin: Client) -> None:
    made = (await admin.post("/image", json={"prompt": "a red fox", "size": "80x64", "seed": 3})).json()
    assert (made["generator"], made["width"], made["height"]) == ("sketch", 80, 64)
    assert made["cost_usd"] is not None, "the built-in costs nothing, and that is known"
