"""What the page may weigh, and what must not get into it."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.async_api import expect

from pixyproxy.web.gallery_files import gallery_files
from tests.live.service import RunningService

from .conftest import OpenPage

STATIC = Path(str(resources.files("pixyproxy.web"))) / "static"
MOST_BYTES_OF_SCRIPT, MOST_BYTES_PACKED = 100_000, 60_000
LONGEST_LINE = 400
WRITTEN_BY_US = {".css", ".d.ts", ".html", ".js", ".svg"}
_OF_OTHERS = re.compile(r"@license|@preserve|copyright|\(c\) \d{4}|sourceMappingURL", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_HANDLER_OR_STYLE = re.compile(r"<[^>]*\s(?:on\w+|style)\s*=|<style\b|javascript:", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?:src|href)="([^"]+)\"""")
_SCRIPTS_LOADED = """() => performance.getEntriesByType("resource").map((each) => each.name)
    .filter((name) => name.endsWith(".js"))"""
_MODULE_PRELOAD = re.compile(r"""<link rel="modulepreload" href="static/\w+/([^"]+)">""")


@pytest.fixture(scope="module")
def page(gallery: RunningService) -> str:
    """As it is sent."""
    with gallery.client(key=None) as client:
        return client.get("/").raise_for_status().text


def files(suffix: str = "") -> Iterator[Path]:
    return (path for path in sorted(STATIC.rglob("*")) if path.is_file() and path.name.endswith(suffix))


def scripts() -> set[str]:
    return {path.relative_to(STATIC).as_posix() for path in files(".js")}


async def test_what_a_page_begins_with_is_below_100_kb(open_page: OpenPage, gallery: RunningService) -> None:
    """Unpacked. The views of one image and of the operator come when they are wanted."""
    page = await open_page("/")
    await expect(page.get_by_role("textbox", name="Describe a picture")).to_be_visible()
    loaded = await page.evaluate(_SCRIPTS_LOADED)
    assert {urlsplit(each).path.partition("/static/")[2].partition("/")[2] for each in loaded} == {
        *_MODULE_PRELOAD.findall(await page.content())
    }
    with gallery.client(key=None) as client:
        sizes = {address: len(client.get(address).content) for address in loaded}
    assert 0 < sum(sizes.values()) < MOST_BYTES_OF_SCRIPT, sizes


def test_all_scripts_together_are_below_the_budget_as_they_travel() -> None:
    packed = {name: len(file.packed) for name, file in gallery_files().assets.items() if name.endswith(".js")}
    assert scripts() == set(packed)
    assert sum(packed.values()) < MOST_BYTES_PACKED, packed


def test_there_are_only_files_that_are_written_by_hand() -> None:
    assert {"".join(path.suffixes) for path in files()} <= WRITTEN_BY_US


def test_nothing_of_others_is_among_them() -> None:
    """Whoever copies a library copies a licence with it, or lines that no hand has written."""
    for path in files():
        text = path.read_text(encoding="utf-8")
        assert not _OF_OTHERS.search(text), path
        assert max(map(len, text.splitlines())) <= LONGEST_LINE, path


def test_the_page_has_no_script_and_no_style_within(page: str) -> None:
    for attributes, content in _SCRIPT.findall(page):
        assert "src=" in attributes, attributes
        assert not content.strip(), content
    assert not _HANDLER_OR_STYLE.search(page)


def test_the_page_asks_nobody_else_and_works_below_a_prefix(page: str) -> None:
    addresses = [urlsplit(address) for address in _ADDRESS.findall(page)]
    assert addresses
    for address in addresses:
        assert not address.scheme, address
        assert not address.netloc, address
        assert not address.path.startswith("/"), address


def test_every_address_of_the_page_answers(page: str, gallery: RunningService) -> None:
    with gallery.client(key=None) as client:
        for address in _ADDRESS.findall(page):
            answer: httpx2.Response = client.get(f"/{address}")
            assert answer.status_code == 200, address
