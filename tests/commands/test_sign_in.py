import asyncio
import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.settings import Settings
from pixyproxy.sign_in_link import link_for_whoever_starts
from tests.conftest import client_of

from .conftest import Run, pixyproxy, refused

LINK = re.compile(r"http://127\.0\.0\.1:8000/#code=([\w-]{22})\n")
SAID = re.compile(r"Signs one browser in as (.+), once, until \d\d:\d\d UTC:\n")


async def signed_in(app: FastAPI, printed: str) -> httpx2.Response:
    link = LINK.fullmatch(printed)
    assert link
    async with client_of(app, None) as browser:
        ours = {"X-Requested-With": "PixyProxy"}
        return await browser.post("/session", json={"code": link[1]}, headers=ours)


async def test_a_link_signs_one_browser_in_as_the_administrator(run: Run, app: FastAPI) -> None:
    made = await asyncio.to_thread(run, "sign-in")
    said = SAID.fullmatch(made.stderr)
    assert said
    assert said[1] == "admin"
    answer = await signed_in(app, made.stdout)
    assert (answer.status_code, answer.json()["is_admin"]) == (201, True)
    assert (await signed_in(app, made.stdout)).status_code == 401


async def test_or_with_the_key_that_is_named(run: Run, app: FastAPI) -> None:
    key = await asyncio.to_thread(run, "key", "create", "shop team")
    key_id = key.stdout.split("_")[1]
    made = await asyncio.to_thread(run, "sign-in", key_id)
    assert "as shop team," in made.stderr
    answer = await signed_in(app, made.stdout)
    assert (answer.status_code, answer.json()["name"], answer.json()["is_admin"]) == (201, "shop team", False)


def test_the_first_key_is_taken_from_where_it_is_kept(with_library: dict[str, str]) -> None:
    assert LINK.fullmatch(pixyproxy(with_library, "sign-in").stdout)
    elsewhere = with_library | {"PIXYPROXY_PUBLIC_URL": "https://pixy.example/pixy/"}
    assert pixyproxy(elsewhere, "sign-in").stdout.startswith("https://pixy.example/pixy/#code=")


@pytest.mark.parametrize("is_at_hand", [True, False])
def test_nothing_stays_open_behind_whoever_starts(with_library: dict[str, str], is_at_hand: bool) -> None:
    """The workers that are started next take the library over."""
    folder = Path(with_library["PIXYPROXY_DATA_DIR"])
    if not is_at_hand:
        (folder / "admin.key").unlink()
    link = asyncio.run(link_for_whoever_starts(Settings.from_environment(with_library)))
    assert (link is not None, open_files_in(folder)) == (is_at_hand, [])


def open_files_in(folder: Path) -> list[str]:
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [str(file) for file in links if file.is_relative_to(folder)]


def test_without_the_administrators_key_at_hand_another_is_to_be_named(
    with_library: dict[str, str],
) -> None:
    file = Path(with_library["PIXYPROXY_DATA_DIR"]) / "admin.key"
    told = (
        f"The administrator's key is not in {file}, or not in force. "
        "Name another: `pixyproxy key list` has their IDs."
    )
    [administrators] = pixyproxy(with_library, "key", "list").stdout.splitlines()
    pixyproxy(with_library, "key", "revoke", administrators.split()[0])
    assert refused(with_library, "sign-in") == told
    file.write_bytes(b"\xff\xfe")
    assert refused(with_library, "sign-in") == told
    assert refused(with_library, "sign-in", "nobody") == "There is no such key in force."


def test_where_there_is_no_page_there_is_no_link_to_it(with_library: dict[str, str]) -> None:
    told = refused(with_library | {"PIXYPROXY_GALLERY": "off"}, "sign-in")
    assert told == "There is no page to sign in to: PIXYPROXY_GALLERY is off."
