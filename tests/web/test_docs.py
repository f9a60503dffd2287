"""The interactive page works without the internet."""

import base64
import hashlib
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


async def test_no_script_runs_there_but_those_that_are_its_own(visitor: Client) -> None:
    page = await visitor.get("/docs")
    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = dict(each.split(" ", 1) for each in page.headers["content-security-policy"].split("; "))
    assert rules["script-src"] == f"'self' 'sha256-{digest}'"
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert not any(":" in each.replace("blob:", "").replace("data:", "") for each in rules.values())
    assert page.headers["referrer-policy"] == "same-origin"
    for address in ("/docs", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"):
        assert (await visitor.get(address)).headers["x-content-type-options"] == "nosniff"
    assert re.search(r'"persistAuthorization": false', page.text)


@pytest.mark.parametrize("asset", ["nope.js", "..%2f__init__.py", "swagger-ui.css.map"])
async def test_there_are_no_other_assets(visitor: Client, asset: str) -> None:
    answer = await visitor.get(f"/docs/{asset}")
    assert answer.status_code in (404, 422)
    problem_of(answer, answer.status_code, "invalid_request")
