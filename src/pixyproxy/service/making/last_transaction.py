"""The last transaction: image, attempt, cost, job and idempotency key come to their end together."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import (
    GeneratorTimeout,
    ImageNotFound,
    InternalError,
    LeaseLost,
    OutcomeUnknown,
    RateLimited,
    StorageFull,
    Unavailable,
)
from pixyproxy.core.life import step
from pixyproxy.core.models import Attempt, AttemptStatus, Failure, Image, JsonValue, Status
from pixyproxy.core.names import with_extension
from pixyproxy.data.library import Repositories
from pixyproxy.service.making.leases import held_job
from pixyproxy.service.making.outcomes import Ended, Outcome

_CERTAINLY_FREE = [GeneratorTimeout.code, RateLimited.code, Unavailable.code, StorageFull.code]


async def write_end(repositories: Repositories, ended: Ended, outcome: Outcome) -> Image | None:
    """The image as it is then; None when it is gone for good. Raises `LeaseLost` when another has its job."""
    attempt = None
    if ended.attempt is not None:
        attempt = await repositories.attempts.find_for_update(ended.attempt.storage_key)
        if attempt is not None and attempt.status in {AttemptStatus.SUCCEEDED, AttemptStatus.FAILED}:
            return await repositories.images.find_in_making(ended.image_id)  # by us; COMMIT's answer was lost
    await _end_job(repositories, ended)
    now = datetime.now(UTC)
    if attempt is not None:
        await repositories.attempts.close(_closed(attempt, ended, outcome, now))
    elif outcome.failure is not None:  # nothing was sent, whatever may be recorded
        reason = Failure(outcome.failure.code, outcome.failure.detail)
        await repositories.attempts.fail_started(ended.image_id, reason, now)
    batch = await repositories.images.batch_of(ended.image_id)
    image = await _change_image(repositories, ended, lambda image: _stepped(image, attempt, outcome, now))
    if outcome.failure is not None and outcome.failure.may_be_asked_again:
        await let_go_of_key(repositories, batch or ended.guid, ended.image_id, ended.asked)
    return image


async def let_go_of_key(
    repositories: Repositories, batch: str, image_id: int, asked: Mapping[str, JsonValue]
) -> None:
    """When the last of those that were asked for together came to nothing, and none can have cost anything.

    The key is locked first: of two that end at once the second sees what became of the first. One that is
    gone for good may have been paid for, and is missing here.
    """
    if await repositories.idempotency.lock(batch):
        others = await repositories.images.count_failed(batch, image_id, _CERTAINLY_FREE)
        if others + 1 == asked.get("count", 1):
            await repositories.idempotency.release(batch)


async def _end_job(repositories: Repositories, ended: Ended) -> None:
    """Raises `LeaseLost` when it is another's. An answer that turns up when it is gone has no need of it."""
    if ended.token is not None:
        await held_job(repositories, ended.image_id, ended.token)
        await repositories.jobs.remove(ended.image_id)
    elif await repositories.jobs.find_for_update(ended.image_id) is not None:
        raise LeaseLost


async def _change_image(
    repositories: Repositories, ended: Ended, changed: Callable[[Image], Image]
) -> Image | None:
    """Starts from the row as it is now: its owner may have changed it meanwhile, or put it into the trash."""
    before = await repositories.images.find_in_making(ended.image_id)
    if before is None:
        return None
    after = changed(before)
    if after.status is before.status:
        return before  # by us, too
    await repositories.images.change(before, after)
    return after


def _closed(attempt: Attempt, ended: Ended, outcome: Outcome, now: datetime) -> Attempt:
    picture, failure = outcome.picture, outcome.failure
    if failure is None:
        status = AttemptStatus.SUCCEEDED
    else:
        status = AttemptStatus.UNKNOWN if isinstance(failure, OutcomeUnknown) else AttemptStatus.FAILED
    return replace(
        attempt,
        status=status,
        provider_request_id=ended.answer.about.provider_request_id if ended.answer else None,
        usage=picture.usage if picture else None,
        cost=picture.cost if picture else None,
        failure=Failure(failure.code, failure.detail) if failure else None,
        ended_at=now,
    )


def _stepped(image: Image, attempt: Attempt | None, outcome: Outcome, now: datetime) -> Image:
    picture, failure = outcome.picture, outcome.failure
    cost = picture.cost if picture else None
    known = {"cost_usd": cost and cost.usd, "cost_source": cost and cost.source}
    parameters = dict(image.parameters)
    if attempt is not None:
        known |= {"generator": attempt.generator, "model": attempt.model}
        if attempt.model != image.model:
            parameters.setdefault("model", image.model)
    if picture is None or outcome.facts is None:
        if isinstance(failure, ImageNotFound):
            return step(image, Status.CANCELED, now)  # It was deleted before anything was sent.
        failure = failure or InternalError()
        status = Status.UNKNOWN if isinstance(failure, OutcomeUnknown) else Status.FAILED
        if status is image.status:
            return image
        return step(image, status, now, failure=Failure(failure.code, failure.detail), **known)
    usage = {} if picture.usage is None else {"usage": dict(picture.usage)}
    return step(
        image,
        Status.READY,
        now,
        filename=with_extension(image.filename, image.prompt, image.guid, outcome.facts.media_type),
        revised_prompt=picture.revised_prompt,
        parameters={**parameters, **picture.parameters, **usage},
        content=outcome.facts,
        failure=None,
        **known,
    )
