"""Public and private: through whose eyes the library is looked at, and who may change what they see."""

from dataclasses import replace

import pytest

from pixyproxy.core.exceptions import Forbidden, ImageFailed, ImageNotFound, ImageNotReady
from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.core.requests import ImageChanges, ImageSearch
from pixyproxy.service.services import Services
from tests.service.scenery import ADMIN, ALICE, BOB, PNG, shelve

VISITOR = None
SEEN = [
    (VISITOR, {"public of alice", "public of bob"}),
    (ALICE, {"public of alice", "private of alice", "public of bob"}),
    (BOB, {"public of alice", "public of bob", "private of bob"}),
    (ADMIN, {"public of alice", "private of alice", "public of bob", "private of bob"}),
]


async def _shelf(services: Services) -> list[Image]:
    return [
        await shelve(
            services,
            prompt=f"{visibility} of {caller.name.lower()}",
            owner=caller.owner,
            visibility=visibility,
        )
        for caller in (ALICE, BOB)
        for visibility in Visibility
    ]


def _told_to(caller: Caller | None, image: Image) -> Image:
    """As it is, and whether it is theirs to change."""
    is_theirs = caller is not None and (caller.is_admin or caller.owner == image.owner)
    return replace(image, may_change=is_theirs)


@pytest.mark.parametrize(("caller", "seen"), SEEN)
async def test_everybody_lists_what_is_public_and_their_own_newest_first(
    services: Services, caller: Caller | None, seen: set[str]
) -> None:
    shelf = await _shelf(services)
    page = await services.as_seen_by(caller).list_(ImageSearch())
    assert page.images == [_told_to(caller, image) for image in reversed(shelf) if image.prompt in seen]
    assert page.next_cursor is None


@pytest.mark.parametrize(("caller", "seen"), SEEN)
async def test_everybody_finds_and_fetches_what_they_list_and_nothing_else(
    services: Services, caller: Caller | None, seen: set[str]
) -> None:
    reading = services.as_seen_by(caller)
    for image in await _shelf(services):
        if image.prompt in seen:
            assert await reading.get(image.guid) == _told_to(caller, image)
            picture = await reading.picture(image.guid)
            assert b"".join([chunk async for chunk in picture.read(0, len(PNG))]) == PNG
        else:
            for question in (reading.get, reading.picture):
                with pytest.raises(ImageNotFound):
                    await question(image.guid)


async def test_what_may_not_be_seen_can_neither_be_changed_nor_deleted(services: Services) -> None:
    image = await shelve(services, owner=ALICE.owner)
    with pytest.raises(ImageNotFound):
        await services.private(BOB).change(image.guid, ImageChanges(author="Bob"))
    with pytest.raises(ImageNotFound):
        await services.private(BOB).delete(image.guid)
    assert await services.private(ALICE).get(image.guid) == image


async def test_what_may_only_be_seen_is_forbidden_to_change(services: Services) -> None:
    image = await shelve(services, owner=ALICE.owner, visibility=Visibility.PUBLIC)
    with pytest.raises(Forbidden):
        await services.private(BOB).change(image.guid, ImageChanges(author="Bob"))
    with pytest.raises(Forbidden):
        await services.private(BOB).delete(image.guid)
    assert await services.private(ALICE).get(image.guid) == image


@pytest.mark.parametrize("caller", [ALICE, ADMIN])
async def test_the_owner_and_an_administrator_change_and_delete(services: Services, caller: Caller) -> None:
    image = await shelve(services, owner=ALICE.owner)
    service = services.private(caller)
    changed = await service.change(
        image.guid, ImageChanges(tags=["x"], visibility=Visibility.PUBLIC, author="Me", filename="f.png")
    )
    assert (changed.tags, changed.author, changed.filename) == (("x",), "Me", "f.png")
    assert changed.updated_at > image.updated_at == changed.created_at
    assert await services.public().get(image.guid) == _told_to(None, changed)
    await service.delete(image.guid, permanently=True)
    assert image.content is not None
    assert await services.store.size_of(image.content.storage_key) is None
    for reading in (services.public(), service):
        with pytest.raises(ImageNotFound):
            await reading.get(image.guid)
        assert (await reading.list_(ImageSearch())).images == []


async def test_an_image_that_is_made_private_again_is_gone_for_the_others(services: Services) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)
    await services.private(ALICE).change(image.guid, ImageChanges(visibility=Visibility.PRIVATE))
    for reading in (services.public(), services.private(BOB)):
        with pytest.raises(ImageNotFound):
            await reading.get(image.guid)
        assert (await reading.list_(ImageSearch())).images == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.QUEUED, ImageNotReady),
        (Status.GENERATING, ImageNotReady),
        (Status.FAILED, ImageFailed),
        (Status.CANCELED, ImageFailed),
        (Status.UNKNOWN, ImageFailed),
    ],
)
async def test_an_image_without_content_says_whether_there_will_be_any(
    services: Services, status: Status, error: type[Exception]
) -> None:
    image = await shelve(services, None, status=status)
    with pytest.raises(error):
        await services.private(ALICE).picture(image.guid)
