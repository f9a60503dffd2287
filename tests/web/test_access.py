"""Keys in requests: how they are sent, whom they stand for, what they hide."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller, Visibility
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.scenery import ON_SQLITE, painting, shelve, with_generator
from tests.web.problems import problem_of

NOWHERE = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"
UNSEEN = [
    ("GET", "/image/{}"),
    ("GET", "/image/{}/content"),
    ("HEAD", "/image/{}/content"),
    ("PATCH", "/image/{}"),
    ("DELETE", "/image/{}"),
]


@pytest.mark.parametrize(("method", "path"), UNSEEN)
async def test_what_may_not_be_seen_answers_like_what_does_not_exist(
    bob: Client, visitor: Client, services: Services, method: str, path: str
) -> None:
    image = await shelve(services)
    body = {"tags": ["x"]} if method == "PATCH" else None
    for client in (bob, visitor):
        answers = []
        for guid in (image.guid, NOWHERE):
            answer = await client.request(method, path.format(guid), json=body)
            request_id = answer.headers.pop("x-request-id")
            text = answer.text.replace(guid, "GUID").replace(request_id, "REQUEST")
            answers.append((answer.status_code, sorted(answer.headers.items()), text))
        assert answers[0] == answers[1]
        assert answers[0][0] in (404, 401 if client is visitor and method in ("PATCH", "DELETE") else 404)


async def test_every_answer_says_whether_who_asks_may_change_the_image(
    alice: Client, bob: Client, admin: Client, visitor: Client, services: Services, as_alice: Caller
) -> None:
    known: dict[str, Any] = {"owner": as_alice.owner, "visibility": Visibility.PUBLIC, "looks": "0" * 16}
    image = await shelve(services, **known)
    await shelve(services, **known, parents=(image.guid,))
    told = f"/image/{image.guid}/lineage"
    for client, may_change in ((alice, True), (admin, True), (bob, False), (visitor, False)):
        lineage = (await client.get(told)).json()
        answers = [
            (await client.get(f"/image/{image.guid}")).json(),
            *(await client.get("/image")).json(),
            lineage["image"],
            *lineage["descendants"],
            *(await client.get(f"/image/{image.guid}/similar")).json(),
            *_told_in(await client.get(f"/image/{image.guid}/events")),
            *_told_in(await client.get(f"/image/events?guid={image.guid}")),
        ]
        assert [answer["may_change"] for answer in answers] == [may_change] * 10
        changed = await client.patch(f"/image/{image.guid}", json={"tags": ["sea"]})
        assert changed.is_success == may_change


async def test_who_changes_an_image_is_told_that_they_may(
    alice: Client, services: Services, as_alice: Caller
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    path = f"/image/{image.guid}"
    answers = [
        await alice.patch(path, json={"visibility": "public"}),
        await alice.post(f"{path}/cancel"),
        await alice.post(f"{path}/restore"),
    ]
    await alice.delete(path)
    [in_trash] = (await alice.get("/image?deleted=true")).json()
    assert [each["may_change"] for each in (*(answer.json() for answer in answers), in_trash)] == [True] * 4


def _told_in(answer: Any) -> list[dict[str, Any]]:
    """Of events."""
    lines = answer.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {ADMIN_KEY}"},
        {"Authorization": f"bearer {ADMIN_KEY}"},
        {"Authorization": f"BEARER {ADMIN_KEY}"},
        {"Authorization": f"Bearer   {ADMIN_KEY} "},
        {"X-API-Key": ADMIN_KEY},
        {"x-api-key": ADMIN_KEY},
        {"X-API-Key": ADMIN_KEY, "Authorization": "Basic dXNlcjpwYXNzd29yZA=="},
        {"X-API-Key": ADMIN_KEY, "Authorization": "Bearer"},
        {"X-API-Key": "nonsense", "Authorization": f"Bearer {ADMIN_KEY}"},
    ],
)
async def test_a_key_may_come_in_either_header(visitor: Client, headers: dict[str, str]) -> None:
    assert (await visitor.get("/key", headers=headers)).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": ADMIN_KEY},
        {"Authorization": f"Basic {ADMIN_KEY}"},
        {"Authorization": "Bearer nonsense", "X-API-Key": ADMIN_KEY},
        {"X-API-Key": ""},
        {"X-API-Key": "nonsense"},
        {"X-API-Key": "x" * 10_000},
    ],
)
async def test_without_a_key_in_force_the_way_to_one_is_shown(
    visitor: Client, headers: dict[str, str]
) -> None:
    answer = await visitor.get("/key", headers=headers)
    problem_of(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@ON_SQLITE
@pytest.mark.parametrize("path", ["/image", f"/image/{NOWHERE}"])
async def test_a_key_that_is_not_in_force_is_refused_also_where_none_is_needed(
    app: FastAPI, path: str
) -> None:
    async with client_of(app, "nonsense") as client:
        problem_of(await client.get(path), 401, "unauthenticated")


@ON_SQLITE
@pytest.mark.parametrize("key", ["ключ", "Schlüssel", "\N{KEY}"])
async def test_the_administrators_key_may_be_any_text(environment: dict[str, str], key: str) -> None:
    environment["PIXYPROXY_ADMIN_KEY"] = key
    async with running_app(environment) as app, client_of(app, None) as client:
        for name, value in ((b"Authorization", f"Bearer {key}"), (b"X-API-Key", key)):
            assert (await client.get("/key", headers=[(name, value.encode())])).status_code == 200
        latin = [(b"X-API-Key", b"\xff\xfe")]
        problem_of(await client.get("/key", headers=latin), 401, "unauthenticated")


async def test_the_name_of_a_key_is_the_author_of_what_it_makes(
    app: FastAPI, alice: Client, admin: Client
) -> None:
    app.state.services = with_generator(app.state.services, painting())
    for client, author in ((alice, "Alice"), (admin, "admin")):
        assert (await client.post("/image", json={"prompt": "a cat"})).json()["author"] == author
    given = await alice.post("/image", json={"prompt": "a cat", "author": "Ada"})
    assert given.json()["author"] == "Ada"


async def test_two_keys_of_one_name_are_two_owners(
    key_holder: Callable[[str], Awaitable[Client]], app: FastAPI
) -> None:
    app.state.services = with_generator(app.state.services, painting())
    one, other = await key_holder("twin"), await key_holder("twin")
    made = (await one.post("/image", json={"prompt": "a cat"})).json()
    problem_of(await other.get(f"/image/{made['guid']}"), 404, "image_not_found")
    assert (await other.get("/image")).json() == []
    assert (await one.get("/image", params={"author": "twin"})).json() == [made]


async def test_a_key_named_admin_is_no_administrators(
    key_holder: Callable[[str], Awaitable[Client]], services: Services
) -> None:
    image = await shelve(services, owner="admin")
    pretender = await key_holder("admin")
    problem_of(await pretender.get(f"/image/{image.guid}"), 404, "image_not_found")
    problem_of(await pretender.get("/key"), 403, "forbidden")


async def test_a_revoked_key_is_refused_with_the_very_next_request(
    alice: Client, admin: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    assert (await alice.get(f"/image/{image.guid}")).status_code == 200
    assert (await admin.delete(f"/key/{as_alice.owner}")).status_code == 204
    problem_of(await alice.get(f"/image/{image.guid}"), 401, "unauthenticated")
    assert (await admin.get(f"/image/{image.guid}")).status_code == 200, "what it made stays"


async def test_a_visitor_lists_what_is_public_and_nothing_else(visitor: Client, services: Services) -> None:
    await shelve(services)
    public = await shelve(services, visibility=Visibility.PUBLIC)
    for parameters in ({}, {"guid": public.guid}, {"prompt": "cat"}, {"author": "Alice"}):
        answer = await visitor.get("/image", params=parameters)
        assert [each["guid"] for each in answer.json()] == [public.guid]
    assert (await visitor.get("/image", params={"visibility": "private"})).json() == []
