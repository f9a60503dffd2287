"""The end of what stands still. Each looks again, with everything locked, before it writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import OutcomeUnknown, Unavailable
from pixyproxy.core.life import is_settled, step
from pixyproxy.core.models import Attempt, AttemptStatus, Cost, Failure, Image, Status
from pixyproxy.data.library import Repositories
from pixyproxy.service.making.last_transaction import let_go_of_key

_LOST = Failure(OutcomeUnknown.code, OutcomeUnknown.default_detail)
_UNSENT = Failure(Unavailable.code, "The service ended before a generator was called; nothing was paid.")


async def end_image(repositories: Repositories, image_id: int) -> bool:
    """False when somebody works on it after all, or it is settled meanwhile."""
    attempts = await _locked(repositories, await repositories.attempts.of_image(image_id))
    job = await repositories.jobs.find_for_update(image_id)
    image = await repositories.images.find_in_making(image_id)
    if job is not None or image is None or is_settled(image.status):
        return False
    for attempt in attempts:
        if attempt.status is AttemptStatus.STARTED:
            await repositories.attempts.close(_ended(attempt, image))
    was_sent = any(attempt.status is not AttemptStatus.FAILED for attempt in attempts)
    await repositories.images.change(image, _given_up(image, was_sent=was_sent))
    if not was_sent and image.batch is None:
        await let_go_of_key(repositories, image.guid, image.id, {})
    return True


async def end_attempt(repositories: Repositories, storage_key: str) -> bool:
    attempt = await repositories.attempts.find_for_update(storage_key)
    if attempt is None or attempt.status is not AttemptStatus.STARTED:
        return False
    job = await repositories.jobs.find_for_update(attempt.image_id)
    image = await repositories.images.find_in_making(attempt.image_id)
    if job is not None or (image is not None and not is_settled(image.status)):
        return False
    await repositories.attempts.close(_ended(attempt, image))
    return True


async def _locked(repositories: Repositories, attempts: Sequence[Attempt]) -> list[Attempt]:
    found = [await repositories.attempts.find_for_update(attempt.storage_key) for attempt in attempts]
    return [attempt for attempt in found if attempt is not None]


def _given_up(image: Image, *, was_sent: bool) -> Image:
    now = datetime.now(UTC)
    if not was_sent:
        return step(image, Status.FAILED, now, failure=_UNSENT)
    if image.status is Status.QUEUED:
        image = step(image, Status.GENERATING, now)
    return step(image, Status.UNKNOWN, now, failure=_LOST)


def _ended(attempt: Attempt, image: Image | None) -> Attempt:
    """It succeeded where its bytes are the image's; of any other nobody knows what came of it."""
    now = datetime.now(UTC)
    if image is None or image.content is None or not _is_of(attempt, image.content.storage_key):
        return replace(attempt, status=AttemptStatus.UNKNOWN, failure=_LOST, ended_at=now)
    known = None if image.cost_usd is None else Cost(image.cost_usd, image.cost_source or "")
    return replace(attempt, status=AttemptStatus.SUCCEEDED, cost=attempt.cost or known, ended_at=now)


def _is_of(attempt: Attempt, content_key: str) -> bool:
    return content_key.rpartition(".")[0] == attempt.storage_key
