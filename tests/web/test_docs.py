"""The interactive page works without the internet."""

import re
from urllib.parse import urljoin

import pytest

from tests.conftest import Client
from tests.service.scenery import ON_SQLITE
from tests.web.problems import problem_of

pytestmark = ON_SQLITE


async def test_the_page_refers_to_nothing_outside_and_what_it_needs_is_served(visitor: Client) -> None:
    page = await visitor.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.findall(r"(?:https?:)?//[a-z]", page.text)
    needed = [each for each in re.findall(r'(?:src|href)="([^"]+)"', page.text) if each != "data:,"]
    assert len(needed) == 2
    for reference in needed:
        assert not reference.startswith("/"), "it works under any path"
        asset = await visitor.get(urljoin("/docs", reference))
        assert asset.status_code == 200
        assert len(asset.content) > 10_000
        assert asset.headers["content-type"].partition(";")[0] in ("text/javascript", "text/css")
        assert "max-age" in asset.headers["cache-control"]
    assert re.search(r"url: ['\"]openapi.json['\"]", page.text)


@pytest.mark.parametrize("asset", ["nope.js", "..%2f__init__.py", "swagger-ui.css.map"])
async def test_there_are_no_other_assets(visitor: Client, asset: str) -> None:
    answer = await visitor.get(f"/docs/{asset}")
    assert answer.status_code in (404, 422)
    problem_of(answer, answer.status_code, "invalid_request")
