"""A picture that was paid for and is safe in the store, while its image does not know what became of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.life import step
from pixyproxy.core.models import Attempt, AttemptStatus, Content, Image, Status
from pixyproxy.core.names import with_extension
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.pictures import examine
from pixyproxy.service.upkeep.belonging import Stray


async def adopt(library: Library, store: ImageStore, stray: Stray) -> bool:
    """Give it back; what it cost stays unknown. Raises `UnreadablePicture` when it is no whole picture.

    False when it has found its way meanwhile.
    """
    bytes_ = b"".join([chunk async for chunk in store.read(stray.key)])
    facts = await asyncio.to_thread(examine, bytes_)
    content = Content(stray.key, facts.media_type, facts.width, facts.height, len(bytes_), facts.sha256)
    return await library.transact(lambda repositories: _give_back(repositories, stray.attempt_key, content))


async def _give_back(repositories: Repositories, attempt_key: str, content: Content) -> bool:
    attempt = await repositories.attempts.find_for_update(attempt_key)
    if attempt is None or attempt.status not in {AttemptStatus.STARTED, AttemptStatus.UNKNOWN}:
        return False
    job = await repositories.jobs.find_for_update(attempt.image_id)
    image = await repositories.images.find_in_making(attempt.image_id)
    if job is not None or image is None or image.status not in {Status.GENERATING, Status.UNKNOWN}:
        return False
    now = datetime.now(UTC)
    succeeded = replace(attempt, status=AttemptStatus.SUCCEEDED, failure=None, ended_at=now)
    await repositories.attempts.close(succeeded)
    await repositories.images.change(image, _ready(image, attempt, content, now))
    return True


def _ready(image: Image, attempt: Attempt, content: Content, now: datetime) -> Image:
    return step(
        image,
        Status.READY,
        now,
        filename=with_extension(image.filename, image.prompt, image.guid, content.media_type),
        generator=attempt.generator,
        model=attempt.model,
        content=content,
        failure=None,
    )
