"""The images: make one, list them, look at one, change it, delete it, get its bytes."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import TypeAdapter

from pixyproxy.core.requests import ImageChanges, ImagePrompt, ImageSearch
from pixyproxy.web.answers import json_answer, json_array
from pixyproxy.web.auth import OwnImages, VisibleImages
from pixyproxy.web.content import answer_content
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import ImageDetail

router = APIRouter(tags=["images"])

Guid = Annotated[str, Path(max_length=100, examples=["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"])]
_details: TypeAdapter[list[ImageDetail]] = TypeAdapter(list[ImageDetail])
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"Location": {"description": "The new image", "schema": {"type": "string"}}}}
}
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
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes, exactly as the generator returned them",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {"description": "A range of the bytes"},
    304: {"description": "The caller has these bytes already"},
}


@router.post(
    "/image",
    operation_id="create_image",
    summary="Make an image",
    status_code=201,
    response_model=ImageDetail,
    responses={**_CREATED, **problems(401, 404, 408, 413, 429, 502, 504, 507)},
)
async def create_image(prompt: ImagePrompt, images: OwnImages) -> Response:
    """Answers when the picture and everything known about it are durable."""
    image = await images.make(prompt)
    return json_answer(ImageDetail.of(image), 201, {"Location": f"/image/{image.guid}"})


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
    headers = {"Link": _next_link(request, page.next_cursor)} if page.next_cursor else {}
    return json_array(_details, [ImageDetail.of(image) for image in page.images], headers)


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
async def delete_image(guid: Guid, images: OwnImages) -> Response:
    """Gone from every list and answer at once."""
    await images.delete(guid)
    return Response(status_code=204)


@router.get(
    "/image/{guid}/content",
    operation_id="get_image_content",
    summary="The picture itself",
    response_class=Response,
    responses={**_CONTENT, **problems(401, 404, 409, 416)},
)
@router.head("/image/{guid}/content", include_in_schema=False)
async def get_image_content(
    request: Request,
    guid: Guid,
    images: VisibleImages,
    download: Annotated[bool, Query(description="As an attachment, to be saved")] = False,
) -> Response:
    picture = await images.picture(guid)
    return await answer_content(request, picture, download=download)


def _next_link(request: Request, cursor: str) -> str:
    base = request.app.state.public_url or str(request.base_url)
    query = request.url.include_query_params(cursor=cursor).query
    return f'<{base.rstrip("/")}/image?{query}>; rel="next"'
