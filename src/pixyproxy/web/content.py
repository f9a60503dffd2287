"""The bytes of an image: the picture, copies of it in other sizes and formats, and links to them."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ConfigDict, Field, ValidationError

from pixyproxy.core.picture_requests import LinkRequest, VariantOptions
from pixyproxy.service.links import SignedLink
from pixyproxy.service.validation import invalid_request
from pixyproxy.web.answers import absolute, json_answer
from pixyproxy.web.auth import LinkedImages, OwnImages, OwnLinks, linked_images, services_of
from pixyproxy.web.images import Guid
from pixyproxy.web.published_api import problems
from pixyproxy.web.request_log import log_request
from pixyproxy.web.schemas import LinkDetail
from pixyproxy.web.sending import Manner, answer_picture, answer_unread

router = APIRouter(tags=["images"])


class AskedByHand(APIRoute):
    """Does what FastAPI would do for the content of an image; it takes as long for that as all the rest does
    (docs/decisions/0018-content-by-hand.md).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return _answer_content


async def _answer_content(request: Request) -> Response:
    await log_request(request)
    images = await linked_images(request)
    try:
        query = ContentQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise invalid_request(error.errors()) from error
    return await get_image_content(request, request.path_params["guid"], images, query)


content_router = APIRouter(tags=["images"], route_class=AskedByHand)
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_HEADERS = {
    name: {"description": what, "schema": {"type": "string"}}
    for name, what in {
        "ETag": "The SHA-256 of the bytes",
        "Repr-Digest": "The same, as RFC 9530 says it",
        "Last-Modified": "When the image was made; not with a copy",
        "Cache-Control": "For ever, `private` or `public` as the image is; as long as a link at most; in the "
        "trash `no-store`",
        "Content-Disposition": "The filename, in any script",
        "Vary": "What is private: the key and the session; for `format=auto` the `Accept`",
    }.items()
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes, exactly as the generator returned them, or those of a copy",
        "content": {"image/*": _BYTES},
        "headers": _HEADERS,
    },
    206: {
        "description": "Some of the bytes; of several ranges each under a head of its own",
        "content": {"image/*": _BYTES, "multipart/byteranges": _BYTES},
    },
    304: {"description": "The caller has these bytes already"},
    307: {"description": "The object store sends them, if the operator wants that"},
}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes as they came", "content": {"application/octet-stream": _BYTES}}
}


class ContentQuery(VariantOptions):
    """What may be said in the address of a picture."""

    model_config = ConfigDict(extra="ignore")

    deleted: bool = Field(False, description="Of an image in your trash, and of no other")
    download: bool = Field(False, description="As an attachment, to be saved")
    expires: str | None = Field(None, max_length=20, description="Of a signed link")
    kid: str | None = Field(None, max_length=20, description="Of a signed link")
    signature: str | None = Field(None, max_length=200, description="Of a signed link")

    @property
    def options(self) -> VariantOptions:
        return VariantOptions(**self.model_dump(include=set(VariantOptions.model_fields)))


@content_router.get(
    "/image/{guid}/content",
    operation_id="get_image_content",
    summary="The picture itself, or a copy of it in another size or format",
    response_class=Response,
    responses={**_CONTENT, **problems(401, 403, 404, 409, 412, 416)},
)
@content_router.head("/image/{guid}/content", include_in_schema=False)
async def get_image_content(
    request: Request, guid: Guid, images: LinkedImages, query: Annotated[ContentQuery, Query()]
) -> Response:
    """For those who may see the image, and for whoever has a signed link to it."""
    picture = await (images.picture_in_trash(guid) if query.deleted else images.picture(guid))
    if not query.is_original:
        accept = ", ".join(request.headers.getlist("accept"))
        picture = await services_of(request).variants.of(picture, query.options, accept)
    link = SignedLink.in_query(request.query_params.multi_items())
    manner = Manner(
        as_attachment=query.download,
        link_left_s=None if link is None else link.left_s,
        vary=["Accept"] if query.format == "auto" else [],
        redirect_s=request.app.state.redirect_s,
    )
    return await answer_picture(request, picture, manner)


@router.get(
    "/image/{guid}/answer",
    operation_id="get_image_answer",
    summary="What a generator sent instead of a picture",
    response_class=Response,
    responses={**_ANSWER, **problems(401, 403, 404)},
)
async def get_image_answer(guid: Guid, images: OwnImages) -> Response:
    """It was paid for, so it is kept as it came: for the image's owner, as an attachment."""
    return await answer_unread(await images.unreadable_answer(guid))


@router.post(
    "/image/{guid}/link",
    operation_id="link_image",
    summary="A link by which whoever has it may see the picture for a time",
    status_code=201,
    response_model=LinkDetail,
    responses=problems(401, 403, 404, 408, 413),
)
async def link_image(
    request: Request, guid: Guid, linking: OwnLinks, wanted: LinkRequest | None = None
) -> Response:
    """It works without a key until then, or until the image is deleted. Without a body: for an hour."""
    link = await linking.link(guid, wanted or LinkRequest())
    return json_answer(LinkDetail(url=absolute(request, link.path), expires_at=link.expires_at), 201)
