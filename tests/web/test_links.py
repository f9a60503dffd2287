"""POST /image/{guid}/link: links by which whoever has them sees one picture, for a time."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller, Image, Visibility
from pixyproxy.core.picture_requests import LONGEST_LINK_S
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, shelve
from tests.web.problems import problem_of

pytestmark = ON_SQLITE


@pytest.fixture
async def image(services: Services, as_alice: Caller) -> Image:
    return await shelve(services, owner=as_alice.owner)


async def link_to(client: Client, image: Image, **wanted: object) -> httpx2.URL:
    answer = await client.post(f"/image/{image.guid}/link", json=wanted)
    assert answer.status_code == 201, answer.text
    return httpx2.URL(answer.json()["url"])


async def test_whoever_has_it_sees_the_picture_without_a_key(
    alice: Client, visitor: Client, image: Image
) -> None:
    problem_of(await visitor.get(f"/image/{image.guid}/content"), 404, "image_not_found")
    answer = await visitor.get(await link_to(alice, image))
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_it_says_when_it_is_over_and_asks_nobody_to_keep_it_for_longer(
    alice: Client, visitor: Client, image: Image
) -> None:
    for lasts_s in (1, 60, LONGEST_LINK_S):
        answer = await alice.post(f"/image/{image.guid}/link", json={"expires_in": lasts_s})
        said = datetime.fromisoformat(answer.json()["expires_at"])
        assert abs(said - datetime.now(UTC) - timedelta(seconds=lasts_s)) < timedelta(seconds=3)
        expires = parse_qs(urlsplit(answer.json()["url"]).query)["expires"][0]
        assert int(expires) == int(said.timestamp())
        kept = (await visitor.get(answer.json()["url"])).headers["cache-control"]
        assert int(kept.removeprefix("private, max-age=")) <= min(lasts_s, 3600)


async def test_a_link_to_a_copy_opens_that_copy_alone(alice: Client, visitor: Client, image: Image) -> None:
    url = await link_to(alice, image, variant={"width": 16, "format": "webp"})
    assert dict(url.params)["width"] == "16"
    answer = await visitor.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    for other in (
        url.copy_set_param("width", "32"),
        url.copy_remove_param("width"),
        url.copy_remove_param("format"),
        url.copy_add_param("quality", "10"),
        url.copy_add_param("download", "1"),
    ):
        problem_of(await visitor.get(other), 403, "forbidden")


async def test_nothing_need_be_said(alice: Client, visitor: Client, image: Image) -> None:
    answer = await alice.post(f"/image/{image.guid.upper()}/link")
    assert answer.status_code == 201
    assert (await visitor.get(answer.json()["url"])).content == PNG


async def test_a_link_may_be_for_saving(alice: Client, visitor: Client, image: Image) -> None:
    answer = await visitor.get(await link_to(alice, image, download=True))
    assert answer.headers["content-disposition"].startswith("attachment; ")
    shown = await visitor.get(await link_to(alice, image))
    assert shown.headers["content-disposition"].startswith("inline; ")


async def test_every_byte_of_it_counts(alice: Client, visitor: Client, image: Image) -> None:
    url = str(await link_to(alice, image, variant={"width": 16}))
    query = url.index("?") + 1
    for place in range(query, len(url)):
        changed = url[:place] + ("0" if url[place] != "0" else "1") + url[place + 1 :]
        answer = await visitor.get(changed)
        assert answer.status_code in {403, 404, 422}, (url[place], answer.status_code)
        assert PNG not in answer.content


@pytest.mark.parametrize(
    "body",
    [
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": LONGEST_LINK_S + 1},
        {"expires_in": "soon"},
        {"expires_in": True},
        {"expires_in": 1.5},
        {"variant": {"width": 0}},
        {"variant": {"width": 10**9}},
        {"variant": {"format": "tiff"}},
        {"variant": {"depth": 1}},
        {"variant": "small"},
        {"download": "perhaps"},
        {"who": "bob"},
        [],
    ],
)
async def test_what_no_link_can_be_is_refused(alice: Client, image: Image, body: object) -> None:
    problem_of(await alice.post(f"/image/{image.guid}/link", json=body), 422, "invalid_request")


async def test_one_gives_away_what_is_ones_own(
    alice: Client, visitor: Client, admin: Client, services: Services, image: Image
) -> None:
    of_another = await shelve(services, owner="another", visibility=Visibility.PUBLIC)
    hidden = await shelve(services, owner="another")
    problem_of(await alice.post(f"/image/{of_another.guid}/link", json={}), 403, "forbidden")
    problem_of(await alice.post(f"/image/{hidden.guid}/link", json={}), 404, "image_not_found")
    problem_of(await visitor.post(f"/image/{image.guid}/link", json={}), 401, "unauthenticated")
    await link_to(admin, hidden)


async def test_who_has_a_link_is_not_asked_for_a_key(alice: Client, visitor: Client, image: Image) -> None:
    url = await link_to(alice, image)
    for key in ("no key at all", "pxy_AAAA_BBBB"):
        answer = await visitor.get(url, headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.content) == (200, PNG)


async def test_it_begins_with_the_address_that_callers_use(app: FastAPI, alice: Client, image: Image) -> None:
    app.state.public_url = "https://pictures.example/library/"
    url = await link_to(alice, image)
    assert str(url).startswith(f"https://pictures.example/library/image/{image.guid}/content?")


async def test_deleting_the_image_ends_its_links(alice: Client, visitor: Client, image: Image) -> None:
    url = await link_to(alice, image)
    await alice.delete(f"/image/{image.guid}")
    problem_of(await visitor.get(url), 404, "image_not_found")
