"""/session: a browser is signed in, recognised by its cookie, signed out; the cookie is our pages' alone."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller, Visibility
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, running_app
from tests.service.scenery import ON_SQLITE, painting, shelve, with_generator
from tests.web.problems import fields_of, problem_of

OURS = {"X-Requested-With": "PixyProxy"}
NOBODY = {"signed_in": False, "name": None, "is_admin": False, "expires_at": None, "sees_public": True}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FROM_ELSEWHERE = ["cross-site", "same-site", "something new"]


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Client]:
    """Keeps cookies, and sends with each request what our page does."""
    async with a_browser(app) as browser:
        yield browser


@asynccontextmanager
async def a_browser(app: FastAPI, base_url: str = "http://pixyproxy.test") -> AsyncIterator[Client]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with Client(transport=transport, base_url=base_url, headers=OURS) as client:
        yield client


def key_of(client: Client) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


async def sign_in(browser: Client, key: str = ADMIN_KEY) -> httpx2.Response:
    answer = await browser.post("/session", json={"key": key})
    assert answer.status_code == 201
    return answer


async def who(browser: Client) -> Any:
    answer = await browser.get("/session")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()["name"]


async def test_who_has_signed_in_is_known_until_signing_out(browser: Client, alice: Client) -> None:
    before = await browser.get("/session")
    assert (before.status_code, before.json()) == (200, NOBODY)
    assert "set-cookie" not in before.headers
    signed_in = (await sign_in(browser, key_of(alice))).json()
    assert TIME.fullmatch(signed_in.pop("expires_at"))
    expected = {"signed_in": True, "name": "Alice", "is_admin": False, "sees_public": True}
    assert signed_in == expected
    assert expected.items() <= (await browser.get("/session")).json().items()
    out = await browser.delete("/session")
    assert (out.status_code, out.content) == (204, b"")
    assert not browser.cookies
    assert (await browser.get("/session")).json() == NOBODY


async def test_a_session_does_what_its_key_does(
    app: FastAPI, browser: Client, alice: Client, services: Services, as_alice: Caller
) -> None:
    app.state.services = with_generator(services, painting())
    image = await shelve(services, owner=as_alice.owner)
    problem_of(await browser.get(f"/image/{image.guid}"), 404, "image_not_found")
    await sign_in(browser, key_of(alice))
    assert (await browser.get(f"/image/{image.guid}")).status_code == 200
    assert (await browser.patch(f"/image/{image.guid}", json={"tags": ["x"]})).status_code == 200
    made = await browser.post("/image", json={"prompt": "a cat"})
    assert (made.status_code, made.json()["author"]) == (201, "Alice")
    problem_of(await browser.get("/key"), 403, "forbidden")
    large = await browser.post("/image", json={"prompt": "a cat", "images": ["x" * 1_100_000]})
    problem_of(large, 422, "invalid_request")  # It was read: with a session a body may be large.


async def test_an_administrator_is_one_with_a_session(browser: Client) -> None:
    assert (await sign_in(browser)).json()["is_admin"] is True
    assert (await browser.post("/key", json={"name": "n"})).status_code == 201


async def test_a_code_signs_in_once(app: FastAPI, browser: Client, services: Services) -> None:
    key = await services.keys.find_in_force(ADMIN_KEY)
    code = (await services.sessions.make_code(key)).text
    assert (await browser.post("/session", json={"code": code})).status_code == 201
    assert await who(browser) == "admin"
    async with a_browser(app) as other:
        again = await other.post("/session", json={"code": code})
        problem_of(again, 401, "unauthenticated")
        assert "set-cookie" not in again.headers


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"key": ADMIN_KEY, "code": "x"}, "body"),
        ({"key": None}, "body"),
        ({"key": " "}, "key"),
        ({"code": ""}, "code"),
        ({"key": 7}, "key"),
        ({"key": ADMIN_KEY, "owner": "admin"}, "owner"),
    ],
)
async def test_exactly_one_of_them_is_wanted(browser: Client, body: dict[str, Any], field: str) -> None:
    answer = await browser.post("/session", json=body)
    assert fields_of(answer) == [field]
    assert ADMIN_KEY not in answer.text


@ON_SQLITE
@pytest.mark.parametrize("body", [{"key": "wrong"}, {"code": "wrong"}, {"key": "pxy_000000000000_x"}])
async def test_whoever_cannot_be_signed_in_is_told_what_any_wrong_key_is_told(
    browser: Client, visitor: Client, body: dict[str, str]
) -> None:
    refused = problem_of(await browser.post("/session", json=body), 401, "unauthenticated")
    any_wrong = problem_of(
        await visitor.get("/image", headers={"X-API-Key": "wrong"}), 401, "unauthenticated"
    )
    assert refused["detail"] == any_wrong["detail"]


@ON_SQLITE
async def test_a_key_that_was_pasted_with_blanks_around_it_is_that_key(browser: Client) -> None:
    await sign_in(browser, f"  {ADMIN_KEY}\n")


@ON_SQLITE
async def test_the_cookie_is_for_the_browser_alone_and_names_no_path(browser: Client) -> None:
    name, _, rest = (await sign_in(browser)).headers["set-cookie"].partition("=")
    assert re.fullmatch(r"pixyproxy_[0-9a-f]{8}", name)
    token, *attributes = rest.split("; ")
    assert re.fullmatch(r"[\w-]{43}", token)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=1209600", "SameSite=lax"]
    [kept] = browser.cookies.jar
    assert (kept.path, kept.domain_specified, kept.secure) == ("/", False, False)
    gone = (await browser.delete("/session")).headers["set-cookie"]
    assert gone == f'{name}=""; HttpOnly; Max-Age=0; SameSite=lax'


@ON_SQLITE
@pytest.mark.parametrize(
    ("public_url", "base_url", "is_secure"),
    [
        ("", "http://pixyproxy.test", False),
        ("", "https://pixyproxy.test", True),
        ("https://pixy.example", "http://pixyproxy.test", True),
        ("http://pixy.example", "http://pixyproxy.test", False),
    ],
)
async def test_the_cookie_is_secure_where_the_way_here_is(
    environment: dict[str, str], public_url: str, base_url: str, is_secure: bool
) -> None:
    environment |= {"PIXYPROXY_PUBLIC_URL": public_url}
    async with running_app(environment) as app, a_browser(app, base_url) as browser:
        assert ("; Secure" in (await sign_in(browser)).headers["set-cookie"]) is is_secure


@ON_SQLITE
async def test_behind_a_proxy_that_takes_a_prefix_off_the_cookie_is_for_that_folder(app: FastAPI) -> None:
    async def beneath_pixy(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removeprefix("/pixy")
        await app(scope | {"path": path, "raw_path": path.encode()}, receive, send)

    transport = httpx2.ASGITransport(beneath_pixy)
    async with Client(transport=transport, base_url="http://proxy.test/pixy", headers=OURS) as browser:
        await sign_in(browser)
        assert [cookie.path for cookie in browser.cookies.jar] == ["/pixy"]
        assert await who(browser) == "admin"
        assert (await browser.get("/key")).status_code == 200
        assert (await browser.get("http://proxy.test/key")).status_code == 401, "another's folder"
        await browser.delete("/session")
        assert not browser.cookies


async def test_two_libraries_on_one_host_do_not_take_each_others_cookie(
    environment: dict[str, str], app: FastAPI, services: Services, tmp_path: Path
) -> None:
    async with running_app(environment) as replica:
        assert replica.state.services.sessions.cookie == services.sessions.cookie
    other = {"PIXYPROXY_DATA_DIR": str(tmp_path / "other"), "PIXYPROXY_ADMIN_KEY": "k"}
    async with running_app(other) as another, a_browser(app) as browser:
        await sign_in(browser)
        assert another.state.services.sessions.cookie != services.sessions.cookie
        async with a_browser(another) as same:
            same.cookies.update(browser.cookies)
            await sign_in(same, "k")
            assert len(same.cookies) == 2
            assert await who(same) == "admin"
            assert (await same.get("/key")).status_code == 200


async def test_a_key_that_is_revoked_signs_out_everywhere_with_the_very_next_request(
    app: FastAPI, environment: dict[str, str], admin: Client, alice: Client, as_alice: Caller
) -> None:
    async with running_app(environment) as replica, a_browser(app) as here, a_browser(replica) as there:
        for browser in (here, there):
            await sign_in(browser, key_of(alice))
            assert (await browser.get("/image")).status_code == 200
        assert (await admin.delete(f"/key/{as_alice.owner}")).status_code == 204
        for browser in (here, there):
            told = problem_of(await browser.get("/image"), 401, "unauthenticated")
            assert told["detail"] == "This session has ended: sign in again."
            assert browser.cookies, "the page that asked shall ask /session, and tell it"
            gone = await browser.get("/session")
            assert (gone.status_code, gone.json()) == (200, NOBODY)
            assert "Max-Age=0" in gone.headers["set-cookie"]
            assert not browser.cookies
            assert (await browser.get("/image")).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("prefix", ["", "/pixy"])
async def test_a_picture_that_is_opened_by_itself_is_refused_once_to_whoever_was_signed_out(
    environment: dict[str, str], prefix: str
) -> None:
    opened = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with running_app(environment | {"PIXYPROXY_PUBLIC_URL": f"http://proxy.test{prefix}"}) as app:

        async def beneath(scope: Any, receive: Any, send: Any) -> None:
            path = scope["path"].removeprefix(prefix)
            await app(scope | {"path": path, "raw_path": path.encode()}, receive, send)

        image = await shelve(app.state.services, visibility=Visibility.PUBLIC)
        transport = httpx2.ASGITransport(beneath)
        async with Client(
            transport=transport, base_url=f"http://proxy.test{prefix}", headers=OURS
        ) as browser:
            await sign_in(browser)
            [(name, token)] = browser.cookies.items()
            await app.state.services.sessions.end(token)
            for shown_by_our_page in ({}, {"Accept": "image/avif,*/*;q=0.8"}):
                told = await browser.get(f"/image/{image.guid}/content", headers=shown_by_our_page)
                assert (told.status_code, "set-cookie" in told.headers) == (401, False)
            told = await browser.get(f"/image/{image.guid}/content", headers=opened)
            assert (told.status_code, told.json()["code"]) == (401, "unauthenticated")
            assert told.json()["detail"] == "This session has ended: sign in again."
            gone = f'{name}=""; HttpOnly; Max-Age=0; Path={prefix or "/"}; SameSite=lax'
            assert told.headers["set-cookie"] == gone
            assert not browser.cookies
            again = await browser.get(f"/image/{image.guid}/content", headers=opened)
            assert (again.status_code, "set-cookie" in again.headers) == (200, False)
            wrong = await browser.get(f"/image/{image.guid}/content", headers=opened | {"X-API-Key": "wrong"})
            assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)


async def test_another_administrators_key_in_the_settings_signs_out(
    environment: dict[str, str], browser: Client
) -> None:
    await sign_in(browser)
    new = environment | {"PIXYPROXY_ADMIN_KEY": "new"}
    async with running_app(new) as later, a_browser(later) as same:
        same.cookies.update(browser.cookies)
        problem_of(await same.get("/key"), 401, "unauthenticated")
        assert await who(same) is None
    assert await who(browser) == "admin"


@ON_SQLITE
async def test_a_session_lasts_as_many_days_as_the_settings_say(environment: dict[str, str]) -> None:
    async with running_app(environment | {"PIXYPROXY_SESSION_DAYS": "1"}) as app, a_browser(app) as browser:
        assert "Max-Age=86400;" in (await sign_in(browser)).headers["set-cookie"]


async def test_signing_out_everywhere_ends_every_session_of_the_key(
    app: FastAPI, browser: Client, alice: Client
) -> None:
    async with a_browser(app) as second, a_browser(app) as administrators:
        for each in (browser, second):
            await sign_in(each, key_of(alice))
        await sign_in(administrators)
        assert (await browser.delete("/session", params={"everywhere": True})).status_code == 204
        assert [await who(each) for each in (browser, second, administrators)] == [None, None, "admin"]
        problem_of(await browser.delete("/session?everywhere=true"), 401, "unauthenticated")


async def test_signing_out_here_leaves_other_browsers_signed_in(app: FastAPI, browser: Client) -> None:
    async with a_browser(app) as second:
        await sign_in(second)
        await sign_in(browser)
        kept = dict(browser.cookies)
        await browser.delete("/session")
        assert await who(second) == "admin"
        browser.cookies.update(kept)
        problem_of(await browser.get("/key"), 401, "unauthenticated")
        assert (await browser.delete("/session")).status_code == 204, "nothing is left to end"


async def test_signing_in_again_ends_the_session_that_was_there(browser: Client) -> None:
    await sign_in(browser)
    [(name, before)] = browser.cookies.items()
    await sign_in(browser)
    assert browser.cookies[name] != before
    browser.cookies.clear()
    browser.cookies[name] = before
    problem_of(await browser.get("/key"), 401, "unauthenticated")


@ON_SQLITE
async def test_a_key_in_the_headers_goes_before_the_cookie(browser: Client, alice: Client) -> None:
    await sign_in(browser)
    for name, value in (("Authorization", f"Bearer {key_of(alice)}"), ("X-API-Key", key_of(alice))):
        problem_of(await browser.get("/key", headers={name: value}), 403, "forbidden")
    problem_of(await browser.get("/image", headers={"X-API-Key": "wrong"}), 401, "unauthenticated")
    page_from_elsewhere = {"Sec-Fetch-Site": "cross-site", "X-API-Key": ADMIN_KEY, "X-Requested-With": "x"}
    assert (await browser.post("/key", json={"name": "n"}, headers=page_from_elsewhere)).status_code == 201


@ON_SQLITE
@pytest.mark.parametrize("site", FROM_ELSEWHERE)
@pytest.mark.parametrize(
    ("mode", "dest"),
    [
        ("no-cors", "image"),
        ("no-cors", ""),
        ("cors", "empty"),
        ("same-origin", "empty"),
        ("websocket", "websocket"),
        ("navigate", "iframe"),
        ("navigate", "frame"),
        ("navigate", "object"),
        ("navigate", "embed"),
        ("navigate", "fencedframe"),
        ("navigate", "something new"),
        ("", "document"),
    ],
)
async def test_a_page_from_elsewhere_sees_what_a_visitor_sees(
    browser: Client, services: Services, site: str, mode: str, dest: str
) -> None:
    private, public = await shelve(services), await shelve(services, visibility=Visibility.PUBLIC)
    await sign_in(browser)
    from_there = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    from_there = {name: said for name, said in from_there.items() if said}
    for address in (f"/image/{private.guid}", f"/image/{private.guid}/content"):
        assert (await browser.get(address)).status_code == 200
        problem_of(await browser.get(address, headers=from_there), 404, "image_not_found")
        assert (await browser.head(address, headers=from_there)).status_code in (404, 405)
    listed = await browser.get("/image", headers=from_there)
    assert [each["guid"] for each in listed.json()] == [public.guid]
    told = await browser.get("/session", headers=from_there)
    assert told.json() == NOBODY
    assert "set-cookie" not in told.headers, "whoever is signed in stays so"


@ON_SQLITE
@pytest.mark.parametrize("site", [*FROM_ELSEWHERE, "same-origin", "none"])
async def test_a_link_that_is_followed_from_elsewhere_arrives_signed_in(
    browser: Client, services: Services, site: str
) -> None:
    image = await shelve(services)
    await sign_in(browser)
    walked = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    for to_what in ({}, {"Sec-Fetch-Dest": "document"}):  # Older browsers do not say what they want it for.
        for method in ("GET", "HEAD"):
            answer = await browser.request(method, f"/image/{image.guid}/content", headers=walked | to_what)
            assert answer.status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Requested-With": ""},
        {"X-Requested-With": "XMLHttpRequest"},
        *({"Sec-Fetch-Site": site} for site in FROM_ELSEWHERE),
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/key"),
        ("POST", "/image"),
        ("PATCH", "/image/{}"),
        ("DELETE", "/image/{}"),
        ("DELETE", "/session"),
        ("POST", "/session"),
        ("POST", "/v1/images/generations"),
    ],
)
async def test_no_page_from_elsewhere_changes_anything(
    browser: Client, services: Services, headers: dict[str, str], method: str, path: str
) -> None:
    image = await shelve(services)
    await sign_in(browser)
    bodies = {"/key": {"name": "n"}, "/session": {"key": ADMIN_KEY}}
    body = bodies.get(path, {"prompt": "a cat"}) if method != "PATCH" else {"tags": ["x"]}
    answer = await browser.request(
        method, path.format(image.guid), json=body if method != "DELETE" else None, headers=headers
    )
    assert answer.status_code == 403
    assert "forbidden" in answer.text
    assert "set-cookie" not in answer.headers
    assert await who(browser) == "admin"
    assert (await browser.get("/key")).json() == []
    assert [each["tags"] for each in (await browser.get("/image")).json()] == [list(image.tags)]


@ON_SQLITE
@pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "x"}])
async def test_no_page_from_elsewhere_signs_anybody_in(visitor: Client, headers: dict[str, str]) -> None:
    answer = await visitor.post("/session", json={"key": ADMIN_KEY}, headers=headers)
    told = problem_of(answer, 403, "forbidden")
    assert "X-Requested-With: PixyProxy" in told["detail"]
    assert "set-cookie" not in answer.headers


@ON_SQLITE
async def test_no_page_from_elsewhere_is_allowed_to_ask(browser: Client) -> None:
    """A preflight is refused, so the header that changes need is never sent from there."""
    asked = {"Origin": "https://elsewhere.test", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "x-requested-with"
    answers = [await browser.options(path, headers=asked) for path in ("/session", "/image", "/key")]
    answers.append(await browser.get("/session", headers={"Origin": "https://elsewhere.test"}))
    assert [answer.status_code for answer in answers] == [405, 405, 405, 200]
    assert not any(name.startswith("access-control") for each in answers for name in each.headers)


@ON_SQLITE
async def test_no_cache_gives_another_what_a_cookie_has_opened(browser: Client, services: Services) -> None:
    image = await shelve(services)
    await sign_in(browser)
    told = ["/image", f"/image/{image.guid}", f"/image/{image.guid}/lineage", f"/image/{image.guid}/similar"]
    told += ["/image/count", "/tags", "/key", "/usage", "/operations", "/session", "/models", "/v1/models"]
    for address in (*told, "/v1/models/sketch"):
        answer = await browser.get(address)
        assert (answer.status_code, address) == (200, address)
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["vary"] == "Authorization, X-API-Key, Cookie"
    made = await browser.post("/key", json={"name": "n"})
    assert (made.status_code, made.headers["cache-control"]) == (201, "private, no-store")
    picture = await browser.get(f"/image/{image.guid}/content")
    assert picture.headers["cache-control"].startswith("private, ")
    assert picture.headers["vary"] == "Authorization, X-API-Key, Cookie"


@ON_SQLITE
async def test_what_is_public_is_the_same_picture_for_caches_whoever_asks(
    browser: Client, services: Services
) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)

    async def headers_of(query: str) -> list[str | None]:
        answer = await browser.get(f"/image/{image.guid}/content{query}")
        return [answer.headers.get(name) for name in ("etag", "cache-control", "vary")]

    before = [await headers_of(query) for query in ("", "?format=auto")]
    await sign_in(browser)
    assert [await headers_of(query) for query in ("", "?format=auto")] == before
    assert [vary for _, _, vary in before] == [None, "Accept"]


@ON_SQLITE
@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
async def test_how_the_service_is_depends_on_nobody(browser: Client, address: str) -> None:
    await sign_in(browser)
    answer = await browser.get(address)
    assert (answer.headers["cache-control"], "vary" in answer.headers) == ("no-store", False)


@ON_SQLITE
@pytest.mark.parametrize(("gallery", "sees_public"), [("public", True), ("private", False), ("off", False)])
async def test_whether_visitors_see_the_gallery_is_told(
    environment: dict[str, str], gallery: str, sees_public: bool
) -> None:
    async with running_app(environment | {"PIXYPROXY_GALLERY": gallery}) as app, a_browser(app) as browser:
        assert app.state.gallery == gallery
        assert (await browser.get("/session")).json()["sees_public"] is sees_public
        assert (await sign_in(browser)).json()["sees_public"] is sees_public


async def test_nothing_secret_is_in_the_log(
    browser: Client, caplog: pytest.LogCaptureFixture, key_holder: Callable[[str], Awaitable[Client]]
) -> None:
    caplog.set_level(0)
    key = key_of(await key_holder("Bob"))
    await sign_in(browser, key)
    [token] = browser.cookies.values()
    await browser.post("/session", json={"code": "a-code-that-is-wrong"})
    await browser.get("/image")
    said = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "REQUEST END" in said
    assert not any(secret in said for secret in (key, token, "a-code-that-is-wrong"))
