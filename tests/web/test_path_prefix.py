"""What callers are told of the path that a proxy takes off."""

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.making.workshop import at_work_in
from tests.service.scenery import ON_SQLITE, painting, shelve

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("public_url", "prefix"),
    [
        (None, ""),
        ("https://pictures.example", ""),
        ("https://pictures.example/", ""),
        ("https://pictures.example/pixy", "/pixy"),
        ("https://pictures.example/all/of it/猫/", "/all/of%20it/%E7%8C%AB"),
        ("https://pictures.example/a%20b", "/a%20b"),
    ],
)
async def test_it_stands_before_the_location_and_in_the_description(
    app: FastAPI, alice: Client, public_url: str | None, prefix: str
) -> None:
    app.state.public_url = public_url
    async with at_work_in(app, painting()):
        made = await alice.post("/image", json={"prompt": "a cat"})
    assert made.headers["location"] == f"{prefix}/image/{made.json()['guid']}"
    assert made.json()["content_url"] == f"/image/{made.json()['guid']}/content"
    api = (await alice.get("/openapi.json")).json()
    assert api.get("servers") == ([{"url": prefix}] if prefix else None)


@pytest.mark.parametrize(
    ("public_url", "base"),
    [
        ("https://pictures.example/", "https://pictures.example"),
        ("https://pictures.example/all/of it/猫/", "https://pictures.example/all/of%20it/%E7%8C%AB"),
        ("https://pictures.example:8443/a%20b", "https://pictures.example:8443/a%20b"),
        ("https://bücher.example/猫", "https://xn--bcher-kva.example/%E7%8C%AB"),
    ],
)
async def test_the_next_page_and_signed_links_begin_with_it(
    app: FastAPI, alice: Client, services: Services, as_alice: Caller, public_url: str, base: str
) -> None:
    app.state.public_url = public_url
    images = [await shelve(services, owner=as_alice.owner) for _ in range(2)]
    page = await alice.get("/image", params={"limit": 1})
    assert page.status_code == 200, page.text
    assert page.headers["link"].startswith(f"<{base}/image?limit=1&cursor=")
    link = await alice.post(f"/image/{images[0].guid}/link", json={})
    assert link.json()["url"].startswith(f"{base}/image/{images[0].guid}/content?")
