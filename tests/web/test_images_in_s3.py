"""The service with its images in a bucket: made, shown in every way, and deleted."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from secrets import token_hex
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.scenery import ON_SQLITE
from tests.web.problems import problem_of
from tools.s3_server import S3Server

pytestmark = ON_SQLITE


@pytest.fixture
def environment(environment: dict[str, str], s3: S3Server) -> dict[str, str]:
    images = f"s3://{s3.address.bucket}/web/{token_hex(8)}"
    return {**environment, **s3.address.environment, "PIXYPROXY_IMAGES": images}


@pytest.fixture
async def made(admin: Client) -> dict[str, Any]:
    answer = await admin.post("/image", json={"prompt": "a fox", "size": "512x512", "visibility": "public"})
    assert answer.status_code == 201, answer.text
    image: dict[str, Any] = answer.json()
    return image


@pytest.fixture
async def redirecting(environment: dict[str, str], made: Mapping[str, Any]) -> AsyncIterator[FastAPI]:
    """Another service over the same library, which lets the store send what is in it."""
    assert made
    async with running_app({**environment, "PIXYPROXY_REDIRECT_S": "60"}) as app:
        yield app


async def from_the_store(url: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


async def test_what_was_made_is_given_out_whole_in_parts_and_smaller(
    admin: Client, made: Mapping[str, Any]
) -> None:
    whole = await admin.get(made["content_url"])
    assert (whole.status_code, hashlib.sha256(whole.content).hexdigest()) == (200, made["sha256"])
    assert whole.headers["content-length"] == str(made["size_bytes"])
    part = await admin.get(made["content_url"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    parts = await admin.get(made["content_url"], headers={"Range": "bytes=0-1,-2"})
    assert parts.headers["content-length"] == str(len(parts.content))
    head = await admin.head(made["content_url"])
    assert (head.status_code, head.headers["etag"]) == (200, whole.headers["etag"])
    small = await admin.get(f"{made['content_url']}?width=64&format=webp")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")


async def test_what_is_deleted_for_good_is_gone_from_the_bucket(
    app: FastAPI, admin: Client, made: Mapping[str, Any]
) -> None:
    store = app.state.services.store
    assert [each.size_bytes async for each in store.list_()] == [made["size_bytes"]]
    await admin.delete(f"/image/{made['guid']}?permanently=true")
    assert [each async for each in store.list_()] == []


async def test_bytes_that_are_gone_are_a_defect_in_our_own_words(
    app: FastAPI, admin: Client, made: Mapping[str, Any]
) -> None:
    store = app.state.services.store
    [key] = [each.key async for each in store.list_()]
    await store.delete(key)
    for headers in ({}, {"Range": "bytes=0-9"}):
        problem_of(await admin.get(made["content_url"], headers=headers), 500, "internal")
    assert (await admin.head(made["content_url"])).status_code == 500


async def test_the_store_may_send_it_to_who_may_see_it(redirecting: FastAPI, made: Mapping[str, Any]) -> None:
    async with client_of(redirecting, None) as visitor:
        answer = await visitor.get(made["content_url"])
        assert answer.status_code == 307
        assert answer.headers["cache-control"] == "private, max-age=30"
        assert answer.headers["referrer-policy"] == "no-referrer"
        sent = await from_the_store(answer.headers["location"])
        assert hashlib.sha256(sent.content).hexdigest() == made["sha256"]
        assert sent.headers["content-type"] == "image/png"
        part = await from_the_store(answer.headers["location"], Range="bytes=0-3")
        assert (part.status_code, part.content) == (206, sent.content[:4])
        altered = answer.headers["location"].replace("X-Amz-Expires=60", "X-Amz-Expires=300")
        assert (await from_the_store(altered)).status_code == 403


async def test_what_needs_our_headers_we_send_ourselves(
    redirecting: FastAPI, made: Mapping[str, Any]
) -> None:
    async with client_of(redirecting, ADMIN_KEY) as admin:
        etag = f'"{made["sha256"]}"'
        known = await admin.get(made["content_url"], headers={"If-None-Match": etag})
        statuses = [
            (await admin.head(made["content_url"])).status_code,
            known.status_code,
            (await admin.get(f"{made['content_url']}?download=1")).status_code,
            (await admin.get(f"{made['content_url']}?width=64")).status_code,
        ]
        assert statuses == [200, 304, 200, 200]
        drawing = (await admin.post("/image", json={"prompt": "a fox", "output_format": "svg"})).json()
        assert (await admin.get(drawing["content_url"])).status_code == 200


async def test_what_lies_in_the_trash_we_send_ourselves(
    redirecting: FastAPI, made: Mapping[str, Any]
) -> None:
    async with client_of(redirecting, ADMIN_KEY) as admin:
        assert (await admin.get(made["content_url"])).status_code == 307
        await admin.delete(f"/image/{made['guid']}")
        answer = await admin.get(f"{made['content_url']}?deleted=true")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
        assert hashlib.sha256(answer.content).hexdigest() == made["sha256"]


async def test_who_may_not_see_it_is_not_sent_to_the_store(
    redirecting: FastAPI, made: Mapping[str, Any]
) -> None:
    async with client_of(redirecting, ADMIN_KEY) as admin, client_of(redirecting, None) as visitor:
        await admin.patch(f"/image/{made['guid']}", json={"visibility": "private"})
        problem_of(await visitor.get(made["content_url"]), 404, "image_not_found")
        answer = await admin.post(f"/image/{made['guid']}/link", json={"expires_in": 20})
        linked = await visitor.get(answer.json()["url"])
        assert linked.status_code == 307
        assert (
            "X-Amz-Expires=20" in linked.headers["location"]
            or "X-Amz-Expires=19" in (linked.headers["location"])
        )
