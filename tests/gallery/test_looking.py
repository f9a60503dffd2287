"""One image, large: the picture, what is known of it, what may be done with it."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.live.service import RunningService

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage
from .lost_bytes import lost_bytes

_PIXELS_SHOWN = (
    "image => image.complete && image.naturalWidth * image.naturalHeight > 0 && image.naturalWidth"
)


def _make(gallery: RunningService, prompt: str, **options: Any) -> str:
    with gallery.client() as client:
        answer = client.post("/image", json={"prompt": prompt, "size": "256x256", **options})
        guid: str = answer.raise_for_status().json()["guid"]
    return guid


def _detail(gallery: RunningService, guid: str) -> Any:
    with gallery.client() as client:
        return client.get(f"/image/{guid}").raise_for_status().json()


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile("^Image: "))


def _picture(page: Page) -> Locator:
    return page.locator(".picture > img:last-child")


def _tile(page: Page, guid: str) -> Locator:
    return page.locator(f'.tile[data-guid="{guid}"] .tile-link')


async def _height(place: Locator) -> float:
    box = await place.bounding_box()
    assert box is not None
    return box["height"]


def _guid_in(page: Page) -> str:
    return (urlsplit(page.url).query.partition("image=")[2]).partition("&")[0]


async def test_a_click_opens_the_picture_large_and_sharp(
    gallery: RunningService, open_page: OpenPage
) -> None:
    guid = _make(gallery, "a ship at sea", size="1024x768")
    page = await open_page()
    await _tile(page, guid).click()
    await expect(_dialog(page)).to_be_visible()
    await expect(_picture(page)).to_have_attribute("alt", "a ship at sea")
    box = await _picture(page).bounding_box()
    assert box is not None
    assert box["width"] > 700
    await page.wait_for_function(
        f"width => ({_PIXELS_SHOWN})(document.querySelector('.picture > img:last-child')) >= width",
        arg=box["width"],
    )


async def test_keys_lead_on_and_the_way_back_closes(gallery: RunningService, open_page: OpenPage) -> None:
    first, second = _make(gallery, "one"), _make(gallery, "two")
    page = await open_page()
    await _tile(page, second).click()
    await expect(page.locator(".stage-count")).to_contain_text("1 / ")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".prompt-text")).to_have_text("one")
    assert _guid_in(page) == first
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".prompt-text")).to_have_text("two")
    await page.go_back()
    await expect(page.locator("dialog:modal")).to_have_count(0)


async def test_by_keyboard_alone_one_comes_back_to_the_tile(
    gallery: RunningService, open_page: OpenPage
) -> None:
    first, second = _make(gallery, "left"), _make(gallery, "right")
    page = await open_page()
    await _tile(page, second).focus()
    await page.keyboard.press("Enter")
    await expect(_dialog(page)).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".prompt-text")).to_have_text("left")
    await page.keyboard.press("Escape")
    await expect(_tile(page, first)).to_be_focused()


async def test_a_shared_address_opens_at_once(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "shared by its address")
    page = await open_page(f"/?image={guid}&q=nothing-like-it")
    await expect(page.locator(".prompt-text")).to_have_text("shared by its address")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog:modal")).to_have_count(0)
    assert "image=" not in page.url


@pytest.mark.parametrize("guid", ["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11", "nonsense"])
async def test_an_unknown_image_is_said_in_words(open_page: OpenPage, guid: str) -> None:
    page = await open_page(f"/?image={guid}")
    await expect(page.get_by_text("There is no such image, or it is not yours to see.")).to_be_visible()


async def test_it_zooms_to_its_pixels_and_pans(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "large", size="1024x256")
    page = await open_page(f"/?image={guid}")
    await expect(page.locator(".zoom-level")).not_to_have_text("100%")
    await page.keyboard.press("z")
    await expect(page.locator(".zoom-level")).to_have_text("100%")
    await expect(page.locator(".picture")).to_have_css("width", "1024px")
    before = await page.locator(".picture").bounding_box()
    await page.mouse.move(400, 360)
    await page.mouse.down()
    await page.mouse.move(350, 360, steps=3)
    await page.mouse.up()
    await page.wait_for_timeout(50)
    after = await page.locator(".picture").bounding_box()
    assert before is not None
    assert after is not None
    assert before["x"] - after["x"] == pytest.approx(50, abs=2)
    await page.mouse.dblclick(400, 360)
    await expect(page.locator(".zoom-level")).not_to_have_text("100%")
    await page.keyboard.press("+")
    await page.get_by_role("button", name="Zoom out").click()
    await expect(page.locator(".stage")).not_to_have_class(re.compile("is-close"))


async def test_tags_are_edited_and_found(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "to be tagged", tags=["harbour"])
    _make(gallery, "another", tags=["evening"])
    page = await open_page(f"/?image={guid}")
    field = page.get_by_role("combobox", name="Add a tag")
    await field.fill("eve")
    await expect(page.locator("datalist option")).to_have_attribute("value", "evening")
    await field.fill("boat")
    await field.press("Enter")
    await expect(field).to_be_focused()
    await page.get_by_role("button", name="Remove the tag harbour").click()
    await expect(page.locator(".panel .chip")).to_have_text(["boat"])
    await page.locator(".panel .chip").get_by_role("link", name="boat").click()
    await expect(page.locator("dialog:modal")).to_have_count(0)
    await expect(page.locator(".tile")).to_have_count(1)
    assert _detail(gallery, guid)["tags"] == ["boat"]


async def test_a_name_is_changed_where_it_stands(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "to be renamed")
    page = await open_page(f"/?image={guid}")
    await page.get_by_role("button", name="Rename the file").click()
    await page.keyboard.press("Escape")
    await expect(_dialog(page)).to_be_visible()
    await page.get_by_role("button", name="Rename the file").press("Enter")
    await page.get_by_role("textbox", name="Rename the file").fill("boats.png")
    await page.keyboard.press("Enter")
    await expect(page.locator(".facts")).to_contain_text("boats.png")
    await expect(page.get_by_role("button", name="Rename the file")).to_be_focused()
    assert _detail(gallery, guid)["filename"] == "boats.png"


async def test_what_is_being_typed_stays_while_something_else_is_changed(
    gallery: RunningService, open_page: OpenPage
) -> None:
    guid = _make(gallery, "to be starred and renamed")
    page = await open_page(f"/?image={guid}")
    await page.get_by_role("button", name="Rename the file").click()
    await page.get_by_role("textbox", name="Rename the file").fill("half a na")
    await page.get_by_role("combobox", name="Add a tag").fill("boa")
    star = page.get_by_role("dialog").get_by_role("button", name="Star")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await expect(star).to_be_focused()
    await expect(page.get_by_role("combobox", name="Add a tag")).to_have_value("boa")
    name = page.get_by_role("textbox", name="Rename the file")
    await expect(name).to_have_value("half a na")
    await name.press("Enter")
    await expect(page.locator(".facts")).to_contain_text("half a na")
    await expect(page.get_by_role("combobox", name="Add a tag")).to_have_value("boa")
    await expect(name).to_have_count(0)


async def test_a_picture_without_bytes_is_not_offered_as_if_it_had_any(
    gallery: RunningService, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("status of 500")
    guid = _make(gallery, "of which nothing is left")
    with lost_bytes(gallery, _detail(gallery, guid)):
        page = await open_page(f"/?image={guid}")
        said = page.locator(".stage-said")
        await expect(said).to_contain_text("Its bytes are missing or damaged.")
        await expect(said).to_contain_text("of which nothing is left")
        await expect(page.locator(".picture")).to_have_count(0)


@pytest.mark.parametrize(("width", "height", "least"), [(820, 1180, 0.55), (390, 844, 0.4), (640, 400, 0.7)])
async def test_in_a_small_window_the_picture_has_most_of_it_and_nothing_lies_on_it(
    gallery: RunningService, open_page: OpenPage, width: int, height: int, least: float
) -> None:
    guid = _make(gallery, "a square", size="1024x1024")
    page = await open_page(f"/?image={guid}", viewport={"width": width, "height": height})
    picture = await page.locator(".picture").bounding_box()
    zooms = await page.locator(".zooms").bounding_box()
    assert picture is not None
    assert zooms is not None
    assert picture["height"] >= least * height
    assert picture["y"] + picture["height"] <= zooms["y"] + 1


async def test_it_is_published_and_made_private_again(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "for everybody")
    page = await open_page(f"/?image={guid}")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.locator(".visibility")).to_contain_text("Everybody may see it")
    visitor = await open_page(f"/?image={guid}", key=None)
    await expect(visitor.locator(".prompt-text")).to_have_text("for everybody")
    for change in ("Make private", "Star", "Share", "Move to the trash", "Reuse", "Rename the file"):
        await expect(visitor.get_by_role("dialog").get_by_role("button", name=change)).to_have_count(0)
    await page.get_by_role("dialog").get_by_role("button", name="Make private").click()
    await expect(page.locator(".visibility")).to_contain_text("Only its owner and administrators")


async def test_to_the_holder_of_another_key_nothing_is_offered_that_is_refused(
    gallery: RunningService, open_page: OpenPage
) -> None:
    public = _make(gallery, "for everybody to see", visibility="public")
    with gallery.client() as client:
        key = client.post("/key", json={"name": "guest"}).raise_for_status().json()["key"]
    with gallery.client(key) as client:
        own = client.post("/image", json={"prompt": "of the guest", "size": "256x256"}).json()["guid"]
    page = await open_page(f"/?image={public}", key=key)
    dialog = page.get_by_role("dialog")
    for change in ("Make private", "Star", "Share", "Move to the trash", "Rename the file", "Keep"):
        await expect(dialog.get_by_role("button", name=change)).to_have_count(0)
    for use in ("Reuse", "Edit picture", "Download"):
        await expect(dialog.get_by_role("button", name=use)).to_be_visible()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Escape")
    await expect(_tile(page, public)).to_be_focused()
    for each, count in ((own, 2), (public, 0)):
        buttons = page.locator(f'.tile[data-guid="{each}"] .tile-button:not([hidden])')
        await expect(buttons).to_have_count(count)
    for pressed in ("x", "s", "Delete"):
        await page.keyboard.press(pressed)
    await expect(page.get_by_role("toolbar", name="Chosen images")).to_be_hidden()
    await page.keyboard.press("Control+a")
    await expect(page.locator(".bulk-count")).to_have_text("1 image")
    await expect(page.locator(".notice")).to_have_count(0)
    assert _detail(gallery, public)["tags"] == []


async def test_a_star_is_seen_in_the_grid(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "to be starred")
    page = await open_page()
    await _tile(page, guid).click()
    star = page.get_by_role("dialog").get_by_role("button", name="Star")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await expect(star).to_be_focused()
    await expect(page.locator(".panel .chip")).to_have_count(0)
    await page.keyboard.press("Escape")
    tile = page.locator(f'.tile[data-guid="{guid}"]')
    await expect(tile.locator(".tile-star")).to_have_attribute("aria-pressed", "true")


async def test_a_shared_link_works_without_a_cookie(
    gallery: RunningService, open_page: OpenPage, browser: Browser
) -> None:
    guid = _make(gallery, "lent out")
    page = await open_page(f"/?image={guid}", permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Share", exact=True).click()
    await page.get_by_label("How long").select_option("A week")
    await page.get_by_label("As a smaller copy").check()
    await page.get_by_role("button", name="Make a link").click()
    await expect(page.get_by_text("Works without a key until")).to_be_visible()
    url = await page.get_by_label("The link").input_value()
    assert await page.evaluate("navigator.clipboard.readText()") == url
    stranger = await browser.new_context()
    answer = await stranger.request.get(url)
    await stranger.close()
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/jpeg"


async def test_prompt_and_address_are_copied(gallery: RunningService, open_page: OpenPage) -> None:
    guid = _make(gallery, "ثعلب أحمر " + "and more words " * 200)
    page = await open_page(f"/?image={guid}", permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy prompt").click()
    await expect(page.get_by_text("Prompt copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == _detail(gallery, guid)["prompt"]
    await page.get_by_role("button", name="Copy link to this page").click()
    await expect(page.get_by_text("Link copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == f"{gallery.url}/?image={guid}"
    height = await _height(page.locator(".prompt-text"))
    await page.get_by_role("button", name="Show all").click()
    assert await _height(page.locator(".prompt-text")) > height


async def test_one_that_is_deleted_makes_way_and_can_come_back(
    gallery: RunningService, open_page: OpenPage
) -> None:
    kept, deleted = _make(gallery, "kept"), _make(gallery, "deleted by mistake")
    page = await open_page()
    await _tile(page, deleted).click()
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("Delete")
    await expect(page.locator(".prompt-text")).to_have_text("kept")
    assert _guid_in(page) == kept
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".stage-count")).to_contain_text("2 / ")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".prompt-text")).to_have_text("deleted by mistake")


async def test_the_trash_gives_back_and_deletes_for_good(
    gallery: RunningService, open_page: OpenPage
) -> None:
    back, gone = _make(gallery, "comes back"), _make(gallery, "goes for good")
    with gallery.client() as client:
        for guid in (back, gone):
            client.delete(f"/image/{guid}").raise_for_status()
    page = await open_page(f"/?view=trash&image={gone}")
    await expect(page.locator(".facts")).to_contain_text("In the trash")
    await page.wait_for_function(
        f"() => ({_PIXELS_SHOWN})(document.querySelector('.picture > img:last-child'))"
    )
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Delete for good").click()
    await (
        page.get_by_role("dialog", name="Delete this image")
        .get_by_role("button", name="Delete for good")
        .click()
    )
    await expect(page.get_by_text("deleted for good.")).to_be_visible()
    await page.goto(f"/?view=trash&image={back}")
    await page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("1 image restored.")).to_be_visible()
    with gallery.client() as client:
        assert client.get(f"/image/{back}").status_code == 200
        assert client.get("/image", params={"guid": gone, "deleted": "true"}).json() == []


async def test_its_family_and_those_like_it_are_shown(gallery: RunningService, open_page: OpenPage) -> None:
    parent = _make(gallery, "the first of them", seed=1)
    with gallery.client() as client:
        edited = client.post(
            "/v1/images/edits",
            json={"prompt": "made from it", "images": [{"file_id": parent}], "size": "256x256"},
        )
    page = await open_page(f"/?image={parent}")
    assert edited.is_success, edited.text
    link = page.locator(".panel").get_by_role("link", name="made from it")
    await expect(link).to_be_visible()
    await link.click()
    await expect(page.locator(".prompt-text")).to_have_text("made from it")
    await expect(page.locator(".panel").get_by_role("link", name="the first of them").first).to_be_visible()


async def test_on_a_phone_the_panel_lies_below_and_a_swipe_leads_on(
    gallery: RunningService, open_page: OpenPage
) -> None:
    _make(gallery, "swiped to")
    guid = _make(gallery, "swiped from", size="256x512")
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = await open_page(f"/?image={guid}", **phone)
    await expect(page.locator(".stage-count")).to_contain_text("1 / ")
    stage = await page.locator(".stage").bounding_box()
    panel = await page.locator(".panel").bounding_box()
    assert stage is not None
    assert panel is not None
    assert stage["height"] <= 0.66 * 844
    assert panel["y"] >= stage["height"] - 1
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    touch = await page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 300), ("touchMove", 200), ("touchMove", 100), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 200}]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await expect(page.locator(".prompt-text")).to_have_text("swiped to")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_it_is_accessible(
    gallery: RunningService, open_page: OpenPage, color_scheme: str, width: int
) -> None:
    guid = _make(gallery, "looked at closely", tags=["sea", "★"])
    page = await open_page(
        f"/?image={guid}", color_scheme=color_scheme, viewport={"width": width, "height": 900}
    )
    await expect(page.locator(".prompt-text")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Share", exact=True).click()
    await assert_accessible(page)
