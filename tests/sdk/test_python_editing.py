"""Edits and variations, in OpenAI's SDK for Python, with files in each way it takes them."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import OpenAI
from openai.types import ImagesResponse

from tests.live.service import RunningService
from tests.upstream import RunningUpstream

from .library import content_of, guid_of, kept
from .pictures import CAT, DOG, MASK


def only_image(service: RunningService, made: ImagesResponse) -> dict[str, Any]:
    [item] = made.data or []
    return kept(service, guid_of(item), content_of(item))


def sent_on(upstream: RunningUpstream) -> list[tuple[str, str, str]]:
    [call] = upstream.ledger()
    return [(each.field, each.media_type, each.sha256) for each in call.uploads]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("kind", ["tuple", "bytes", "stream", "path", "list"])
def test_one_picture_arrives_however_it_is_handed_over(
    client: OpenAI, gateway: RunningService, upstream: RunningUpstream, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(CAT)
    ways: dict[str, Any] = {
        "tuple": ("cat.png", CAT, "image/png"),
        "bytes": CAT,
        "stream": BytesIO(CAT),
        "path": path,
        "list": [CAT],
    }
    only_image(gateway, client.images.edit(image=ways[kind], prompt="a hat"))
    assert sent_on(upstream) == [("image", "image/png", sha256(CAT))]


def test_several_pictures_arrive_in_their_order(
    client: OpenAI, gateway: RunningService, upstream: RunningUpstream
) -> None:
    only_image(gateway, client.images.edit(image=[DOG, CAT], prompt="both together"))
    assert sent_on(upstream) == [
        ("image[]", "image/jpeg", sha256(DOG)),
        ("image[]", "image/png", sha256(CAT)),
    ]


def test_a_mask_arrives_with_its_picture(
    client: OpenAI, gateway: RunningService, upstream: RunningUpstream
) -> None:
    only_image(gateway, client.images.edit(image=CAT, mask=MASK, prompt="a hat"))
    assert sent_on(upstream) == [("image", "image/png", sha256(CAT)), ("mask", "image/png", sha256(MASK))]


@pytest.mark.parametrize("pictures", [[CAT], [CAT, DOG]], ids=["one", "two"])
def test_the_built_in_generator_edits(
    sketching: OpenAI, sketch: RunningService, pictures: list[bytes]
) -> None:
    made = sketching.images.edit(image=list(pictures), prompt="a red hat", size="128x128")
    assert only_image(sketch, made)["width"] == 128


def test_the_built_in_generator_edits_within_a_mask(sketching: OpenAI, sketch: RunningService) -> None:
    image = only_image(sketch, sketching.images.edit(image=CAT, mask=MASK, prompt="a red hat"))
    assert (image["width"], image["height"]) == (96, 64)


def test_fields_of_ours_go_into_the_form_of_an_edit(sketching: OpenAI, sketch: RunningService) -> None:
    ours = {"tags": ["hat", "Cats"], "author": "the shop", "visibility": "public"}
    made = sketching.images.edit(image=CAT, prompt="a hat", extra_body={**ours, "seed": 3})
    image = only_image(sketch, made)
    assert {name: image[name] for name in ours} == ours
    assert image["parameters"]["seed"] == 3


def test_an_edit_knows_the_image_it_was_made_from(sketching: OpenAI, sketch: RunningService) -> None:
    first = sketching.images.generate(prompt="a unique fox", size="64x64")
    [item] = first.data or []
    image = only_image(sketch, sketching.images.edit(image=content_of(item), prompt="a hat"))
    assert image["parents"] == [guid_of(item)]


def test_three_edits_at_once_are_three_images(sketching: OpenAI, sketch: RunningService) -> None:
    made = sketching.images.edit(image=CAT, prompt="a hat", n=3)
    images = [kept(sketch, guid_of(item), content_of(item)) for item in made.data or []]
    assert len({image["guid"] for image in images}) == 3


def test_variations_of_a_picture_are_kept(sketching: OpenAI, sketch: RunningService) -> None:
    with pytest.deprecated_call():
        made = sketching.images.create_variation(image=CAT, n=2, response_format="b64_json")
    images = [kept(sketch, guid_of(item), content_of(item)) for item in made.data or []]
    assert len({image["guid"] for image in images}) == 2


def test_no_two_variations_of_one_request_are_the_same(sketching: OpenAI) -> None:
    with pytest.deprecated_call():
        made = sketching.images.create_variation(image=CAT, n=2, response_format="b64_json")
    assert len({item.b64_json for item in made.data or []}) == 2


def test_a_variation_is_a_url_unless_told_otherwise(
    sketching: OpenAI, sketch: RunningService, stranger: httpx2.Client
) -> None:
    with pytest.deprecated_call():
        made = sketching.images.create_variation(image=CAT, size="256x256")
    [item] = made.data or []
    assert item.url is not None
    assert kept(sketch, guid_of(item), stranger.get(item.url).content)["width"] == 256


@pytest.mark.parametrize(
    ("pictures", "param"),
    [
        ({"image": b"no picture"}, "image"),
        ({"image": CAT, "mask": b"no picture"}, "mask"),
        ({"image": DOG, "mask": MASK}, "mask"),
        ({"image": CAT, "mask": CAT}, "mask"),
        ({"image": [CAT] * 17}, "image"),
    ],
    ids=["no picture", "no mask", "a mask of another size", "a mask without alpha", "seventeen"],
)
def test_what_cannot_be_edited_is_refused_before_anything_is_paid_for(
    client: OpenAI, upstream: RunningUpstream, pictures: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(prompt="a hat", **pictures)
    assert caught.value.param == param
    assert upstream.ledger() == []
