"""`Prefer`: how long a caller would like to wait for an image, and what it is told instead."""

import asyncio

import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import PromptRefused
from pixyproxy.service.services import Services
from pixyproxy.web.preferences import Preferences
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, eventually
from tests.service.scenery import ON_SQLITE, Easel, Gate, failing, painting, rows
from tests.web.problems import problem_of

CAT = {"prompt": "a cat"}


@pytest.mark.parametrize(
    ("sent", "respond_async", "wait_s"),
    [
        ([], False, None),
        ([""], False, None),
        (["respond-async"], True, None),
        (["Respond-Async"], True, None),
        ([" respond-async "], True, None),
        (['respond-async=""'], True, None),
        (["respond-async; foo=1"], True, None),
        (["respond-async, wait=10"], True, 10),
        (["respond-async", "wait=10"], True, 10),
        (["wait=10;respond-async"], False, 10),
        (["WAIT=10"], False, 10),
        (["wait=0"], False, 0),
        (["wait = 10"], False, 10),
        (['wait="10"'], False, 10),
        (["wait=010"], False, 10),
        ([",, wait=10 ,"], False, 10),
        (["wait=5, wait=9"], False, 5),
        (["wait=5", "wait=9"], False, 5),
        (["wait=x, wait=9"], False, None),
        (["wait=99999"], False, 3600),
        (["wait"], False, None),
        (["wait="], False, None),
        (["wait=-1"], False, None),
        (["wait=1.5"], False, None),
        (["wait=5s"], False, None),
        (["wait=5 or so"], False, None),
        (["wait=\u00b2"], False, None),
        (["waiting=5"], False, None),
        (["x-wait=5"], False, None),
        (["foo; wait=5"], False, None),
        (["foo;wait=5;respond-async"], False, None),
        (['foo="a, wait=5"'], False, None),
        (['foo="a\\", wait=5"'], False, None),
        (['foo; bar="a, wait=5, respond-async", wait=7'], False, 7),
        (['"wait=5"'], False, None),
        (["@wait=5"], False, None),
        (["handling=lenient, return=minimal"], False, None),
        (['foo="unfinished, wait=5'], False, None),
    ],
)
def test_what_a_header_asks_for(sent: list[str], respond_async: bool, wait_s: int | None) -> None:
    asked = Preferences.of(sent)
    assert (asked.respond_async, asked.wait_s) == (respond_async, wait_s)


def test_a_header_made_to_be_slow_is_read_at_once() -> None:
    for piece in ("a" * 60_000, '"' * 60_000, '"\\' * 30_000, "a=" * 30_000, ", " * 30_000, " " * 60_000):
        Preferences.of([piece, "wait=" + piece])


def test_of_a_header_made_to_be_long_the_beginning_counts() -> None:
    assert Preferences.of([" " * 60_000]) == Preferences()
    assert Preferences.of(["wait=5" + " " * 60_000 + ", respond-async"]) == Preferences(wait_s=5)
    assert Preferences.of([" " * 490 + "wait=5"]) == Preferences(wait_s=5)
    assert Preferences.of([" " * 500 + "wait=5"]) == Preferences()


@ON_SQLITE
async def test_a_header_of_blanks_is_as_good_as_none(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting()):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": " " * 60_000})
    assert answer.status_code == 201
    assert "preference-applied" not in answer.headers


async def test_respond_async_is_answered_at_once_with_where_to_ask(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": "respond-async"})
        made = answer.json()
        assert (answer.status_code, made["status"]) == (202, "generating")
        assert answer.headers["location"] == f"/image/{made['guid']}"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["preference-applied"] == "respond-async"
        gate.opened.set()

        async def is_ready() -> bool:
            return bool((await alice.get(answer.headers["location"])).json()["status"] == "ready")

        await eventually(is_ready)


@pytest.mark.parametrize("preferred", ["wait=0", "respond-async, wait=0"])
async def test_no_patience_at_all_is_the_same(app: FastAPI, alice: Client, preferred: str) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": preferred})
        assert (answer.status_code, answer.headers["preference-applied"]) == (202, preferred)
        gate.opened.set()


@ON_SQLITE
async def test_patience_that_ends_too_early_is_answered_with_where_to_ask(
    app: FastAPI, alice: Client
) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": "wait=1"})
        assert (answer.status_code, answer.json()["status"]) == (202, "generating")
        assert answer.headers["preference-applied"] == "wait=1"
        gate.opened.set()


@pytest.mark.parametrize("preferred", ["wait=60", "respond-async, wait=60"])
async def test_patience_that_lasts_is_answered_with_the_image(
    app: FastAPI, alice: Client, preferred: str
) -> None:
    async with at_work_in(app, painting()):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": preferred})
    assert (answer.status_code, answer.json()["status"]) == (201, "ready")
    assert answer.headers["location"] == f"/image/{answer.json()['guid']}"
    assert answer.headers["preference-applied"] == preferred
    assert "retry-after" not in answer.headers


async def test_two_headers_count_as_one(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        headers = [("Prefer", "respond-async"), ("Prefer", "wait=0")]
        answer = await alice.post("/image", json=CAT, headers=headers)
        assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async, wait=0")
        gate.opened.set()


async def test_without_the_header_the_image_is_waited_for(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        asking = asyncio.create_task(alice.post("/image", json=CAT))
        await gate.reached.wait()
        gate.opened.set()
        answer = await asking
    assert answer.status_code == 201
    assert "preference-applied" not in answer.headers


async def test_a_failure_within_its_patience_is_an_error(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, failing(PromptRefused())):
        answer = await alice.post("/image", json=CAT, headers={"Prefer": "wait=60"})
    problem_of(answer, 422, "prompt_refused")


async def test_what_is_wrong_with_the_request_is_told_before_anything_else(
    alice: Client, services: Services
) -> None:
    answer = await alice.post("/image", json={}, headers={"Prefer": "respond-async"})
    problem_of(answer, 422, "invalid_request")
    assert await rows(services, "image") == []
