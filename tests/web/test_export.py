"""GET and POST /image/export: the answer, who gets what, and callers who leave."""

import asyncio
import io
import json
import logging
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.core.models import Caller, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.service import export as exporting
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.services import Services
from pixyproxy.web import export
from pixyproxy.web.schemas import ImageDetail
from tests.conftest import Client
from tests.service.scenery import BOB, ON_SQLITE, PNG, shelve
from tests.web.driven import Exchange, drive, receiving, scope_of
from tests.web.problems import fields_of, problem_of

GUID = new_guid()


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def names(answer: Any) -> list[str]:
    found = opened(answer).namelist()
    assert found.pop() == "manifest.jsonl"
    return found


async def test_what_one_finds_is_saved_with_all_that_is_known(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner, filename="Größe 猫.png", tags=("sea",))
    answer = await alice.get("/image/export", params={"tag": "SEA"})
    archive = opened(answer)
    assert archive.read("Größe 猫.png") == PNG
    [line] = archive.read("manifest.jsonl").splitlines()
    manifest = json.loads(line)
    assert (manifest.pop("file"), manifest.pop("file_error")) == ("Größe 猫.png", None)
    known = (await alice.get(f"/image/{image.guid}")).json()
    assert manifest == {name: value for name, value in known.items() if name != "may_change"}
    assert set(manifest) == set(ImageDetail.model_fields) - {"may_change"}
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"


@ON_SQLITE
async def test_it_is_named_after_the_day(alice: Client) -> None:
    before = datetime.now(UTC)
    answer = await alice.get("/image/export")
    days = {f"{moment:%Y-%m-%d}" for moment in (before, datetime.now(UTC))}
    named = answer.headers["content-disposition"]
    assert named in {f'attachment; filename="pixyproxy-{day}.zip"' for day in days}


async def test_by_body_more_can_be_named_than_an_address_has_room_for(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner, filename="a.png")
    await shelve(services, owner=as_alice.owner, filename="b.png", prompt="a whale")
    unknown = [new_guid() for _ in range(300)]
    answer = await alice.post("/image/export", json={"guids": [*unknown, image.guid]})
    lines = [json.loads(line) for line in opened(answer).read("manifest.jsonl").splitlines()]
    assert names(answer) == ["a.png"]
    assert lines[:-1] == [{"guid": guid, "file": None, "file_error": "image_not_found"} for guid in unknown]
    assert (lines[-1]["guid"], lines[-1]["file"]) == (image.guid, "a.png")
    by_filter = await alice.post("/image/export", json={"filter": {"prompt": "whale"}})
    assert names(by_filter) == ["b.png"]


async def test_nobody_gets_what_is_private_to_another(
    alice: Client, admin: Client, as_alice: Caller, services: Services
) -> None:
    mine = await shelve(services, owner=as_alice.owner, filename="alice.png")
    private = await shelve(services, owner=BOB.owner, filename="bob.png")
    public = await shelve(services, owner=BOB.owner, filename="public.png", visibility=Visibility.PUBLIC)
    chosen = {"guids": [mine.guid, private.guid, public.guid]}
    for client, seen in ((alice, ["alice", "public"]), (admin, ["alice", "bob", "public"])):
        expected = [f"{name}.png" for name in seen]
        assert sorted(names(await client.get("/image/export"))) == expected
        assert names(await client.post("/image/export", json=chosen)) == expected
        found = opened(await client.post("/image/export", json=chosen)).read("manifest.jsonl").decode()
        assert (private.prompt in found.splitlines()[1]) == ("bob" in seen)


@ON_SQLITE
async def test_without_a_key_there_is_none(visitor: Client) -> None:
    problem_of(await visitor.get("/image/export"), 401, "unauthenticated")
    problem_of(await visitor.post("/image/export", json={"filter": {}}), 401, "unauthenticated")


async def test_of_nothing_there_is_an_empty_manifest(alice: Client) -> None:
    archive = opened(await alice.get("/image/export", params={"prompt": "nothing"}))
    assert (archive.namelist(), archive.read("manifest.jsonl")) == (["manifest.jsonl"], b"")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "failed"}, "status"),
        ({"limit": "5"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"order": "asc"}, "order"),
        ({"deleted": "true"}, "deleted"),
        ({"guid": "nonsense"}, "guid.0"),
        ({"guid": [GUID] * 201}, "guid"),
        ({"prompt": " ".join(f"w{n}" for n in range(99))}, "prompt"),
        ({"tag": "x" * 65}, "tag.0"),
    ],
)
@ON_SQLITE
async def test_a_filter_that_does_not_fit_is_refused(
    alice: Client, params: dict[str, Any], field: str
) -> None:
    assert fields_of(await alice.get("/image/export", params=params)) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"guids": [GUID], "filter": {}}, "body"),
        ({"guids": []}, "guids"),
        ({"guids": [GUID] * 10_001}, "guids"),
        ({"guids": ["nonsense"]}, "guids.0"),
        ({"filter": {"status": "unknown"}}, "status"),
        ({"filter": {"limit": 1}}, "filter.limit"),
        ({"filter": {"author": "a\x00"}}, "filter.author"),
        ({"filter": {}, "limit": 1}, "limit"),
    ],
)
@ON_SQLITE
async def test_a_body_that_does_not_fit_is_refused(alice: Client, body: dict[str, Any], field: str) -> None:
    assert fields_of(await alice.post("/image/export", json=body)) == [field]


@ON_SQLITE
async def test_too_many_are_refused_before_anything_is_sent(
    alice: Client, as_alice: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_EXPORTED", 1)
    for _ in range(2):
        await shelve(services, owner=as_alice.owner)
    problem = problem_of(await alice.get("/image/export"), 422, "invalid_request")
    assert "narrow the filter" in problem["detail"]


@pytest.mark.parametrize("owners", [["bob", "carol"], ["alice"]])
@ON_SQLITE
async def test_there_is_room_for_two_at_once_and_one_of_each_owner(
    alice: Client,
    as_alice: Caller,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    owners: list[str],
) -> None:
    async def not_asked(*_: object) -> None:
        raise AssertionError("Nothing is counted for who finds no room.")

    async with AsyncExitStack() as others:
        for owner in owners:
            name = as_alice.owner if owner == "alice" else owner
            await others.enter_async_context(services.exports.room(name))
        full = others.enter_context(monkeypatch.context())
        full.setattr(exporting.Export, "check", not_asked)
        for answer in (
            await alice.get("/image/export"),
            await alice.post("/image/export", json={"guids": [GUID]}),
        ):
            problem_of(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
    assert names(await alice.get("/image/export")) == []


@ON_SQLITE
async def test_whose_room_is_taken_while_they_are_looked_for_is_refused_too(
    alice: Client, as_alice: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as another:

        async def overtaken(*_: object) -> None:
            await another.enter_async_context(services.exports.room(as_alice.owner))

        monkeypatch.setattr(exporting.Export, "check", overtaken)
        problem_of(await alice.get("/image/export"), 503, "unavailable")


async def is_free(services: Services) -> None:
    async with asyncio.timeout(5):
        await services.exports.drain()


async def _told(_: asyncio.Task[None]) -> Message:
    return {"type": "http.disconnect"}


async def _cut_off(request: asyncio.Task[None]) -> Message:
    request.cancel()
    await asyncio.Event().wait()
    raise AssertionError("It never comes.")


@pytest.mark.parametrize("leave", [_told, _cut_off])
@ON_SQLITE
async def test_who_leaves_ends_the_walk(
    app: FastAPI,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    leave: Callable[[asyncio.Task[None]], Awaitable[Message]],
) -> None:
    closed, first = asyncio.Event(), asyncio.Event()
    pieces = exporting.Export.pieces

    async def noted(made: exporting.Export) -> Any:
        try:
            async for piece in pieces(made):
                yield piece
        finally:
            closed.set()

    monkeypatch.setattr(exporting.Export, "pieces", noted)
    for _ in range(3):
        await shelve(services)
    exchange = Exchange()

    async def send(message: Message) -> None:
        await exchange.send(message)
        if message.get("body"):
            first.set()
            await asyncio.Event().wait()  # A caller who takes no more.

    async def receive() -> Message:
        await first.wait()
        return await leave(request)

    request = asyncio.create_task(app(scope_of("GET", "/image/export"), receive, send))
    await asyncio.gather(request, return_exceptions=True)
    assert closed.is_set()
    assert not zipfile.is_zipfile(io.BytesIO(exchange.body))
    await is_free(services)


@ON_SQLITE
async def test_who_leaves_before_it_begins_leaves_the_room(app: FastAPI, services: Services) -> None:
    for _ in range(3):
        await drive(app, scope_of("GET", "/image/export"), receiving())
    await is_free(services)


@ON_SQLITE
async def test_who_does_not_read_on_is_given_up(
    app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(export, "PATIENCE_S", 0.05)
    await shelve(services)

    async def send(message: Message) -> None:
        if message.get("body"):
            await asyncio.Event().wait()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("It never comes.")

    with caplog.at_level(logging.WARNING):
        await app(scope_of("GET", "/image/export"), receive, send)
    assert "an export is cut off: for 0 seconds its caller took nothing more" in caplog.messages
    await is_free(services)


def test_who_reads_slowly_is_not_taken_for_one_who_does_not_read() -> None:
    """The kernel has no room for another piece before a slow reader has taken what it held: 5.7 MB."""
    assert 5_700_000 / export.PATIENCE_S < 20_000


@ON_SQLITE
async def test_a_library_that_goes_away_cuts_it_off(
    app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(exporting, "_PAGE", 1)
    listed = ImageReading.list_
    pages: list[Any] = []

    async def breaking(images: ImageReading, search: Any) -> Any:
        if pages:
            raise Unavailable
        pages.append(search)
        return await listed(images, search)

    monkeypatch.setattr(ImageReading, "list_", breaking)
    for _ in range(2):
        await shelve(services)
    exchange = Exchange()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("It never comes.")

    with caplog.at_level(logging.WARNING):
        await app(scope_of("GET", "/image/export"), receive, exchange.send)
    assert [message.partition(":")[0] for message in caplog.messages] == ["an export is cut off"]
    assert exchange.body
    assert all(message.get("more_body") for message in exchange.sent[1:]), (
        "it is not ended as if it were whole"
    )
    assert not zipfile.is_zipfile(io.BytesIO(exchange.body))


@ON_SQLITE
async def test_an_image_called_export_is_none(alice: Client) -> None:
    problem_of(await alice.patch("/image/export", json={"author": "x"}), 404, "image_not_found")
