"""GET and HEAD /image/{guid}/content?deleted=true: what there is to restore."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixyproxy.core.models import ERASED_AT, Caller, Image, Status, Visibility
from pixyproxy.service.pictures import examine
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, shelve, throw_away
from tests.web.problems import fields_of, problem_of

A_COPY = "&width=16&format=webp"
WANTED = ["", A_COPY, "&download=true"]


@pytest.fixture
async def image(services: Services, as_alice: Caller) -> Image:
    """Everybody could see it before."""
    image = await shelve(services, owner=as_alice.owner, visibility=Visibility.PUBLIC, filename="cat.png")
    return await throw_away(services, image)


def in_trash(image: Image, more: str = "") -> str:
    return f"/image/{image.guid}/content?deleted=true{more}"


def copies_of(image: Image, folder: Path) -> Sequence[Path]:
    return list(folder.glob(f"variants/??/{image.guid}/*"))


async def assert_hidden(clients: Sequence[Client], image: Image) -> None:
    """As if it did not exist, in whatever way it is asked for."""
    for client in clients:
        for wanted in WANTED:
            nowhere = await client.get(in_trash(image, wanted).replace(image.guid, "no-such-image"))
            hidden = await client.get(in_trash(image, wanted))
            assert problem_of(hidden, 404, "image_not_found")["detail"] == nowhere.json()["detail"]
            assert (await client.head(in_trash(image, wanted))).status_code == 404


async def test_its_owner_and_administrators_see_it(alice: Client, admin: Client, image: Image) -> None:
    for client in (alice, admin):
        whole = await client.get(in_trash(image))
        assert (whole.status_code, whole.content) == (200, PNG)
        part = await client.get(in_trash(image), headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, PNG[:4])
        copy = await client.get(in_trash(image, A_COPY))
        facts = examine(copy.content)
        assert (copy.status_code, facts.media_type, facts.width) == (200, "image/webp", 16)


async def test_it_exists_for_nobody_else(bob: Client, visitor: Client, image: Image) -> None:
    await assert_hidden([bob, visitor], image)


async def test_where_it_is_not_asked_for_the_image_is_gone(
    alice: Client, admin: Client, image: Image
) -> None:
    assert (await alice.get(in_trash(image, A_COPY))).status_code == 200
    for client in (alice, admin):
        for query in ("", "?width=16&format=webp", "?deleted=false", "?deleted=true&deleted=false"):
            problem_of(await client.get(f"/image/{image.guid}/content{query}"), 404, "image_not_found")
        for path in ("", "?deleted=true", "/lineage", "/lineage?deleted=true", "/similar", "/events"):
            assert (await client.get(f"/image/{image.guid}{path}")).status_code in {404, 422}


@ON_SQLITE
async def test_what_is_not_in_the_trash_is_not_found_there(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    await assert_hidden([alice], image)
    await throw_away(services, image)
    assert (await alice.get(in_trash(image))).status_code == 200
    await alice.post(f"/image/{image.guid}/restore")
    await assert_hidden([alice], image)


@pytest.mark.parametrize("at", [ERASED_AT, datetime.now(UTC) - timedelta(days=31)], ids=["erased", "due"])
async def test_what_cannot_be_restored_is_not_shown(
    alice: Client, admin: Client, as_alice: Caller, services: Services, at: datetime
) -> None:
    image = await throw_away(services, await shelve(services, owner=as_alice.owner), at)
    await assert_hidden([alice, admin], image)


@ON_SQLITE
async def test_no_cache_keeps_it_and_no_other_page_shows_it(alice: Client, image: Image) -> None:
    for wanted in WANTED:
        whole = await alice.get(in_trash(image, wanted))
        known = {"If-None-Match": whole.headers["etag"]}
        answers = {
            200: [whole, await alice.head(in_trash(image, wanted))],
            206: [await alice.get(in_trash(image, wanted), headers={"Range": "bytes=0-3"})],
            304: [await alice.get(in_trash(image, wanted), headers=known)],
        }
        for status, of_it in answers.items():
            for answer in of_it:
                assert answer.status_code == status
                assert answer.headers["cache-control"] == "private, no-store"
                assert answer.headers["cross-origin-resource-policy"] == "same-origin"
                assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_copy_made_there_is_for_nobody_else_and_goes_with_its_image(
    alice: Client, bob: Client, visitor: Client, image: Image, tmp_path: Path
) -> None:
    assert (await alice.get(in_trash(image, A_COPY))).status_code == 200
    assert len(copies_of(image, tmp_path)) == 1
    await assert_hidden([bob, visitor], image)
    for client in (alice, bob, visitor):
        of_copy = await client.get(f"/image/{image.guid}/content?{A_COPY[1:]}")
        problem_of(of_copy, 404, "image_not_found")
    await alice.delete(f"/image/{image.guid}", params={"permanently": "true"})
    assert copies_of(image, tmp_path) == []
    await assert_hidden([alice, bob, visitor], image)


async def test_a_copy_made_before_is_shown_there_and_goes_when_the_trash_is_emptied(
    alice: Client, as_alice: Caller, services: Services, tmp_path: Path
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    before = await alice.get(f"/image/{image.guid}/content?{A_COPY[1:]}")
    await alice.delete(f"/image/{image.guid}")
    assert (await alice.get(in_trash(image, A_COPY))).content == before.content
    assert len(copies_of(image, tmp_path)) == 1
    await throw_away(services, image, datetime.now(UTC) - timedelta(days=31))
    await services.trash.empty()
    assert copies_of(image, tmp_path) == []
    await assert_hidden([alice], image)


@ON_SQLITE
@pytest.mark.parametrize("variant", [None, {"width": 16, "format": "webp"}])
async def test_no_link_opens_it(
    alice: Client, visitor: Client, as_alice: Caller, services: Services, variant: dict[str, object] | None
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    address = f"/image/{image.guid}"
    link = (await alice.post(f"{address}/link", json={"variant": variant})).json()["url"]
    assert (await visitor.get(link)).status_code == 200
    for is_deleted in (False, True):
        for client in (visitor, alice):
            problem_of(await client.get(f"{link}&deleted=true"), 404, "image_not_found")
            altered = link[:-1] + ("0" if link[-1] != "0" else "1")
            problem_of(await client.get(f"{altered}&deleted=true"), 403, "forbidden")
        if not is_deleted:
            await alice.delete(address)
            problem_of(await alice.post(f"{address}/link", json={"variant": variant}), 404, "image_not_found")


@ON_SQLITE
@pytest.mark.parametrize("wanted", [{"deleted": True}, {"variant": {"deleted": True}}])
async def test_no_link_to_it_is_made(
    alice: Client, as_alice: Caller, services: Services, wanted: dict[str, object]
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    problem_of(await alice.post(f"/image/{image.guid}/link", json=wanted), 422, "invalid_request")


@ON_SQLITE
async def test_where_no_picture_came_of_it_that_is_said_to_its_owner_alone(
    alice: Client, bob: Client, as_alice: Caller, services: Services
) -> None:
    failed = await shelve(services, None, owner=as_alice.owner, status=Status.FAILED)
    await throw_away(services, failed)
    problem_of(await alice.get(in_trash(failed)), 409, "image_failed")
    await assert_hidden([bob], failed)


@ON_SQLITE
@pytest.mark.parametrize("value", ["", "perhaps", "2"])
async def test_what_is_neither_true_nor_false_is_refused(alice: Client, image: Image, value: str) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", params={"deleted": value})
    assert fields_of(answer) == ["deleted"]
