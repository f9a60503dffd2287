"""How a picture comes to be: what is written down, and in which order."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from pixyproxy.core.exceptions import ModelNotFound
from pixyproxy.core.models import AttemptStatus, Cost, Status, Visibility
from pixyproxy.core.requests import ImageChanges, ImagePrompt, ImageSearch
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making.generation import Generation
from pixyproxy.service.services import Services
from tests.service.scenery import ALICE, NO_RESERVE, PNG, Easel, Gate, painting, picture, rows, with_generator

CAT = ImagePrompt(prompt="a cat on a chair")


async def test_the_image_and_its_attempt_are_recorded_before_the_generator_is_called(
    services: Services,
) -> None:
    async def look(_: PictureRequest) -> GeneratedPicture:
        [image] = (await services.private(ALICE).list_(ImageSearch(status=Status.GENERATING))).images
        [attempt] = await services.library.attempts.of_image(image.id)
        assert (attempt.status, attempt.generator, attempt.model) == ("started", "easel", "easel-1")
        assert attempt.owner == ALICE.owner
        assert attempt.started_at >= image.created_at
        assert attempt.ended_at is None
        assert image.content is None
        return GeneratedPicture(PNG)

    made = await with_generator(services, Easel(look)).private(ALICE).make(CAT)
    assert made.status is Status.READY


async def test_the_bytes_are_stored_before_the_image_is_called_ready(
    services: Services, tmp_path: Path
) -> None:
    statuses = []

    class WatchedStore(FolderStore):
        async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
            statuses.extend([row["status"] for row in await rows(services, "image")])
            await super().put(key, content)

    store, catalogue = WatchedStore(tmp_path / "images"), Catalogue([painting()], {}, None)
    generation = Generation(services.library, store, services.spool, catalogue, NO_RESERVE)
    [begun] = (await generation.begin(ALICE, CAT, 1)).images
    made = await generation.watching.until_settled(begun, None)
    assert statuses == ["generating"]
    assert made.content is not None
    assert store.local_path(made.content.storage_key).read_bytes() == PNG


async def test_image_and_attempt_end_together(services: Services) -> None:
    cost = Cost(Decimal("0.0123"), "price list")
    easel = painting(usage={"total_tokens": 7}, cost=cost)
    easel.request_id = "req_7"
    made = await with_generator(services, easel).private(ALICE).make(CAT)
    [attempt] = await services.library.attempts.of_image(made.id)
    assert attempt.status is AttemptStatus.SUCCEEDED
    assert (attempt.usage, attempt.cost, attempt.provider_request_id) == ({"total_tokens": 7}, cost, "req_7")
    assert attempt.ended_at is not None
    assert attempt.started_at <= attempt.ended_at
    assert made.content is not None
    assert made.content.storage_key.startswith(attempt.storage_key)


async def test_what_was_made_is_read_back_as_it_was_told(services: Services) -> None:
    service = with_generator(services, painting()).private(ALICE)
    made = await service.make(CAT)
    assert await service.get(made.guid) == made
    assert UUID(made.guid).version == 7


async def test_what_the_generator_knows_is_kept(services: Services) -> None:
    easel = painting(
        picture("webp"),
        revised_prompt="a tabby cat, oil on canvas",
        parameters={"quality": "low", "steps": 4},
        cost=Cost(Decimal("0.0123"), "price list"),
    )
    asked = ImagePrompt(prompt="a cat", size="96x64", quality="high", seed=5)
    made = await with_generator(services, easel).private(ALICE).make(asked)
    assert made.revised_prompt == "a tabby cat, oil on canvas"
    assert made.parameters == {"size": "96x64", "quality": "low", "seed": 5, "steps": 4}
    assert (made.cost_usd, made.cost_source) == (Decimal("0.0123"), "price list")
    assert made.content is not None
    assert (made.content.media_type, made.content.width, made.content.height) == ("image/webp", 48, 32)
    assert made.content.size_bytes == len(picture("webp"))


async def test_a_cost_that_nobody_knows_is_not_called_zero(services: Services) -> None:
    made = await with_generator(services, painting()).private(ALICE).make(CAT)
    assert made.cost_usd is None
    assert made.cost_source is None


@pytest.mark.parametrize(("suffix", "extension"), [("png", "png"), ("jpg", "jpg"), ("webp", "webp")])
async def test_the_filename_has_words_of_the_prompt_a_piece_of_the_guid_and_the_true_extension(
    services: Services, suffix: str, extension: str
) -> None:
    made = await with_generator(services, painting(picture(suffix))).private(ALICE).make(CAT)
    assert made.filename == f"a-cat-on-a-chair-{made.guid[:8]}.{extension}"


async def test_a_filename_that_was_given_stays_as_it_is(services: Services) -> None:
    asked = ImagePrompt(prompt="a cat", filename="Katze.bild", author="Me", visibility=Visibility.PUBLIC)
    made = await with_generator(services, painting()).private(ALICE).make(asked)
    assert (made.filename, made.author, made.visibility) == ("Katze.bild", "Me", Visibility.PUBLIC)


async def test_an_unknown_model_is_refused_before_anything_is_recorded(services: Services) -> None:
    easel = painting()
    with pytest.raises(ModelNotFound):
        await with_generator(services, easel).private(ALICE).make(ImagePrompt(prompt="a cat", model="dall-e"))
    assert await rows(services, "image") == await rows(services, "attempt") == []
    assert easel.asked == []


async def test_what_is_changed_while_it_is_made_stays_changed(services: Services) -> None:
    gate = Gate()
    service = with_generator(services, Easel(gate)).private(ALICE)
    making = asyncio.create_task(service.make(CAT))
    await gate.reached.wait()
    [begun] = (await service.list_(ImageSearch(status=Status.GENERATING))).images
    await service.change(begun.guid, ImageChanges(tags=["Pets"], filename="mine.png"))
    gate.opened.set()
    made = await making
    assert (made.tags, made.filename, made.status) == (("Pets",), "mine.png", Status.READY)
    assert await service.get(made.guid) == made
    for search in (ImageSearch(tag=["pets"]), ImageSearch(filename="mine.png")):
        assert (await service.list_(search)).images == [made]
