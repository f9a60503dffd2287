"""OpenAI's SDKs say how long they wait; then they would send the request again, and pay again."""

import asyncio

from fastapi import FastAPI

from pixyproxy.core.models import Status
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, eventually
from tests.service.scenery import ON_SQLITE, Easel, Gate

pytestmark = ON_SQLITE
CAT = {"prompt": "a cat"}


async def test_who_would_soon_ask_again_is_told_before_that_it_goes_on(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with at_work_in(app, easel):
        answer = await alice.post(
            "/v1/images/generations", json=CAT, headers={"X-Stainless-Read-Timeout": "0.4"}
        )
        assert (answer.status_code, answer.headers["x-should-retry"]) == (409, "false")
        error = answer.json()["error"]
        assert error["code"] == "image_not_ready"
        gate.opened.set()
        [guid] = [word.strip(".") for word in error["message"].split() if word.count("-") == 4]

        async def is_ready() -> bool:
            return bool((await alice.get(f"/image/{guid}")).json()["status"] == Status.READY)

        await eventually(is_ready)
    assert len(easel.asked) == 1


async def test_who_waits_long_enough_gets_the_picture(app: FastAPI, alice: Client) -> None:
    for patience in ({"X-Stainless-Read-Timeout": "600"}, {"X-Stainless-Timeout": "no number"}, {}):
        gate = Gate()
        async with at_work_in(app, Easel(gate)):
            asking = asyncio.create_task(alice.post("/v1/images/generations", json=CAT, headers=patience))
            await gate.reached.wait()
            gate.opened.set()
            assert (await asking).status_code == 200
