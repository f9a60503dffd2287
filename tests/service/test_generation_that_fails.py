"""What is left when a picture does not come to be, or nobody wants it any more."""

import asyncio
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    ImageNotFound,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
    Unavailable,
    UnreadablePicture,
)
from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.core.requests import ImagePrompt, ImageSearch
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.services import Services
from tests.service.scenery import (
    ALICE,
    PNG,
    Easel,
    Gate,
    eventually,
    failing,
    painting,
    rows,
    with_generator,
)

CAT = ImagePrompt(prompt="a cat on a chair")
REFUSAL, FOREIGN = PromptRefused(), RuntimeError("secret /path SELECT")


async def _begun(service: PrivateImages, gate: Gate) -> tuple[asyncio.Task[object], str]:
    making: asyncio.Task[object] = asyncio.create_task(service.make(CAT))
    await gate.reached.wait()
    [image] = (await service.list_(ImageSearch(status=Status.GENERATING))).images
    return making, image.guid


def _files(folder: Path, below: str = "images") -> list[Path]:
    return [file for file in (folder / below).rglob("*") if file.is_file()]


async def test_an_image_is_finished_and_kept_when_its_caller_stops_waiting(services: Services) -> None:
    gate = Gate()
    private = with_generator(services, Easel(gate))
    making, guid = await _begun(private.private(ALICE), gate)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    gate.opened.set()
    await private.generation.drain()
    kept = await private.private(ALICE).get(guid)
    assert kept.status is Status.READY
    [attempt] = await services.library.attempts.of_image(kept.id)
    assert attempt.status is AttemptStatus.SUCCEEDED


async def test_an_image_deleted_while_it_is_made_is_nowhere_and_finished_in_the_trash(
    services: Services,
) -> None:
    gate = Gate()
    service = with_generator(services, Easel(gate)).private(ALICE)
    making, guid = await _begun(service, gate)
    await service.delete(guid)
    with pytest.raises(ImageNotFound):
        await service.get(guid)
    gate.opened.set()
    with pytest.raises(ImageNotFound):
        await making
    with pytest.raises(ImageNotFound):
        await service.get(guid)
    assert (await service.restore(guid)).status is Status.READY
    assert await service.content_of(guid) == PNG


async def test_of_an_image_deleted_for_good_while_it_is_made_neither_bytes_nor_rows_stay(
    services: Services, tmp_path: Path
) -> None:
    gate = Gate()
    service = with_generator(services, Easel(gate)).private(ALICE)
    making, guid = await _begun(service, gate)
    await service.delete(guid, permanently=True)
    await services.trash.empty()
    assert len(await rows(services, "image")) == 1
    gate.opened.set()
    with pytest.raises(ImageNotFound):
        await making
    await services.trash.empty()
    assert await rows(services, "image") == await rows(services, "job") == []
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("generator", "raised"),
    [(painting(b"no picture at all"), UnreadablePicture), (failing(REFUSAL), PromptRefused)],
    ids=["no picture", "refused"],
)
async def test_of_an_image_deleted_for_good_while_its_making_fails_nothing_stays(
    services: Services, tmp_path: Path, generator: Easel, raised: type[PixyProxyException]
) -> None:
    gate = Gate(generator.generate)
    service = with_generator(services, Easel(gate)).private(ALICE)
    making, guid = await _begun(service, gate)
    await service.delete(guid, permanently=True)
    gate.opened.set()
    with pytest.raises(raised):
        await making
    await services.trash.empty()
    assert (await rows(services, "image"), _files(tmp_path)) == ([], [])


async def test_of_a_failed_image_that_is_deleted_for_good_no_rows_stay(services: Services) -> None:
    service = with_generator(services, failing(REFUSAL)).private(ALICE)
    with pytest.raises(PromptRefused) as caught:
        await service.make(CAT)
    assert caught.value.guid is not None
    await service.delete(caught.value.guid, permanently=True)
    assert await rows(services, "image") == []
    assert len(await rows(services, "attempt")) == 1  # what was tried, and may have been spent, stays


@pytest.mark.parametrize(
    ("error", "raised", "status", "attempt_status"),
    [
        (REFUSAL, PromptRefused, Status.FAILED, AttemptStatus.FAILED),
        (GeneratorFailed("It is out of paint."), GeneratorFailed, Status.FAILED, AttemptStatus.FAILED),
        (RateLimited(retry_after_s=30), RateLimited, Status.FAILED, AttemptStatus.FAILED),
        (FOREIGN, OutcomeUnknown, Status.UNKNOWN, AttemptStatus.UNKNOWN),
        (OutcomeUnknown(), OutcomeUnknown, Status.UNKNOWN, AttemptStatus.UNKNOWN),
    ],
)
async def test_why_an_image_was_not_made_is_in_its_row_and_its_attempt(
    services: Services,
    error: Exception,
    raised: type[PixyProxyException],
    status: Status,
    attempt_status: AttemptStatus,
) -> None:
    service = with_generator(services, failing(error)).private(ALICE)
    with pytest.raises(raised) as caught:
        await service.make(CAT)
    assert caught.value.guid is not None
    image = await service.get(caught.value.guid)
    assert image.status is status
    assert image.failure is not None
    assert (image.failure.code, image.failure.detail) == (caught.value.code, caught.value.detail)
    assert image.content is None
    assert image.cost_usd is None
    [attempt] = await services.library.attempts.of_image(image.id)
    assert (attempt.status, attempt.failure) == (attempt_status, image.failure)
    assert attempt.ended_at is not None


async def test_no_word_of_a_foreign_exception_is_kept_or_told(services: Services) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await with_generator(services, failing(FOREIGN)).private(ALICE).make(CAT)
    kept = f"{await rows(services, 'image')} {await rows(services, 'attempt')}"
    for word in ("secret", "/path", "SELECT"):
        assert word not in caught.value.detail
        assert word not in kept


async def test_bytes_that_are_no_picture_are_put_aside_with_the_attempt(services: Services) -> None:
    nonsense = b"I am sorry, I cannot draw that."
    service = with_generator(services, painting(nonsense)).private(ALICE)
    with pytest.raises(GeneratorFailed) as caught:
        await service.make(CAT)
    assert caught.value.guid is not None
    image = await service.get(caught.value.guid)
    assert image.status is Status.FAILED
    [attempt] = await services.library.attempts.of_image(image.id)
    aside = services.store.read(f"{attempt.storage_key}.quarantined")
    assert b"".join([chunk async for chunk in aside]) == nonsense


async def test_while_no_picture_can_be_stored_none_is_recorded_and_no_generator_called(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    easel = painting()
    with pytest.raises(Unavailable) as caught:
        await with_generator(services, easel).private(ALICE).make(CAT)
    assert caught.value.guid is None
    assert await rows(services, "image") == await rows(services, "attempt") == []
    assert easel.asked == []


async def test_who_waits_for_a_picture_that_cannot_be_stored_gets_the_image_as_it_stands_and_finds_it_later(
    services: Services, tmp_path: Path
) -> None:
    gate = Gate()
    service = with_generator(services, Easel(gate)).private(ALICE)
    making, guid = await _begun(service, gate)
    folder = tmp_path / "images"
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file where the folder should be")
    gate.opened.set()
    assert await making == await service.get(guid)
    assert (await service.get(guid)).status is Status.GENERATING
    folder.unlink()
    await eventually(lambda: _is_ready(service, guid))
    picture = await service.picture(guid)
    assert b"".join([chunk async for chunk in picture.read(0, len(PNG))]) == PNG
    assert _files(tmp_path / "spool", "") == []


async def _is_ready(service: PrivateImages, guid: str) -> bool:
    return (await service.get(guid)).status is Status.READY


async def test_closing_waits_for_the_pictures_on_their_way(services: Services) -> None:
    gate = Gate()
    closing = with_generator(services, Easel(gate))
    making, _ = await _begun(closing.private(ALICE), gate)
    ending = asyncio.create_task(closing.generation.drain())
    await asyncio.sleep(0)
    assert not ending.done()
    gate.opened.set()
    await ending
    await making
