"""Signing in where nothing may be seen without."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.live.service import ADMIN_KEY, RunningService, run_command, running_service

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage

PROMPT = "a red fox on a chair"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """It shows nothing to visitors, and has one image."""
    with running_service(tmp_path_factory.mktemp("private"), {"PIXYPROXY_GALLERY": "private"}) as service:
        with service.client() as client:
            client.post("/image", json={"prompt": PROMPT, "size": "256x256"}).raise_for_status()
        yield service


def make_key(gallery: RunningService) -> dict[str, Any]:
    with gallery.client() as client:
        made: dict[str, Any] = client.post("/key", json={"name": "shop team"}).raise_for_status().json()
    return made


def link_for(gallery: RunningService) -> str:
    """What follows the address of the service in the link that the command prints."""
    told = {"PIXYPROXY_DATA_DIR": str(gallery.folder / "data"), "PIXYPROXY_ADMIN_KEY": ADMIN_KEY}
    printed = run_command(told, "sign-in").stdout
    return f"/#{printed.strip().partition('#')[2]}"


async def assert_asks(page: Page) -> None:
    await expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    await expect(page.get_by_role("main")).not_to_be_visible()


async def assert_shows_all(page: Page) -> None:
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("img", name=PROMPT)).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_nothing_can_be_reached_before_signing_in(open_page: OpenPage, color_scheme: str) -> None:
    page = await open_page(key=None, color_scheme=color_scheme)
    await assert_asks(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await assert_asks(page)
    await assert_accessible(page)


async def test_a_wrong_key_is_told_at_the_field(open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expect("401")
    page = await open_page(key=None)
    field = page.get_by_label("Key")
    await field.fill("pxy_wrong")
    await field.press("Enter")
    await expect(field).to_have_accessible_description(re.compile("This is no key in force"))
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill("pxy_another")
    await expect(field).to_have_accessible_description("")


async def test_a_key_typed_in_shows_everything_without_a_reload(open_page: OpenPage) -> None:
    page = await open_page(key=None)
    await assert_asks(page)
    await page.evaluate("() => { window.isTheSamePage = true }")
    await page.keyboard.type(ADMIN_KEY)
    await page.keyboard.press("Enter")
    await assert_shows_all(page)
    assert await page.evaluate("() => window.isTheSamePage")


async def test_the_key_can_be_looked_at(open_page: OpenPage) -> None:
    page = await open_page(key=None)
    field = page.get_by_label("Key")
    await expect(field).to_have_attribute("type", "password")
    await page.get_by_role("button", name="Show").click()
    await expect(field).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Hide").click()
    await expect(field).to_have_attribute("type", "password")


async def test_a_link_signs_in_one_browser_once(
    open_page: OpenPage, gallery: RunningService, complaints: Complaints
) -> None:
    link = link_for(gallery)
    first = await open_page(link, key=None)
    await assert_shows_all(first)
    assert first.url == f"{gallery.url}/"
    complaints.expect("401")
    second = await open_page(link, key=None)
    await assert_asks(second)
    await expect(second.get_by_text("This link has been used or is too old")).to_be_visible()


async def test_a_link_signs_in_where_the_page_is_open_already(
    open_page: OpenPage, gallery: RunningService
) -> None:
    page = await open_page(key=None)
    await assert_asks(page)
    await page.goto(link_for(gallery))
    await assert_shows_all(page)
    assert page.url == f"{gallery.url}/"


async def test_who_is_signed_out_elsewhere_is_told_and_asked_again(
    open_page: OpenPage, gallery: RunningService, complaints: Complaints
) -> None:
    complaints.expect("401")
    made = make_key(gallery)
    page = await open_page(key=made["key"])
    await page.get_by_role("button", name="Account").wait_for()
    with gallery.client() as client:
        client.delete(f"/key/{made['id']}").raise_for_status()
    await page.get_by_role("link", name="Trash").click()
    await assert_asks(page)
    await expect(page.get_by_text("You have been signed out.")).to_be_visible()
    await page.get_by_label("Key").fill(ADMIN_KEY)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()


async def test_who_signs_out_sees_nothing_any_more(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await assert_asks(page)
