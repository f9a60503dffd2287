"""GET and HEAD of the page at `/` and of all it is made of: what is sent, and what is said about it."""

import gzip
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin

import pytest

from pixyproxy.web.gallery_files import gallery_files
from tests.conftest import Client, client_of, running_app
from tests.service.scenery import ON_SQLITE
from tests.web.problems import problem_of

pytestmark = ON_SQLITE

STATIC = Path(str(resources.files("pixyproxy.web"))) / "static"
SENT = {
    path.relative_to(STATIC).as_posix(): path
    for path in sorted(STATIC.rglob("*"))
    if path.suffix in {".js", ".css", ".svg"}
}
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
NOWHERE = [
    *("", "nope.js", "main", "main.js/", "/main.js", "MAIN.JS", "index.html", "types.d.ts", "styles"),
    *("../gallery.py", "..%2fgallery.py", "%2e%2e/gallery.py", "..%5cgallery.py", "styles%2f..%2fmain.js"),
    *("main.js%00", "%2fetc%2fpasswd", "//etc/passwd", "%ff", "%2e%2e%2f%2e%2e%2fsettings.py"),
]
PLAIN = {"Accept-Encoding": "identity"}
_ADDRESS = re.compile(r"""(?:src|href)="([^"]+)\"""")
_STEP = re.compile(r"static/(\w+)/(.+)")


def addresses_in(page: str) -> Iterator[str]:
    return (address for address in _ADDRESS.findall(page) if address != "docs")


def address_of(name: str, version: str | None = None) -> str:
    return f"/static/{version or gallery_files().version}/{name}"


async def test_the_page_comes_with_the_rules_a_browser_is_to_keep(visitor: Client) -> None:
    answer = await visitor.get("/", headers=PLAIN)
    said = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    assert (answer.status_code, answer.text.partition("\n")[0]) == (200, "<!doctype html>")
    rules = dict(each.split(" ", 1) for each in said.pop("content-security-policy").split("; "))
    etag = said.pop("etag")
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', etag)
    assert said == {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(answer.content)),
        "cache-control": "no-cache",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "same-origin",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
    }
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob: data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


async def test_no_placeholder_is_left_in_the_page(visitor: Client) -> None:
    assert not re.search(r"[{}]", (await visitor.get("/")).text)


async def test_all_that_the_page_names_is_there_for_ever(visitor: Client) -> None:
    addresses = list(addresses_in((await visitor.get("/")).text))
    assert addresses
    for address in addresses:
        step = _STEP.fullmatch(address)
        assert step, "below the page, and with a version"
        assert step[1] == gallery_files().version
        answer = await visitor.get(urljoin("/", address))
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_the_page_names_every_style_and_those_first_on_which_others_build(visitor: Client) -> None:
    addresses = list(addresses_in((await visitor.get("/")).text))
    named = [step[2] for step in map(_STEP.fullmatch, addresses) if step]
    assert set(named) <= set(SENT)
    styles = [name for name in named if name.endswith(".css")]
    others = {name for name in SENT if name.endswith(".css")} - {"styles/tokens.css", "styles/base.css"}
    assert styles == ["styles/tokens.css", "styles/base.css", *sorted(others)]
    assert "icon.svg" in named
    assert named[-1] == "main.js"


async def test_each_file_comes_as_what_it_is(visitor: Client) -> None:
    for name, path in SENT.items():
        answer = await visitor.get(address_of(name), headers=PLAIN)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == MEDIA_TYPES[path.suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert path.suffix == ".js" or answer.content == path.read_bytes(), name


@pytest.mark.parametrize("address", ["/", address_of("main.js"), address_of("icon.svg")])
async def test_packed_it_is_the_same(visitor: Client, address: str) -> None:
    plain = await visitor.get(address, headers=PLAIN)
    async with visitor.stream("GET", address, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(packed))
    assert gzip.decompress(packed) == plain.content
    for name in ("content-type", "cache-control", "etag", "vary"):
        assert answer.headers[name] == plain.headers[name]
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"].startswith("W/"), "a strong one would promise the same bytes"


async def test_who_does_not_take_it_packed_gets_it_plain(visitor: Client) -> None:
    for takes in ("", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "gzippy"):
        answer = await visitor.get("/", headers={"Accept-Encoding": takes})
        assert "content-encoding" not in answer.headers, takes
        assert answer.content == gallery_files().page.content


@pytest.mark.parametrize("address", ["/", address_of("main.js")])
async def test_who_has_it_is_told_so(visitor: Client, address: str) -> None:
    first = await visitor.get(address)
    etag = first.headers["etag"]
    for method in ("GET", "HEAD"):
        for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
            answer = await visitor.request(method, address, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            for name in ("etag", "cache-control", "vary"):
                assert answer.headers[name] == first.headers[name]
            assert "content-length" not in answer.headers
    for known in ('"other"', "", etag[:-2] + '"'):
        answer = await visitor.get(address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (200, first.content)


@pytest.mark.parametrize("takes", ["identity", "gzip"])
async def test_head_says_the_same_without_the_content(visitor: Client, takes: str) -> None:
    headers = {"Accept-Encoding": takes}
    for address in ("/", address_of("main.js"), address_of("styles/base.css")):
        head, got = await visitor.head(address, headers=headers), await visitor.get(address, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}


async def test_every_file_has_an_etag_of_its_own(visitor: Client) -> None:
    answers = [await visitor.head(address) for address in ["/", *map(address_of, SENT)]]
    assert len({answer.headers["etag"] for answer in answers}) == len(SENT) + 1


async def test_a_page_of_another_release_gets_what_there_is_for_now(visitor: Client) -> None:
    for version in ("0" * 16, "v1", "%20"):
        answer = await visitor.get(address_of("main.js", version))
        assert (answer.status_code, answer.content) == (200, gallery_files().assets["main.js"].content)
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"] == f"W/{gallery_files().assets['main.js'].etag}"


async def test_there_is_nothing_else(visitor: Client) -> None:
    for path in NOWHERE:
        for method in ("GET", "HEAD"):
            answer = await visitor.request(method, address_of(path))
            assert answer.status_code == 404, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["cache-control"] == "no-store"


async def test_what_is_not_there_is_a_problem(visitor: Client) -> None:
    for address in (
        address_of("nope.js"),
        address_of("types.d.ts"),
        "/static",
        "/static/",
        "/static/main.js",
    ):
        problem_of(await visitor.get(address), 404, "invalid_request")


async def test_nothing_is_sent_to_it(visitor: Client) -> None:
    for address in ("/", address_of("main.js")):
        problem_of(await visitor.post(address), 405, "invalid_request")


async def test_where_there_is_no_gallery_the_start_leads_to_the_description(
    environment: dict[str, str],
) -> None:
    async with (
        running_app({**environment, "PIXYPROXY_GALLERY": "off"}) as app,
        client_of(app, None) as visitor,
    ):
        for method in ("GET", "HEAD"):
            answer = await visitor.request(method, "/")
            assert answer.status_code == 307
            assert urljoin("/", answer.headers["location"]) == "/docs"
            assert urljoin("/pixy/", answer.headers["location"]) == "/pixy/docs"
        assert (await visitor.get("/docs")).status_code == 200
        for name in SENT:
            problem_of(await visitor.get(address_of(name)), 404, "invalid_request")


async def test_a_private_gallery_shows_everybody_the_page(environment: dict[str, str]) -> None:
    """On which they sign in."""
    async with (
        running_app({**environment, "PIXYPROXY_GALLERY": "private"}) as app,
        client_of(app, None) as visitor,
    ):
        assert (await visitor.get("/")).content == gallery_files().page.content
        assert (await visitor.get(address_of("main.js"))).status_code == 200


async def test_it_is_no_part_of_the_published_api(visitor: Client) -> None:
    paths = (await visitor.get("/openapi.json")).json()["paths"]
    assert not [path for path in paths if path == "/" or path.startswith("/static")]
