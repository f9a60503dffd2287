"""More like this, over HTTP."""

from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, looks_of, picture, shelve
from tests.web.problems import fields_of, problem_of

LOOKS = looks_of(PNG)
PUBLIC = Visibility.PUBLIC


def differing(bits: int) -> str:
    return f"{int(LOOKS, 16) ^ (1 << bits) - 1:016x}"


async def similar(client: Client, image: Image, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/image/{image.guid}/similar", params=asked)
    assert answer.status_code == 200, answer.text
    details: list[dict[str, Any]] = answer.json()
    return details


def told(details: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(each["guid"], each["distance"]) for each in details]


async def test_it_answers_with_images_like_any_other_and_how_far_they_are(
    services: Services, alice: Client, as_alice: Caller
) -> None:
    owner = as_alice.owner
    image = await shelve(services, owner=owner, looks=LOOKS)
    far, near, same = [await shelve(services, owner=owner, looks=differing(bits)) for bits in (10, 3, 0)]
    await shelve(services, owner=owner, looks=differing(11))
    details = await similar(alice, image)
    assert told(details) == [(same.guid, 0), (near.guid, 3), (far.guid, 10)]
    assert {name: value for name, value in details[0].items() if name != "distance"} == (
        await alice.get(f"/image/{same.guid}")
    ).json()
    assert told(await similar(alice, image, max_distance=3)) == [(same.guid, 0), (near.guid, 3)]
    assert told(await similar(alice, image, max_distance=32, limit=1)) == [(same.guid, 0)]
    assert len(await similar(alice, image, max_distance=32)) == 4


async def test_it_shows_nobody_what_they_may_not_see(
    services: Services, alice: Client, as_alice: Caller, bob: Client, visitor: Client, admin: Client
) -> None:
    parent = new_guid()
    image, public = [
        await shelve(services, owner=as_alice.owner, looks=LOOKS, visibility=PUBLIC, parents=(parent,))
        for _ in range(2)
    ]
    private = await shelve(services, owner=as_alice.owner, looks=LOOKS)
    for client in (alice, admin):
        assert told(await similar(client, image)) == [(private.guid, 0), (public.guid, 0)]
    for client in (bob, visitor):
        [seen] = await similar(client, image)
        assert (seen["guid"], seen["parents"]) == (public.guid, [])
        problem_of(await client.get(f"/image/{private.guid}/similar"), 404, "image_not_found")


async def test_an_image_that_nobody_has_looked_at_yet_is_looked_at_for_the_answer(
    services: Services, admin: Client
) -> None:
    await services.housekeeping.stop()
    image, same = await shelve(services), await shelve(services, looks=LOOKS)
    assert told(await similar(admin, image)) == [(same.guid, 0)]
    assert (await services.library.images.unseen(5)) == [same, image]
    other = await shelve(services, picture("webp", 300, 20))
    assert told(await similar(admin, other, max_distance=0)) == []


async def test_what_cannot_be_decoded_is_like_nothing(services: Services, admin: Client) -> None:
    await services.housekeeping.stop()
    for image in (await shelve(services, looks=""), await shelve(services, b"no picture")):
        assert await similar(admin, image, max_distance=32) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.QUEUED, "image_not_ready"),
        (Status.GENERATING, "image_not_ready"),
        (Status.FAILED, "image_failed"),
        (Status.CANCELED, "image_failed"),
    ],
)
async def test_what_has_no_picture_is_refused(
    services: Services, admin: Client, status: Status, code: str
) -> None:
    image = await shelve(services, content=None, status=status)
    problem_of(await admin.get(f"/image/{image.guid}/similar"), 409, code)


@pytest.mark.parametrize("asked", [{"limit": 1}, {"limit": 100}, {"max_distance": 0}, {"max_distance": 32}])
async def test_the_bounds_may_be_asked_for(services: Services, admin: Client, asked: dict[str, int]) -> None:
    image, same = await shelve(services, looks=LOOKS), await shelve(services, looks=LOOKS)
    assert told(await similar(admin, image, **asked)) == [(same.guid, 0)]


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", 0), ("limit", 101), ("limit", "many"), ("max_distance", -1), ("max_distance", 33),
        ("max_distance", ""), ("cursor", "x"),
    ],
)  # fmt: skip
async def test_what_is_beyond_them_is_refused_by_name(
    services: Services, admin: Client, field: str, value: object
) -> None:
    image = await shelve(services, looks=LOOKS)
    answer = await admin.get(f"/image/{image.guid}/similar", params={field: str(value)})
    assert fields_of(answer) == [field]


@ON_SQLITE
@pytest.mark.parametrize("guid", ["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11", "no-guid"])
async def test_an_image_that_does_not_exist_is_like_nothing(app: FastAPI, admin: Client, guid: str) -> None:
    assert app
    problem_of(await admin.get(f"/image/{guid}/similar"), 404, "image_not_found")


async def test_what_is_deleted_is_not_found_any_more(services: Services, admin: Client) -> None:
    image, gone = [await shelve(services, looks=LOOKS) for _ in range(2)]
    await admin.delete(f"/image/{gone.guid}")
    assert await similar(admin, image) == []
    await services.library.pack(100)
    assert await similar(admin, image) == []
    problem_of(await admin.get(f"/image/{gone.guid}/similar"), 404, "image_not_found")
