"""Waiting for the pictures of a batch: each that arrives is answered, in the order they were asked for."""

import asyncio
from collections.abc import Sequence

from pixyproxy.core.exceptions import ImageNotFound, ImageNotReady, PixyProxyException
from pixyproxy.core.models import Image
from pixyproxy.service.making.generation import Batch
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import Picture
from pixyproxy.web.openai.errors import may_have_cost


async def all_that_arrive(
    images: PrivateImages, batch: Batch, patience_s: float | None = None
) -> list[Picture]:
    """At least one, each still there; raises why there is none."""
    arriving = (arrival(images, each, patience_s, is_replay=batch.is_replay) for each in batch.images)
    ends = await asyncio.gather(*arriving, return_exceptions=True)
    arrived = [end for end in ends if isinstance(end, Picture) and await end.is_there()]
    if not arrived:
        raise _why_none([end for end in ends if isinstance(end, BaseException)] or [ImageNotFound()])
    return arrived


async def arrival(
    images: PrivateImages, image: Image, patience_s: float | None = None, *, is_replay: bool
) -> Picture:
    """Raises what it failed of, or `ImageNotReady` when it goes on by itself and is not waited for."""
    try:
        return await images.arrived(image, patience_s)
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
            f"It is not there yet, and becomes ready by itself; asking again would buy another. "
            f"See GET /image/{{guid}} for {guids}.",
            guid=waiting[0],
        )
    return next((each for each in failures if _forbids_another_try(each)), failures[0])


def _forbids_another_try(failure: BaseException) -> bool:
    return not isinstance(failure, PixyProxyException) or may_have_cost(failure)
