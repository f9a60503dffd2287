"""`Idempotency-Key`: the same key with the same request is the same image, and never a second call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    GeneratorRefused,
    GeneratorTimeout,
    InvalidRequest,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
    StorageFull,
)
from pixyproxy.service.making import calls
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.making.workshop import at_work_in, eventually, in_turn
from tests.service.scenery import ON_SQLITE, PNG, Easel, Gate, painting, rows
from tests.web.problems import fields_of, problem_of

CAT = {"prompt": "a cat"}
KEY = {"Idempotency-Key": "a"}


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01, 0.02))


@pytest.fixture
async def two_apps(environment: dict[str, str]) -> AsyncIterator[list[FastAPI]]:
    """Over one database, as two workers are."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running_app(environment)) for _ in range(2)]


async def test_the_second_time_it_is_the_same_image(app: FastAPI, alice: Client) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        first = await alice.post("/image", json=CAT, headers=KEY)
        again = await alice.post("/image", json=CAT, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(easel.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"prompt": "a cat", "size": "auto"}',
        b'{ "size":"auto",\n "prompt":"a cat", "tags": [] }',
        b'{"prompt": "\\u0061 cat", "visibility": "private"}',
    ],
)
async def test_the_same_request_may_be_written_in_other_ways(
    app: FastAPI, alice: Client, body: bytes
) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        await alice.post("/image", json=CAT, headers=KEY)
        again = await alice.post("/image", content=body, headers={**KEY, "Content-Type": "application/json"})
    assert (again.status_code, len(easel.asked)) == (201, 1)


async def test_a_hundred_at_once_over_two_applications_make_one_call(two_apps: list[FastAPI]) -> None:
    easels = painting(), painting()
    async with AsyncExitStack() as stack:
        for app, easel in zip(two_apps, easels, strict=True):
            await stack.enter_async_context(at_work_in(app, easel))
        clients = [await stack.enter_async_context(client_of(app, ADMIN_KEY)) for app in two_apps]
        answers = await asyncio.gather(
            *(clients[number % 2].post("/image", json=CAT, headers=KEY) for number in range(100))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["guid"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len(easels[0].asked) + len(easels[1].asked) == 1
    services: Services = two_apps[0].state.services
    assert len(await rows(services, "attempt")) == 1


async def test_another_request_with_the_same_key_is_refused(
    app: FastAPI, alice: Client, services: Services
) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        await alice.post("/image", json=CAT, headers=KEY)
        answer = await alice.post("/image", json={"prompt": "a dog"}, headers=KEY)
    problem_of(answer, 422, "idempotency_mismatch")
    assert (len(easel.asked), len(await rows(services, "image"))) == (1, 1)


async def test_the_key_of_another_owner_is_another(app: FastAPI, alice: Client, bob: Client) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        hers = await alice.post("/image", json=CAT, headers=KEY)
        his = await bob.post("/image", json={"prompt": "a dog"}, headers=KEY)
    assert (hers.status_code, his.status_code) == (201, 201)
    assert hers.json()["guid"] != his.json()["guid"]
    assert "idempotent-replayed" not in his.headers
    assert len(easel.asked) == 2


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (GeneratorRefused(), 502, "generator_failed"),
        (RateLimited(retry_after_s=60), 429, "rate_limited"),
        (GeneratorTimeout(), 504, "generator_timeout"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_after_a_failure_that_cost_nothing_it_may_be_asked_again(
    app: FastAPI, alice: Client, error: PixyProxyException, status: int, code: str
) -> None:
    easel = Easel(in_turn(*[error] * (3 if isinstance(error, GeneratorTimeout) else 1), PNG))
    async with at_work_in(app, easel):
        failed = await alice.post("/image", json=CAT, headers=KEY)
        again = await alice.post("/image", json=CAT, headers=KEY)
    problem_of(failed, status, code)
    assert again.status_code == 201
    assert "idempotent-replayed" not in again.headers
    assert again.json()["guid"] != failed.json()["guid"]


@pytest.mark.parametrize("preferred", [{}, {"Prefer": "respond-async"}, {"Prefer": "wait=60"}], ids=str)
@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (PromptRefused(), 422, "prompt_refused"),
        (InvalidRequest("The provider refused size."), 422, "invalid_request"),
        (GeneratorFailed(), 502, "generator_failed"),
        (OutcomeUnknown(), 424, "outcome_unknown"),
        (TypeError("a defect"), 424, "outcome_unknown"),
        (b"no picture", 502, "generator_failed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_after_any_other_the_same_error_is_told_again(
    app: FastAPI,
    alice: Client,
    outcome: Exception | bytes,
    status: int,
    code: str,
    preferred: dict[str, str],
) -> None:
    easel = Easel(in_turn(outcome, PNG))
    async with at_work_in(app, easel):
        failed = await alice.post("/image", json=CAT, headers=KEY)
        again = await alice.post("/image", json=CAT, headers={**KEY, **preferred})
    first, second = problem_of(failed, status, code), problem_of(again, status, code)
    assert (first["guid"], first["detail"]) == (second["guid"], second["detail"])
    assert "idempotent-replayed" not in failed.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(easel.asked) == 1


async def test_what_is_refused_before_it_is_recorded_keeps_no_key(
    app: FastAPI, alice: Client, services: Services
) -> None:
    easel = painting()
    async with at_work_in(app, easel, limits=Limits(reserve_bytes=2**62)):
        problem_of(await alice.post("/image", json=CAT, headers=KEY), 507, StorageFull.code)
    problem_of(await alice.post("/image", json={"prompt": ""}, headers=KEY), 422, "invalid_request")
    problem_of(await alice.post("/image", json={**CAT, "model": "none"}, headers=KEY), 404, "model_not_found")
    assert await rows(services, "idempotency") == []
    async with at_work_in(app, easel):
        assert (await alice.post("/image", json=CAT, headers=KEY)).status_code == 201


async def test_an_image_that_was_deleted_is_not_made_again(app: FastAPI, alice: Client) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        made = (await alice.post("/image", json=CAT, headers=KEY)).json()
        await alice.delete(f"/image/{made['guid']}")
        answer = await alice.post("/image", json=CAT, headers=KEY)
    problem_of(answer, 404, "image_not_found")
    assert len(easel.asked) == 1


async def test_while_it_is_being_made_the_same_image_is_answered(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with at_work_in(app, easel):
        first = await alice.post("/image", json=CAT, headers={**KEY, "Prefer": "respond-async"})
        again = await alice.post("/image", json=CAT, headers={**KEY, "Prefer": "wait=0"})
        assert (first.status_code, again.status_code) == (202, 202)
        assert again.headers["idempotent-replayed"] == "true"
        assert first.json()["guid"] == again.json()["guid"]
        waiting = asyncio.create_task(alice.post("/image", json=CAT, headers=KEY))
        await gate.reached.wait()
        gate.opened.set()
        answer = await waiting
        assert (answer.status_code, answer.json()["guid"]) == (201, first.json()["guid"])
        last = await alice.post("/image", json=CAT, headers={**KEY, "Prefer": "respond-async"})
    assert (last.status_code, last.json()["status"], len(easel.asked)) == (201, "ready", 1)


async def test_one_that_was_canceled_stays_so_for_its_key(app: FastAPI, alice: Client) -> None:
    easel = painting()
    async with at_work_in(app, easel, limits=Limits(most_calls=0, reserve_bytes=0)):
        made = await alice.post("/image", json=CAT, headers={**KEY, "Prefer": "respond-async"})
        await alice.post(f"{made.headers['location']}/cancel")
        for preferred in ({}, {"Prefer": "respond-async"}):
            answer = await alice.post("/image", json=CAT, headers={**KEY, **preferred})
            problem_of(answer, 409, "image_failed")
    assert easel.asked == []


async def test_many_replays_without_patience_do_not_disturb_the_database(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting()):
        made = (await alice.post("/image", json=CAT, headers=KEY)).json()
        headers = {**KEY, "Prefer": "respond-async"}
        answers = await asyncio.gather(*(alice.post("/image", json=CAT, headers=headers) for _ in range(50)))
    assert [answer.json()["guid"] for answer in answers] == [made["guid"]] * 50


@ON_SQLITE
@pytest.mark.parametrize(
    ("one", "other"),
    [('"a"', "a"), ('"a b"', "a b"), ('"a\\"b"', 'a"b'), ('"a\\\\b"', "a\\b")],
)
async def test_quoted_and_bare_are_the_same_key(app: FastAPI, alice: Client, one: str, other: str) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        for text in (one, other):
            answer = await alice.post("/image", json=CAT, headers={"Idempotency-Key": text})
            assert answer.status_code == 201
    assert len(easel.asked) == 1


@ON_SQLITE
@pytest.mark.parametrize("length", [1, 255])
@pytest.mark.parametrize("quote", ["", '"'])
async def test_it_may_have_1_to_255_characters(app: FastAPI, alice: Client, length: int, quote: str) -> None:
    async with at_work_in(app, painting()):
        headers = {"Idempotency-Key": f"{quote}{'k' * length}{quote}"}
        assert (await alice.post("/image", json=CAT, headers=headers)).status_code == 201


@ON_SQLITE
@pytest.mark.parametrize(
    "text", ["", '""', "k" * 256, f'"{"k" * 256}"', '" a"', "a\tb", "caf\u00e9", '"\u00e9"'], ids=ascii
)
async def test_what_is_no_key_is_refused(alice: Client, services: Services, text: str) -> None:
    headers = {b"Idempotency-Key": text.encode("latin-1")}
    answer = await alice.post("/image", json=CAT, headers=headers)
    assert fields_of(answer) == ["Idempotency-Key"]
    assert await rows(services, "image") == []


@ON_SQLITE
async def test_it_may_be_sent_once_only(alice: Client, services: Services) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    assert fields_of(await alice.post("/image", json=CAT, headers=headers)) == ["Idempotency-Key"]
    assert await rows(services, "image") == []


async def test_the_longest_key_fits_the_database(app: FastAPI, alice: Client) -> None:
    easel = painting()
    async with at_work_in(app, easel):
        for ending in ("x", "X", "x"):
            headers = {"Idempotency-Key": "~" * 254 + ending}
            assert (await alice.post("/image", json=CAT, headers=headers)).status_code == 201
    assert len(easel.asked) == 2


async def test_who_hangs_up_and_asks_again_gets_the_image_that_was_begun(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with at_work_in(app, easel):
        asking = asyncio.create_task(alice.post("/image", json=CAT, headers=KEY))
        await gate.reached.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        gate.opened.set()
        answer = await alice.post("/image", json=CAT, headers=KEY)
        assert (answer.status_code, answer.headers["idempotent-replayed"]) == (201, "true")

        async def is_over() -> bool:
            return not await rows(app.state.services, "job")

        await eventually(is_over)
    assert len(easel.asked) == 1
