"""Pictures of the gallery over a library made for them, for whoever wants to see what they changed.

    python -m tools.screenshots --out ../look --path / --path '/?image={guid}' --size 390x844 --dark

`{guid}` stands for the newest image. What the page writes to its console is printed.
"""

import argparse
import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx2
from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright

from tests.live.service import (
    ADMIN_KEY,
    LONGEST_WAIT_SECONDS,
    RunningService,
    run_command,
    running_service,
)
from tools.chromium import NoChromiumError, found_chromium
from tools.sample_library import fill

_SEEN = """async () => {
  await document.fonts.ready;
  const inView = [...document.images].filter((image) => {
    const box = image.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight && box.width > 0;
  });
  const timeout = new Promise((done) => setTimeout(done, 10000));
  await Promise.race([timeout, Promise.all(inView.map((image) => image.decode().catch(() => null)))]);
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _service(chosen) as url:
            if chosen.out:
                asyncio.run(_take_all(url, chosen))
    except NoChromiumError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    add = parser.add_argument
    add("--out", type=Path, help="the folder for the pictures")
    add("--images", type=int, default=60, help="so many are made first (60)")
    add("--path", action="append", help="'/' unless told; may be given again")
    add("--size", action="append", help="1440x900 unless told; may be given again")
    add("--dark", action="store_true", help="for one who prefers dark")
    add("--visitor", action="store_true", help="for one who has not signed in")
    add("--whole-page", action="store_true", help="beyond the window's lower edge")
    add(
        "--click",
        action="append",
        default=[],
        help="what Playwright finds by this, before that",
    )
    add("--press", action="append", default=[], help="a key, after the clicks: ArrowRight, Control+k")
    add("--wait", type=float, default=0.5, help="seconds before the picture is taken (0.5)")
    add("--at", help="the address of a service that runs already; nothing is made there")
    add("--key", default=ADMIN_KEY, help="of that service")
    add("--keep-serving", action="store_true", help="print the address, and stay until Ctrl-C")
    return parser


@contextmanager
def _service(chosen: argparse.Namespace) -> Iterator[str]:
    if chosen.at:
        yield chosen.at.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service:
        with service.client() as client:
            fill(client, chosen.images)
        yield service.url
        if chosen.keep_serving:
            print(f"{_sign_in_link(service)}\nkey: {ADMIN_KEY}", flush=True)
            signal.pause()


def _sign_in_link(service: RunningService) -> str:
    environment = {
        "PIXYPROXY_DATA_DIR": str(service.folder / "data"),
        "PIXYPROXY_PORT": str(service.port),
        "PIXYPROXY_ADMIN_KEY": ADMIN_KEY,
    }
    return run_command(environment, "sign-in").stdout.strip()


async def _take_all(url: str, chosen: argparse.Namespace) -> None:
    chosen.out.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**found_chromium().launching())
        for size in chosen.size or ["1440x900"]:
            page = await _opened(browser, size, url, chosen)
            for path in chosen.path or ["/"]:
                await _take(page, url, path, size, chosen)
        await browser.close()


async def _opened(browser: Browser, size: str, url: str, chosen: argparse.Namespace) -> Page:
    width, _, height = size.partition("x")
    context = await browser.new_context(
        viewport={"width": int(width), "height": int(height)},
        color_scheme="dark" if chosen.dark else "light",
        base_url=url,
    )
    if not chosen.visitor:
        answer = await context.request.post(
            "/session", data={"key": chosen.key}, headers={"X-Requested-With": "PixyProxy"}
        )
        if not answer.ok:
            sys.stderr.write(f"POST /session answers {answer.status}: the pictures are a visitor's.\n")
    page = await context.new_page()
    page.on("console", _tell)
    page.on("pageerror", _tell)
    return page


def _tell(said: ConsoleMessage | Error) -> None:
    text = f"{said.type}: {said.text}" if isinstance(said, ConsoleMessage) else f"not caught: {said}"
    sys.stderr.write(f"{text}\n")


async def _take(page: Page, url: str, path: str, size: str, chosen: argparse.Namespace) -> None:
    await page.goto(urljoin(url, path.replace("{guid}", _newest(url, chosen.key))))
    for selector in chosen.click:
        await page.click(selector)
    for key in chosen.press:
        await page.keyboard.press(key)
    await page.wait_for_timeout(chosen.wait * 1000)
    await page.evaluate(_SEEN)
    name = re.sub(r"\W+", "-", path.replace("{guid}", "newest")).strip("-") or "home"
    who, scheme = "-visitor" if chosen.visitor else "", "-dark" if chosen.dark else ""
    picture = chosen.out / f"{name}-{size}{who}{scheme}.png"
    await page.screenshot(path=picture, full_page=chosen.whole_page)
    print(picture)


def _newest(url: str, key: str) -> str:
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as client:
        answer = client.get(f"{url}/image?limit=1", headers={"X-API-Key": key})
    return "".join(image["guid"] for image in answer.raise_for_status().json())


if __name__ == "__main__":
    main()
