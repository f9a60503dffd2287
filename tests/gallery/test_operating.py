"""What an administrator watches over, after calls of every outcome."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from tests.live.service import ADMIN_KEY, RunningService, running_service
from tests.upstream import running_upstream

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage

OPERATE = "/?view=operate"
SKETCHES = 2
REFUSED = "a poster [scenario:moderation-blocked]"
LOST = "a teapot [scenario:cut]"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """It has made two sketches and one picture that cost something; one call was refused, one answer lost."""
    with running_upstream(picture_bytes=3_000) as upstream:
        provider = {"OPENAI_API_KEY": "sk-test-of-the-gallery", "OPENAI_BASE_URL": upstream.base_url}
        with running_service(tmp_path_factory.mktemp("operate"), provider) as service:
            with service.client() as client:
                for number in range(SKETCHES):
                    sketch = {"prompt": f"fox {number}", "model": "sketch", "size": "256x256"}
                    client.post("/image", json=sketch).raise_for_status()
                client.post(
                    "/image", json={"prompt": "a paid fox", "model": "gpt-image-2"}
                ).raise_for_status()
                for prompt in (REFUSED, LOST):
                    client.post("/image", json={"prompt": prompt, "model": "gpt-image-2"})
            yield service


@pytest.fixture
def library_key(gallery: RunningService) -> str:
    """Of one who is no administrator."""
    with gallery.client() as client:
        key: str = client.post("/key", json={"name": "shop team"}).raise_for_status().json()["key"]
    return key


def part(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True).filter(has=page.get_by_role("heading"))


def figure(within: Locator, label: str) -> Locator:
    """What stands below the label: the figure, and notes."""
    return within.locator("dl > div").filter(has_text=re.compile(f"^{label}"))


async def test_what_goes_on_is_told_in_words(open_page: OpenPage) -> None:
    now = part(await open_page(OPERATE), "Now")
    await expect(now.get_by_text("New images are taken")).to_be_visible()
    await expect(now.get_by_text(re.compile(r"openai: \d+ models"))).to_be_visible()
    await expect(figure(now, "Waiting")).to_have_text("Waiting0")
    await expect(figure(now, "Failed in 24 hours")).to_contain_text("1 refused for the prompt")
    await expect(figure(now, "Answers lost")).to_contain_text("1They may have been billed")


async def test_cost_that_is_not_known_is_no_zero(open_page: OpenPage) -> None:
    usage = part(await open_page(OPERATE), "Usage")
    await expect(figure(usage, "Cost")).to_contain_text(
        re.compile(r"\$0?\.?\d*[1-9].*2 calls of unknown cost")
    )
    await expect(figure(usage, "Images")).to_have_text(f"Images{SKETCHES + 1}")


async def test_the_chart_and_its_table_say_the_same(open_page: OpenPage) -> None:
    page = await open_page(OPERATE)
    usage = part(page, "Usage")
    await usage.get_by_label("Figure").select_option("Images")
    await expect(usage.get_by_role("img", name="of sketch, gpt-image-2")).to_be_visible()
    day = usage.get_by_role("slider", name="Day")
    await day.focus()
    await day.press("End")
    await expect(day).to_have_attribute("aria-valuetext", re.compile(r": 3, sketch: 2, gpt-image-2: 1$"))
    await usage.get_by_text("Show as table").click()
    today = usage.get_by_role("table").get_by_role("row").nth(1)
    await expect(today.get_by_role("cell")).to_have_text([re.compile(r"\d"), "2", "1"])


async def test_a_longer_time_and_other_names_can_be_chosen(open_page: OpenPage) -> None:
    usage = part(await open_page(OPERATE), "Usage")
    await usage.get_by_label("By").select_option("By key")
    await expect(usage.get_by_role("img", name="of admin")).to_be_visible()
    await usage.get_by_label("Time").select_option("A year")
    await expect(usage.locator("svg g")).to_have_count(53)


async def test_what_is_stored_is_measured(open_page: OpenPage) -> None:
    storage = part(await open_page(OPERATE), "Storage")
    await expect(figure(storage, "Images")).to_contain_text(f"Images{SKETCHES + 1}")
    await expect(figure(storage, "Free room")).to_contain_text("are held back")


async def test_an_image_that_failed_leads_to_its_details(open_page: OpenPage) -> None:
    page = await open_page(OPERATE)
    failures = part(page, "Failures")
    await expect(failures.get_by_role("row")).to_have_count(3)
    await expect(failures.get_by_role("row", name=LOST)).to_contain_text("its answer was lost")
    await failures.get_by_role("link", name=REFUSED).click()
    await expect(page).to_have_url(re.compile(r"view=operate&image=\w+"))


async def test_a_key_is_made_shown_once_and_revoked_by_keyboard(
    open_page: OpenPage, gallery: RunningService
) -> None:
    page = await open_page(OPERATE)
    keys = part(page, "Keys")
    await keys.get_by_label("Whom a new key is for").focus()
    await page.keyboard.type("Jonas")
    await page.keyboard.press("Enter")
    text = await keys.locator("code").text_content()
    assert text is not None
    assert answer_to(gallery, text) == 200
    await page.reload()
    await expect(keys.get_by_role("cell", name="Jonas", exact=True)).to_be_visible()
    await expect(page.get_by_text(text)).to_have_count(0)
    await keys.get_by_role("button", name="Revoke Jonas").press("Enter")
    question = page.get_by_role("dialog", name="Revoke the key of “Jonas”?")
    await expect(question).to_contain_text("browsers signed in with it are signed out")
    await question.get_by_role("button", name="Revoke").press("Enter")
    await expect(keys.get_by_role("button", name="Revoke Jonas")).to_have_count(0)
    assert answer_to(gallery, text) == 401


def answer_to(gallery: RunningService, key: str) -> int:
    with gallery.client(key) as client:
        answer: httpx2.Response = client.get("/image")
    return answer.status_code


async def test_who_is_no_administrator_is_told(open_page: OpenPage, library_key: str) -> None:
    page = await open_page(OPERATE, key=library_key)
    await expect(page.get_by_text("This is for administrators.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Usage")).to_have_count(0)


async def test_a_visitor_signs_in_and_sees_it(open_page: OpenPage) -> None:
    page = await open_page(OPERATE, key=None)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Key").fill(ADMIN_KEY)
    await page.keyboard.press("Enter")
    await expect(part(page, "Now").get_by_text("New images are taken")).to_be_visible()


async def test_who_gives_up_signing_in_is_back_where_they_were(
    open_page: OpenPage, complaints: Complaints
) -> None:
    page = await open_page(key=None)
    await page.get_by_role("button", name="Sign in").press("Enter")
    await expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    assert not complaints.made


async def test_who_is_signed_out_elsewhere_may_sign_in_again_or_look_on_as_a_visitor(
    open_page: OpenPage, gallery: RunningService, complaints: Complaints
) -> None:
    complaints.expect("401")
    with gallery.client() as client:
        made = client.post("/key", json={"name": "for an hour", "is_admin": True}).raise_for_status().json()
        page = await open_page(OPERATE, key=made["key"])
        await part(page, "Keys").get_by_role("cell", name="for an hour", exact=True).wait_for()
        client.delete(f"/key/{made['id']}").raise_for_status()
    await part(page, "Usage").get_by_label("By").select_option("By key")
    question = page.get_by_role("dialog", name="Sign in")
    await expect(question).to_be_visible()
    await expect(question.get_by_text("You have been signed out.")).to_be_visible()
    await question.get_by_role("button", name="Close").click()
    await expect(page.get_by_text("This is for administrators.")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_the_page_is_accessible(open_page: OpenPage, color_scheme: str, width: int) -> None:
    page = await open_page(OPERATE, color_scheme=color_scheme, viewport={"width": width, "height": 900})
    await part(page, "Usage").get_by_role("img").wait_for()
    await part(page, "Failures").get_by_role("table").wait_for()
    await assert_accessible(page)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
