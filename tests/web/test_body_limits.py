"""A body that is too large is refused before it fills the memory."""

import json

import pytest
from fastapi import FastAPI
from starlette.types import Message

from tests.service.scenery import ON_SQLITE
from tests.web.driven import drive, receiving, scope_of

pytestmark = ON_SQLITE
MEGABYTE = 1024 * 1024
JSON = {"content-type": "application/json"}

FORM = {"content-type": "multipart/form-data; boundary=x"}

WITH_PICTURES = ["/image", "/v1/images/edits", "/v1/images/variations"]
WITHOUT = ["/key", "/v1/images/generations", "/image/some-guid/cancel", "/imagex", "/v1/images/editsx"]


async def _never() -> Message:
    raise AssertionError("The body was read.")


class Endless:
    """Chunks, and never the last."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self) -> Message:
        self.read += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}


def _code(body: bytes) -> str:
    problem = json.loads(body)
    code: str = problem.get("error", problem)["code"]
    return code


def _announcing(path: str, size: int, **headers: str) -> dict[str, object]:
    return scope_of("POST", path, {**JSON, **headers, "content-length": str(size)})


@pytest.mark.parametrize("path", WITHOUT)
async def test_a_large_body_is_refused_by_its_announced_length_before_it_is_read(
    app: FastAPI, path: str
) -> None:
    for size in (100 * MEGABYTE, MEGABYTE + 1, 10**30):
        exchange = await drive(app, _announcing(path, size), _never)
        assert (exchange.status, _code(exchange.body)) == (413, "payload_too_large")


@pytest.mark.parametrize(("kind", "most"), [(JSON, 32), (FORM, 100)])
@pytest.mark.parametrize("path", WITH_PICTURES)
async def test_where_pictures_may_come_along_there_is_room_for_them(
    app: FastAPI, path: str, kind: dict[str, str], most: int
) -> None:
    for size in (most * MEGABYTE + 1, 10**30):
        exchange = await drive(app, _announcing(path, size, **kind), _never)
        assert (exchange.status, _code(exchange.body)) == (413, "payload_too_large")
    taken = await drive(app, _announcing(path, most * MEGABYTE, **kind), receiving({"type": "http.request"}))
    assert taken.status in (400, 422), "it has been read, and nothing was in it"


@pytest.mark.parametrize("path", WITH_PICTURES)
@pytest.mark.parametrize("key", ["", "Bearer pxy_nonsense"])
async def test_but_not_for_one_without_a_key_in_force(app: FastAPI, path: str, key: str) -> None:
    announced = await drive(app, _announcing(path, MEGABYTE + 1, authorization=key), _never)
    body = Endless()
    in_chunks = await drive(app, scope_of("POST", path, {**JSON, "authorization": key}), body)
    assert (announced.status, in_chunks.status) == (401, 401)
    assert body.read <= MEGABYTE + 65_536


@pytest.mark.parametrize(("path", "most"), [("/key", 1), ("/v1/images/generations", 1), ("/image", 32)])
async def test_a_body_without_a_length_is_refused_while_it_arrives(
    app: FastAPI, path: str, most: int
) -> None:
    body = Endless()
    exchange = await drive(app, scope_of("POST", path, JSON), body)
    assert (exchange.status, _code(exchange.body)) == (413, "payload_too_large")
    is_openai = path.startswith("/v1/")
    assert exchange.headers["content-type"] == (
        "application/json" if is_openai else "application/problem+json"
    )
    assert body.read == most * MEGABYTE + 65_536


async def test_a_body_that_is_longer_than_it_was_announced_is_refused_too(app: FastAPI) -> None:
    message = {"type": "http.request", "body": b"x" * (MEGABYTE + 1), "more_body": False}
    scope = scope_of("PATCH", "/image/some-guid", {**JSON, "content-length": "10"})
    assert (await drive(app, scope, receiving(message))).status == 413


async def test_the_largest_prompt_passes_however_it_is_written(app: FastAPI) -> None:
    """32,000 characters, twelve bytes each."""
    body = json.dumps({"prompt": "\N{GRINNING FACE}" * 32_000, "size": "x"}).encode()
    scope = scope_of("POST", "/image", {**JSON, "content-length": str(len(body))})
    exchange = await drive(app, scope, receiving({"type": "http.request", "body": body}))
    assert exchange.status == 422
    assert [each["field"] for each in json.loads(exchange.body)["errors"]] == ["size"]
