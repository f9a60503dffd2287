"""The interactive page of the API: kept by its rules, and yet working."""

from playwright.async_api import Locator, Page, expect

from tests.live.service import ADMIN_KEY, RunningService

from .complaints import Complaints
from .conftest import OpenPage


async def opened(page: Page, operation: str) -> Locator:
    """Of this id, to be tried."""
    block = page.locator(f"[id$='-{operation}']")
    await block.locator(".opblock-summary-control").click()
    await expect(block.get_by_role("button", name="Execute")).to_be_visible()
    return block


async def status_of(block: Locator) -> Locator:
    await block.get_by_role("button", name="Execute").click()
    return block.locator(".live-responses-table tbody .response-col_status").first


async def test_who_is_signed_in_can_try_what_reads(open_page: OpenPage, gallery: RunningService) -> None:
    with gallery.client() as client:
        client.post("/key", json={"name": "shop team"}).raise_for_status()
    page = await open_page("/docs")
    block = await opened(page, "list_keys")
    await expect(await status_of(block)).to_contain_text("200")
    await expect(block.locator(".live-responses-table")).to_contain_text("shop team")


async def test_a_picture_is_shown_there(open_page: OpenPage, gallery: RunningService) -> None:
    with gallery.client() as client:
        made = client.post("/image", json={"prompt": "a fox", "size": "64x64"}).raise_for_status().json()
    page = await open_page("/docs")
    block = await opened(page, "get_image_content")
    await block.get_by_placeholder("guid").fill(made["guid"])
    await expect(await status_of(block)).to_contain_text("200")
    picture = block.locator(".live-responses-table img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 64


async def test_a_key_that_is_typed_in_opens_what_changes_and_is_kept_nowhere(
    open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("401")
    page = await open_page("/docs", key=None)
    await page.get_by_role("button", name="Authorize").click()
    dialog = page.locator(".modal-ux")
    await dialog.locator("input").first.fill(ADMIN_KEY)
    await dialog.get_by_role("button", name="Apply credentials").first.click()
    await dialog.get_by_role("button", name="Close").first.click()
    block = await opened(page, "create_key")
    await expect(await status_of(block)).to_contain_text("201")
    stored = await page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == "[{},{}]"
    await page.goto("/docs")
    block = await opened(page, "list_keys")
    await expect(await status_of(block)).to_contain_text("401")


async def test_no_other_script_runs_there(open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expect("Content Security Policy")
    page = await open_page("/docs")
    await page.locator(".opblock").first.wait_for()
    await page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hasRun = true";
            document.body.append(script);
        }"""
    )
    assert await page.evaluate("() => window.hasRun") is None
