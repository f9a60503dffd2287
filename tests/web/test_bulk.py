"""POST /image/bulk: what is asked in a body, and what became of each image."""

from typing import Any

import pytest

from pixyproxy.core.models import Caller, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import BOB, ON_SQLITE, rows, shelve
from tests.web.problems import fields_of, problem_of

GUID = new_guid()
CHANGE: dict[str, Any] = {"action": "change", "guids": [GUID], "author": "x"}


async def test_each_image_has_its_result_in_the_order_asked(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    mine = await shelve(services, owner=as_alice.owner)
    public = await shelve(services, owner=BOB.owner, visibility=Visibility.PUBLIC)
    body = {"action": "change", "guids": [GUID, mine.guid, public.guid, mine.guid], "add_tags": ["Sea"]}
    answer = await alice.post("/image/bulk", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert found["next_cursor"] is None
    assert [(each["guid"], each["outcome"], each["code"]) for each in found["results"]] == [
        (GUID, "failed", "image_not_found"),
        (mine.guid, "changed", None),
        (public.guid, "failed", "forbidden"),
    ]
    assert [each["detail"] is None for each in found["results"]] == [False, True, False]
    assert (await alice.get(f"/image/{mine.guid}")).json()["tags"] == ["Sea"]


async def test_by_filter_one_goes_on_with_the_cursor_until_there_is_none(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    mine = [await shelve(services, owner=as_alice.owner, prompt="a red fox") for _ in range(5)]
    await shelve(services, owner=as_alice.owner, prompt="a whale")
    await shelve(services, owner=BOB.owner, prompt="a red fox", visibility=Visibility.PUBLIC)
    body = {"action": "delete", "filter": {"prompt": "fox", "max_width": 48}, "limit": 2}
    found = []
    while True:
        answer = (await alice.post("/image/bulk", json=body)).json()
        found.append([each["guid"] for each in answer["results"]])
        assert {each["outcome"] for each in answer["results"]} == {"deleted"}
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]
    guids = [image.guid for image in reversed(mine)]
    assert found == [guids[:2], guids[2:4], guids[4:]]
    assert len((await alice.get("/image")).json()) == 2
    back = await alice.post("/image/bulk", json={"action": "restore", "filter": {}})
    assert [each["guid"] for each in back.json()["results"]] == guids


async def test_for_good_is_for_good(alice: Client, as_alice: Caller, services: Services) -> None:
    image = await shelve(services, owner=as_alice.owner)
    body = {"action": "delete", "guids": [image.guid], "permanently": True}
    answer = await alice.post("/image/bulk", json=body)
    assert answer.json()["results"] == [
        {"guid": image.guid, "outcome": "deleted", "code": None, "detail": None}
    ]
    assert await rows(services, "image") == []


@ON_SQLITE
async def test_an_image_that_would_have_too_many_tags_says_so(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner, tags=tuple(f"t{n}" for n in range(32)))
    body = {"action": "change", "guids": [image.guid], "add_tags": ["x"]}
    [result] = (await alice.post("/image/bulk", json=body)).json()["results"]
    assert (result["outcome"], result["code"]) == ("failed", "invalid_request")
    assert "33 tags" in result["detail"]


@ON_SQLITE
async def test_without_a_key_nothing_is_changed(visitor: Client, services: Services) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)
    answer = await visitor.post("/image/bulk", json={"action": "delete", "guids": [image.guid]})
    problem_of(answer, 401, "unauthenticated")
    assert len(await rows(services, "image")) == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"action"}),
        ({"action": "publish", "guids": [GUID]}, {"action"}),
        ({"action": "delete"}, {"body"}),
        ({"action": "delete", "guids": [GUID], "filter": {}}, {"body"}),
        ({"action": "delete", "guids": []}, {"guids"}),
        ({"action": "delete", "guids": [GUID] * 1001}, {"guids"}),
        ({"action": "delete", "guids": ["nonsense", GUID]}, {"guids.0"}),
        ({"action": "delete", "guids": [GUID], "limit": 10}, {"body"}),
        ({"action": "delete", "guids": [GUID], "cursor": "x"}, {"body"}),
        ({"action": "delete", "filter": {}, "everything": True, "cursor": "x"}, {"cursor"}),
        ({"action": "delete", "filter": {}}, {"body"}),
        ({"action": "delete", "filter": {"status": "any"}}, {"body"}),
        ({"action": "delete", "filter": {"status": "ready"}, "everything": True}, {"body"}),
        ({"action": "delete", "filter": {"prompt": " "}}, {"filter.prompt"}),
        ({"action": "delete", "filter": {"author": None}}, {"filter.author"}),
        ({"action": "delete", "filter": {"tag": []}}, {"filter.tag"}),
        ({"action": "delete", "filter": {"created_after": 5}}, {"filter.created_after"}),
        ({"action": "delete", "filter": {"author": "x"}, "everything": True}, {"body"}),
        ({"action": "delete", "filter": {"author": "x"}, "from_trash": True}, {"body"}),
        ({"action": "delete", "filter": {}, "cursor": "x" * 1001}, {"cursor"}),
        ({"action": "delete", "filter": {}, "limit": 0}, {"limit"}),
        ({"action": "delete", "filter": {}, "limit": 501}, {"limit"}),
        ({"action": "delete", "filter": {}, "limit": "10"}, {"limit"}),
        ({"action": "delete", "filter": []}, {"filter"}),
        ({"action": "delete", "filter": {"deleted": True}}, {"filter.deleted"}),
        ({"action": "delete", "filter": {"guid": [GUID]}}, {"filter.guid"}),
        ({"action": "delete", "filter": {"limit": 3}}, {"filter.limit"}),
        ({"action": "delete", "filter": {"order": "asc"}}, {"filter.order"}),
        ({"action": "delete", "filter": {"status": "lost"}}, {"filter.status"}),
        ({"action": "delete", "filter": {"min_width": -1}}, {"filter.min_width"}),
        ({"action": "delete", "filter": {"created_after": "yesterday"}}, {"filter.created_after"}),
        ({"action": "delete", "filter": {"prompt": " ".join(f"w{n}" for n in range(99))}}, {"prompt"}),
        ({"action": "delete", "guids": [GUID], "permanently": "yes"}, {"permanently"}),
        ({"action": "delete", "guids": [GUID], "author": "x"}, {"body"}),
        ({"action": "restore", "guids": [GUID], "permanently": True}, {"body"}),
        ({"action": "change", "guids": [GUID]}, {"body"}),
        ({"action": "change", "guids": [GUID], "add_tags": []}, {"body"}),
        ({**CHANGE, "permanently": True}, {"body"}),
        ({**CHANGE, "author": ""}, {"author"}),
        ({**CHANGE, "visibility": "hidden"}, {"visibility"}),
        ({**CHANGE, "add_tags": ["a\x00b"]}, {"add_tags.0"}),
        ({**CHANGE, "add_tags": ["fine", "x" * 1000]}, {"add_tags.1"}),
        ({**CHANGE, "remove_tags": ["x" * 65]}, {"remove_tags.0"}),
        ({**CHANGE, "add_tags": [f"t{n}" for n in range(33)]}, {"add_tags"}),
        ({**CHANGE, "filename": "x.png"}, {"filename"}),
        ({**CHANGE, "tags": ["x"]}, {"tags"}),
    ],
)
@ON_SQLITE
async def test_what_does_not_fit_together_is_refused(
    alice: Client, body: dict[str, Any], fields: set[str]
) -> None:
    assert set(fields_of(await alice.post("/image/bulk", json=body))) == fields


@ON_SQLITE
async def test_a_cursor_is_of_no_use_for_anybody_or_anything_else(
    alice: Client, bob: Client, as_alice: Caller, services: Services
) -> None:
    for _ in range(2):
        await shelve(services, owner=as_alice.owner)
    body: dict[str, Any] = {"action": "change", "filter": {"status": "ready"}, "author": "x", "limit": 1}
    body["cursor"] = (await alice.post("/image/bulk", json=body)).json()["next_cursor"]
    assert (await alice.post("/image/bulk", json=body)).status_code == 200
    assert fields_of(await bob.post("/image/bulk", json=body)) == ["cursor"]
    for other in ({"author": "y"}, {"filter": {"prompt": "cat"}}, {"add_tags": ["x"]}):
        assert fields_of(await alice.post("/image/bulk", json={**body, **other})) == ["cursor"]
    listed = {"cursor": body["cursor"]}
    assert fields_of(await alice.get("/image", params=listed)) == ["cursor"]


@ON_SQLITE
async def test_tags_that_only_case_or_composition_tells_apart_are_one(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    body = {"action": "change", "guids": [image.guid], "add_tags": ["Ϊ\u0301", "\u0390", "Sea", "SEA"]}
    assert (await alice.post("/image/bulk", json=body)).json()["results"][0]["outcome"] == "changed"
    assert (await alice.get(f"/image/{image.guid}")).json()["tags"] == ["Ϊ\u0301", "Sea"]
    found = await alice.get("/image", params={"tag": "\u0390"})
    assert [each["guid"] for each in found.json()] == [image.guid]


@ON_SQLITE
async def test_an_image_called_bulk_is_none(alice: Client) -> None:
    problem_of(await alice.get("/image/bulk"), 404, "image_not_found")
