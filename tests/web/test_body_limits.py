"""A body that is too large is refused before it fills the memory."""

import json

from fastapi import FastAPI
from starlette.types import Message

from tests.service.scenery import ON_SQLITE
from tests.web.driven import drive, receiving, scope_of

pytestmark = ON_SQLITE
MEGABYTE = 1024 * 1024
JSON = {"content-type": "application/json"}


async def _never() -> Message:
    raise AssertionError("The body was read.")


async def test_a_large_body_is_refused_by_its_announced_length_before_it_is_read(app: FastAPI) -> None:
    for size in (100 * MEGABYTE, MEGABYTE + 1, 10**30):
        scope = scope_of("POST", "/image", {**JSON, "content-length": str(size)})
        exchange = await drive(app, scope, _never)
        assert exchange.status == 413
        assert json.loads(exchange.body)["code"] == "payload_too_large"


async def test_a_body_without_a_length_is_refused_while_it_arrives(app: FastAPI) -> None:
    chunk, chunks = b"x" * 65_536, 0

    async def receive() -> Message:
        nonlocal chunks
        chunks += 1
        return {"type": "http.request", "body": chunk, "more_body": True}

    exchange = await drive(app, scope_of("POST", "/image", JSON), receive)
    assert exchange.status == 413
    assert exchange.headers["content-type"] == "application/problem+json"
    assert json.loads(exchange.body)["code"] == "payload_too_large"
    assert chunks == MEGABYTE // len(chunk) + 1


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
