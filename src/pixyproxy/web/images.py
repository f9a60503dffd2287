"""The images: make one, list them, look at one, change it, delete it, get its bytes."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import TypeAdapter

from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.life import is_settled
from pixyproxy.core.requests import (
    DeleteOptions,
    ImageChanges,
    ImagePrompt,
    ImageSearch,
    LibraryFilters,
)
from pixyproxy.service.making.generation import Made
from pixyproxy.web.answers import json_answer, json_array, next_page, prefix_of
from pixyproxy.web.auth import OwnImages, VisibleImages
from pixyproxy.web.preferences import Preferences
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import CountDetail, ImageDetail, LineageDetail

router = APIRouter(tags=["images"])

Guid = Annotated[str, Path(max_length=100, examples=["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"])]
_details: TypeAdapter[list[ImageDetail]] = TypeAdapter(list[ImageDetail])
_LOCATION = {"Location": {"description": "The new image", "schema": {"type": "string"}}}
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {"headers": _LOCATION},
    202: {"headers": _LOCATION, "model": ImageDetail, "description": "It is being made; ask at `Location`"},
}
_ASK_AGAIN_S = "2"
_ORDER_HEADERS = [
    {
        "name": "Prefer",
        "in": "header",
        "schema": {"type": "string"},
        "example": "respond-async",
        "description": "`respond-async`: 202 at once; `wait=N`: 202 when it takes longer than N seconds",
    },
    {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "The same key with the same request stands for the same image, for 72 hours",
    },
]
_LISTED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": 'The next page, as `<…>; rel="next"`; absent on the last one',
                "schema": {"type": "string"},
            }
        }
    }
}


@router.post(
    "/image",
    operation_id="create_image",
    summary="Make an image",
    status_code=201,
    response_model=ImageDetail,
    responses={**_CREATED, **problems(401, 404, 408, 409, 413, 424, 429, 502, 504, 507)},
    openapi_extra={"parameters": _ORDER_HEADERS},
)
async def create_image(request: Request, prompt: ImagePrompt, images: OwnImages) -> Response:
    """Answers when the picture and everything known about it are durable, or when patience ends."""
    key = IdempotencyKey.of("POST /image", request.headers.getlist("idempotency-key"), prompt)
    preferences = Preferences.of(request.headers.getlist("prefer"))
    made = await images.begin(prompt, key, preferences.patience_s)
    return _answer_made(request, made, preferences)


@router.get(
    "/image",
    operation_id="list_images",
    summary="Find images",
    response_model=list[ImageDetail],
    responses={**_LISTED, **problems(401)},
)
async def list_images(
    request: Request, search: Annotated[ImageSearch, Query()], images: VisibleImages
) -> Response:
    """Newest first, what the caller may see. Filters are combined with AND."""
    page = await images.list_(search)
    headers = {"Link": next_page(request, cursor=page.next_cursor)} if page.next_cursor else {}
    return json_array(_details, [ImageDetail.of(image) for image in page.images], headers)


@router.get(
    "/image/count",
    operation_id="count_images",
    summary="How many images there are to find",
    response_model=CountDetail,
    responses=problems(401),
)
async def count_images(filters: Annotated[LibraryFilters, Query()], images: VisibleImages) -> Response:
    """With the same filters as the list; exact up to a bound, then `is_exact` is false."""
    count = await images.count(ImageSearch.of(filters))
    return json_answer(CountDetail(count=count.images, is_exact=count.is_exact))


@router.get(
    "/image/{guid}",
    operation_id="get_image",
    summary="Everything known about an image",
    response_model=ImageDetail,
    responses=problems(401, 404),
)
async def get_image(guid: Guid, images: VisibleImages) -> Response:
    return json_answer(ImageDetail.of(await images.get(guid)))


@router.patch(
    "/image/{guid}",
    operation_id="change_image",
    summary="Change tags, visibility, author or filename",
    response_model=ImageDetail,
    responses=problems(401, 403, 404, 408, 413),
)
async def change_image(guid: Guid, changes: ImageChanges, images: OwnImages) -> Response:
    return json_answer(ImageDetail.of(await images.change(guid, changes)))


@router.delete(
    "/image/{guid}",
    operation_id="delete_image",
    summary="Delete an image",
    status_code=204,
    responses=problems(401, 403, 404),
)
async def delete_image(guid: Guid, options: Annotated[DeleteOptions, Query()], images: OwnImages) -> Response:
    """Gone from every list and answer at once; in the trash it can be restored for a time."""
    await images.delete(guid, permanently=options.permanently)
    return Response(status_code=204)


@router.get(
    "/image/{guid}/lineage",
    operation_id="get_image_lineage",
    summary="What an image was made from, and what was made from it",
    response_model=LineageDetail,
    responses=problems(401, 404),
)
async def get_image_lineage(guid: Guid, images: VisibleImages) -> Response:
    """As far as the caller may see it."""
    return json_answer(LineageDetail.of(await images.lineage(guid)))


@router.post(
    "/image/{guid}/cancel",
    operation_id="cancel_image",
    summary="Stop an image that has not been sent to its generator",
    status_code=202,
    response_model=ImageDetail,
    responses=problems(401, 403, 404),
)
async def cancel_image(guid: Guid, images: OwnImages) -> Response:
    """A call that has been sent may have been paid for: it is finished, and its picture kept."""
    return json_answer(ImageDetail.of(await images.cancel(guid)), 202)


def _answer_made(request: Request, made: Made, preferences: Preferences) -> Response:
    image = made.image
    headers = {"Location": f"{prefix_of(request.app)}/image/{image.guid}"}
    if preferences.applied:
        headers["Preference-Applied"] = preferences.applied
    if made.is_replay:
        headers["Idempotent-Replayed"] = "true"
    if is_settled(image.status):
        return json_answer(ImageDetail.of(image), 201, headers)
    return json_answer(ImageDetail.of(image), 202, {**headers, "Retry-After": _ASK_AGAIN_S})
