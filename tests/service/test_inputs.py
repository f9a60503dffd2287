"""Pictures to start from: what is taken, what is refused, and what is known of where they come from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Image, Size, Status, Task, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.core.requests import MOST_INPUTS, ImagePrompt
from pixyproxy.service import inputs as service_inputs
from pixyproxy.service.inputs import NO_UPLOADS, Uploads
from pixyproxy.service.services import Services
from tests.service.inputs_at_hand import bomb, data_url, padded, with_alpha
from tests.service.making.workshop import files_of
from tests.service.scenery import (
    ADMIN,
    ALICE,
    BOB,
    ON_SQLITE,
    PNG,
    SVG,
    Easel,
    painting,
    picture,
    rows,
    shelve,
    throw_away,
    with_generator,
)

MASK = with_alpha()
OTHER = picture("png", 64, 64)
TABLES = ("image", "job", "attempt", "idempotency", "image_parent")
NOWHERE = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"


def an_edit(**known: Any) -> ImagePrompt:
    """Not looked at yet: the service does that itself."""
    return ImagePrompt.model_construct(**{**ImagePrompt(prompt="a cat").__dict__, **known})


async def made(
    services: Services, easel: Easel, uploads: Uploads = NO_UPLOADS, caller: Any = ALICE, **known: Any
) -> Image:
    private = with_generator(services, easel).private(caller)
    batch = await private.begin_batch(ImagePrompt(prompt="a cat", **known), uploads=uploads)
    return (await private.arrived(batch.images[0])).image


REFUSED: dict[str, tuple[str, Callable[[], tuple[dict[str, Any], Uploads]]]] = {
    "empty": ("images", lambda: ({}, Uploads((b"",)))),
    "no picture": ("images", lambda: ({}, Uploads((b"my diary",)))),
    "the second is no picture": ("images", lambda: ({}, Uploads((PNG, b"my diary")))),
    "cut short": ("images", lambda: ({}, Uploads((PNG[:-20],)))),
    "damaged": ("images", lambda: ({}, Uploads((PNG[:60] + bytes([PNG[60] ^ 255]) + PNG[61:],)))),
    "a byte more than 50 MB": ("images", lambda: ({}, Uploads((padded(50 * 1024**2 + 1),)))),
    "a bomb": ("images", lambda: ({}, Uploads((bomb(),)))),
    "an svg": ("images", lambda: ({}, Uploads((SVG,)))),
    "an svg as a data URL": ("images", lambda: ({"images": [data_url(SVG)]}, NO_UPLOADS)),
    "17 uploads": ("images", lambda: ({}, Uploads((PNG,) * (MOST_INPUTS + 1)))),
    "17 in all": ("images", lambda: ({"images": [data_url(PNG)] * 9}, Uploads((PNG,) * 8))),
    "17 in the request": ("images", lambda: ({"images": [data_url(PNG)] * 17}, NO_UPLOADS)),
    "a word": ("images", lambda: ({"images": ["cat"]}, NO_UPLOADS)),
    "a link": ("images", lambda: ({"images": ["https://example.com/cat.png"]}, NO_UPLOADS)),
    "a path": ("images", lambda: ({"images": ["../../etc/passwd"]}, NO_UPLOADS)),
    "a guid of nothing": ("images", lambda: ({"images": [NOWHERE]}, NO_UPLOADS)),
    "a guid in braces": ("images", lambda: ({"images": [f"{{{NOWHERE}}}"]}, NO_UPLOADS)),
    "a data URL that is not base64": ("images", lambda: ({"images": ["data:image/png,PNG"]}, NO_UPLOADS)),
    "a data URL of nonsense": ("images", lambda: ({"images": ["data:image/png;base64,é*"]}, NO_UPLOADS)),
    "a data URL of nothing": ("images", lambda: ({"images": ["data:image/png;base64,"]}, NO_UPLOADS)),
    "a data URL cut off": ("images", lambda: ({"images": ["data:image/png;base64"]}, NO_UPLOADS)),
    "a mask without alpha": ("mask", lambda: ({}, Uploads((PNG,), PNG))),
    "a mask of another size": ("mask", lambda: ({}, Uploads((PNG,), with_alpha(48, 31)))),
    "a mask as large as the second": ("mask", lambda: ({}, Uploads((PNG, OTHER), with_alpha(64, 64)))),
    "a mask that is no picture": ("mask", lambda: ({}, Uploads((PNG,), b"my diary"))),
    "an empty mask": ("mask", lambda: ({}, Uploads((PNG,), b""))),
    "a mask that is a bomb": ("mask", lambda: ({}, Uploads((PNG,), bomb()))),
    "a mask that is an svg": ("mask", lambda: ({}, Uploads((PNG,), SVG))),
    "a mask that is a word": ("mask", lambda: ({"mask": "cat"}, Uploads((PNG,)))),
    "a mask that is nowhere": ("mask", lambda: ({"mask": NOWHERE}, Uploads((PNG,)))),
    "a mask alone": ("images", lambda: ({"mask": data_url(MASK)}, NO_UPLOADS)),
    "an uploaded mask alone": ("images", lambda: ({}, Uploads((), MASK))),
    "a task alone": ("images", lambda: ({"task": Task.EDIT}, NO_UPLOADS)),
    "a variation of nothing": ("images", lambda: ({"task": Task.VARY}, NO_UPLOADS)),
}


@ON_SQLITE
@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_leaves_no_trace_and_asks_nobody(services: Services, case: str) -> None:
    field, built = REFUSED[case]
    known, uploads = built()
    easel = painting()
    with pytest.raises(InvalidRequest) as raised:
        await with_generator(services, easel).private(ALICE).begin_batch(an_edit(**known), 2, uploads)
    assert {error.field.partition(".")[0] for error in raised.value.errors} == {field}
    assert field in raised.value.detail
    assert [await rows(services, table) for table in TABLES] == [[]] * len(TABLES)
    assert (files_of(services), easel.asked) == ([], [])


@ON_SQLITE
async def test_a_picture_may_have_just_as_many_bytes_as_are_allowed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service_inputs.MOST_BYTES == 50 * 1024**2
    monkeypatch.setattr(service_inputs, "MOST_BYTES", len(PNG))
    assert (await made(services, painting(), Uploads((PNG,)))).status is Status.READY
    with pytest.raises(InvalidRequest):
        await made(services, painting(), Uploads((PNG + b"\0",)))


@ON_SQLITE
async def test_sixteen_pictures_are_not_too_many(services: Services) -> None:
    easel = painting()
    await made(services, easel, Uploads((OTHER,) * 8, MASK), images=[data_url(PNG)] * 8)
    assert [each.content for each in easel.asked[0].inputs] == [PNG] * 8 + [OTHER] * 8


@pytest.mark.parametrize("status", [Status.FAILED, Status.QUEUED, Status.GENERATING])
async def test_an_image_without_a_picture_is_none_to_start_from(services: Services, status: Status) -> None:
    image = await shelve(services, None, status=status)
    with pytest.raises(InvalidRequest, match="images"):
        await made(services, easel := painting(), images=[image.guid])
    assert easel.asked == []


async def test_anothers_private_image_is_refused_in_the_words_for_one_that_does_not_exist(
    services: Services,
) -> None:
    theirs = await shelve(services, owner=BOB.owner)
    gone = await shelve(services)
    await services.private(ALICE).delete(gone.guid)
    told = set()
    for guid in (theirs.guid, gone.guid, new_guid()):
        for known in ({"images": [guid]}, {"images": [data_url(PNG)], "mask": guid}):
            with pytest.raises(InvalidRequest) as raised:
                await made(services, easel := painting(), **known)
            told.add((len(known), raised.value.detail, tuple(raised.value.errors)))
            assert easel.asked == []
    assert len(told) == 2


@ON_SQLITE
@pytest.mark.parametrize("kind", ["png", "webp", "jpg", "gif"])
async def test_uploads_and_data_urls_reach_the_generator_byte_for_byte(services: Services, kind: str) -> None:
    content, easel = picture(kind), painting()
    await made(services, easel, Uploads((content,), MASK), images=[data_url(content, "text/plain")])
    [request] = easel.asked
    assert [each.content for each in request.inputs] == [content, content]
    assert {each.media_type for each in request.inputs} == {f"image/{kind.replace('jpg', 'jpeg')}"}
    assert {each.size for each in request.inputs} == {Size(48, 32)}
    assert request.mask is not None
    assert (request.mask.content, request.mask.size) == (MASK, Size(48, 32))
    assert request.task is Task.EDIT


async def test_an_image_that_is_named_reaches_the_generator_byte_for_byte(services: Services) -> None:
    mine = await shelve(services, OTHER, prompt="mine")
    theirs = await shelve(services, PNG, owner=BOB.owner, visibility=Visibility.PUBLIC)
    mask = await shelve(services, with_alpha(64, 64))
    easel = painting()
    image = await made(services, easel, images=[mine.guid.upper(), theirs.guid], mask=mask.guid)
    [request] = easel.asked
    assert [each.content for each in request.inputs] == [OTHER, PNG]
    assert request.mask is not None
    assert request.mask.content == with_alpha(64, 64)
    assert image.parents == (mine.guid, theirs.guid)


async def test_without_pictures_it_is_made_from_nothing(services: Services) -> None:
    easel = painting()
    image = await made(services, easel)
    assert (easel.asked[0].inputs, easel.asked[0].mask, easel.asked[0].task) == ((), None, Task.GENERATE)
    assert (image.parents, await rows(services, "image_parent")) == ((), [])


async def test_parents_are_kept_and_stay_when_the_image_is_changed(services: Services) -> None:
    parent = await shelve(services)
    image = await made(services, painting(), images=[parent.guid])
    assert (await services.private(ALICE).get(image.guid)).parents == image.parents == (parent.guid,)
    assert [row["parent"] for row in await rows(services, "image_parent")] == [parent.guid]


@pytest.mark.parametrize("sent", ["upload", "data URL"])
async def test_bytes_that_are_those_of_a_visible_image_name_it_as_a_parent(
    services: Services, sent: str
) -> None:
    await shelve(services, OTHER, prompt="the older one")
    parent = await shelve(services, OTHER, owner=BOB.owner, visibility=Visibility.PUBLIC)
    if sent == "upload":
        image = await made(services, painting(), Uploads((OTHER, PNG)))
    else:
        image = await made(services, painting(), images=[data_url(OTHER), data_url(PNG)])
    assert image.parents == (parent.guid,)


async def test_a_parent_is_named_once_however_often_it_is_given(services: Services) -> None:
    parent, other = await shelve(services, PNG), await shelve(services, OTHER)
    uploads = Uploads((PNG, OTHER))
    image = await made(
        services, painting(), uploads, images=[parent.guid, parent.guid.upper(), data_url(PNG)]
    )
    assert image.parents == (parent.guid, other.guid)


async def test_bytes_of_anothers_private_image_name_nobody(services: Services) -> None:
    theirs = await shelve(services, owner=BOB.owner)
    assert (await made(services, painting(picture("webp")), Uploads((PNG,)))).parents == ()
    assert (await made(services, painting(picture("webp")), Uploads((PNG,)), ADMIN)).parents == (theirs.guid,)
    older = await shelve(services)
    newer = await shelve(services, owner=BOB.owner)
    assert newer.id > older.id
    assert (await made(services, painting(picture("webp")), Uploads((PNG,)))).parents == (older.guid,)


async def test_bytes_of_a_deleted_image_name_nobody(services: Services) -> None:
    gone = await shelve(services)
    await throw_away(services, gone)
    assert (await made(services, painting(), Uploads((PNG,)))).parents == ()


@ON_SQLITE
async def test_a_mask_is_no_parent(services: Services) -> None:
    mask = await shelve(services, MASK)
    assert (await made(services, painting(), Uploads((PNG,)), mask=mask.guid)).parents == ()


@ON_SQLITE
async def test_each_of_a_batch_has_the_same_parents(services: Services) -> None:
    parent = await shelve(services)
    private = with_generator(services, painting()).private(ALICE)
    batch = await private.begin_batch(ImagePrompt(prompt="a cat", images=[parent.guid]), 3)
    images = [(await private.arrived(image)).image for image in batch.images]
    assert [image.parents for image in images] == [(parent.guid,)] * 3
    assert replace(images[0], id=0) != replace(images[1], id=0)
