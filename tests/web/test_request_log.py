"""Two lines for every request, and nothing in them that is nobody's business."""

import asyncio
import inspect
import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller
from pixyproxy.logs import JsonLines, TextLines
from pixyproxy.service.services import Services
from pixyproxy.web import content, errors, gallery, health, images, keys
from pixyproxy.web.openai import images as openai_images
from pixyproxy.web.openai import models
from tests.conftest import ADMIN_KEY, Client, client_of
from tests.service.scenery import ON_SQLITE, failing, painting, shelve, with_generator

pytestmark = ON_SQLITE

REQUEST_ID = rf"{re.escape(socket.gethostname())}-\d{{8}}T\d{{12}}-\d+"
LINE = re.compile(
    rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}} INFO (?P<id>{REQUEST_ID}) \[(?P<thread>\d+)\] "
    r"\[(?P<place>\w+:\d+)\] REQUEST (?P<what>START|END)"
    r"(?: (?P<method>[A-Z]+) (?P<path>\S+) (?P<status>\d{3}|-) \d+\.\d+ms)?"
)


@dataclass(frozen=True)
class Log:
    stream: StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def clear(self) -> None:
        self.stream.truncate(0)
        self.stream.seek(0)

    def requests(self) -> list[dict[str, str]]:
        """The lines of requests, each of which must have the exact form."""
        lines = [line for line in self.text.splitlines() if " REQUEST " in line]
        matches = [LINE.fullmatch(line) for line in lines]
        assert all(matches), lines
        return [match.groupdict() for match in matches if match]


def _logging_to(stream: StringIO, formatter: logging.Formatter) -> Iterator[Log]:
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(formatter)
    root.addHandler(handler)
    levels = {root: root.level, logging.getLogger("httpx2"): logging.NOTSET}
    for logger, level in zip(levels, (logging.INFO, logging.WARNING), strict=True):
        logger.setLevel(level)  # The client of these tests is talkative itself.
    yield Log(stream)
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


@pytest.fixture
def log() -> Iterator[Log]:
    yield from _logging_to(StringIO(), TextLines())


@pytest.fixture
def json_log() -> Iterator[Log]:
    yield from _logging_to(StringIO(), JsonLines())


@pytest.fixture
def making(app: FastAPI, admin: Client) -> Client:
    """An administrator whose pictures are made in no time."""
    app.state.services = with_generator(app.state.services, painting())
    return admin


def _place(function: Callable[..., object]) -> str:
    return f"{function.__name__}:{inspect.unwrap(function).__code__.co_firstlineno}"


ANSWERED: list[tuple[str, bytes, int, Callable[..., object]]] = [
    ("GET /health/live", b"", 200, health.health_live),
    ("GET /image", b"", 200, images.list_images),
    ("POST /image", b'{"prompt": "a cat"}', 201, images.create_image),
    ("GET /nope", b"", 404, errors.answer_error),
    ("GET /image/nobody", b"", 404, images.get_image),
    ("POST /image", b'{"prompt": ""}', 422, images.create_image),
    ("POST /image", b"{", 422, images.create_image),
    ("GET /image?limit=0", b"", 422, images.list_images),
    ("POST /key", b'{"name": "n"}', 201, keys.create_key),
    ("DELETE /key/nobody", b"", 404, keys.revoke_key),
    ("GET /v1/models", b"", 200, models.list_models),
    ("POST /v1/images/generations", b'{"prompt": "a cat"}', 200, openai_images.generate_images),
    ("POST /v1/images/edits", b"{", 400, openai_images.edit_images),
    ("POST /v1/nope", b"", 404, errors.answer_error),
    ("GET /", b"", 200, gallery.show_gallery),
    ("HEAD /", b"", 200, gallery.show_gallery),
    ("GET /static/v1/main.js", b"", 200, gallery.get_gallery_file),
    ("GET /static/v1/nope.js", b"", 404, gallery.get_gallery_file),
]


@pytest.mark.parametrize(("asked", "body", "status", "place"), ANSWERED)
async def test_each_request_writes_two_lines_that_name_what_answered(
    making: Client, log: Log, asked: str, body: bytes, status: int, place: Callable[..., object]
) -> None:
    method, path = asked.split()
    headers = {"Content-Type": "application/json"}
    answer = await making.request(method, path, content=body, headers=headers)
    assert answer.status_code == status
    start, end = log.requests()
    assert (start["what"], end["what"]) == ("START", "END")
    assert start["id"] == end["id"] == answer.headers["x-request-id"]
    assert start["thread"] == end["thread"] == str(threading.get_native_id())
    assert start["place"] == end["place"] == _place(place)
    assert start["method"] is None
    assert (end["method"], end["path"], end["status"]) == (method, path.partition("?")[0], str(status))


async def test_a_wrong_method_a_wrong_key_and_a_defect_write_two_lines_too(
    app: FastAPI, admin: Client, log: Log
) -> None:
    app.state.services = with_generator(app.state.services, failing(RuntimeError("secret")))
    async with client_of(app, "nonsense") as stranger:
        answers = [
            await admin.delete("/image"),
            await stranger.get("/image"),
            await admin.post("/image", json={"prompt": "a cat"}),
            await admin.post("/key", content=b"x" * 2_000_000),
        ]
    assert [answer.status_code for answer in answers] == [405, 401, 424, 413]
    lines = log.requests()
    assert [line["what"] for line in lines] == ["START", "END"] * 4
    assert [line["status"] for line in lines[1::2]] == ["405", "401", "424", "413"]
    ids = [line["id"] for line in lines]
    assert ids[::2] == ids[1::2] == [answer.headers["x-request-id"] for answer in answers]
    assert lines[0]["place"] == lines[1]["place"] == _place(errors.answer_error)
    assert lines[2]["place"] == _place(images.list_images)
    assert lines[4]["place"] == _place(images.create_image)


async def test_a_picture_writes_its_second_line_when_its_last_byte_is_out(
    alice: Client, as_alice: Caller, services: Services, log: Log
) -> None:
    image = await shelve(services, bytes(1_000_000), owner=as_alice.owner)
    log.clear()
    async with alice.stream("GET", f"/image/{image.guid}/content") as answer:
        assert sum([len(chunk) async for chunk in answer.aiter_bytes()]) == 1_000_000
    start, end = log.requests()
    assert start["place"] == end["place"] == _place(content.get_image_content)
    assert end["status"] == "200"


async def test_every_request_has_an_id_of_its_own_however_many_come_at_once(
    visitor: Client, log: Log
) -> None:
    answers = await asyncio.gather(*(visitor.get("/health/live") for _ in range(1_000)))
    told = {answer.headers["x-request-id"] for answer in answers}
    assert len(told) == 1_000
    logged = log.requests()
    for what in ("START", "END"):
        assert sorted(line["id"] for line in logged if line["what"] == what) == sorted(told)


async def test_prompts_queries_and_keys_never_appear(app: FastAPI, alice: Client, log: Log) -> None:
    services: Services = app.state.services
    key = alice.headers["authorization"].removeprefix("Bearer ")
    log.clear()
    for generator in (painting(b"no picture"), failing(RuntimeError("a defect")), painting()):
        app.state.services = with_generator(services, generator)
        body = {"prompt": "hushword in a prompt", "tags": ["hushword"], "author": "hushword"}
        await alice.post("/image", json=body)
    await alice.post("/image", json={"prompt": "hushword\0"})
    await alice.post("/image", content=b"hushword", headers={"Content-Type": "application/json"})
    await alice.get("/image", params={"prompt": "hushword", "cursor": "hushword"})
    await alice.get("/image/nobody", params={"hushword": "hushword"})
    async with client_of(app, "pxy_hushword") as stranger:
        await stranger.get("/image")
    assert len(log.requests()) == 2 * 8
    for secret in ("hushword", key, key.split("_")[2], ADMIN_KEY):
        assert secret not in log.text


@pytest.mark.parametrize(
    "forged", ["%0a", "%0d%0a", "%0b", "%0c", "%1b%5b2K", "%c2%85", "%e2%80%a8", "%00", "%20"]
)
async def test_a_path_cannot_forge_a_line(visitor: Client, log: Log, forged: str) -> None:
    line = "2026-11-20 23:12:10,123 INFO x-20261120T231210123456-1 [1] [create_image:57] REQUEST START"
    await visitor.get(f"/nope{forged}{line.replace(' ', '%20')}")
    start, end = log.requests()
    assert start["id"] == end["id"]
    assert end["path"].startswith("/nope%")


async def test_json_has_the_same_facts(app: FastAPI, json_log: Log) -> None:
    async with client_of(app, None) as visitor:
        answer = await visitor.get("/image/nobody?prompt=hushword")
    start, end = [json.loads(line) for line in json_log.text.splitlines() if "REQUEST" in line]
    common = {
        "level": "INFO",
        "request_id": answer.headers["x-request-id"],
        "thread_id": threading.get_native_id(),
        "place": _place(images.get_image),
    }
    for line in (start, end):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert start == {**common, "message": "REQUEST START"}
    assert isinstance(end.pop("milliseconds"), float)
    facts = {"http_method": "GET", "path": "/image/nobody", "status": 404}
    assert end == {**common, "message": "REQUEST END", **facts}


async def test_what_is_logged_in_between_has_the_id_of_the_request(
    app: FastAPI, admin: Client, log: Log
) -> None:
    app.state.services = with_generator(app.state.services, failing(RuntimeError("a defect")))
    answer = await admin.post("/image", json={"prompt": "a cat"})
    told = [line for line in log.text.splitlines() if " WARNING " in line or " ERROR " in line]
    assert told
    assert all(answer.headers["x-request-id"] in line for line in told)
