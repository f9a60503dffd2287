"""The story of one image, told over HTTP."""

from tests.conftest import Client


async def test_what_was_made_is_found_shown_and_served(admin: Client) -> None:
    made = await admin.post("/image", json={"prompt": "a red fox on a chair", "tags": ["fox"]})
    assert made.status_code == 201
    guid = made.json()["guid"]
    assert made.headers["location"] == f"/image/{guid}"

    assert (await admin.get(f"/image/{guid}")).json() == made.json()
    assert (await admin.get("/image", params={"prompt": "fox"})).json() == [made.json()]
    content = await admin.get(made.json()["content_url"])
    assert content.headers["content-type"] == made.json()["media_type"] == "image/png"
    assert len(content.content) == made.json()["size_bytes"]
