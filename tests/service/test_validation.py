"""The service looks at its input again, whoever built it."""

from typing import Any

import pytest
from pydantic import BaseModel

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.requests import ImageChanges, ImagePrompt, ImageSearch, NewKey
from pixyproxy.service.services import Services
from pixyproxy.service.validation import revalidated
from tests.service.scenery import ALICE, ON_SQLITE, painting, rows, shelve, with_generator


def _unchecked(kind: type[BaseModel], **fields: Any) -> BaseModel:
    return kind.model_construct(**fields)


UNSOUND: list[tuple[BaseModel, str]] = [
    (_unchecked(ImagePrompt, prompt=" "), "prompt"),
    (_unchecked(ImagePrompt, prompt="x" * 32_001), "prompt"),
    (_unchecked(ImagePrompt, prompt="a\0cat"), "prompt"),
    (_unchecked(ImagePrompt, prompt=None), "prompt"),
    (_unchecked(ImagePrompt), "prompt"),
    (_unchecked(ImagePrompt, prompt="a cat", size="1x1"), "size"),
    (_unchecked(ImagePrompt, prompt="a cat", tags=[""]), "tags.0"),
    (_unchecked(ImagePrompt, prompt="a cat", filename="../etc"), "filename"),
    (_unchecked(ImagePrompt, prompt="a cat", visibility="friends"), "visibility"),
    (_unchecked(ImageSearch, limit=0), "limit"),
    (_unchecked(ImageSearch, limit=1_000_000), "limit"),
    (_unchecked(ImageSearch, order="sideways"), "order"),
    (_unchecked(NewKey, name=""), "name"),
]


@pytest.mark.parametrize(("model", "field"), UNSOUND)
def test_a_model_built_past_its_checks_is_refused_by_its_field(model: BaseModel, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        revalidated(model)
    assert [each.field for each in caught.value.errors] == [field]


@pytest.mark.parametrize(
    "model",
    [
        ImagePrompt(prompt="a cat", tags=["a", "b"], size="64x64", seed=1),
        ImageSearch(prompt="cat", limit=7),
        ImageChanges(tags=[]),
    ],
)
def test_a_sound_model_passes_as_it_is(model: BaseModel) -> None:
    again = revalidated(model)
    assert again == model
    assert again.model_fields_set == model.model_fields_set


def test_the_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(InvalidRequest) as caught:
        revalidated(ImagePrompt.model_construct(prompt="a cat", size="my secret", filename="my/secret"))
    told: list[Any] = [caught.value.detail, *caught.value.errors]
    assert "secret" not in str(told)


def test_a_flood_of_errors_is_not_answered_with_a_flood() -> None:
    prompt = ImagePrompt.model_construct(prompt="a cat", tags=[""] * 10_000)
    with pytest.raises(InvalidRequest) as caught:
        revalidated(prompt)
    assert len(caught.value.errors) <= 50


@ON_SQLITE
async def test_every_use_case_validates_again(services: Services) -> None:
    image = await shelve(services)
    private = with_generator(services, painting()).private(ALICE)
    with pytest.raises(InvalidRequest):
        await private.make(ImagePrompt.model_construct(prompt=""))
    with pytest.raises(InvalidRequest):
        await private.change(image.guid, ImageChanges.model_construct({"author"}, author=""))
    with pytest.raises(InvalidRequest):
        await private.list_(ImageSearch.model_construct(limit=0))
    with pytest.raises(InvalidRequest):
        await services.keys.create(NewKey.model_construct(name=""))
    assert [row["guid"] for row in await rows(services, "image")] == [image.guid]
    assert await private.get(image.guid) == image
