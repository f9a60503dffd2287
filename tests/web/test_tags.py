"""GET /tags and POST /tags/rename: counted as far as one may see, changed as far as it is one's own."""

from typing import Any

import pytest

from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.service import tags
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import BOB, shelve
from tests.web.problems import fields_of


@pytest.fixture(params=[0, 3, 1000], ids=["nothing packed", "some packed", "all packed"])
async def library_of_tags(
    request: pytest.FixtureRequest, as_alice: Caller, services: Services
) -> list[Image]:
    alices, public = as_alice.owner, Visibility.PUBLIC
    images = [
        await shelve(services, owner=alices, tags=("sea", "Evening")),
        await shelve(services, owner=alices, tags=("Sea", "seagull")),
        await shelve(services, owner=alices, tags=("Sea",), status=Status.FAILED),
        await shelve(services, owner=BOB.owner, tags=("SEA", "海")),
        await shelve(services, owner=BOB.owner, tags=("bob's", "Sea"), visibility=public),
    ]
    if request.param:
        await services.library.pack(request.param)
    return images


async def listed(client: Client, **asked: Any) -> list[tuple[str, int]]:
    answer = await client.get("/tags", params=asked)
    assert answer.status_code == 200, answer.text
    return [(each["tag"], each["count"]) for each in answer.json()]


async def test_tags_are_counted_as_far_as_they_are_seen(
    library_of_tags: list[Image], alice: Client, admin: Client, visitor: Client
) -> None:
    assert library_of_tags
    assert await listed(alice) == [("Sea", 3), ("bob's", 1), ("Evening", 1), ("seagull", 1)]
    assert await listed(visitor) == [("bob's", 1), ("Sea", 1)]
    assert await listed(admin) == [("Sea", 4), ("bob's", 1), ("Evening", 1), ("seagull", 1), ("海", 1)]


async def test_a_beginning_is_completed_in_any_case(library_of_tags: list[Image], alice: Client) -> None:
    assert library_of_tags
    assert await listed(alice, prefix="SE") == [("Sea", 3), ("seagull", 1)]
    assert await listed(alice, prefix="SE", limit=1) == [("Sea", 3)]
    assert await listed(alice, prefix="海") == []


async def test_pages_by_name_lead_through_all_of_them(library_of_tags: list[Image], admin: Client) -> None:
    assert library_of_tags
    found, url, asked = [], "/tags", {"order": "name", "limit": "2"}
    while url:
        answer = await admin.get(url, params=asked or None)
        found += [each["tag"] for each in answer.json()]
        link = answer.headers.get("link", "<>")
        url, asked = link[1 : link.index(">")], {}
    assert found == ["bob's", "Evening", "Sea", "seagull", "海"]


async def test_deleted_images_and_removed_tags_do_not_count(
    library_of_tags: list[Image], alice: Client, services: Services
) -> None:
    one, two = library_of_tags[:2]
    assert (await alice.delete(f"/image/{one.guid}")).status_code == 204
    assert (await alice.patch(f"/image/{two.guid}", json={"tags": ["gull"]})).status_code == 200
    expected = [("bob's", 1), ("gull", 1), ("Sea", 1)]
    assert await listed(alice) == expected
    await services.library.pack(1000)
    assert await listed(alice) == expected


async def test_a_tag_is_renamed_on_all_that_is_ones_own(
    library_of_tags: list[Image], alice: Client, admin: Client
) -> None:
    answer = await alice.post("/tags/rename", json={"tag": "sea", "to": "Ocean"})
    assert answer.json() == {"changed": 3, "next_cursor": None}
    found = await alice.get(f"/image/{library_of_tags[0].guid}")
    assert found.json()["tags"] == ["Ocean", "Evening"]
    assert await listed(admin, prefix="sea") == [("Sea", 2), ("seagull", 1)]
    assert await listed(alice, prefix="ocean") == [("Ocean", 2)]
    assert (await alice.post("/tags/rename", json={"tag": "sea", "to": "Ocean"})).json()["changed"] == 0


async def test_two_tags_become_one(library_of_tags: list[Image], alice: Client) -> None:
    await alice.post("/tags/rename", json={"tag": "seagull", "to": "sea"})
    found = await alice.get(f"/image/{library_of_tags[1].guid}")
    assert found.json()["tags"] == ["sea"]


async def test_another_spelling_is_given_to_all(library_of_tags: list[Image], alice: Client) -> None:
    assert (await alice.post("/tags/rename", json={"tag": "SEA", "to": "sea"})).json()["changed"] == 2
    assert (await alice.get(f"/image/{library_of_tags[1].guid}")).json()["tags"] == ["sea", "seagull"]


async def test_renaming_goes_on_where_it_ended(
    library_of_tags: list[Image], alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library_of_tags
    monkeypatch.setattr(tags, "RENAMED_AT_ONCE", 2)
    body: dict[str, Any] = {"tag": "sea", "to": "SEA"}
    first = (await alice.post("/tags/rename", json=body)).json()
    assert first["changed"] == 2
    second = (await alice.post("/tags/rename", json={**body, "cursor": first["next_cursor"]})).json()
    assert second == {"changed": 1, "next_cursor": None}
    foreign = await alice.post("/tags/rename", json={"tag": "sea", "to": "x", "cursor": first["next_cursor"]})
    assert (foreign.status_code, fields_of(foreign)) == (422, ["cursor"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"prefix": "x" * 65}, "prefix"),
        ({"prefix": "a\x00"}, "prefix"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"order": "age"}, "order"),
        ({"after": "sea"}, "after"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_makes_no_sense_is_refused(asked: dict[str, str], field: str, alice: Client) -> None:
    answer = await alice.get("/tags", params=asked)
    assert (answer.status_code, fields_of(answer)) == (422, [field])


@pytest.mark.parametrize("body", [{}, {"tag": "a"}, {"tag": "", "to": "b"}, {"tag": "a", "to": "b" * 65}])
async def test_renaming_needs_two_tags(body: dict[str, str], alice: Client) -> None:
    assert (await alice.post("/tags/rename", json=body)).status_code == 422


async def test_nobody_renames_without_a_key(visitor: Client) -> None:
    assert (await visitor.post("/tags/rename", json={"tag": "a", "to": "b"})).status_code == 401
