"""The three resources that make images as OpenAI's API does."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.inputs import NO_UPLOADS, Uploads
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import Picture
from pixyproxy.service.validation import invalid_request, refused
from pixyproxy.web.answers import absolute
from pixyproxy.web.auth import OwnImages, services_of
from pixyproxy.web.openai.answers import answer_base64, answer_links
from pixyproxy.web.openai.arrivals import all_that_arrive
from pixyproxy.web.openai.multipart import is_form, read_form
from pixyproxy.web.openai.parameters import (
    CommonParameters,
    EditParameters,
    GenerationParameters,
    JsonEditParameters,
    VariationParameters,
    with_numbers,
)
from pixyproxy.web.openai.published import answer_schemas, edit_extra, generation_extra, variation_extra
from pixyproxy.web.openai.streaming import Stream, answer_stream

router = APIRouter(tags=["openai"])

_TOLD_PATIENCE = ("x-stainless-read-timeout", "x-stainless-timeout")
_ANSWERED_BEFORE_S = 5.0
_LARGE_BYTES = 256 * 1024  # Beyond it, parsing would be felt by others.


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for, once it has been read."""

    asked: CommonParameters
    prompt: ImagePrompt
    uploads: Uploads = NO_UPLOADS
    events: str = "image_edit"


@router.post(
    "/v1/images/generations",
    operation_id="generate_images",
    summary="Make images as OpenAI's API does",
    response_class=Response,
    responses=answer_schemas(),
    openapi_extra=generation_extra(),
)
async def generate_images(request: Request, asked: GenerationParameters, images: OwnImages) -> Response:
    """Every one of them is an image like any other: kept, searchable, served."""
    order = _Order(asked, asked.as_prompt(), events="image_generation")
    return await _answer(request, images, order)


@router.post(
    "/v1/images/edits",
    operation_id="edit_images",
    summary="Make images from others as OpenAI's API does",
    response_class=Response,
    responses=answer_schemas(),
    openapi_extra=edit_extra(),
)
async def edit_images(request: Request, images: OwnImages) -> Response:
    """From up to 16 pictures, sent as files of a form, or named in JSON."""
    if is_form(request):
        form = await read_form(request)
        with _told_in_our_words():
            asked = EditParameters.model_validate(with_numbers(form.fields))
        return await _answer(request, images, _Order(asked, asked.as_prompt(), form.uploads))
    named = await _read_json(request)
    return await _answer(request, images, _Order(named, await asyncio.to_thread(named.as_prompt)))


@router.post(
    "/v1/images/variations",
    operation_id="vary_image",
    summary="Make variations of an image as OpenAI's API did",
    response_class=Response,
    responses=answer_schemas(),
    openapi_extra=variation_extra(),
)
async def vary_image(request: Request, images: OwnImages) -> Response:
    if not is_form(request):
        raise refused("image", "must be sent as a file, in multipart/form-data")
    form = await read_form(request)
    if len(form.uploads.images) > 1:
        raise refused("image", "must be one picture")
    if form.uploads.mask is not None:
        raise refused("mask", "is not known here")
    with _told_in_our_words():
        asked = VariationParameters.model_validate(with_numbers(form.fields))
    return await _answer(request, images, _Order(asked, asked.as_prompt(), form.uploads))


async def _answer(request: Request, images: PrivateImages, order: _Order) -> Response:
    batch = await images.begin_batch(order.prompt, order.asked.n, order.uploads, _key(request, order.prompt))
    headers = {"Idempotent-Replayed": "true"} if batch.is_replay else {}
    if order.asked.is_streamed:
        previews = order.prompt.partial_images or 0
        return answer_stream(Stream(request, images, batch, order.events, previews), headers)
    arrived = await all_that_arrive(images, batch, _patience_s(request))
    if order.asked.wants_links:
        return answer_links(arrived, await _links(request, arrived), headers)
    return answer_base64(arrived, headers)


def _patience_s(request: Request) -> float | None:
    """Shorter than the client's: OpenAI's SDKs say how long they wait, and then send the request again."""
    for name in _TOLD_PATIENCE:
        with suppress(ValueError):
            told = float(request.headers.get(name, ""))
            if told > 0:
                return max(told - _ANSWERED_BEFORE_S, told / 2)
    return None


def _key(request: Request, prompt: ImagePrompt) -> IdempotencyKey | None:
    """What the pictures are, the service adds to it: by their bytes, however they came."""
    asked = prompt.model_copy(update={"images": [], "mask": None})
    return IdempotencyKey.of(
        f"POST {request.scope['path']}", request.headers.getlist("idempotency-key"), asked
    )


async def _links(request: Request, pictures: Sequence[Picture]) -> dict[str, str]:
    """To each image, by its guid."""
    signed = [await services_of(request).links.signed(each.image.guid) for each in pictures]
    return {each.guid: absolute(request, each.path) for each in signed}


async def _read_json(request: Request) -> JsonEditParameters:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise refused("body", "should be multipart/form-data, or application/json")
    try:
        body = await request.body()
    except ClientDisconnect as error:
        raise refused("body", "ends before it is whole") from error
    with _told_in_our_words():
        if len(body) < _LARGE_BYTES:
            return JsonEditParameters.model_validate_json(body)
        return await asyncio.to_thread(JsonEditParameters.model_validate_json, body)


@contextmanager
def _told_in_our_words() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False, include_input=False)) from error
