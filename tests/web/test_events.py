"""GET /image/{guid}/events: the life of an image as it happens."""

import asyncio
import json
import threading
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pybase64 import b64decode

from pixyproxy.core.exceptions import PromptRefused
from pixyproxy.core.models import Caller
from pixyproxy.service.generators.generator import PictureRequest, Receiver
from pixyproxy.service.generators.sketch import Sketch
from pixyproxy.service.making import watching
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from pixyproxy.web import events
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, begun, eventually, the_only_image, worker
from tests.service.scenery import ON_SQLITE, PNG, Easel, Gate, failing, painting, shelve
from tests.upstream.driving import loader_of
from tests.web.problems import problem_of

CAT = {"prompt": "a cat"}
LATER = {"Prefer": "respond-async"}


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_POLL_S", 0.02)


class Showing(Easel):
    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        receiver.preview(PNG)
        receiver.preview(PNG[:9])
        await super().call(request, receiver)


def events_of(answer: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of each; comments are none."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert answer.text.endswith("\n\n")
    found = []
    for block in answer.text.removesuffix("\n\n").split("\n\n"):
        if block.startswith(":"):
            continue
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def told(answer: httpx2.Response) -> list[str]:
    """Each event, with the status of the image where it tells one."""
    return [f"{name} {data.get('status', data.get('number'))}" for name, data in events_of(answer)]


async def _followed(app: FastAPI, alice: Client, easel: Easel, gate: Gate) -> httpx2.Response:
    async with at_work_in(app, easel):
        made = await alice.post("/image", json=CAT, headers=LATER)
        await gate.reached.wait()
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))
        await asyncio.sleep(0.1)
        gate.opened.set()
        return await following


async def test_status_at_each_step_previews_in_between_and_done_at_the_end(
    app: FastAPI, alice: Client
) -> None:
    gate = Gate()
    answer = await _followed(app, alice, Showing(gate), gate)
    assert told(answer) == ["status generating", "partial 0", "partial 1", "status ready", "done ready"]
    _, partial, _, ready, done = (data for _, data in events_of(answer))
    assert b64decode(partial["b64"]) == PNG
    assert partial["media_type"].startswith("image/")
    assert ready == done == (await alice.get(f"/image/{done['guid']}")).json()


async def test_nothing_between_us_may_hold_it_back(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    answer = await _followed(app, alice, Easel(gate), gate)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_a_failure_is_an_end_too(app: FastAPI, alice: Client) -> None:
    gate = Gate(failing(PromptRefused()).generate)
    answer = await _followed(app, alice, Easel(gate), gate)
    assert told(answer) == ["status generating", "status failed", "done failed"]
    assert events_of(answer)[-1][1]["error"]["code"] == "prompt_refused"


async def test_in_silence_a_comment_keeps_it_open(
    app: FastAPI, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_SILENCE_S", 0.02)
    gate = Gate()
    answer = await _followed(app, alice, Easel(gate), gate)
    assert answer.text.count(": still here\n\n") >= 2
    assert told(answer) == ["status generating", "status ready", "done ready"]


async def test_of_an_image_that_is_settled_it_says_so_and_ends(
    alice: Client, services: Services, as_alice: Caller
) -> None:
    for content, status in ((PNG, "ready"), (None, "failed")):
        image = await shelve(services, content, owner=as_alice.owner)
        answer = await alice.get(f"/image/{image.guid}/events")
        assert told(answer) == [f"status {status}", f"done {status}"]


async def test_an_image_that_another_worker_makes_can_be_followed(
    app: FastAPI, alice: Client, as_alice: Caller
) -> None:
    gate = Gate()
    async with at_work_in(app, painting()) as services, worker(services, Easel(gate)) as elsewhere:
        image = await begun(elsewhere, as_alice)
        await gate.reached.wait()
        following = asyncio.create_task(alice.get(f"/image/{image.guid}/events"))
        await asyncio.sleep(0.1)
        gate.opened.set()
        assert told(await following) == ["status generating", "status ready", "done ready"]


async def test_a_queued_one_is_followed_through_all_its_life(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    limits = Limits(most_calls=0, reserve_bytes=0)
    async with at_work_in(app, painting(), limits=limits) as services:
        made = await alice.post("/image", json=CAT, headers=LATER)
        assert made.json()["status"] == "queued"
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))
        await asyncio.sleep(0.1)
        async with worker(services, Easel(gate), recovering=True):
            await gate.reached.wait()
            await asyncio.sleep(0.1)
            gate.opened.set()
            assert told(await following) == [
                "status queued",
                "status generating",
                "status ready",
                "done ready",
            ]


async def test_the_private_image_of_another_does_not_exist(
    bob: Client, visitor: Client, services: Services, as_alice: Caller
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    for client in (bob, visitor):
        problem_of(await client.get(f"/image/{image.guid}/events"), 404, "image_not_found")
        problem_of(await client.get("/image/no-such-image/events"), 404, "image_not_found")


async def test_one_that_is_deleted_meanwhile_ends_it(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        made = await alice.post("/image", json=CAT, headers=LATER)
        await gate.reached.wait()
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))
        await asyncio.sleep(0.05)
        await alice.delete(made.headers["location"])
        assert told(await following) == ["status generating"]
        gate.opened.set()


async def test_one_that_becomes_private_meanwhile_ends_it_for_everybody_else(
    app: FastAPI, alice: Client, bob: Client
) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)) as services:
        made = await alice.post("/image", json={**CAT, "visibility": "public"}, headers=LATER)
        await gate.reached.wait()
        address = made.headers["location"]
        hers, his = (asyncio.create_task(client.get(f"{address}/events")) for client in (alice, bob))

        async def both_are_there() -> bool:
            watched = services.generation.watching.find(made.json()["guid"])
            return watched is not None and len(watched.followers) == 2

        await eventually(both_are_there)
        await alice.patch(address, json={"visibility": "private"})
        await asyncio.wait({his}, timeout=20)
        gate.opened.set()
        assert told(await his) == ["status generating"]
        assert told(await hers) == ["status generating", "status ready", "done ready"]


async def test_one_that_is_canceled_ends_it(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting(), limits=Limits(most_calls=0, reserve_bytes=0)):
        made = await alice.post("/image", json=CAT, headers=LATER)
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))
        await asyncio.sleep(0.05)
        await alice.post(f"{made.headers['location']}/cancel")
        assert told(await following) == ["status queued", "status canceled", "done canceled"]


@ON_SQLITE
async def test_the_built_in_generator_shows_a_preview_to_those_who_watch(app: FastAPI, alice: Client) -> None:
    sketch, busy = Sketch(), threading.Event()
    for _ in range(sketch._threads._max_workers):
        sketch._threads.submit(busy.wait)
    async with at_work_in(app, sketch) as services:
        made = await alice.post("/image", json={**CAT, "size": "64x64"}, headers=LATER)
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))

        async def is_watched() -> bool:
            watched = services.generation.watching.find(made.json()["guid"])
            return watched is not None and len(watched.followers) > 0

        await eventually(is_watched)
        busy.set()
        answer = await following
    assert told(answer) == ["status generating", "partial 0", "status ready", "done ready"]
    [preview] = [data for name, data in events_of(answer) if name == "partial"]
    assert preview["media_type"] == "image/webp"
    assert loader_of(b64decode(preview["b64"])).startswith("webp")
    await sketch.close()


@ON_SQLITE
async def test_who_leaves_takes_nothing_away(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)) as services:
        made = await alice.post("/image", json=CAT, headers=LATER)
        await gate.reached.wait()
        following = asyncio.create_task(alice.get(f"{made.headers['location']}/events"))

        async def followers() -> int:
            watched = services.generation.watching.find(made.json()["guid"])
            return len(watched.followers) if watched else -1

        async def one_is_there() -> bool:
            return await followers() == 1

        async def nobody_is_there() -> bool:
            return await followers() == 0

        await eventually(one_is_there)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await eventually(nobody_is_there)
        gate.opened.set()

        async def is_ready() -> bool:
            return (await the_only_image(services)).content is not None

        await eventually(is_ready)
