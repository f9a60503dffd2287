"""What was deleted by mistake comes back."""

from fastapi import APIRouter
from fastapi.responses import Response

from pixyproxy.web.answers import json_answer
from pixyproxy.web.auth import OwnImages
from pixyproxy.web.images import Guid
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import ImageDetail

router = APIRouter(tags=["images"])


@router.post(
    "/image/{guid}/restore",
    operation_id="restore_image",
    summary="Take an image out of the trash",
    response_model=ImageDetail,
    responses=problems(401, 403, 404),
)
async def restore_image(guid: Guid, images: OwnImages) -> Response:
    """For its owner, as long as it lies there; then it is in every list and answer again."""
    return json_answer(ImageDetail.of(await images.restore(guid)))
