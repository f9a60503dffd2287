"""GET, PATCH and DELETE /image/{guid}."""

from typing import Any

import pytest

from pixyproxy.core.models import Caller, Visibility
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, shelve
from tests.web.problems import fields_of, problem_of

CHANGES: list[tuple[str, Any, Any]] = [
    ("tags", ["a", "b"], ["a", "b"]),
    ("tags", [" a  b ", "A B", "c"], ["a b", "c"]),
    ("tags", [], []),
    ("visibility", "public", "public"),
    ("visibility", "private", "private"),
    ("author", "  Ada   Lovelace ", "Ada Lovelace"),
    ("filename", "Katze 猫.png", "Katze 猫.png"),
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"tags": ["x"] * 33}, "tags"),
    ({"tags": "x"}, "tags"),
    ({"tags": [7]}, "tags.0"),
    ({"tags": ["ok", "a\nb"]}, "tags.1"),
    ({"visibility": "friends"}, "visibility"),
    ({"author": ""}, "author"),
    ({"author": "x" * 201}, "author"),
    ({"filename": "a/b"}, "filename"),
    ({"filename": "a\\b"}, "filename"),
    ({"filename": ".."}, "filename"),
    ({"prompt": "another"}, "prompt"),
    ({"guid": "another"}, "guid"),
    ({"created_at": "2026-11-21T00:00:00.000000Z"}, "created_at"),
    ({"nonsense": 1}, "nonsense"),
]
NULLS = ["tags", "visibility", "author", "filename"]


@pytest.mark.parametrize(("field", "given", "kept"), CHANGES)
async def test_each_field_is_changed_alone(
    alice: Client, as_alice: Caller, services: Services, field: str, given: object, kept: object
) -> None:
    image = await shelve(services, owner=as_alice.owner, tags=("old",))
    before = (await alice.get(f"/image/{image.guid}")).json()
    answer = await alice.patch(f"/image/{image.guid}", json={field: given})
    assert answer.status_code == 200
    after = answer.json()
    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, field: kept, "updated_at": after["updated_at"]}
    assert (await alice.get(f"/image/{image.guid}")).json() == after


COLORS = ("#102030", "#405060", "#708090", "#a0b0c0")


@pytest.mark.parametrize(("kept", "told"), [(COLORS, list(COLORS)), ((), None), (None, None)])
async def test_the_colors_of_its_quarters_are_told_wherever_it_is_shown(
    alice: Client, as_alice: Caller, services: Services, kept: tuple[str, ...] | None, told: list[str] | None
) -> None:
    await services.housekeeping.stop()
    image = await shelve(services, owner=as_alice.owner, looks="", colors=kept)
    one = (await alice.get(f"/image/{image.guid}")).json()
    [listed] = (await alice.get("/image")).json()
    lineage = (await alice.get(f"/image/{image.guid}/lineage")).json()
    changed = (await alice.patch(f"/image/{image.guid}", json={"author": "Ada"})).json()
    assert [each["colors"] for each in (one, listed, lineage["image"], changed)] == [told] * 4


async def test_what_was_changed_is_found_by_its_new_words_only(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner, tags=("old",), filename="old.png")
    changes = {"tags": ["New"], "filename": "new name.png", "author": "Ada", "visibility": "public"}
    after = (await alice.patch(f"/image/{image.guid}", json=changes)).json()
    for found in ({"tag": "new"}, {"filename": "name"}, {"author": "Ada"}, {"visibility": "public"}):
        assert (await alice.get("/image", params=found)).json() == [after], found
    for lost in ({"tag": "old"}, {"filename": "old.png"}, {"author": "Alice"}, {"visibility": "private"}):
        assert (await alice.get("/image", params=lost)).json() == [], lost


@ON_SQLITE
@pytest.mark.parametrize(("changes", "field"), WRONG)
async def test_a_wrong_change_is_refused_by_its_field_and_changes_nothing(
    alice: Client, as_alice: Caller, services: Services, changes: dict[str, Any], field: str
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    before = (await alice.get(f"/image/{image.guid}")).json()
    answer = await alice.patch(f"/image/{image.guid}", json={"tags": ["fine"], **changes})
    assert fields_of(answer) == [field]
    assert (await alice.get(f"/image/{image.guid}")).json() == before


@ON_SQLITE
@pytest.mark.parametrize("field", NULLS)
async def test_no_field_can_be_taken_away(
    alice: Client, as_alice: Caller, services: Services, field: str
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    answer = await alice.patch(f"/image/{image.guid}", json={field: None})
    assert fields_of(answer) == [field]


@ON_SQLITE
async def test_a_guid_may_be_written_in_capitals(alice: Client, as_alice: Caller, services: Services) -> None:
    image = await shelve(services, owner=as_alice.owner)
    shown = await alice.get(f"/image/{image.guid.upper()}")
    assert shown.status_code == 200
    assert shown.json()["guid"] == image.guid


async def test_a_deleted_image_is_gone_from_every_list_and_answer(
    alice: Client, as_alice: Caller, services: Services, visitor: Client
) -> None:
    image = await shelve(services, owner=as_alice.owner, visibility=Visibility.PUBLIC)
    answer = await alice.delete(f"/image/{image.guid}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    for client in (alice, visitor):
        assert (await client.get("/image")).json() == []
        for path in (f"/image/{image.guid}", f"/image/{image.guid}/content"):
            problem_of(await client.get(path), 404, "image_not_found")
    problem_of(await alice.patch(f"/image/{image.guid}", json={"tags": []}), 404, "image_not_found")
    problem_of(await alice.delete(f"/image/{image.guid}"), 404, "image_not_found")


@pytest.mark.parametrize("guid", ["nobody", "0", "%00", "%C3%A9", "'%20OR%201=1", "%F0%9F%90%88", "a%0Ab"])
async def test_what_is_no_guid_is_an_image_that_does_not_exist(alice: Client, guid: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await alice.request(method, f"/image/{guid}")
        assert (answer.status_code, answer.json()["code"]) == (404, "image_not_found")


@ON_SQLITE
async def test_a_failed_image_can_be_changed_and_deleted_too(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, None, owner=as_alice.owner)
    assert (await alice.patch(f"/image/{image.guid}", json={"tags": ["x"]})).status_code == 200
    assert (await alice.delete(f"/image/{image.guid}")).status_code == 204
