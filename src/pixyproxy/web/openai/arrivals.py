"""Waiting for the pictures of a batch: each that arrives is answered, in the order they were asked for."""

import asyncio
from collections.abc import Sequence

from pixyproxy.core.exceptions import ImageNotReady, PixyProxyException
from pixyproxy.core.models import Image
from pixyproxy.service.making.generation import Batch
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import Picture
from pixyproxy.web.openai.errors import may_have_cost


async def all_that_arrive(images: PrivateImages, batch: Batch) -> list[Picture]:
    """At least one; raises why there is none."""
    ends = await asyncio.gather(
        *(arrival(images, image, is_replay=batch.is_replay) for image in batch.images), return_exceptions=True
    )
    arrived = [end for end in ends if isinstance(end, Picture)]
    if not arrived:
        raise _why_none([end for end in ends if isinstance(end, BaseException)])
    return arrived


async def arrival(images: PrivateImages, image: Image, *, is_replay: bool) -> Picture:
    """Raises what it failed of, or `ImageNotReady` when it goes on by itself and is not waited for."""
    try:
        return await images.arrived(image)
    except PixyProxyException as error:
        error.guid = error.guid or image.guid
        error.is_replay = is_replay and not error.may_be_asked_again
        raise


def _why_none(failures: Sequence[BaseException]) -> BaseException:
    """Of several reasons, one that keeps a client from paying again."""
    waiting = [failure.guid for failure in failures if isinstance(failure, ImageNotReady)]
    if waiting:
        guids = ", ".join(str(guid) for guid in waiting)
        return ImageNotReady(
            f"Its picture cannot be stored just now, or this worker is ending: it becomes ready by itself; "
            f"asking again would buy another. See GET /image/{{guid}} for {guids}.",
            guid=waiting[0],
        )
    return next((each for each in failures if _forbids_another_try(each)), failures[0])


def _forbids_another_try(failure: BaseException) -> bool:
    return not isinstance(failure, PixyProxyException) or may_have_cost(failure)
