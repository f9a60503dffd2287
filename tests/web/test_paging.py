"""GET /image, page after page: the Link of one leads to the next."""

from typing import Any

import httpx2
import pytest

from pixyproxy.core.models import Caller, Visibility
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.scenery import BOB, ON_SQLITE, shelve
from tests.web.problems import fields_of

ASKED = {"prompt": "red cat", "tag": ["Pets & more", "a=b"], "limit": "2"}


@pytest.fixture
async def prompts(as_alice: Caller, services: Services) -> list[str]:
    """Five that are found, newest first, with others in between."""
    for number in range(5):
        tags = ("pets & more", "A=B", str(number))
        await shelve(services, owner=as_alice.owner, prompt=f"red cat {number}", tags=tags)
        await shelve(services, owner=as_alice.owner, prompt="blue cat", tags=tags)
        await shelve(services, owner=BOB.owner, prompt="red cat of another", tags=tags)
    return [f"red cat {number}" for number in reversed(range(5))]


def _next(link: str | None) -> str | None:
    if link is None:
        return None
    assert link.startswith("<http://pixyproxy.test/image?")
    assert link.endswith('>; rel="next"')
    return link[1 : link.index(">")]


async def _pages(client: Client, parameters: dict[str, Any]) -> list[list[str]]:
    pages, url, params = [], "/image", dict(parameters)
    while True:
        answer = await client.get(url, params=params or None)
        assert answer.status_code == 200, answer.text
        pages.append([each["prompt"] for each in answer.json()])
        following = _next(answer.headers.get("link"))
        if following is None:
            return pages
        url, params = following, {}


async def test_the_links_lead_through_all_pages_with_the_same_filters(
    alice: Client, prompts: list[str]
) -> None:
    assert await _pages(alice, ASKED) == [prompts[:2], prompts[2:4], prompts[4:]]


async def test_the_links_lead_from_the_oldest_on_too(alice: Client, prompts: list[str]) -> None:
    found = await _pages(alice, {**ASKED, "order": "asc"})
    assert [each for page in found for each in page] == prompts[::-1]


@pytest.mark.parametrize("limit", ["1", "5"])
async def test_there_is_no_link_on_the_last_page_even_when_it_is_full(
    alice: Client, prompts: list[str], limit: str
) -> None:
    pages = await _pages(alice, {**ASKED, "limit": limit})
    assert [len(page) for page in pages] == [int(limit)] * (5 // int(limit))
    assert [each for page in pages for each in page] == prompts


async def test_what_is_made_meanwhile_neither_shifts_nor_repeats_anything(
    alice: Client, as_alice: Caller, services: Services, prompts: list[str]
) -> None:
    first = await alice.get("/image", params=ASKED)
    await shelve(services, owner=as_alice.owner, prompt="red cat, new", tags=("pets & more", "a=b"))
    following = _next(first.headers["link"])
    assert following is not None
    assert [each["prompt"] for each in (await alice.get(following)).json()] == prompts[2:4]


async def test_own_and_public_images_are_paged_in_one_order(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    owners = [as_alice.owner, BOB.owner]
    for number in range(6):
        await shelve(services, owner=owners[number % 2], prompt=str(number), visibility=Visibility.PUBLIC)
    assert await _pages(alice, {"limit": "4"}) == [["5", "4", "3", "2"], ["1", "0"]]


async def _cursor(client: Client, parameters: dict[str, Any]) -> str:
    answer = await client.get("/image", params=parameters)
    cursor: str = httpx2.URL(answer.links["next"]["url"]).params["cursor"]
    assert (await client.get("/image", params={**parameters, "cursor": cursor})).status_code == 200
    return cursor


@ON_SQLITE
@pytest.mark.parametrize(
    "changed", [{"prompt": "cat"}, {"tag": ["a=b"]}, {"order": "asc"}, {"author": "Alice"}]
)
async def test_a_cursor_is_of_no_use_for_another_search(
    alice: Client, prompts: list[str], changed: dict[str, Any]
) -> None:
    assert prompts
    cursor = await _cursor(alice, ASKED)
    answer = await alice.get("/image", params={**ASKED, **changed, "cursor": cursor})
    assert fields_of(answer) == ["cursor"]


@ON_SQLITE
async def test_a_cursor_is_of_no_use_to_another_caller(
    alice: Client, bob: Client, admin: Client, visitor: Client, prompts: list[str]
) -> None:
    assert prompts
    cursor = await _cursor(alice, ASKED)
    for other in (bob, admin, visitor):
        assert fields_of(await other.get("/image", params={**ASKED, "cursor": cursor})) == ["cursor"]


@ON_SQLITE
async def test_a_cursor_forged_by_a_byte_is_refused(alice: Client, prompts: list[str]) -> None:
    assert prompts
    cursor = await _cursor(alice, ASKED)
    for at in (0, 1, len(cursor) // 2):
        forged = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        assert fields_of(await alice.get("/image", params={**ASKED, "cursor": forged})) == ["cursor"]


@ON_SQLITE
async def test_links_name_the_service_as_its_callers_do(environment: dict[str, str]) -> None:
    environment["PIXYPROXY_PUBLIC_URL"] = "https://pixels.example/proxy/"
    async with running_app(environment) as app, client_of(app, ADMIN_KEY) as client:
        for _ in range(2):
            await shelve(app.state.services)
        link = (await client.get("/image", params={"limit": 1})).headers["link"]
    assert link.startswith("<https://pixels.example/proxy/image?limit=1&cursor=")
