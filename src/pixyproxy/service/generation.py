"""How a picture comes to be: recorded, asked for, looked at, kept, and only then told of.

The order is the promise. A row names the attempt before the generator is called; the bytes are durable before
the image is called ready; the image and the attempt change in one transaction.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import (
    InternalError,
    OutcomeUnknown,
    PixyProxyException,
    UnreadablePicture,
)
from pixyproxy.core.models import (
    Attempt,
    AttemptStatus,
    Audience,
    Caller,
    Content,
    Failure,
    Image,
    JsonValue,
    Status,
)
from pixyproxy.core.names import EXTENSIONS, new_guid, readable_name
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.generators.catalogue import Catalogue, Choice
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.pictures import examine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Making:
    """One image on its way, and the attempt that is to bring it."""

    image: Image
    attempt: Attempt
    choice: Choice


class Generation:
    def __init__(self, library: Library, store: ImageStore, catalogue: Catalogue) -> None:
        self._library = library
        self._store = store
        self._catalogue = catalogue
        self._running: set[asyncio.Task[Image]] = set()

    async def make(self, caller: Caller, prompt: ImagePrompt) -> Image:
        """The image, ready and durable. Whoever stops waiting for it does not stop it."""
        choice = self._catalogue.choose(prompt)
        making = await self._record(caller, prompt, choice)
        task = asyncio.create_task(self._carry_out(making))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def finish_running(self) -> None:
        """Wait for the pictures that are on their way."""
        while self._running:
            await asyncio.wait(self._running)

    def _forget(self, task: asyncio.Task[Image]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # Its failure is in the row and the log, even when nobody waits any more.

    async def _record(self, caller: Caller, prompt: ImagePrompt, choice: Choice) -> _Making:
        image = _new_image(caller, prompt, choice)
        attempt = Attempt(
            image_id=0,
            generator=choice.generator.name,
            model=choice.request.model,
            storage_key=f"{image.created_at:%Y/%m/%d}/{new_guid()}",
            started_at=image.created_at,
        )

        async def work(repositories: Repositories) -> _Making:
            image_id = await repositories.images.add(image)
            of_image = replace(attempt, image_id=image_id)
            attempt_id = await repositories.attempts.add(of_image)
            return _Making(replace(image, id=image_id), replace(of_image, id=attempt_id), choice)

        return await self._library.transact(work)

    async def _carry_out(self, making: _Making) -> Image:
        try:
            picture = await making.choice.generator.generate(making.choice.request)
            return await self._keep(making, picture)
        except Exception as error:
            failure = error if isinstance(error, PixyProxyException) else InternalError()
            failure.guid = making.image.guid
            _log_failure(failure, error)
            await self._give_up(making, failure)
            if failure is error:
                raise
            raise failure from error

    async def _keep(self, making: _Making, picture: GeneratedPicture) -> Image:
        try:
            facts = await asyncio.to_thread(examine, picture.content)
        except UnreadablePicture:
            await self._store.put(quarantine_key(making.attempt), picture.content)
            raise
        extension = EXTENSIONS[facts.media_type]
        content = Content(
            storage_key=f"{making.attempt.storage_key}.{extension}",
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            size_bytes=len(picture.content),
            sha256=facts.sha256,
        )
        await self._store.put(content.storage_key, picture.content)
        return await self._finish(making, picture, content)

    async def _finish(self, making: _Making, picture: GeneratedPicture, content: Content) -> Image:
        attempt = replace(
            making.attempt,
            status=AttemptStatus.SUCCEEDED,
            provider_request_id=picture.provider_request_id,
            usage=picture.usage,
            ended_at=datetime.now(UTC),
        )

        async def work(repositories: Repositories) -> Image | None:
            await repositories.attempts.close(attempt)
            return await _change(repositories, making, lambda image: _ready_image(image, picture, content))

        image = await self._library.transact(work)
        if image is None:
            await self._store.delete(content.storage_key)
            await self._library.transact(lambda repositories: repositories.images.remove(making.image))
        return image or _ready_image(making.image, picture, content)

    async def _give_up(self, making: _Making, failure: PixyProxyException) -> None:
        lost = isinstance(failure, OutcomeUnknown)
        now = datetime.now(UTC)
        reason = Failure(failure.code, failure.detail)
        status = Status.UNKNOWN if lost else Status.FAILED
        attempt = replace(
            making.attempt,
            status=AttemptStatus.UNKNOWN if lost else AttemptStatus.FAILED,
            failure=reason,
            ended_at=now,
        )

        async def work(repositories: Repositories) -> Image | None:
            await repositories.attempts.close(attempt)
            failed = await _change(
                repositories,
                making,
                lambda image: replace(image, status=status, failure=reason, updated_at=now),
            )
            if failed is None:
                await repositories.images.remove(making.image)
            return failed

        if await self._library.transact(work) is None:
            await self._store.delete(quarantine_key(making.attempt))


def _log_failure(failure: PixyProxyException, error: Exception) -> None:
    """A provider's words may repeat the prompt or a key: they stay out of the log."""
    if isinstance(failure, InternalError):
        log.error("image %s was not made", failure.guid, exc_info=error)
    else:
        log.warning("image %s was not made: %s (%s)", failure.guid, failure.detail, failure.origin)


def quarantine_key(attempt: Attempt) -> str:
    """Where an answer lies that was paid for and is no whole picture."""
    return f"{attempt.storage_key}.quarantined"


async def _change(
    repositories: Repositories, making: _Making, changed: Callable[[Image], Image]
) -> Image | None:
    """Starts from the row as it is now: its owner may have changed it meanwhile, or (None) deleted it."""
    before = await repositories.images.find_for_update(making.image.guid, Audience(sees_everything=True))
    if before is None:
        return None
    after = changed(before)
    await repositories.images.change(before, after)
    return after


def _new_image(caller: Caller, prompt: ImagePrompt, choice: Choice) -> Image:
    guid, now = new_guid(), datetime.now(UTC)
    return Image(
        guid=guid,
        owner=caller.owner,
        filename=prompt.filename or readable_name(prompt.prompt, guid),
        prompt=prompt.prompt,
        tags=tuple(prompt.tags),
        author=prompt.author or caller.name,
        status=Status.GENERATING,
        visibility=prompt.visibility,
        generator=choice.generator.name,
        model=choice.request.model,
        parameters=_asked(prompt, choice),
        created_at=now,
        updated_at=now,
    )


def _ready_image(image: Image, picture: GeneratedPicture, content: Content) -> Image:
    named_by_us = image.filename == readable_name(image.prompt, image.guid)
    return replace(
        image,
        status=Status.READY,
        filename=f"{image.filename}.{EXTENSIONS[content.media_type]}" if named_by_us else image.filename,
        revised_prompt=picture.revised_prompt,
        parameters={**image.parameters, **picture.parameters},
        content=content,
        cost_usd=picture.cost.usd if picture.cost else None,
        cost_source=picture.cost.source if picture.cost else None,
        updated_at=datetime.now(UTC),
    )


def _asked(prompt: ImagePrompt, choice: Choice) -> dict[str, JsonValue]:
    named = {"size", "quality", "background", "output_format", "seed"}
    if prompt.model != choice.request.model:
        named.add("model")  # an alias changed it
    asked: dict[str, JsonValue] = prompt.model_dump(include=named, exclude_none=True)
    return asked
