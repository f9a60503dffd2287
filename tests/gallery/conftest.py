"""The gallery in a real browser, over the real service.

Playwright's objects live in one event loop, so everything here that waits does so in the session's.
"""

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.live.service import ADMIN_KEY, RunningService, running_service
from tools.chromium import found_chromium

from .complaints import Complaints

_LONGEST_WAIT_MS = 20_000
_NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


class OpenPage(Protocol):
    """Opens a path in a browser of its own. The options are those of Playwright's contexts: viewport, say."""

    async def __call__(self, path: str = "/", *, key: str | None = ADMIN_KEY, **options: Any) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_ours = item.path.is_relative_to(__file__.rpartition("/")[0])
        if is_ours and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    launching = found_chromium().launching()
    launching["args"] = [*launching["args"], _NOBODY_ELSE]
    expect.set_options(timeout=_LONGEST_WAIT_MS)
    async with async_playwright() as playwright:
        # Its driver closes it at the end, and does not wait for one that does not answer any more.
        yield await playwright.chromium.launch(**launching)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service for each module, its library empty at first: SQLite, a folder and `sketch`."""
    with running_service(tmp_path_factory.mktemp("gallery")) as service:
        yield service


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture(autouse=True)
def _no_complaints(complaints: Complaints) -> Iterator[None]:
    yield
    assert not complaints.unexpected(), "\n".join(complaints.unexpected())


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(
    browser: Browser, gallery: RunningService, complaints: Complaints
) -> AsyncIterator[OpenPage]:
    """Signed in with the key, unless it is None."""
    opened: list[BrowserContext] = []

    async def open_(path: str = "/", *, key: str | None = ADMIN_KEY, **options: Any) -> Page:
        context = await browser.new_context(base_url=gallery.url, reduced_motion="reduce", **options)
        opened.append(context)
        context.set_default_timeout(_LONGEST_WAIT_MS)
        complaints.follow(context, gallery.url)
        if key is not None:
            await sign_in(context, key)
        page = await context.new_page()
        await page.goto(path)
        return page

    yield open_
    for context in opened:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: OpenPage) -> Page:
    """The gallery at `/`, as the administrator sees it."""
    return await open_page()


async def sign_in(context: BrowserContext, key: str) -> None:
    answer = await context.request.post(
        "/session", data={"key": key}, headers={"X-Requested-With": "PixyProxy"}
    )
    assert answer.status == 201, await answer.text()
