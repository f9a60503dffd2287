"""GET /image: which images, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, shelve
from tests.web.problems import fields_of

Parameters = Mapping[str, Any]


def _day(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


SHELF: dict[str, dict[str, Any]] = {
    "fox": {"prompt": "a red fox on a chair", "tags": ("Animals", "red"), "filename": "fox.png"},
    "cat": {"prompt": "a black cat on a red chair", "tags": ("animals",), "author": "Ada"},
    "boat": {"prompt": "ein Boot, übermütig rot", "model": "easel-2", "filename": "Über Boot.webp"},
    "crane": {"prompt": "起重机在海边", "visibility": Visibility.PUBLIC},
    "lost": {"prompt": "a fox that failed", "content": None, "status": Status.FAILED},
    "begun": {"prompt": "a fox being made", "content": None, "status": Status.GENERATING},
}


@dataclass(frozen=True)
class Shelf:
    client: Client
    images: dict[str, Image]

    async def names(self, parameters: Parameters) -> list[str]:
        answer = await self.client.get("/image", params=dict(parameters))
        assert answer.status_code == 200, answer.text
        by_guid = {image.guid: name for name, image in self.images.items()}
        return [by_guid[each["guid"]] for each in answer.json()]


@pytest.fixture
async def shelf(alice: Client, as_alice: Caller, services: Services) -> Shelf:
    """One image a day from the first of November on."""
    images = {}
    for day, (name, known) in enumerate(SHELF.items(), 1):
        facts: dict[str, Any] = {"owner": as_alice.owner, "created_at": _day(day), **known}
        images[name] = await shelve(services, **facts)
    return Shelf(alice, images)


FOUND: list[tuple[Parameters, str]] = [
    ({}, "crane boat cat fox"),
    ({"order": "desc"}, "crane boat cat fox"),
    ({"order": "asc"}, "fox cat boat crane"),
    ({"limit": 2}, "crane boat"),
    ({"prompt": "red"}, "cat fox"),
    ({"prompt": "chair RED"}, "cat fox"),
    ({"prompt": '"red chair"'}, "cat"),
    ({"prompt": '"chair red"'}, ""),
    ({"prompt": "ch*"}, "cat fox"),
    ({"prompt": "ubermutig"}, "boat"),
    ({"prompt": "海边"}, "crane"),
    ({"prompt": "elephant"}, ""),
    ({"prompt": ""}, "crane boat cat fox"),
    ({"filename": "fox.png"}, "fox"),
    ({"filename": "über*"}, "boat"),
    ({"filename": "boot"}, "boat"),
    ({"tag": "ANIMALS"}, "cat fox"),
    ({"tag": ["animals", "red"]}, "fox"),
    ({"author": "Ada"}, "cat"),
    ({"model": "easel-2"}, "boat"),
    ({"status": "ready"}, "crane boat cat fox"),
    ({"status": "failed"}, "lost"),
    ({"status": "generating"}, "begun"),
    ({"status": "queued"}, ""),
    ({"status": "failed", "prompt": "fox"}, "lost"),
    ({"status": "any", "prompt": "fox"}, "begun lost fox"),
    ({"visibility": "public"}, "crane"),
    ({"visibility": "private"}, "boat cat fox"),
    ({"created_after": "2026-11-02T12:00:00Z"}, "crane boat"),
    ({"created_after": "2026-11-02T12:00:00.000001Z"}, "crane boat"),
    ({"created_after": "2026-11-02T11:59:59.999999Z"}, "crane boat cat"),
    ({"created_before": "2026-11-02T13:00:00+01:00"}, "fox"),
    ({"created_before": "0999-01-01T00:00:00Z"}, ""),
    ({"created_after": "0001-01-01T00:00:00Z"}, "crane boat cat fox"),
    ({"created_before": "9999-12-31T23:59:59Z"}, "crane boat cat fox"),
    ({"created_after": "2026-11-01T12:00:00Z", "created_before": "2026-11-03T12:00:00Z"}, "cat"),
    ({"prompt": "red", "tag": "animals", "author": "Ada", "model": "easel-1", "order": "asc"}, "cat"),
    ({"prompt": "red", "author": "Nobody"}, ""),
]


@pytest.mark.parametrize(("parameters", "names"), FOUND)
async def test_filters_are_combined_and_the_newest_comes_first(
    shelf: Shelf, parameters: Parameters, names: str
) -> None:
    assert await shelf.names(parameters) == names.split()


async def test_images_are_found_by_their_guids(shelf: Shelf) -> None:
    fox, boat = shelf.images["fox"].guid, shelf.images["boat"].guid
    assert await shelf.names({"guid": fox}) == ["fox"]
    assert await shelf.names({"guid": [fox, boat.upper()]}) == ["boat", "fox"]
    assert await shelf.names({"guid": "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"}) == []


async def test_the_state_of_many_is_had_at_once(shelf: Shelf) -> None:
    wanted = {"guid": [image.guid for image in shelf.images.values()], "status": "any"}
    assert await shelf.names(wanted) == ["begun", "lost", "crane", "boat", "cat", "fox"]
    count = await shelf.client.get("/image/count", params={"status": "any"})
    assert count.json() == {"count": 6, "is_exact": True}
    for name in ("begun", "fox"):
        assert (await shelf.client.delete(f"/image/{shelf.images[name].guid}")).status_code == 204
    assert await shelf.names(wanted) == ["lost", "crane", "boat", "cat"]
    assert await shelf.names({**wanted, "deleted": "true"}) == ["begun", "fox"]


async def test_a_listed_image_is_the_same_as_the_image_itself(shelf: Shelf) -> None:
    [listed] = (await shelf.client.get("/image", params={"prompt": "fox"})).json()
    assert listed == (await shelf.client.get(f"/image/{listed['guid']}")).json()


WRONG: list[tuple[Parameters, str]] = [
    ({"limit": 0}, "limit"),
    ({"limit": 201}, "limit"),
    ({"limit": -1}, "limit"),
    ({"limit": "x"}, "limit"),
    ({"limit": ""}, "limit"),
    ({"limit": "1.5"}, "limit"),
    ({"limit": "9" * 5000}, "limit"),
    ({"order": "sideways"}, "order"),
    ({"status": "lost"}, "status"),
    ({"visibility": "secret"}, "visibility"),
    ({"guid": "nobody"}, "guid.0"),
    ({"guid": ["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"] * 201}, "guid"),
    ({"tag": ""}, "tag.0"),
    ({"tag": "x" * 65}, "tag.0"),
    ({"tag": ["x"] * 33}, "tag"),
    ({"prompt": "x" * 1001}, "prompt"),
    ({"prompt": " ".join(f"w{n}" for n in range(33))}, "prompt"),
    ({"created_after": "yesterday"}, "created_after"),
    ({"created_after": "0001-01-01T00:00:00+14:00"}, "created_after"),
    ({"created_before": "9999-12-31T23:59:59-14:00"}, "created_before"),
    ({"promt": "fox"}, "promt"),
    ({"cursor": ""}, "cursor"),
    ({"cursor": "x" * 1001}, "cursor"),
]


@ON_SQLITE
@pytest.mark.parametrize(("parameters", "field"), WRONG)
async def test_a_filter_that_makes_no_sense_is_refused_by_its_name(
    alice: Client, parameters: Parameters, field: str
) -> None:
    assert fields_of(await alice.get("/image", params=dict(parameters))) == [field]


@ON_SQLITE
@pytest.mark.parametrize("limit", [1, 200])
async def test_a_page_may_have_1_to_200_images(alice: Client, limit: int) -> None:
    assert (await alice.get("/image", params={"limit": limit})).json() == []


async def test_a_page_has_50_images_unless_another_number_is_asked_for(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    for _ in range(51):
        await shelve(services, None, owner=as_alice.owner, status=Status.READY)
    assert len((await alice.get("/image")).json()) == 50
    assert len((await alice.get("/image", params={"limit": 200})).json()) == 51
