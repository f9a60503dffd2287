"""What an administrator is told of costs and of how the service is doing, and nobody else."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy import __version__
from pixyproxy.core.models import AttemptStatus, Cost
from pixyproxy.data.init import SCHEMA_VERSION
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.data.builders import an_attempt
from tests.service.generators.openai_services import OPENAI_KEY
from tests.service.making.workshop import shaky
from tests.service.scenery import ON_SQLITE, PNG, painting, shelve, throw_away, with_generator
from tests.upstream import RunningUpstream
from tests.web.problems import fields_of, problem_of

NOTHING = {"calls": 0, "images": 0, "failed": 0, "unknown": 0, "cost_usd": None, "calls_of_unknown_cost": 0}


async def told(client: Client, path: str) -> dict[str, Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def call(services: Services, status: AttemptStatus, cost: str | None, at: datetime) -> None:
    known = None if cost is None else Cost(Decimal(cost), "provider")
    attempt = an_attempt(status=status, cost=known, started_at=at, owner="admin", model="gpt-image-2")
    await services.library.attempts.add(attempt)


async def test_what_was_spent_is_told_day_by_day_and_in_all(admin: Client, services: Services) -> None:
    at = datetime.now(UTC) - timedelta(days=3)
    for status, cost in (
        (AttemptStatus.SUCCEEDED, "0.04"),
        (AttemptStatus.FAILED, "0.02"),
        (AttemptStatus.UNKNOWN, None),
        (AttemptStatus.STARTED, None),
    ):
        await call(services, status, cost, at)
    spent = {
        "calls": 4,
        "images": 1,
        "failed": 1,
        "unknown": 1,
        "cost_usd": 0.06,
        "calls_of_unknown_cost": 2,
    }
    row = {"day": f"{at:%Y-%m-%d}", "name": "gpt-image-2", **spent}
    assert await told(admin, "/usage") == {"days": 30, "by": "model", "rows": [row], "total": spent}
    for by, name in (("key", "admin"), ("generator", "sketch")):
        named = await told(admin, f"/usage?days=366&by={by}")
        assert named == {"days": 366, "by": by, "rows": [row | {"name": name}], "total": spent}
    assert await told(admin, "/usage?days=2") == {"days": 2, "by": "model", "rows": [], "total": NOTHING}


async def test_what_is_made_is_counted_and_stays_when_its_image_is_deleted(admin: Client) -> None:
    image = (await admin.post("/image", json={"prompt": "a cat", "size": "64x64"})).json()
    await admin.delete(image["content_url"].removesuffix("/content"), params={"permanently": True})
    total = (await told(admin, "/usage?by=generator"))["total"]
    assert total == NOTHING | {"calls": 1, "images": 1, "cost_usd": 0.0}


@ON_SQLITE
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("days=0", "days"),
        ("days=367", "days"),
        ("days=x", "days"),
        ("by=author", "by"),
        ("by=", "by"),
        ("since=2026", "since"),
    ],
)
async def test_a_question_about_costs_that_makes_no_sense_is_refused(
    admin: Client, query: str, field: str
) -> None:
    assert fields_of(await admin.get(f"/usage?{query}")) == [field]


@pytest.mark.parametrize("path", ["/usage", "/operations"])
async def test_only_an_administrator_is_told(
    path: str, visitor: Client, key_holder: Callable[[str], Awaitable[Client]]
) -> None:
    problem_of(await visitor.get(path), 401, "unauthenticated")
    problem_of(await (await key_holder("Alice")).get(path), 403, "forbidden")


async def test_operations_tell_how_the_service_is_doing(admin: Client, services: Services) -> None:
    before = datetime.now(UTC)
    await shelve(services)
    await throw_away(services, await shelve(services))
    body = await told(admin, "/operations")
    assert body["version"] == __version__
    assert datetime.fromisoformat(body["started_at"]) <= before
    assert body["database"] == {"kind": services.library.kind(), "schema": SCHEMA_VERSION}
    assert body["queue"] == {"queued": 0, "generating": 0, "oldest_queued_at": None, "under_way_here": 0}
    assert body["failures"] == {"hours": 24, "by_code": [], "unknown": 0}
    storage = body["storage"]
    assert before <= datetime.fromisoformat(storage.pop("counted_at")) <= datetime.now(UTC)
    assert storage.pop("free_bytes") > 0
    assert storage.pop("reserve_bytes") > 0
    assert storage == {
        "kind": "folder",
        "images": 1,
        "bytes": len(PNG),
        "trash_images": 1,
        "trash_bytes": len(PNG),
        "is_low": False,
        "copies_bytes": 0,
        "copies_most_bytes": 1024**3,
        "answers_waiting": 0,
    }
    assert body["generators"] == [{"name": "sketch", "models": ["sketch"], "problem": None}]
    assert body["reasons"] == {}


async def test_operations_tell_of_what_goes_wrong(admin: Client, services: Services, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for status in (AttemptStatus.FAILED, AttemptStatus.UNKNOWN, AttemptStatus.UNKNOWN):
        await call(services, status, None, now)
    (tmp_path / "images").write_text("a file where the folder should be")
    body = await told(admin, "/operations")
    assert body["failures"] == {"hours": 24, "by_code": [{"code": "internal", "count": 1}], "unknown": 2}
    assert body["reasons"] == {"images": "unavailable"}


@ON_SQLITE
async def test_the_copies_that_were_made_are_told(admin: Client, services: Services) -> None:
    image = await shelve(services)
    assert (await admin.get(f"/image/{image.guid}/content?width=16")).status_code == 200
    assert (await told(admin, "/operations"))["storage"]["copies_bytes"] > 0


async def test_while_the_database_is_away_the_answer_is_503(app: FastAPI, services: Services) -> None:
    shaken, database = shaky(services)
    app.state.services = shaken
    async with client_of(app, ADMIN_KEY) as admin:
        database.is_away = True
        for path in ("/usage", "/operations"):
            problem_of(await admin.get(path), 503, "unavailable")
        database.is_away = False
        for path in ("/usage", "/operations"):
            assert (await admin.get(path)).status_code == 200
    app.state.services = services


@ON_SQLITE
async def test_no_path_host_or_secret_is_told(
    environment: dict[str, str], upstream: RunningUpstream, tmp_path: Path
) -> None:
    """Neither where all is well, nor where nothing is reached."""
    reached = {"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": upstream.base_url}
    for provider in (reached, reached | {"OPENAI_BASE_URL": "http://nowhere.invalid/v1"}):
        (tmp_path / "images").mkdir(exist_ok=True)
        async with running_app(environment | provider) as app, client_of(app, ADMIN_KEY) as admin:
            answer = await admin.get("/operations")
        [openai, _] = answer.json()["generators"]
        assert openai["problem"] == (None if provider is reached else "It does not answer.")
        for secret in (str(tmp_path), "127.0.0.1", "nowhere", OPENAI_KEY, ADMIN_KEY):
            assert secret not in answer.text


@ON_SQLITE
async def test_the_library_is_counted_once_for_several_who_look(app: FastAPI, services: Services) -> None:
    app.state.services = with_generator(services, painting())
    async with client_of(app, ADMIN_KEY) as admin:
        first, second = [(await told(admin, "/operations"))["storage"] for _ in range(2)]
        await shelve(services)
        third = (await told(admin, "/operations"))["storage"]
        counted = ("images", "bytes", "trash_images", "trash_bytes", "counted_at")
        assert len({tuple(each[name] for name in counted) for each in (first, second, third)}) == 1
    app.state.services = services
