"""More like this: the images that look like one."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import TypeAdapter

from pixyproxy.core.requests import SimilarSearch
from pixyproxy.web.answers import json_array
from pixyproxy.web.auth import VisibleImages
from pixyproxy.web.images import Guid
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import SimilarDetail

router = APIRouter(tags=["images"])

_details: TypeAdapter[list[SimilarDetail]] = TypeAdapter(list[SimilarDetail])


@router.get(
    "/image/{guid}/similar",
    operation_id="list_similar_images",
    summary="More images that look like this one",
    response_model=list[SimilarDetail],
    responses=problems(401, 404, 409),
)
async def list_similar_images(
    guid: Guid, search: Annotated[SimilarSearch, Query()], images: VisibleImages
) -> Response:
    """The nearest first, what the caller may see; without the image itself."""
    similar = await images.similar(guid, search)
    return json_array(_details, [SimilarDetail.of_similar(each) for each in similar], {})
