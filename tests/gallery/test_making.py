"""Making pictures: the dock, the queue, what is started from."""

import asyncio
import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
import pyvips
from playwright.async_api import Page, Request, Route, expect

from tests.live.service import RunningService, running_service
from tests.upstream import RunningUpstream, Scenario, running_upstream

from .accessibility import assert_accessible
from .complaints import Complaints
from .conftest import OpenPage
from .lost_bytes import lost_bytes

SLOW = "[scenario:slow over_seconds=1.5] a harbour"
MODULE = "document.querySelector('script[type=module]').src.replace('main.js', 'make/make.js')"
OF_THE_STAND_IN = "gpt-image-1.5"
REFUSED_AT_ONCE = r"status of 4\d\d .*/image\)"  # where it is over before the order is answered


@pytest.fixture(scope="module")
def upstream() -> Iterator[RunningUpstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, upstream: RunningUpstream) -> Iterator[RunningService]:
    """One call at a time: what comes second waits."""
    environment = {
        "OPENAI_API_KEY": "sk-stand-in",
        "OPENAI_BASE_URL": upstream.base_url,
        "PIXYPROXY_DEFAULT_MODEL": "sketch",
        "PIXYPROXY_MOST_CALLS": "1",
    }
    with running_service(tmp_path_factory.mktemp("making"), environment) as service:
        yield service


async def wish(page: Page, **wishes: Any) -> None:
    """As if it had been chosen before."""
    wishes = {"size": "256x256"} | wishes
    await page.evaluate("w => localStorage.setItem('pixyproxy-wishes', JSON.stringify(w))", wishes)
    await page.reload()


async def make(page: Page, prompt: str) -> None:
    await page.get_by_label("Describe a picture").fill(prompt)
    await page.keyboard.press("Enter")


def newest(gallery: RunningService, count: int = 1, **asked: Any) -> list[dict[str, Any]]:
    with gallery.client() as client:
        images: list[dict[str, Any]] = client.get("/image", params={"limit": count, **asked}).json()
    return images


async def test_a_picture_is_made_and_comes_first_of_all(page: Page, gallery: RunningService) -> None:
    await wish(page)
    await make(page, "a fox in the snow")
    first = page.locator(".tile").first
    await expect(first.get_by_role("img")).to_have_attribute("alt", "a fox in the snow")
    await expect(page.locator(".card")).to_have_count(0)
    [image] = newest(gallery)
    assert (image["width"], image["visibility"]) == (256, "private")


async def test_what_was_sent_is_not_sent_again_by_chance(page: Page, gallery: RunningService) -> None:
    await wish(page)
    field = page.get_by_label("Describe a picture")
    await make(page, "a single owl")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    await expect(page.locator(".tile img[alt='a single owl']")).to_have_count(1)
    assert len(newest(gallery, 9, prompt="a single owl", status="any")) == 1
    await page.keyboard.press("ArrowUp")
    await expect(field).to_have_value("a single owl")


async def test_several_at_once_are_several_pictures(page: Page, gallery: RunningService) -> None:
    await wish(page)
    await page.get_by_label("Describe a picture").focus()
    await page.get_by_label("How many").select_option("3")
    await make(page, "three ships")
    await expect(page.get_by_text("Picture 3 of 3 is ready.")).to_be_attached()
    made = newest(gallery, 3)
    assert {image["prompt"] for image in made} == {"three ships"}
    assert len({image["sha256"] for image in made}) == 3


async def test_one_sees_a_picture_come_and_how_long_it_takes(page: Page) -> None:
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024")
    await make(page, SLOW)
    card = page.locator(".card")
    await expect(card.locator("img")).to_have_attribute("src", re.compile("^data:image/"))
    await expect(card).to_contain_text(re.compile(r"Drawing · sent\s*0:0\d"))
    await expect(card.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(card).to_have_count(0)


async def test_what_waits_says_where_it_stands_and_can_be_canceled(
    page: Page, gallery: RunningService
) -> None:
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024", count=3)
    await make(page, SLOW)
    cards = page.locator(".card")
    await expect(cards.filter(has_text="Waiting, 1 before it")).to_have_count(1)
    await cards.filter(has_text="Waiting, 1 before it").get_by_role("button", name="Cancel").click()
    await expect(cards.filter(has_text="nothing was paid")).to_have_count(1)
    await page.get_by_role("button", name="Dismiss").first.click()
    assert len(newest(gallery, status="canceled")) == 1
    await expect(cards).to_have_count(0)


async def test_of_many_all_that_wait_are_canceled_at_once(page: Page, gallery: RunningService) -> None:
    """One connection tells of 50 at most, and is not opened again for the others."""
    with gallery.client() as client:
        asked = {"prompt": SLOW.replace("1.5", "3"), "model": OF_THE_STAND_IN, "size": "1024x1024"}
        headers = {"Prefer": "respond-async"}
        made = [client.post("/image", json=asked, headers=headers).json()["guid"] for _ in range(54)]
    orders = [{"guid": guid, "at": 1_700_000_000_000} for guid in made]
    await page.evaluate("o => localStorage.setItem('pixyproxy-making', JSON.stringify(o))", orders)
    opened: list[Request] = []
    page.on("request", lambda request: opened.append(request) if "/image/events" in request.url else None)
    await page.reload()
    await expect(page.locator(".card").nth(51)).to_be_attached()
    await page.wait_for_timeout(700)
    assert len(opened) <= 3
    strip = await page.locator(".queue-strip").bounding_box()
    assert strip is not None
    assert strip["height"] < 360
    await page.get_by_role("button", name="Cancel all waiting").click()
    await expect(page.get_by_text(re.compile(r"5\d pictures canceled: nothing was paid."))).to_be_visible()
    await expect(page.locator(".card")).to_have_count(0)


async def test_what_was_not_made_says_what_to_do_and_goes_all_at_once(
    page: Page, upstream: RunningUpstream, complaints: Complaints
) -> None:
    complaints.expect(REFUSED_AT_ONCE)
    complaints.expect("status of 502")
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024", count=3)
    upstream.answer_with(*[Scenario("billing-hard-limit-reached")] * 3)
    await make(page, "something dear")
    cards = page.locator(".card")
    await expect(
        cards.filter(
            has_text="has reached its limit. Choose another model, or tell whoever runs the service."
        )
    ).to_have_count(3)
    upstream.reset()
    await page.get_by_role("button", name="Dismiss all").click()
    await expect(cards).to_have_count(0)


async def test_a_refused_picture_says_why_and_is_tried_again(
    page: Page, upstream: RunningUpstream, complaints: Complaints
) -> None:
    complaints.expect(REFUSED_AT_ONCE)
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024")
    upstream.answer_with(Scenario("moderation-blocked"), Scenario("ok"))
    await make(page, "something doubtful")
    card = page.locator(".card")
    await expect(card).to_contain_text("Say it in other words")
    await page.reload()
    await expect(card).to_contain_text("Say it in other words")
    await card.get_by_role("button", name="Edit prompt").click()
    await expect(page.get_by_label("Describe a picture")).to_be_focused()
    await expect(page.get_by_label("Describe a picture")).to_have_value("something doubtful")
    upstream.answer_with(Scenario("moderation-blocked"), Scenario("ok"))
    await page.keyboard.press("Enter")
    await card.get_by_role("button", name="Try again").click()
    await expect(page.locator(".tile img[alt='something doubtful']")).to_have_count(1)
    upstream.reset()


async def test_nothing_is_paid_twice_when_the_connection_is_lost(
    page: Page, gallery: RunningService, complaints: Complaints
) -> None:
    complaints.expect("ERR_FAILED|ERR_CONNECTION_RESET")
    await wish(page)
    keys: list[str | None] = []
    page.on(
        "request",
        lambda request: keys.append(request.headers.get("idempotency-key")) if _makes(request) else None,
    )
    await page.route("**/image", _send_and_lose, times=1)
    await make(page, "a lost letter")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".tile img[alt='a lost letter']")).to_have_count(1)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(newest(gallery, 9, prompt="lost letter")) == 1


def _makes(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/image")


async def _send_and_lose(route: Any) -> None:
    await route.fetch()
    await route.abort()


async def test_what_is_wrong_is_said_below_the_box_and_nothing_is_lost(
    page: Page, complaints: Complaints
) -> None:
    complaints.expect("422")
    await wish(page, size="64x64", tags=["x" * 65])
    await make(page, "a fox")
    await expect(page.get_by_role("alert")).to_contain_text("Tags")
    await expect(page.get_by_role("textbox", name="Tags")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Describe a picture")).to_have_value("a fox")
    await expect(page.locator(".card")).to_have_count(0)


async def test_an_image_is_made_once_more_with_its_settings(page: Page, gallery: RunningService) -> None:
    with gallery.client() as client:
        asked = {
            "prompt": "an old mill",
            "size": "320x256",
            "quality": "high",
            "tags": ["wind"],
            "visibility": "public",
        }
        image = client.post("/image", json=asked).json()
    await page.evaluate(f"async image => (await import({MODULE})).reuse(image)", image)
    await expect(page.get_by_label("Describe a picture")).to_be_focused()
    await expect(page.get_by_label("Quality")).to_have_value("high")
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile").first.get_by_role("img")).to_have_attribute("alt", "an old mill")
    [again] = newest(gallery)
    assert [again["width"], again["height"], again["tags"], again["visibility"]] == [
        320,
        256,
        ["wind"],
        "public",
    ]
    assert again["sha256"] != image["sha256"]


async def test_what_is_reused_waits_for_the_models(page: Page, gallery: RunningService) -> None:
    with gallery.client() as client:
        image = client.post("/image", json={"prompt": "an early bird", "size": "320x256"}).json()
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/models", hold)
    await page.reload()
    await expect(page.get_by_label("Describe a picture")).to_be_visible()
    await page.evaluate(f"async image => (await import({MODULE})).editWith(image)", image)
    await page.keyboard.press("Enter")
    held.set()
    await expect(page.locator(".tile img[alt='an early bird']")).to_have_count(2)
    [edited] = newest(gallery)
    assert (edited["parents"], edited["width"]) == ([image["guid"]], 320)


async def test_only_what_is_painted_over_is_changed(page: Page, gallery: RunningService) -> None:
    with gallery.client() as client:
        image = client.post("/image", json={"prompt": "a meadow", "size": "256x256"}).json()
        before = client.get(image["content_url"]).content
    await page.evaluate(f"async image => (await import({MODULE})).editWith(image)", image)
    await page.get_by_role("button", name="Paint a mask").click()
    paint = page.locator(".mask-paint")
    box = await paint.bounding_box()
    assert box is not None
    for x in (0.2, 0.3):
        await page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * 0.5)
        await page.mouse.down()
    await page.mouse.up()
    await page.get_by_role("button", name="Use this mask").click()
    await make(page, "a red balloon")
    await expect(page.locator(".tile").first.get_by_role("img")).to_have_attribute("alt", "a red balloon")
    [edited] = newest(gallery)
    assert edited["parents"] == [image["guid"]]
    with gallery.client() as client:
        after = client.get(edited["content_url"]).content
    assert _differs(before, after, 0.0, 0.45)
    assert not _differs(before, after, 0.5, 1.0)


def _differs(one: bytes, other: bytes, left: float, right: float) -> bool:
    pictures = [pyvips.Image.new_from_buffer(each, "") for each in (one, other)]
    width, height = pictures[0].width, pictures[0].height
    area = (int(width * left), 0, int(width * (right - left)), height)
    first, second = (picture.crop(*area) for picture in pictures)
    return bool((first - second).abs().max() > 0)


async def test_on_a_picture_without_bytes_no_mask_is_painted(
    page: Page, gallery: RunningService, complaints: Complaints
) -> None:
    complaints.expect("status of 500")
    with gallery.client() as client:
        image = client.post("/image", json={"prompt": "a lost pond", "size": "256x256"}).json()
    with lost_bytes(gallery, image):
        await page.evaluate(f"async image => (await import({MODULE})).editWith(image)", image)
        await page.get_by_role("button", name="Paint a mask").click()
        await expect(page.get_by_text("The bytes of this picture are missing or damaged.")).to_be_visible()


async def test_a_mask_is_undone_cleared_and_held_by_keys(page: Page, gallery: RunningService) -> None:
    with gallery.client() as client:
        image = client.post("/image", json={"prompt": "a pond", "size": "256x256"}).json()
    await page.evaluate(f"async image => (await import({MODULE})).editWith(image)", image)
    await page.get_by_role("button", name="Paint a mask").press("Enter")
    dialog = page.get_by_role("dialog")
    size = dialog.get_by_label("Brush size")
    before = await size.input_value()
    await page.keyboard.press("]")
    assert int(await size.input_value()) > int(before)
    await assert_accessible(page)
    await dialog.locator(".mask-paint").click()
    await dialog.get_by_role("button", name="Undo").press("Enter")
    await dialog.get_by_role("button", name="Use this mask").press("Enter")
    await expect(page.get_by_role("button", name="Paint a mask")).to_be_focused()


async def test_a_picture_is_dropped_into_the_page_and_what_is_none_is_refused(page: Page) -> None:
    picture = pyvips.Image.black(64, 64, bands=3).write_to_buffer(".png")
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files({"name": "black.png", "mimeType": "image/png", "buffer": picture})
    await expect(page.get_by_role("listitem").filter(has=page.get_by_alt_text("Picture 1"))).to_be_visible()
    drop = """content => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
      data.items.add(new File([bytes], "two.png", {type: "image/png"}));
      data.items.add(new File(["words"], "notes.txt", {type: "text/plain"}));
      dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
    }"""
    other = pyvips.Image.black(32, 64, bands=3).write_to_buffer(".png")
    await page.evaluate(drop, base64.b64encode(other).decode())
    await expect(page.get_by_alt_text("Picture 2")).to_be_visible()
    await expect(page.get_by_text("“notes.txt” is no PNG, JPEG or WebP picture.")).to_be_visible()
    huge = pyvips.Image.black(8000, 5200).write_to_buffer(".png")
    for name, content, why in (
        ("huge.png", huge, "has more than 40 megapixels"),
        ("cut.png", picture[:60], "is damaged or too large"),
    ):
        await chooser.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
        await expect(page.get_by_text(f"“{name}” {why}")).to_be_visible()
    await page.get_by_role("button", name="Remove picture 1").click()
    await expect(page.get_by_alt_text("Picture 2")).to_have_count(0)


async def test_a_reload_keeps_the_queue(page: Page) -> None:
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024", count=3)
    await make(page, SLOW)
    waiting = page.locator(".card").filter(has_text="Waiting")
    await expect(waiting).to_have_count(2)
    await page.reload()
    await expect(waiting.last).to_contain_text("a harbour")
    await waiting.last.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".card.is-going")).to_have_count(0)


async def test_it_is_done_by_keys_alone(page: Page, gallery: RunningService) -> None:
    await wish(page)
    await expect(page.get_by_label("Describe a picture")).to_be_visible()
    await page.keyboard.press("m")
    await page.keyboard.type("one line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("and another")
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await page.get_by_label("Visibility").evaluate("each => each === document.activeElement"):
            break
    await page.keyboard.type("Pub")
    await page.get_by_role("button", name="Make", exact=True).press("Enter")
    await expect(page.locator(".tile").first.get_by_role("img")).to_have_attribute(
        "alt", "one line\nand another"
    )
    [image] = newest(gallery)
    assert image["visibility"] == "public"


async def test_a_visitor_has_nothing_to_make_with(open_page: OpenPage) -> None:
    page = await open_page(key=None)
    await expect(page.get_by_label("Describe a picture")).to_be_hidden()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_it_is_accessible_on_a_phone_too(
    open_page: OpenPage, color_scheme: str, upstream: RunningUpstream, complaints: Complaints
) -> None:
    complaints.expect(REFUSED_AT_ONCE)
    page = await open_page(color_scheme=color_scheme, viewport={"width": 390, "height": 844}, has_touch=True)
    await wish(page, model=OF_THE_STAND_IN, size="1024x1024")
    upstream.answer_with(Scenario("moderation-blocked"))
    await make(page, "something doubtful")
    await expect(page.locator(".card")).to_contain_text("Say it in other words")
    upstream.reset()
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    await assert_accessible(page)
    await page.get_by_role("button", name="More settings").tap()
    await expect(page.get_by_role("dialog", name="More settings")).to_be_visible()
    await assert_accessible(page)


async def test_what_a_search_leaves_out_is_told(page: Page) -> None:
    await wish(page, count=3)
    await page.goto("/?order=asc")
    await make(page, "a loud lake")
    await expect(page.get_by_text("Picture 3 of 3 is ready.")).to_be_attached()
    await expect(page.locator(".notice")).to_have_count(0)
    await page.goto("/?q=nothing-like-it")
    await make(page, "a quiet lake")
    await expect(page.get_by_text("Picture 3 of 3 is ready.")).to_be_attached()
    await expect(page.locator(".notice")).to_have_text(re.compile("searched for here.Show"))
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page).to_have_url(re.compile(r"image="))
