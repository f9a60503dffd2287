"""The pictures that a new one is to be made from: taken from a request or the library, and looked at."""

import asyncio
import binascii
import hashlib
from dataclasses import dataclass
from uuid import UUID

import pybase64
import pyvips

from pixyproxy.core.exceptions import FieldError, InvalidRequest, UnreadablePicture
from pixyproxy.core.models import Size
from pixyproxy.core.requests import MOST_INPUTS, ImagePrompt
from pixyproxy.service.generators.generator import NO_INPUTS, InputPicture, Inputs
from pixyproxy.service.pictures import examine
from pixyproxy.service.reading import ImageReading

MOST_BYTES = 50 * 1024**2
IMAGES, MASK = "images", "mask"
_MEDIA_TYPES = {"image/png", "image/webp", "image/jpeg", "image/gif", "image/avif"}


@dataclass(frozen=True, slots=True)
class Uploads:
    """Pictures that came with a request as bytes."""

    images: tuple[bytes, ...] = ()
    mask: bytes | None = None


NO_UPLOADS = Uploads()


async def gather_inputs(prompt: ImagePrompt, uploads: Uploads, images: ImageReading) -> Inputs:
    """Raises `InvalidRequest` for what is no picture, or not one that the caller may see."""
    sources: list[str | bytes] = [*prompt.images, *uploads.images]
    mask_source = prompt.mask if uploads.mask is None else uploads.mask
    if len(sources) > MOST_INPUTS:
        raise refused(IMAGES, f"must be at most {MOST_INPUTS}")
    if not sources:
        if mask_source is not None or prompt.task is not None:
            raise refused(IMAGES, "is missing: there is no picture to start from")
        return NO_INPUTS
    named = [await _named(source, IMAGES, images) for source in sources]
    mask = None if mask_source is None else await _named(mask_source, MASK, images)
    contents = [content for content, _ in named]
    pictures = await asyncio.to_thread(lambda: tuple(_looked_at(content, IMAGES) for content in contents))
    masked = None if mask is None else await asyncio.to_thread(_mask, mask[0], pictures[0])
    parents = [
        guid or await images.guid_of_content(picture.sha256)
        for (_, guid), picture in zip(named, pictures, strict=True)
    ]
    return Inputs(pictures, masked, tuple(dict.fromkeys(guid for guid in parents if guid)))


def names_of_sources(prompt: ImagePrompt, uploads: Uploads) -> list[str]:
    """What tells one request from another: guids, and digests of what came with it."""
    mask = prompt.mask if uploads.mask is None else uploads.mask
    sources: list[str | bytes] = [*prompt.images, *uploads.images]
    names = [_name_of(source) for source in sources]
    return names if mask is None else [*names, "mask", _name_of(mask)]


def _name_of(source: str | bytes) -> str:
    if isinstance(source, str) and _is_guid(source):
        return source.lower()
    content = source if isinstance(source, bytes) else _of_data_url(source, IMAGES)
    return hashlib.sha256(content).hexdigest()


def refused(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(
        f"The request is not valid: {field}: {message}.", errors=[FieldError(field, message)]
    )


async def _named(source: str | bytes, field: str, images: ImageReading) -> tuple[bytes, str | None]:
    """Its bytes, and the guid of the image that they are."""
    if isinstance(source, bytes):
        return source, None
    if source.startswith("data:"):
        return _of_data_url(source, field), None
    if not _is_guid(source):
        raise refused(field, "must be the guid of an image, or a `data:` URL in base64")
    image = await images.find(source)
    if image is None or image.content is None:
        raise refused(field, "names no image that has a picture")
    return await images.content_of(image.guid), image.guid


def _of_data_url(url: str, field: str) -> bytes:
    head, comma, text = url.partition(",")
    try:
        content = pybase64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        content = b""
    if not comma or not head.endswith(";base64") or not content:
        raise refused(field, "is no `data:` URL in base64")
    return content


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _looked_at(content: bytes, field: str) -> InputPicture:
    if len(content) > MOST_BYTES:
        raise refused(field, f"must have at most {MOST_BYTES // 1024**2} MB")
    if not content:
        raise refused(field, "is empty")
    try:
        facts = examine(content)
    except UnreadablePicture:
        raise refused(field, "is no picture that can be read, or too large a one") from None
    if facts.media_type not in _MEDIA_TYPES:
        raise refused(field, "must be a png, webp, jpeg, gif or avif")
    return InputPicture(content, facts.media_type, Size(facts.width, facts.height), facts.sha256)


def _mask(content: bytes, first: InputPicture) -> InputPicture:
    mask = _looked_at(content, MASK)
    if mask.size != first.size:
        raise refused(MASK, f"must be as large as the first picture, {first.size}")
    if not pyvips.Image.new_from_buffer(content, "").hasalpha():
        raise refused(MASK, "must have transparent parts: they are what is changed")
    return mask
