import re

import pytest
from playwright.async_api import Page, expect

from tests.live.service import RunningService

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage


async def test_the_gallery_opens_without_a_complaint(page: Page) -> None:
    await expect(page).to_have_title(re.compile("PixyProxy"))
    await expect(page.get_by_role("main")).to_be_visible()


async def test_a_visitor_may_open_it_too(open_page: OpenPage) -> None:
    page = await open_page(key=None)
    await expect(page).to_have_title(re.compile("PixyProxy"))


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_it_is_accessible(open_page: OpenPage, color_scheme: str, width: int) -> None:
    page = await open_page(color_scheme=color_scheme, viewport={"width": width, "height": 900})
    await assert_accessible(page)


async def test_what_a_page_complains_of_is_seen(open_page: OpenPage, complaints: Complaints) -> None:
    page = await open_page("/health/live")
    await page.evaluate("() => { console.warn('one'); setTimeout(() => { throw new Error('two') }); }")
    await page.evaluate("() => fetch('http://elsewhere.example/three').catch(() => null)")
    await page.wait_for_function("() => true")
    made = "\n".join(complaints.made)
    assert "warning: one" in made
    assert "not caught: Error: two" in made
    assert "asked elsewhere: GET http://elsewhere.example/three" in made
    complaints.expect("")


async def test_where_nothing_has_cost_anything_the_chart_begins_with_images(
    gallery: RunningService, open_page: OpenPage
) -> None:
    with gallery.client() as client:
        client.post("/image", json={"prompt": "a fox", "size": "96x64"}).raise_for_status()
    page = await open_page("/?view=operate")
    figure = page.get_by_label("Figure")
    await expect(figure).to_have_value("images")
    await figure.select_option("Cost")
    await page.get_by_label("Time").select_option("A year")
    await expect(page.locator(".part svg g")).to_have_count(53)
    await expect(figure).to_have_value("cost_usd")
