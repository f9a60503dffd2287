"""GET /image/events: the lives of several images over one connection."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import ref

import pytest
from fastapi import FastAPI
from pybase64 import b64decode
from starlette.types import Message

from pixyproxy.core.exceptions import PromptRefused
from pixyproxy.core.models import Caller, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest, Receiver
from pixyproxy.service.making import watching
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from pixyproxy.web import events
from tests.conftest import Client
from tests.service.making.workshop import at_work_in, begun, worker
from tests.service.scenery import ON_SQLITE, PNG, Easel, Gate, eventually, failing, painting, shelve
from tests.web.driven import Exchange, scope_of
from tests.web.problems import problem_of

LATER = {"Prefer": "respond-async"}
_LONGEST_S = 20


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_POLL_S", 0.02)


class Easels(Easel):
    """Each picture is held back until its gate is opened, and shows what the test shows of it."""

    def __init__(self) -> None:
        self.gates: dict[str, Gate] = defaultdict(Gate)
        self.receivers: dict[str, Receiver] = {}
        super().__init__(self._at_its_gate)

    def open(self) -> None:
        for gate in self.gates.values():
            gate.opened.set()

    async def _at_its_gate(self, request: PictureRequest) -> GeneratedPicture:
        return await self.gates[request.prompt](request)

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        self.receivers[request.prompt] = receiver
        await super().call(request, receiver)


class Reader(Exchange):
    """A caller who may stop reading, and hang up."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.has_hung_up = asyncio.Event(), asyncio.Event()
        self.reads.set()

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        await super().send(message)

    async def receive(self) -> Message:
        await self.has_hung_up.wait()
        return {"type": "http.disconnect"}

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        blocks = [each for each in self.body.decode().split("\n\n") if each and not each.startswith(":")]
        lines = (each.split("\n") for each in blocks)
        return [(name[len("event: ") :], json.loads(data[len("data: ") :])) for name, data in lines]

    def life_of(self, guid: str) -> list[str]:
        return [
            f"{name} {data.get('status', data.get('number'))}"
            for name, data in self.told
            if data["guid"] == guid
        ]

    async def until(self, guid: str, *life: str) -> None:
        async def is_told() -> bool:
            return self.life_of(guid) == list(life)

        await eventually(is_told, _LONGEST_S)


@asynccontextmanager
async def easels_in(app: FastAPI) -> AsyncIterator[tuple[Easels, Services]]:
    """In the end every gate is opened: whatever a test finds wrong, the service can end."""
    easels = Easels()
    async with at_work_in(app, easels) as services:
        try:
            yield easels, services
        finally:
            easels.open()


@asynccontextmanager
async def listening(app: FastAPI, *guids: str, **headers: str) -> AsyncIterator[Reader]:
    """By the administrator, unless the headers name another; has ended at the end."""
    reader = Reader()
    scope = scope_of("GET", "/image/events", headers)
    scope["query_string"] = "&".join(f"guid={guid}" for guid in guids).encode()
    following = asyncio.create_task(app(scope, reader.receive, reader.send))
    try:
        yield reader
        async with asyncio.timeout(_LONGEST_S):
            await following
    finally:
        following.cancel()


async def _begun(client: Client, *prompts: str, **more: str) -> list[str]:
    answers = [
        await client.post("/image", json={"prompt": prompt, **more}, headers=LATER) for prompt in prompts
    ]
    return [answer.json()["guid"] for answer in answers]


def _followed_by(services: Services, guid: str) -> int:
    watched = services.generation.watching.find(guid)
    return len(watched.followers) if watched else 0


def _follows(services: Services, *guids: str, by: int = 1) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return all(_followed_by(services, guid) == by for guid in guids)

    return holds


async def test_one_that_takes_its_time_holds_up_no_other(app: FastAPI, alice: Client) -> None:
    async with easels_in(app) as (easels, _):
        slow, quick = await _begun(alice, "slow", "quick")
        async with listening(app, slow, quick) as reader:
            await eventually_reached(easels, "slow", "quick")
            easels.gates["quick"].opened.set()
            await reader.until(quick, "status generating", "status ready", "done ready")
            assert reader.life_of(slow) == ["status generating"]
            easels.gates["slow"].opened.set()
        assert reader.life_of(slow) == ["status generating", "status ready", "done ready"]
        assert reader.sent[-1].get("more_body", False) is False, "it ends when all are done"
        for guid in (slow, quick):
            done = next(data for name, data in reader.told if name == "done" and data["guid"] == guid)
            assert done == (await alice.get(f"/image/{guid}")).json()


async def eventually_reached(easels: Easels, *prompts: str) -> None:
    for prompt in prompts:
        await easels.gates[prompt].reached.wait()


@ON_SQLITE
async def test_of_one_that_is_done_nothing_is_held_any_more(app: FastAPI, alice: Client) -> None:
    async with easels_in(app) as (easels, services):
        slow, quick = await _begun(alice, "slow", "quick")
        async with listening(app, slow, quick) as reader:
            await eventually_reached(easels, "slow", "quick")
            await eventually(_follows(services, slow, quick))
            watched = ref(services.generation.watching.find(quick))
            easels.receivers.clear()
            easels.gates["quick"].opened.set()
            await reader.until(quick, "status generating", "status ready", "done ready")

            async def is_let_go() -> bool:
                return watched() is None

            await eventually(is_let_go, _LONGEST_S)
            easels.open()


async def test_previews_tell_whose_they_are(app: FastAPI, alice: Client) -> None:
    async with easels_in(app) as (easels, _):
        one, other = await _begun(alice, "one", "other")
        await eventually_reached(easels, "one", "other")
        async with listening(app, one, other) as reader:
            for number in range(2):
                easels.receivers["one"].preview(PNG)
                await reader.until(
                    one, "status generating", *(f"partial {each}" for each in range(number + 1))
                )
            easels.receivers["other"].preview(PNG[:9])
            await reader.until(other, "status generating", "partial 0")
            easels.open()
        partials = [data for name, data in reader.told if name == "partial"]
        assert [(each["guid"], each["number"]) for each in partials] == [(one, 0), (one, 1), (other, 0)]
        assert [b64decode(each["b64"]) for each in partials] == [PNG, PNG, PNG[:9]]
        assert all(each["media_type"] == "image/png" for each in partials)


async def test_who_reads_slowly_gets_the_newest_preview_of_each(app: FastAPI, alice: Client) -> None:
    async with easels_in(app) as (easels, services):
        guids = one, other = await _begun(alice, "one", "other")
        await eventually_reached(easels, "one", "other")
        async with listening(app, *guids) as reader:
            await eventually(_follows(services, *guids))
            reader.reads.clear()
            for number in range(50):
                for prompt in ("one", "other"):
                    easels.receivers[prompt].preview(PNG + bytes([number]))
                await asyncio.sleep(0)
            await asyncio.sleep(0.1)
            easels.receivers["other"].preview(PNG + b"last")
            reader.reads.set()
            await reader.until(other, "status generating", "partial 50")
            easels.open()
        [*earlier, newest] = [
            data["number"] for name, data in reader.told if data["guid"] == one and name == "partial"
        ]
        assert newest == 49
        assert len(earlier) <= 1, "the one that it was about to take"


async def test_a_failure_is_the_end_of_that_one_alone(app: FastAPI, alice: Client) -> None:
    async with easels_in(app) as (easels, _):
        easels.gates["bad"] = Gate(failing(PromptRefused()).generate)
        good, bad = await _begun(alice, "good", "bad")
        async with listening(app, good, bad) as reader:
            await eventually_reached(easels, "good", "bad")
            easels.gates["bad"].opened.set()
            await reader.until(bad, "status generating", "status failed", "done failed")
            easels.gates["good"].opened.set()
        assert reader.life_of(good)[-1] == "done ready"


async def test_of_those_that_are_settled_it_says_so_and_ends(
    app: FastAPI, services: Services, as_alice: Caller
) -> None:
    ready = await shelve(services, PNG, owner=as_alice.owner)
    failed = await shelve(services, None, owner=as_alice.owner)
    async with listening(app, failed.guid, ready.guid, failed.guid) as reader:
        pass
    told = [(name, data["guid"]) for name, data in reader.told]
    assert told == [(name, each.guid) for each in (failed, ready) for name in ("status", "done")]


async def test_those_that_another_worker_makes_can_be_followed(
    app: FastAPI, alice: Client, as_alice: Caller
) -> None:
    gate = Gate()
    async with easels_in(app) as (easels, services), worker(services, Easel(gate)) as elsewhere:
        there = (await begun(elsewhere, as_alice)).guid
        [here] = await _begun(alice, "here")
        async with listening(app, there, here) as reader:
            await eventually_reached(easels, "here")
            await reader.until(there, "status generating")
            gate.opened.set()
            await reader.until(there, "status generating", "status ready", "done ready")
            easels.gates["here"].opened.set()
        assert reader.life_of(here) == ["status generating", "status ready", "done ready"]


async def test_queued_ones_are_followed_through_all_their_lives(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    async with at_work_in(app, painting(), limits=Limits(most_calls=0, reserve_bytes=0)) as services:
        one, canceled = await _begun(alice, "one", "canceled")
        async with listening(app, one, canceled) as reader:
            await reader.until(one, "status queued")
            await alice.post(f"/image/{canceled}/cancel")
            await reader.until(canceled, "status queued", "status canceled", "done canceled")
            async with worker(services, Easel(gate), recovering=True):
                await gate.reached.wait()
                await reader.until(one, "status queued", "status generating")
                gate.opened.set()
                await reader.until(one, "status queued", "status generating", "status ready", "done ready")


async def test_one_that_may_not_be_seen_or_is_not_there_refuses_the_whole(
    alice: Client, bob: Client, visitor: Client, services: Services, as_alice: Caller
) -> None:
    hers = await shelve(services, owner=as_alice.owner)
    public = await shelve(services, owner="another", visibility=Visibility.PUBLIC)
    both = f"/image/events?guid={public.guid}&guid={hers.guid}"
    assert (await alice.get(both)).status_code == 200
    for client in (bob, visitor):
        assert (await client.get(f"/image/events?guid={public.guid}")).status_code == 200
        refused = problem_of(await client.get(both), 404, "image_not_found")
        missing = problem_of(
            await client.get(f"/image/events?guid={public.guid}&guid={new_guid()}"), 404, "image_not_found"
        )
        assert refused["detail"] == missing["detail"]
    problem_of(await alice.get("/image/events?guid=no-such-image"), 404, "image_not_found")


async def test_a_guid_in_capital_letters_is_the_same_one(
    alice: Client, services: Services, as_alice: Caller
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    answer = await alice.get(f"/image/events?guid={image.guid.upper()}&guid={image.guid}")
    assert (answer.status_code, answer.text.count("event: status")) == (200, 1)
    problem_of(await alice.get(f"/image/events?guid={image.guid}%20"), 404, "image_not_found")


async def test_what_others_see_lacks_what_it_was_made_from(
    visitor: Client, alice: Client, services: Services, as_alice: Caller
) -> None:
    image = await shelve(
        services, owner=as_alice.owner, visibility=Visibility.PUBLIC, parents=(new_guid(),), batch=new_guid()
    )
    for client, parents in ((visitor, []), (alice, list(image.parents))):
        answer = await client.get(f"/image/events?guid={image.guid}")
        assert json.loads(answer.text.partition("data: ")[2].partition("\n")[0])["parents"] == parents


@ON_SQLITE
@pytest.mark.parametrize(
    "query", ["", "?guid=", "?" + "&".join(["guid=x"] * 51), f"?guid={'x' * 101}", "?guid=x&limit=3"]
)
async def test_one_to_fifty_are_asked_for_and_nothing_else(alice: Client, query: str) -> None:
    answer = await alice.get(f"/image/events{query}")
    if query == "?guid=":
        problem_of(answer, 404, "image_not_found")
        return
    problem = problem_of(answer, 422, "invalid_request")
    assert problem["errors"][0]["field"].partition(".")[0] == ("limit" if "limit" in query else "guid")


async def test_fifty_are_told_of(app: FastAPI, services: Services) -> None:
    guids = [(await shelve(services, None)).guid for _ in range(50)]
    async with listening(app, *guids) as reader:
        pass
    assert [data["guid"] for name, data in reader.told if name == "done"] == guids


async def test_one_that_is_deleted_or_hidden_meanwhile_is_told_no_more_of(
    app: FastAPI, alice: Client, bob: Client
) -> None:
    async with easels_in(app) as (easels, _):
        deleted, hidden, stays = guids = await _begun(
            alice, "deleted", "hidden", "stays", visibility="public"
        )
        key = bob.headers["authorization"]
        async with listening(app, *guids, authorization=key) as reader:
            await eventually_reached(easels, "deleted", "hidden", "stays")
            await reader.until(stays, "status generating")
            await alice.delete(f"/image/{deleted}")
            await alice.patch(f"/image/{hidden}", json={"visibility": "private"})
            easels.gates["hidden"].opened.set()
            easels.gates["deleted"].opened.set()
            easels.gates["stays"].opened.set()
        assert reader.life_of(deleted) == reader.life_of(hidden) == ["status generating"]
        assert reader.life_of(stays) == ["status generating", "status ready", "done ready"]


async def test_in_silence_a_comment_keeps_it_open(
    app: FastAPI, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_SILENCE_S", 0.02)
    async with easels_in(app) as (easels, _):
        guids = await _begun(alice, "one", "other")
        async with listening(app, *guids) as reader:
            await eventually_reached(easels, "one", "other")
            await asyncio.sleep(0.2)
            easels.open()
        assert reader.body.count(b": still here\n\n") >= 2
        assert reader.headers["cache-control"] == "no-store"
        assert reader.headers["x-accel-buffering"] == "no"


@ON_SQLITE
@pytest.mark.parametrize("is_reading", [True, False], ids=["while it waits", "while it does not read"])
async def test_who_hangs_up_leaves_nothing_running(app: FastAPI, alice: Client, *, is_reading: bool) -> None:
    async with easels_in(app) as (easels, services):
        guids = await _begun(alice, *(str(number) for number in range(20)))
        await eventually_reached(easels, *(str(number) for number in range(20)))
        before = asyncio.all_tasks()
        async with listening(app, *guids) as reader:
            await eventually(_follows(services, *guids))
            if not is_reading:
                reader.reads.clear()
                easels.receivers["0"].preview(PNG)
                await asyncio.sleep(0.1)
            reader.has_hung_up.set()
        assert await _follows(services, *guids, by=0)()
        assert asyncio.all_tasks() <= before, "at once, without the collector of garbage"


@ON_SQLITE
async def test_it_is_no_image_of_that_name(alice: Client) -> None:
    problem_of(await alice.get("/image/events"), 422, "invalid_request")
    problem_of(await alice.patch("/image/events", json={"tags": []}), 404, "image_not_found")
