"""What callers are told of the path that a proxy takes off."""

import pytest
from fastapi import FastAPI

from tests.conftest import Client
from tests.service.making.workshop import at_work_in
from tests.service.scenery import ON_SQLITE, painting

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
