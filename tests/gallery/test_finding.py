"""The library: searched, narrowed, scrolled through, chosen from, by pointer and by keyboard."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.live.service import RunningService

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage

STAR = "★"
PROMPTS = {
    "a red fox in the snow": ["fox", "winter"],
    "a grey cat on a roof": ["cat"],
    "a lighthouse at night": ["sea"],
    "ثعلب أحمر في الغابة": ["fox"],
}
MORE = 70


def _make(gallery: RunningService, prompt: str, tags: list[str], **asked: Any) -> str:
    body = {"prompt": prompt, "tags": tags, "size": "96x64", **asked}
    with gallery.client() as client:
        made: dict[str, str] = client.post("/image", json=body).raise_for_status().json()
    return made["guid"]


@pytest.fixture(scope="module", autouse=True)
def library(gallery: RunningService) -> dict[str, str]:
    """The guid of each prompt; older ones make it more than a page."""
    for number in range(MORE):
        _make(gallery, f"pattern number {number}", ["pattern"], seed=number)
    return {prompt: _make(gallery, prompt, tags) for prompt, tags in PROMPTS.items()}


def _tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Images").get_by_role("listitem")


def _picture(page: Page, prompt: str) -> Locator:
    return page.get_by_role("img", name=prompt)


def _asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


async def _search(page: Page, words: str) -> None:
    await page.get_by_role("searchbox", name="Search prompts").fill(words)


async def test_the_newest_images_come_first_and_are_seen(page: Page) -> None:
    await expect(_tiles(page).first.get_by_role("img")).to_have_attribute("alt", list(PROMPTS)[-1])
    await expect(_tiles(page).first).to_have_class(re.compile("is-loaded"))
    await expect(page.get_by_text(f"{MORE + len(PROMPTS)} images")).to_be_visible()


async def test_a_picture_is_asked_for_in_the_size_it_is_shown_in(page: Page) -> None:
    picture = _picture(page, "a red fox in the snow")
    await expect(picture).to_be_visible()
    shown = await picture.evaluate("(image) => [image.currentSrc, image.clientWidth * devicePixelRatio]")
    wanted = parse_qs(urlsplit(shown[0]).query)
    assert int(wanted["width"][0]) >= shown[1] > int(wanted["width"][0]) / 2.5
    assert wanted["format"] == ["webp"]


async def test_nothing_moves_while_the_pictures_come(page: Page) -> None:
    await expect(_tiles(page).first).to_have_class(re.compile("is-loaded"))
    shifts = """() => new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
          .observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(sum), 100);
    })"""
    assert await page.evaluate(shifts) < 0.01


async def test_it_is_searched_as_one_types_and_the_address_says_so(page: Page) -> None:
    await _search(page, "fox")
    await expect(_tiles(page)).to_have_count(1)
    await expect(_picture(page, "a red fox in the snow")).to_be_visible()
    assert _asked(page) == {"q": ["fox"]}


async def test_back_leads_to_the_images_before_the_search_in_one_step(page: Page) -> None:
    await expect(_tiles(page).nth(5)).to_be_visible()
    for letters in ("l", "li", "lighthouse"):
        await _search(page, letters)
        await page.wait_for_timeout(260)
    await expect(_tiles(page)).to_have_count(1)
    await page.go_back()
    await expect(_tiles(page).nth(5)).to_be_visible()
    await expect(page.get_by_role("searchbox", name="Search prompts")).to_have_value("")
    assert not _asked(page)


async def test_a_shared_address_finds_the_same(open_page: OpenPage) -> None:
    page = await open_page("/?q=fox&tag=winter")
    await expect(_tiles(page)).to_have_count(1)
    await expect(page.get_by_role("searchbox", name="Search prompts")).to_have_value("fox")
    await page.get_by_role("button", name="Remove the filter #winter").click()
    await expect(_tiles(page)).to_have_count(1)
    assert _asked(page) == {"q": ["fox"]}


async def test_prompts_of_every_script_are_found(page: Page) -> None:
    await _search(page, "الغابة")
    await expect(_tiles(page)).to_have_count(1)
    await expect(_picture(page, "ثعلب أحمر في الغابة")).to_be_visible()


async def test_tags_narrow_and_chips_widen_again(page: Page) -> None:
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_role("searchbox", name="Find a tag").fill("fo")
    await page.get_by_role("button", name="fox 2").click()
    await expect(_tiles(page)).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove the filter #fox").click()
    await expect(_tiles(page).nth(5)).to_be_visible()


@pytest.mark.parametrize(
    ("field", "value"), [("Author", "nobody at all"), ("From", "2100-01-01"), ("To", "2020-01-01")]
)
async def test_filters_narrow(page: Page, field: str, value: str) -> None:
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_label(field, exact=True).fill(value)
    await page.get_by_label(field, exact=True).press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Nothing is like that.")).to_be_visible()
    await page.get_by_role("link", name="Show everything").click()
    await expect(_tiles(page).nth(5)).to_be_visible()


async def test_what_is_visible_from_today_on_is_found(page: Page) -> None:
    today = await page.evaluate("() => new Date().toLocaleDateString('sv')")
    await page.goto(f"/?after={today}&before={today}&q=fox")
    await expect(_tiles(page)).to_have_count(1)


async def test_what_an_address_cannot_mean_is_left_out(open_page: OpenPage) -> None:
    page = await open_page("/?after=2026-13-45&before=2026-02-30&visibility=none&order=up&view=roof&tag=")
    await expect(_tiles(page).nth(5)).to_be_visible()
    await expect(page.get_by_role("group", name="Filters in force").get_by_role("button")).to_have_count(0)
    await page.goto("/?after=foo")
    await expect(_tiles(page).nth(5)).to_be_visible()


async def test_a_search_that_is_refused_says_why_in_place_of_images(
    page: Page, complaints: Complaints
) -> None:
    complaints.expect("422")
    await expect(page.get_by_text(f"{MORE + len(PROMPTS)} images")).to_be_visible()
    await _search(page, " ".join(f"word{number}" for number in range(40)))
    await expect(page.get_by_role("alert").filter(has_text="too many words")).to_be_in_viewport()
    await expect(_tiles(page)).to_have_count(0)
    await expect(page.get_by_text(f"{MORE + len(PROMPTS)} images")).to_have_count(0)
    await page.get_by_role("link", name="Show everything").click()
    await expect(_tiles(page).nth(5)).to_be_visible()


async def test_after_a_lost_connection_one_may_try_again_and_the_page_does(
    page: Page, complaints: Complaints
) -> None:
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    await expect(_tiles(page).nth(5)).to_be_visible()
    await page.context.set_offline(True)
    await _search(page, "fox")
    again = page.get_by_role("button", name="Try again")
    await again.click()
    await expect(again).to_be_visible()
    await page.context.set_offline(False)
    await expect(_picture(page, "a red fox in the snow")).to_be_visible()
    await expect(again).to_be_hidden()


async def test_the_oldest_can_come_first(open_page: OpenPage) -> None:
    page = await open_page("/?order=asc")
    await expect(_tiles(page).first.get_by_role("img")).to_have_attribute("alt", "pattern number 0")


async def test_scrolling_brings_more_and_keeps_few_elements(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 500, "height": 400})
    await expect(_tiles(page).first).to_be_visible()
    for _ in range(12):
        await page.mouse.move(250, 250)
        await page.mouse.wheel(0, 1500)
        await page.wait_for_timeout(60)
    await expect(_picture(page, "pattern number 0")).to_be_visible()
    assert await _tiles(page).count() < MORE
    assert await _tiles(page).last.get_attribute("aria-posinset") == str(MORE + len(PROMPTS))


async def test_a_page_loaded_again_shows_what_it_showed(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 500, "height": 400})
    await expect(_tiles(page).first).to_be_visible()
    for _ in range(4):
        await page.mouse.wheel(0, 1200)
        await page.wait_for_timeout(80)
    before = await page.evaluate("() => scrollY")
    await page.reload()
    await expect(_tiles(page).first).to_be_attached()
    await page.wait_for_function("(before) => Math.abs(scrollY - before) < 300", arg=before)


async def test_back_leads_to_where_one_was_among_the_images(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 500, "height": 400})
    await expect(_tiles(page).first).to_be_visible()
    for _ in range(4):
        await page.mouse.wheel(0, 1200)
        await page.wait_for_timeout(80)
    before = await page.evaluate("() => scrollY")
    await _search(page, "lighthouse")
    await expect(_tiles(page)).to_have_count(1)
    await page.go_back()
    await page.wait_for_function("(before) => Math.abs(scrollY - before) < 200", arg=before)


async def test_the_place_of_an_image_is_told_among_all_of_them(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 500, "height": 400})
    await _tiles(page).first.get_by_role("link").click()
    await expect(page.get_by_role("dialog").get_by_text(f"1 / {MORE + len(PROMPTS)}")).to_be_visible()


async def test_the_arrows_lead_from_image_to_image(page: Page) -> None:
    first = _tiles(page).first.get_by_role("link")
    await expect(first).to_be_visible()
    await first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(_tiles(page).nth(1).get_by_role("link")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    below = await page.evaluate("() => document.activeElement.closest('.tile').ariaPosInSet")
    assert int(below) > 3
    await page.keyboard.press("End")
    await expect(_picture(page, "pattern number 0")).to_be_visible()


async def test_a_star_is_given_and_found(
    page: Page, gallery: RunningService, library: dict[str, str]
) -> None:
    guid = library["a lighthouse at night"]
    tile = page.locator(f"[data-guid='{guid}']")
    await tile.hover()
    await tile.get_by_role("button", name="Star").click()
    await expect(tile.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name="Starred").click()
    await expect(_tiles(page)).to_have_count(1)
    with gallery.client() as client:
        assert STAR in client.get(f"/image/{guid}").json()["tags"]
    await expect(page.get_by_text("1 image", exact=True)).to_be_visible()
    await tile.get_by_role("button", name="Star: a lighthouse at night").click()
    await expect(page.get_by_text("Nothing is like that.")).to_be_visible()
    await expect(page.get_by_text("1 image", exact=True)).to_have_count(0)


async def test_many_are_chosen_and_tagged_together(page: Page) -> None:
    await _search(page, "pattern")
    await expect(page.get_by_text(f"{MORE} images")).to_be_visible()
    await _tiles(page).first.hover()
    await _tiles(page).first.get_by_role("button", name="Select").click()
    await _tiles(page).nth(3).hover()
    await _tiles(page).nth(3).get_by_role("button", name="Select").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Chosen images")
    await expect(bar.get_by_text("4 images")).to_be_visible()
    await bar.get_by_role("button", name="Tags").click()
    await page.get_by_label("Tags, with commas between").fill("chosen, four")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.goto("/?tag=chosen&tag=four")
    await expect(_tiles(page)).to_have_count(4)


async def test_what_is_moved_to_the_trash_can_be_had_back(page: Page) -> None:
    await _search(page, "cat")
    await expect(_tiles(page)).to_have_count(1)
    await _tiles(page).first.get_by_role("link").focus()
    await page.keyboard.press("Delete")
    await expect(page.get_by_text("1 image moved to the trash.")).to_be_visible()
    await expect(_tiles(page)).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(_picture(page, "a grey cat on a roof")).to_be_visible()


async def test_the_keyboard_stays_among_the_images_when_one_goes(page: Page) -> None:
    second = _tiles(page).nth(1)
    await expect(page.get_by_text(f"{MORE + len(PROMPTS)} images")).to_be_visible()
    third = await _tiles(page).nth(2).get_attribute("data-guid")
    await second.get_by_role("link").focus()
    await page.keyboard.press("Delete")
    await expect(page.locator(f"[data-guid='{third}']").get_by_role("link")).to_be_focused()
    await expect(page.get_by_text(f"{MORE + len(PROMPTS) - 1} images")).to_be_visible()
    await page.get_by_role("button", name="Undo").press("Enter")
    await expect(page.get_by_text(f"{MORE + len(PROMPTS)} images")).to_be_visible()
    await expect(_tiles(page).nth(2)).to_have_attribute("data-guid", third or "")


async def test_the_trash_shows_what_lies_there_and_gives_it_back(page: Page) -> None:
    await _search(page, "cat")
    await expect(_tiles(page)).to_have_count(1)
    await _tiles(page).first.get_by_role("link").focus()
    await page.keyboard.press("Delete")
    await page.get_by_role("link", name="Trash").click()
    await expect(_picture(page, "a grey cat on a roof")).to_be_attached()
    await _tiles(page).first.hover()
    await _tiles(page).first.get_by_role("button", name="Select").click()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()
    await page.get_by_role("link", name="Library").click()
    await expect(_picture(page, "a grey cat on a roof")).to_be_visible()


async def test_the_trash_is_emptied_at_once(page: Page, gallery: RunningService) -> None:
    with gallery.client() as client:
        for number in range(3):
            guid = _make(gallery, f"{'very ' * 100}{number}", [])
            client.delete(f"/image/{guid}").raise_for_status()
    await page.get_by_role("link", name="Trash").click()
    await expect(page.get_by_text("3 images in the trash")).to_be_visible()
    assert len(await _tiles(page).first.get_by_role("img").get_attribute("alt") or "") < 170
    await page.get_by_role("button", name="Empty trash").click()
    await page.get_by_role("dialog").get_by_role("button", name="Empty trash").click()
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()
    await expect(page.get_by_text("3 images deleted for good.")).to_be_visible()


async def test_visitors_see_what_is_public_and_cannot_change_it(
    open_page: OpenPage, gallery: RunningService, library: dict[str, str]
) -> None:
    guid = library["a red fox in the snow"]
    with gallery.client() as client:
        client.patch(f"/image/{guid}", json={"visibility": "public"}).raise_for_status()
    page = await open_page(key=None)
    await expect(_tiles(page)).to_have_count(1)
    await _tiles(page).first.hover()
    await expect(_tiles(page).first.get_by_role("button")).to_have_count(0)


async def test_keys_lead_to_the_search(page: Page) -> None:
    await expect(_tiles(page).first).to_be_visible()
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox", name="Search prompts")).to_be_focused()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_filters_and_choice_are_accessible(open_page: OpenPage, color_scheme: Any) -> None:
    page = await open_page("/?tag=pattern", color_scheme=color_scheme, viewport={"width": 390, "height": 844})
    await expect(_tiles(page).first).to_be_visible()
    await page.keyboard.press("Control+a")
    await expect(page.get_by_role("toolbar", name="Chosen images")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Filters").click()
    await expect(page.get_by_role("button", name="fox 2")).to_be_visible()
    await assert_accessible(page)
