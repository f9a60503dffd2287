"""The end of what has not been sent."""

from datetime import UTC, datetime

from pixyproxy.core.life import step
from pixyproxy.core.models import Image, Job, JobState, Status
from pixyproxy.data.library import Repositories


async def cancel_unsent(repositories: Repositories, image: Image) -> tuple[Image, Job | None]:
    """The image, canceled but not written yet, and the job it had; once it was sent, as it is and None."""
    job = await repositories.jobs.find_for_update(image.id)
    if job is None or job.state is not JobState.WAITING:
        return image, None
    await repositories.jobs.remove(image.id)
    return step(image, Status.CANCELED, datetime.now(UTC)), job
