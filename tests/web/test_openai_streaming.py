"""/v1/images with `stream`: the events of OpenAI's API, in its order."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import pytest
from fastapi import FastAPI
from pydantic_core import to_json
from starlette.types import Message

from pixyproxy.core import exceptions as our
from pixyproxy.core.models import Status
from pixyproxy.service.generators.generator import PictureRequest, Receiver
from pixyproxy.service.making import calls, watching
from pixyproxy.service.services import Services
from pixyproxy.web.openai import streaming
from pixyproxy.web.server_sent import STILL_HERE
from tests.conftest import ADMIN_KEY, Client, client_of
from tests.service.making.workshop import at_work_in, eventually, in_turn
from tests.service.scenery import ON_SQLITE, PNG, Easel, Gate, failing, painting, picture, rows
from tests.web.driven import Exchange, Receive, scope_of
from tests.web.openai_face import CAT, EDITS, GENERATIONS, error_of, events_of

pytestmark = ON_SQLITE
STREAM = {**CAT, "stream": True}
WEBP = picture("webp", 20, 20)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_POLL_S", 0.02)
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01, 0.02))


class Showing(Easel):
    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        for content in (WEBP, PNG, PNG):
            receiver.preview(content)
        await super().call(request, receiver)


async def test_previews_and_then_the_picture_each_with_all_its_members(app: FastAPI, alice: Client) -> None:
    parameters = {"quality": "high", "usage": {"total_tokens": 7}}
    easel = Showing(painting(parameters=parameters).generate)
    async with at_work_in(app, easel):
        answer = await alice.post(GENERATIONS, json={**STREAM, "partial_images": 2, "background": "opaque"})
    names = [name for name, _ in events_of(answer)]
    assert names == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    first, second, completed = (data for _, data in events_of(answer))
    assert [each["partial_image_index"] for each in (first, second)] == [0, 1]
    assert [b64decode(each["b64_json"]) for each in (first, second, completed)] == [WEBP, PNG, PNG]
    assert [each["output_format"] for each in (first, second, completed)] == ["webp", "png", "png"]
    members = {"type", "b64_json", "created_at", "size", "quality", "background", "output_format", "guid"}
    assert set(first) == {*members, "partial_image_index"}
    assert set(completed) == {*members, "usage"}
    assert (completed["size"], completed["quality"], completed["background"]) == ("48x32", "high", "opaque")
    kept = (await alice.get(f"/image/{completed['guid']}/content")).content
    assert kept == PNG
    assert answer.headers["x-pixyproxy-guid"] == completed["guid"]
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")


@pytest.mark.parametrize("given", [{}, {"partial_images": 0}])
async def test_without_previews_there_is_one_event(
    app: FastAPI, alice: Client, given: dict[str, int]
) -> None:
    easel = Showing(painting().generate)
    async with at_work_in(app, easel):
        answer = await alice.post(GENERATIONS, json=STREAM | given)
    assert [name for name, _ in events_of(answer)] == ["image_generation.completed"]
    assert easel.asked[0].partial_images == 0


async def test_an_edit_has_events_of_its_own(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, Showing(painting().generate)):
        data = {**CAT, "stream": "true", "partial_images": "1"}
        answer = await alice.post(EDITS, data=data, files={"image": PNG})
    assert [name for name, _ in events_of(answer)] == ["image_edit.partial_image", "image_edit.completed"]


async def test_several_have_one_completed_each(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, Showing(painting().generate)):
        answer = await alice.post(GENERATIONS, json={**STREAM, "n": 3, "partial_images": 1})
    events = events_of(answer)
    by_image: dict[str, list[str]] = {}
    for name, data in events:
        by_image.setdefault(data["guid"], []).append(name.rpartition(".")[2])
    assert list(by_image.values()) == [["partial_image", "completed"]] * 3
    assert sorted(by_image) == sorted(answer.headers["x-pixyproxy-guid"].split(", "))


async def test_a_large_picture_is_whole(app: FastAPI, alice: Client) -> None:
    large = picture("png", 1000, 1000)
    async with at_work_in(app, painting(large)):
        [(_, completed)] = events_of(await alice.post(GENERATIONS, json=STREAM))
    assert b64decode(completed["b64_json"], validate=True) == large


def _staying(body: Message) -> Receive:
    """The body, and then nothing: the caller waits."""
    coming = [body]

    async def receive() -> Message:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop()

    return receive


async def test_in_silence_a_comment_keeps_it_open(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SILENCE_S", 0.02)
    gate, exchange = Gate(), Exchange()
    scope = scope_of("POST", GENERATIONS, {"content-type": "application/json"})
    body: Message = {"type": "http.request", "body": to_json(STREAM)}

    async def comments() -> bool:
        return exchange.body.count(STILL_HERE) >= 2

    async with at_work_in(app, Easel(gate)):
        asking = asyncio.create_task(app(scope, _staying(body), exchange.send))
        await eventually(comments)
        gate.opened.set()
        await asking
    assert exchange.body.count(b"event: image_generation.completed\n") == 1


async def test_a_failure_is_told_in_the_nested_form_with_all_that_is_known(
    app: FastAPI, alice: Client
) -> None:
    refusal = our.PromptRefused(moderation={"moderation_stage": "input", "categories": []})
    async with at_work_in(app, failing(refusal)):
        [(name, data)] = events_of(await alice.post(GENERATIONS, json=STREAM))
    assert name == "error"
    error = data["error"]
    assert (error["type"], error["code"]) == ("image_generation_user_error", "moderation_blocked")
    assert error["moderation_details"] == {"moderation_stage": "input", "categories": []}
    assert (await alice.get(f"/image/{error['guid']}")).json()["status"] == Status.FAILED


async def test_of_several_those_that_succeed_come_before_the_error(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, Easel(in_turn(our.GeneratorFailed(), PNG, PNG))):
        events = events_of(await alice.post(GENERATIONS, json={**STREAM, "n": 3}))
    names = [name.rpartition(".")[2] for name, _ in events]
    assert names == ["completed", "completed", "error"]
    assert len({data.get("guid") or data["error"]["guid"] for _, data in events}) == 3


async def test_a_defect_is_told_too_and_nothing_of_it(
    app: FastAPI, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("secret")

    monkeypatch.setattr(streaming, "_partial", broken)
    async with at_work_in(app, Showing(painting().generate)):
        answer = await alice.post(GENERATIONS, json={**STREAM, "partial_images": 1})
    [(name, data)] = events_of(answer)
    assert (name, data["error"]["code"]) == ("error", "internal")
    assert "secret" not in answer.text


async def test_what_is_refused_before_is_an_ordinary_error(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting()):
        assert error_of(await alice.post(GENERATIONS, json={**STREAM, "n": 0}), 400)["param"] == "n"
        assert error_of(await alice.post(GENERATIONS, json={**STREAM, "model": "x"}), 404)
        answer = await alice.post(GENERATIONS, json=STREAM, headers={"Idempotency-Key": "a"})
        other = {**STREAM, "prompt": "a dog"}
        assert error_of(await alice.post(GENERATIONS, json=other, headers={"Idempotency-Key": "a"}), 400)
        again = await alice.post(GENERATIONS, json=STREAM, headers={"Idempotency-Key": "a"})
    assert again.headers["idempotent-replayed"] == "true"
    assert events_of(again) == events_of(answer)


async def test_who_hangs_up_changes_nothing_for_the_image(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, Easel(gate)) as services:
        asking = asyncio.create_task(alice.post(GENERATIONS, json={**STREAM, "partial_images": 1}))
        await gate.reached.wait()
        await eventually(_followed(services, 1))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await eventually(_followed(services, 0))
        gate.opened.set()

        async def is_ready() -> bool:
            return [row["status"] for row in await rows(services, "image")] == [Status.READY]

        await eventually(is_ready)


def _followed(services: Services, by: int) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        [row] = await rows(services, "image")
        watched = services.generation.watching.find(row["guid"])
        return watched is not None and len(watched.followers) == by

    return holds


async def test_the_sdk_raises_what_comes_as_an_error(app: FastAPI) -> None:
    async with client_of(app, None) as transport, at_work_in(app, failing(our.GeneratorFailed())):
        sdk = openai.AsyncOpenAI(
            api_key=ADMIN_KEY, base_url="http://pixyproxy.test/v1", http_client=transport
        )
        stream: Any = await sdk.images.generate(prompt="a cat", stream=True)
        with pytest.raises(openai.APIError) as raised:
            async for _ in stream:
                pass
    assert (raised.value.code, raised.value.type) == ("generator_failed", "server_error")
