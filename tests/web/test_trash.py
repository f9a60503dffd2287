"""Deleting, restoring and erasing, as callers meet them."""

from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Caller, Status, Visibility
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.conftest import Client, client_of, running_app
from tests.service.making.workshop import at_work_in, files_of
from tests.service.scenery import ON_SQLITE, PNG, Easel, Gate, painting, rows, shelve
from tests.web.problems import fields_of, problem_of

CAT = {"prompt": "a cat"}
IN_TRASH = {"deleted": "true"}
FOR_GOOD = {"permanently": "true"}
ONE_AT_ONCE = Limits(most_calls=1, reserve_bytes=0)


async def guids(client: Client, **search: str) -> list[str]:
    return [image["guid"] for image in (await client.get("/image", params=search)).json()]


async def test_what_is_deleted_lies_in_the_trash_until_it_is_restored(
    alice: Client, as_alice: Caller, services: Services, visitor: Client
) -> None:
    image = await shelve(services, owner=as_alice.owner, visibility=Visibility.PUBLIC)
    address = f"/image/{image.guid}"
    before = (await alice.get(address)).json()
    assert before["deleted_at"] is None
    assert (await alice.delete(address)).status_code == 204
    [in_trash] = (await alice.get("/image", params=IN_TRASH)).json()
    assert in_trash.pop("deleted_at").endswith("Z")
    assert in_trash == {name: value for name, value in before.items() if name != "deleted_at"}
    for path in (address, f"{address}/content", f"{address}/lineage", f"{address}/events"):
        problem_of(await visitor.get(path), 404, "image_not_found")
        problem_of(await alice.get(path), 404, "image_not_found")
    problem_of(await alice.post(f"{address}/cancel"), 404, "image_not_found")

    restored = await alice.post(f"{address}/restore")
    assert (restored.status_code, restored.json()) == (200, before)
    assert (await guids(alice), await guids(alice, **IN_TRASH)) == ([image.guid], [])
    assert (await visitor.get(f"{address}/content")).content == PNG


async def test_what_is_not_in_ones_trash_cannot_be_restored(
    alice: Client, bob: Client, visitor: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner, visibility=Visibility.PUBLIC)
    address = f"/image/{image.guid}/restore"
    assert (await alice.post(address)).json()["deleted_at"] is None
    problem_of(await bob.post(address), 403, "forbidden")
    problem_of(await alice.post("/image/no-such-image/restore"), 404, "image_not_found")
    await alice.delete(f"/image/{image.guid}")
    problem_of(await bob.post(address), 404, "image_not_found")
    problem_of(await visitor.post(address), 401, "unauthenticated")
    problem_of(await bob.delete(f"/image/{image.guid}", params=FOR_GOOD), 404, "image_not_found")
    assert (await alice.post(address)).status_code == 200


async def test_an_administrator_sees_and_restores_what_others_have_deleted(
    alice: Client, admin: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    await alice.delete(f"/image/{image.guid}")
    assert (await admin.post(f"/image/{image.guid}/restore")).status_code == 200
    assert await guids(alice) == [image.guid]


@pytest.mark.parametrize("first", [False, True], ids=["at once", "out of the trash"])
async def test_what_is_deleted_permanently_is_gone(
    alice: Client, as_alice: Caller, services: Services, first: bool
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    address = f"/image/{image.guid}"
    if first:
        await alice.delete(address)
    answer = await alice.delete(address, params=FOR_GOOD)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await rows(services, "image"), files_of(services)) == ([], [])
    assert await guids(alice, **IN_TRASH) == []
    problem_of(await alice.post(f"{address}/restore"), 404, "image_not_found")
    problem_of(await alice.delete(address, params=FOR_GOOD), 404, "image_not_found")


@ON_SQLITE
@pytest.mark.parametrize("value", ["", "perhaps", "2"])
async def test_what_is_neither_true_nor_false_deletes_nothing(
    alice: Client, as_alice: Caller, services: Services, value: str
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    answer = await alice.delete(f"/image/{image.guid}", params={"permanently": value})
    problem_of(answer, 422, "invalid_request")
    assert await guids(alice) == [image.guid]


async def test_what_is_queued_is_not_bought_for_the_trash(app: FastAPI, alice: Client) -> None:
    gate = Gate()
    easel = Easel(gate)
    later = {"Prefer": "respond-async"}
    async with at_work_in(app, easel, limits=ONE_AT_ONCE):
        await alice.post("/image", json=CAT, headers=later)
        queued = (await alice.post("/image", json=CAT, headers=later)).headers["location"]
        assert (await alice.delete(queued)).status_code == 204
        gate.opened.set()
    restored: dict[str, Any] = (await alice.post(f"{queued}/restore")).json()
    assert (restored["status"], len(easel.asked)) == ("canceled", 1)


async def test_a_key_whose_image_lies_in_the_trash_buys_no_other(app: FastAPI, alice: Client) -> None:
    easel, key = painting(), {"Idempotency-Key": "k"}
    async with at_work_in(app, easel):
        made = await alice.post("/image", json=CAT, headers=key)
        await alice.delete(made.headers["location"])
        again = await alice.post("/image", json=CAT, headers=key)
        assert "has been deleted" in problem_of(again, 404, "image_not_found")["detail"]
        await alice.post(f"{made.headers['location']}/restore")
        again = await alice.post("/image", json=CAT, headers=key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (made.json(), "true")
    assert len(easel.asked) == 1


async def test_without_days_what_is_deleted_is_gone(environment: dict[str, str]) -> None:
    async with running_app({**environment, "PIXYPROXY_TRASH_DAYS": "0"}) as app:
        services: Services = app.state.services
        image = await shelve(services)
        async with client_of(app, environment["PIXYPROXY_ADMIN_KEY"]) as admin:
            assert (await admin.delete(f"/image/{image.guid}")).status_code == 204
            problem_of(await admin.post(f"/image/{image.guid}/restore"), 404, "image_not_found")
        assert (await rows(services, "image"), files_of(services)) == ([], [])


async def test_a_misspelt_wish_deletes_nothing(alice: Client, as_alice: Caller, services: Services) -> None:
    image = await shelve(services, owner=as_alice.owner)
    answer = await alice.delete(f"/image/{image.guid}", params={"permanent": "true"})
    assert fields_of(answer) == ["permanent"]
    assert await guids(alice) == [image.guid]


async def test_the_trash_is_emptied_by_filter_whatever_lies_in_it(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    for status in (Status.READY, Status.FAILED):
        image = await shelve(services, owner=as_alice.owner, status=status)
        await alice.delete(f"/image/{image.guid}")
    kept = await shelve(services, owner=as_alice.owner)
    asked = {"action": "delete", "filter": {}, "everything": True, "from_trash": True, "permanently": True}
    answer = await alice.post("/image/bulk", json=asked)
    assert [each["outcome"] for each in answer.json()["results"]] == ["deleted", "deleted"]
    assert await guids(alice, deleted="true") == []
    assert await guids(alice) == [kept.guid]
