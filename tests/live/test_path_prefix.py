"""Behind a reverse proxy that gives the service a path of its host, everything leads back through it."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

import httpx2
import pytest

from tests.live.service import ADMIN_KEY, LONGEST_WAIT_SECONDS, RunningService, running_service
from tests.live.stripping import stripping_proxy
from tools.mysql_process import free_port


class Behind(NamedTuple):
    service: RunningService
    port: int


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    port = free_port()
    public = {"PIXYPROXY_PUBLIC_URL": f"http://127.0.0.1:{port}/pixy"}
    with running_service(tmp_path_factory.mktemp("behind"), public) as service:
        yield Behind(service, port)


@pytest.fixture
async def client(behind: Behind) -> AsyncIterator[httpx2.AsyncClient]:
    """It knows the proxy alone."""
    async with (
        stripping_proxy(behind.port, behind.service.port),
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{behind.port}",
            headers={"X-API-Key": ADMIN_KEY},
            trust_env=False,
            timeout=LONGEST_WAIT_SECONDS,
        ) as client,
    ):
        yield client


async def _made(client: httpx2.AsyncClient, **more: Any) -> httpx2.Response:
    return await client.post("/pixy/image", json={"prompt": "a quay", "size": "64x64"}, **more)


@pytest.mark.parametrize("prefer", ["wait=30", "respond-async"])
async def test_location_leads_to_the_image(client: httpx2.AsyncClient, prefer: str) -> None:
    made = await _made(client, headers={"Prefer": prefer})
    guid = made.json()["guid"]
    assert made.headers["location"] == f"/pixy/image/{guid}"
    found = await client.get(urljoin(str(made.url), made.headers["location"]))
    assert (found.status_code, found.json()["guid"]) == (200, guid)


async def test_a_list_leads_to_its_next_page(client: httpx2.AsyncClient) -> None:
    guids = [(await _made(client)).json()["guid"] for _ in range(2)]
    first = await client.get("/pixy/image", params={"limit": 1})
    second = await client.get(first.links["next"]["url"])
    assert [each["guid"] for answer in (first, second) for each in answer.json()] == guids[::-1]


async def test_a_link_leads_to_the_picture(client: httpx2.AsyncClient) -> None:
    made = (await _made(client)).json()
    url = (await client.post(f"/pixy/image/{made['guid']}/link", json={})).json()["url"]
    picture = await client.get(url, headers={"X-API-Key": ""})
    assert len(picture.content) == made["size_bytes"]
    assert (await client.get(f"/pixy{made['content_url']}")).content == picture.content


async def test_events_come_through(client: httpx2.AsyncClient) -> None:
    guids = [(await _made(client)).json()["guid"] for _ in range(2)]
    told = await client.get("/pixy/image/events", params={"guid": guids})
    assert told.text.count("event: done\n") == 2


async def test_the_page_of_the_api_works_and_asks_through_the_proxy(client: httpx2.AsyncClient) -> None:
    page = await client.get("/pixy/docs")
    needed = [each for each in re.findall(r'(?:src|href)="([^"]+)"', page.text) if each != "data:,"]
    [described] = re.findall(r"url: ['\"]([^'\"]+)['\"]", page.text)
    for reference in (*needed, described):
        assert (await client.get(urljoin(str(page.url), reference))).status_code == 200, reference
    api = await client.get(urljoin(str(page.url), described))
    [server] = api.json()["servers"]
    asked = urljoin(str(api.url), server["url"]) + "/image/count"
    assert (await client.get(asked)).status_code == 200
