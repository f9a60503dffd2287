"""What is around the images: the search and its filters, notices, titles, keys, the tabs beside this one."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.live.service import RunningService

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage

PROMPTS = {"a red fox": ["fox", "snow"], "a grey cat": ["cat"], "a lighthouse": ["sea"]}
_NOTICE = """([text, action]) => import(document.querySelector("[href$='/notices.js']").href)
    .then(({ notice }) => notice(text, action ? { action: { label: action, run: () => {} } } : {}))"""


@pytest.fixture(scope="module", autouse=True)
def _library(gallery: RunningService) -> None:
    with gallery.client() as client:
        for prompt, tags in PROMPTS.items():
            body = {"prompt": prompt, "tags": tags, "size": "96x64", "author": prompt.split()[-1]}
            client.post("/image", json=body).raise_for_status()


def _tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Images").get_by_role("listitem")


def _search(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search prompts")


def _notices(page: Page) -> Locator:
    return page.locator("body > .notices > .notice")


def _asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


async def test_a_search_from_elsewhere_leads_to_the_images(open_page: OpenPage) -> None:
    page = await open_page("/?view=operate")
    await page.get_by_role("heading", name="Storage").wait_for()
    await _search(page).fill("fox")
    await expect(_tiles(page)).to_have_count(1)
    assert _asked(page) == {"q": ["fox"]}
    await page.goto("/?view=trash")
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()
    await _search(page).fill("fox")
    await expect(page.get_by_text("Nothing is like that.")).to_be_visible()
    assert _asked(page) == {"q": ["fox"], "view": ["trash"]}


async def test_who_went_back_while_searching_begins_another_step(page: Page) -> None:
    await expect(_tiles(page)).to_have_count(3)
    await _search(page).fill("fox")
    await page.wait_for_url("**/?q=fox")
    await _search(page).fill("fo")
    await page.wait_for_url("**/?q=fo")
    await page.go_back()
    await expect(_search(page)).to_have_value("")
    await _search(page).fill("cat")
    await page.wait_for_url("**/?q=cat")
    await page.go_back()
    await expect(_tiles(page)).to_have_count(3)
    assert not _asked(page)


async def test_a_chosen_tag_leaves_the_others_to_be_chosen(page: Page) -> None:
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_role("button", name="fox 1").press("Enter")
    await expect(page.get_by_role("button", name="fox 1")).to_have_count(0)
    await expect(page.locator(".tag-cloud button").first).to_be_focused()
    await page.get_by_role("button", name="snow 1").click()
    await expect(page.get_by_role("button", name="snow 1")).to_have_count(0)
    assert _asked(page) == {"tag": ["fox", "snow"]}


async def test_authors_and_models_are_offered_and_the_order_is_told(page: Page) -> None:
    await expect(_tiles(page)).to_have_count(3)
    await page.get_by_role("button", name="Filters").click()
    await expect(page.locator("#authors option")).to_have_count(3)
    assert await page.locator("#authors option").evaluate_all("(all) => all.map((each) => each.value)") == [
        "lighthouse",
        "cat",
        "fox",
    ]
    model = page.get_by_role("dialog", name="Filters").get_by_role("combobox", name="Model")
    await expect(model.locator("option")).to_have_text(["Any", "sketch"])
    await model.select_option("sketch")
    await page.get_by_label("Order").select_option("Oldest first")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("img").first).to_have_attribute("alt", "a red fox")
    await page.get_by_role("button", name="Remove the filter oldest first").click()
    assert _asked(page) == {"model": ["sketch"]}


async def test_visitors_are_not_asked_about_visibility(open_page: OpenPage) -> None:
    page = await open_page(key=None)
    await page.get_by_role("button", name="Filters").click()
    await expect(page.get_by_label("Order")).to_be_visible()
    await expect(page.get_by_label("Visibility")).to_have_count(0)


async def test_choosing_by_keyboard_keeps_the_focus(page: Page) -> None:
    await _tiles(page).first.get_by_role("link").focus()
    await page.keyboard.press("x")
    everything = page.get_by_role("button", name="Choose all shown")
    await everything.press("Enter")
    await expect(page.get_by_text("3 images", exact=True).last).to_be_visible()
    await expect(everything).to_be_focused()
    await page.get_by_role("button", name="Choose none").press("Enter")
    await expect(_tiles(page).first.get_by_role("link")).to_be_focused()


async def test_the_same_notice_is_shown_once_and_of_others_three(page: Page) -> None:
    for _ in range(64):
        await page.evaluate(_NOTICE, ["It has been sent already.", ""])
    await expect(_notices(page)).to_have_text(re.compile("It has been sent already. .64"))
    for number in range(4):
        await page.evaluate(_NOTICE, [f"Number {number}", ""])
    await expect(_notices(page)).to_have_text(["Number 1", "Number 2", "Number 3"])
    await assert_accessible(page)


async def test_a_notice_stays_while_it_is_looked_at(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(_tiles(page)).to_have_count(3)
    await page.clock.install()
    await page.evaluate(_NOTICE, ["Pointed at", ""])
    await page.evaluate(_NOTICE, ["Passed by", ""])
    await page.get_by_text("Pointed at").hover()
    await page.clock.fast_forward(15_000)
    await expect(_notices(page)).to_have_text("Pointed at")
    await _search(page).focus()
    await page.get_by_role("button", name="Dismiss").focus()
    await page.mouse.move(5, 300)
    await page.clock.fast_forward(15_000)
    await expect(_notices(page)).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(_notices(page)).to_have_count(0)
    await expect(_search(page)).to_be_focused()


async def test_notices_are_said_where_a_screen_reader_listens_already(page: Page) -> None:
    """And not in what a dialog hides from it."""
    await expect(page.locator("body > [role=status]")).to_have_count(1)
    await page.evaluate(_NOTICE, ["Said before", ""])
    await _tiles(page).first.get_by_role("link").click()
    dialog = page.get_by_role("dialog", name="Image:")
    await expect(dialog.get_by_role("status").get_by_text("Said before")).to_be_visible()
    await page.evaluate(_NOTICE, ["Said within", ""])
    await expect(dialog.get_by_role("status").get_by_text("Said within")).to_be_visible()
    assert "Said within" in await page.locator("html").aria_snapshot()
    await page.keyboard.press("Escape")
    await expect(_notices(page)).to_have_text(["Said before", "Said within"])


async def test_who_signs_out_in_one_tab_has_signed_out_in_all(page: Page) -> None:
    other = await page.context.new_page()
    await other.goto("/?view=operate")
    await other.get_by_role("heading", name="Storage").wait_for()
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(other.get_by_text("You have been signed out.")).to_be_visible()
    await expect(other.get_by_text("This is for administrators.")).to_be_visible()
    await expect(other.get_by_role("link", name="Operate")).to_have_count(0)


async def test_what_was_ended_elsewhere_is_seen_when_one_comes_back(
    open_page: OpenPage, gallery: RunningService
) -> None:
    with gallery.client() as client:
        made = client.post("/key", json={"name": "for now"}).raise_for_status().json()
        page = await open_page(key=made["key"])
        await page.get_by_role("button", name="Account").wait_for()
        client.delete(f"/key/{made['id']}").raise_for_status()
    await page.evaluate("() => { performance.now = () => 60_000 }")
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("You have been signed out.")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_the_title_says_where_one_is(page: Page) -> None:
    await expect(page).to_have_title("PixyProxy")
    await _search(page).fill("fox")
    await expect(page).to_have_title("fox - PixyProxy")
    await _tiles(page).first.get_by_role("link").click()
    await expect(page).to_have_title("a red fox - PixyProxy")
    await page.get_by_role("dialog", name="a red fox").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Trash").click()
    await expect(page).to_have_title("Trash - PixyProxy")


@pytest.mark.parametrize(("path", "name"), [("/", "Library"), ("/?view=operate", "Operate")])
async def test_the_first_link_leads_past_the_dock(open_page: OpenPage, path: str, name: str) -> None:
    page = await open_page(path)
    await page.get_by_role("link", name="Trash").wait_for()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name=name, exact=True)).to_be_focused()
    assert "#" not in page.url


@pytest.mark.parametrize("menu", ["Account", "Help"])
async def test_keys_can_be_turned_off(open_page: OpenPage, menu: str) -> None:
    page = await open_page(key=None) if menu == "Help" else await open_page()
    await page.get_by_role("button", name=menu).click()
    await page.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(_search(page)).not_to_be_focused()
    await page.reload()
    await page.get_by_role("button", name=menu).click()
    await page.get_by_role("checkbox", name="Keyboard shortcuts").check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(_search(page)).to_be_focused()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/", "/?view=operate"])
async def test_large_text_overlaps_nothing(open_page: OpenPage, path: str, width: int) -> None:
    page = await open_page(path, viewport={"width": width, "height": 900})
    await page.get_by_role("link", name="Trash").wait_for()
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
    boxes = await page.locator(".header > :not(.skip), .place").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom])"
    )
    header = await page.locator(".header").bounding_box()
    assert header is not None
    assert all(top >= 0 and bottom <= header["height"] for top, bottom in boxes)


async def test_states_and_the_place_are_seen_in_forced_colors(open_page: OpenPage) -> None:
    page = await open_page("/?view=operate", forced_colors="active")
    state = page.locator(".state").first
    await state.wait_for()
    dot = await state.evaluate("(each) => getComputedStyle(each, '::before').backgroundColor")
    around = await state.evaluate("(each) => getComputedStyle(each.closest('body')).backgroundColor")
    assert dot != around
    await expect(page.get_by_role("link", name="Operate")).to_have_css("text-decoration-line", "underline")


async def test_an_archive_of_many_says_that_it_is_not_all(page: Page, complaints: Complaints) -> None:
    asked = page.evaluate("""() => new Promise((resolve) => {
        addEventListener("click", (event) => resolve(event.target.href.length), true);
        HTMLAnchorElement.prototype.click = function () { resolve(this.href.length); };
        import(document.querySelector("[href$='/actions.js']").href).then(({ download }) =>
            download(Array.from({ length: 150 }, () => crypto.randomUUID())));
    })""")
    assert 4000 < await asked < 8000
    await expect(page.get_by_text(re.compile("100 at most"))).to_be_visible()
    assert not complaints.made
