"""POST /image/{guid}/cancel: what has not been sent is stopped; what has been is finished and kept."""

import asyncio

import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import GeneratorTimeout
from pixyproxy.core.models import Caller, Visibility
from pixyproxy.service.making import calls, watching
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, eventually, in_turn, worker
from tests.service.scenery import PNG, Easel, Gate, painting, rows, shelve
from tests.web.problems import problem_of

CAT = {"prompt": "a cat"}
LATER = {"Prefer": "respond-async"}
NO_ROOM = Limits(most_calls=0, reserve_bytes=0)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_POLL_S", 0.02)


async def test_what_is_queued_is_stopped_and_never_made(
    app: FastAPI, alice: Client, services: Services
) -> None:
    easel = painting()
    async with at_work_in(app, easel, limits=NO_ROOM):
        made = await alice.post("/image", json=CAT, headers=LATER)
        answer = await alice.post(f"{made.headers['location']}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "canceled")
        assert answer.json()["updated_at"] >= made.json()["updated_at"]
        async with worker(app.state.services, easel, recovering=True):
            await asyncio.sleep(0.2)
    assert (await alice.get(made.headers["location"])).json() == answer.json()
    problem_of(await alice.get(f"{made.headers['location']}/content"), 409, "image_failed")
    assert (easel.asked, await rows(services, "job"), await rows(services, "attempt")) == ([], [], [])


async def test_who_waits_for_it_is_told(app: FastAPI, alice: Client, services: Services) -> None:
    async with at_work_in(app, painting(), limits=NO_ROOM):
        waiting = asyncio.create_task(alice.post("/image", json=CAT))

        async def is_queued() -> bool:
            return bool(await rows(services, "job"))

        await eventually(is_queued)
        [row] = await rows(services, "image")
        await alice.post(f"/image/{row['guid']}/cancel")
        problem = problem_of(await waiting, 409, "image_failed")
    assert problem["guid"] == row["guid"]


async def test_between_two_attempts_it_is_stopped_too(
    app: FastAPI, alice: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_PAUSES_S", (0.5, 0.5))
    easel = Easel(in_turn(GeneratorTimeout(), PNG))
    async with at_work_in(app, easel):
        waiting = asyncio.create_task(alice.post("/image", json=CAT))

        async def is_between() -> bool:
            return [job["state"] for job in await rows(services, "job")] == ["waiting"]

        await eventually(is_between)
        [row] = await rows(services, "image")
        answer = await alice.post(f"/image/{row['guid']}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "canceled")
        problem_of(await waiting, 409, "image_failed")
    assert len(easel.asked) == 1
    assert [attempt["status"] for attempt in await rows(services, "attempt")] == ["failed"]


async def test_what_was_sent_is_finished_and_kept(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)):
        waiting = asyncio.create_task(alice.post("/image", json=CAT))
        await gate.reached.wait()
        [row] = await rows(app.state.services, "image")
        answer = await alice.post(f"/image/{row['guid']}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "generating")
        gate.opened.set()
        made = await waiting
    assert (made.status_code, made.json()["status"]) == (201, "ready")
    assert (await alice.get(f"/image/{row['guid']}/content")).content == PNG


@pytest.mark.parametrize("content", [PNG, None], ids=["ready", "failed"])
async def test_what_is_settled_stays_as_it_is(
    alice: Client, services: Services, as_alice: Caller, content: bytes | None
) -> None:
    image = await shelve(services, content, owner=as_alice.owner)
    answer = await alice.post(f"/image/{image.guid}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, image.status)
    again = await alice.post(f"/image/{image.guid}/cancel")
    assert again.json() == answer.json()


async def test_twice_is_once(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting(), limits=NO_ROOM):
        made = await alice.post("/image", json=CAT, headers=LATER)
        one, other = [await alice.post(f"{made.headers['location']}/cancel") for _ in range(2)]
    assert one.json() == other.json()


async def test_it_is_its_owners_and_administrators_to_cancel(
    app: FastAPI, alice: Client, bob: Client, visitor: Client, admin: Client
) -> None:
    async with at_work_in(app, painting(), limits=NO_ROOM):
        made = await alice.post("/image", json=CAT, headers=LATER)
        address = f"{made.headers['location']}/cancel"
        problem_of(await visitor.post(address), 401, "unauthenticated")
        problem_of(await bob.post(address), 404, "image_not_found")
        await alice.patch(made.headers["location"], json={"visibility": Visibility.PUBLIC})
        problem_of(await bob.post(address), 403, "forbidden")
        assert (await alice.get(made.headers["location"])).json()["status"] == "queued"
        assert (await admin.post(address)).json()["status"] == "canceled"


async def test_what_does_not_exist_is_not_there_to_cancel(alice: Client) -> None:
    problem_of(await alice.post("/image/no-such-image/cancel"), 404, "image_not_found")


async def test_a_canceled_image_can_be_deleted(app: FastAPI, alice: Client, services: Services) -> None:
    async with at_work_in(app, painting(), limits=NO_ROOM):
        made = await alice.post("/image", json=CAT, headers=LATER)
        await alice.post(f"{made.headers['location']}/cancel")
        for_good = f"{made.headers['location']}?permanently=true"
        assert (await alice.delete(for_good)).status_code == 204
    assert await rows(services, "image") == []


async def test_many_who_cancel_and_a_worker_that_begins_agree(app: FastAPI, alice: Client) -> None:
    """Whoever is first: it is canceled and never called, or called once and kept."""
    easel = painting()
    async with at_work_in(app, easel, limits=NO_ROOM) as services:
        made = [await alice.post("/image", json=CAT, headers=LATER) for _ in range(8)]
        async with worker(services, easel, recovering=True):
            canceling = [alice.post(f"{each.headers['location']}/cancel") for each in made]
            answers = await asyncio.gather(*canceling)
            assert {answer.status_code for answer in answers} == {202}

            async def is_over() -> bool:
                return not await rows(services, "job")

            await eventually(is_over)
        statuses = [(await alice.get(each.headers["location"])).json()["status"] for each in made]
    assert set(statuses) <= {"canceled", "ready"}
    assert statuses.count("ready") == len(easel.asked)
