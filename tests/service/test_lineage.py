"""The family of an image: what it was made from and what was made from it, as far as that may be seen."""

from typing import Any

import pytest

from pixyproxy.core.exceptions import ImageNotFound
from pixyproxy.core.models import Caller, Image, Visibility
from pixyproxy.core.requests import ImagePrompt, ImageSearch
from pixyproxy.service import reading
from pixyproxy.service.reading import Lineage
from pixyproxy.service.services import Services
from tests.service.scenery import (
    ADMIN,
    ALICE,
    BOB,
    ON_SQLITE,
    painting,
    picture,
    shelve,
    throw_away,
    with_generator,
)

PUBLIC = Visibility.PUBLIC


async def child(services: Services, *parents: Image, **known: Any) -> Image:
    return await shelve(services, parents=tuple(parent.guid for parent in parents), **known)


async def line(services: Services, length: int, **known: Any) -> list[Image]:
    """Each made from the one before."""
    images = [await shelve(services, **known)]
    while len(images) < length:
        images.append(await child(services, images[-1], **known))
    return images


async def family_of(services: Services, image: Image, caller: Caller | None = ALICE) -> Lineage:
    return await services.as_seen_by(caller).lineage(image.guid)


async def test_it_reaches_to_the_grandparents_and_the_grandchildren_the_oldest_first(
    services: Services,
) -> None:
    images = await line(services, 5)
    assert await family_of(services, images[2]) == Lineage(images[2], images[:2], images[3:])
    assert await family_of(services, images[0]) == Lineage(images[0], [], images[1:])
    assert await family_of(services, images[4]) == Lineage(images[4], images[:4], [])


async def test_brothers_and_the_other_parents_of_children_are_not_in_it(services: Services) -> None:
    parent, stranger = await shelve(services), await shelve(services)
    image, brother = await child(services, parent), await child(services, parent)
    common = await child(services, brother, image, stranger)
    assert await family_of(services, image) == Lineage(image, [parent], [common])
    assert (await family_of(services, common)).ancestors == [parent, stranger, image, brother]


async def test_who_is_related_in_two_ways_is_named_once(services: Services) -> None:
    first = await shelve(services)
    left, right = await child(services, first), await child(services, first)
    last = await child(services, left, right, first)
    assert (await family_of(services, last)).ancestors == [first, left, right]
    assert (await family_of(services, first)).descendants == [left, right, last]


async def test_an_image_made_from_nothing_has_no_family(services: Services) -> None:
    image, _ = await shelve(services), await shelve(services)
    assert await family_of(services, image) == Lineage(image, [], [])


@pytest.mark.parametrize(
    ("caller", "sees"),
    [(ALICE, "public mine"), (ADMIN, "public mine theirs"), (BOB, "public theirs"), (None, "public")],
    ids=["owner", "administrator", "other", "visitor"],
)
async def test_relatives_that_may_not_be_seen_are_left_out(
    services: Services, caller: Caller | None, sees: str
) -> None:
    kinds: list[dict[str, Any]] = [
        {"prompt": "public", "owner": BOB.owner, "visibility": PUBLIC},
        {"prompt": "mine", "owner": ALICE.owner},
        {"prompt": "theirs", "owner": BOB.owner},
    ]
    parents = [await shelve(services, **kind) for kind in kinds]
    image = await child(services, *parents, visibility=PUBLIC)
    for kind in kinds:
        await child(services, image, **kind)
    family = await family_of(services, image, caller)
    assert [each.prompt for each in family.ancestors] == sees.split()
    assert [each.prompt for each in family.descendants] == sees.split()


async def test_who_may_not_see_the_image_learns_nothing_of_its_family(services: Services) -> None:
    parent = await shelve(services, visibility=PUBLIC)
    image = await child(services, parent)
    for caller in (BOB, None):
        with pytest.raises(ImageNotFound):
            await family_of(services, image, caller)
        assert (await family_of(services, parent, caller)).descendants == []


async def test_a_deleted_parent_stays_a_name_and_is_in_the_family_no_more(services: Services) -> None:
    parent, image, grandchild = await line(services, 3)
    await services.private(ALICE).delete(parent.guid)
    family = await family_of(services, image)
    assert family == Lineage(image, [], [grandchild])
    assert family.image.parents == (parent.guid,)


async def test_a_deleted_child_is_in_the_family_no_more(services: Services) -> None:
    parent = await shelve(services)
    gone, hidden = await child(services, parent), await child(services, parent)
    await services.private(ALICE).delete(gone.guid)
    await throw_away(services, hidden)
    left = await child(services, parent)
    assert (await family_of(services, parent)).descendants == [left]


@ON_SQLITE
async def test_of_a_large_family_only_so_many_are_looked_up(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reading.MOST_RELATIVES == 200
    monkeypatch.setattr(reading, "MOST_RELATIVES", 3)
    parents = [await shelve(services) for _ in range(5)]
    image = await child(services, *parents)
    for _ in range(5):
        await line_from(services, image)
    family = await family_of(services, image)
    assert (len(family.ancestors), len(family.descendants)) == (3, 3)
    images = await line(services, 9)
    family = await family_of(services, images[4])
    assert family.ancestors == images[1:4]
    assert family.descendants == images[5:8]


async def line_from(services: Services, image: Image) -> None:
    await child(services, await child(services, image))


async def test_children_that_may_not_be_seen_leave_room_for_those_that_may(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a public image from which many have made something of their own."""
    monkeypatch.setattr(reading, "MOST_RELATIVES", 3)
    image = await shelve(services, owner=BOB.owner, visibility=PUBLIC)
    for _ in range(4):
        await child(services, image, owner=BOB.owner)
    mine = await child(services, image)
    assert (await family_of(services, image)).descendants == [mine]


async def test_images_made_one_from_another_are_a_family(services: Services) -> None:
    first = await shelve(services)
    private = with_generator(services, painting(picture("webp"))).private(ALICE)
    second = await private.make(ImagePrompt(prompt="a cat, edited", images=[first.guid]))
    third = await private.make(ImagePrompt(prompt="a cat, edited again", images=[second.guid, first.guid]))
    assert await private.lineage(second.guid) == Lineage(second, [first], [third])
    assert third.parents == (second.guid, first.guid)


async def test_what_a_public_image_was_made_from_and_with_is_its_owners_to_know(services: Services) -> None:
    parent = await shelve(services)
    image = await child(services, parent, visibility=PUBLIC, batch=parent.guid)
    for stranger in (services.public(), services.private(BOB)):
        seen = await stranger.get(image.guid)
        [listed] = (await stranger.list_(ImageSearch())).images
        told = (await stranger.lineage(image.guid)).image
        assert {(each.parents, each.batch) for each in (seen, listed, told)} == {((), None)}
    assert (await services.private(ALICE).get(image.guid)).parents == (parent.guid,)
