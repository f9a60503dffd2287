"""The pictures that a new one is to be made from: taken from a request or the library, and looked at."""

import asyncio
import binascii
import hashlib
from dataclasses import dataclass
from uuid import UUID

import pybase64
import pyvips

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.core.models import Size
from pixyproxy.core.requests import MOST_INPUTS, ImagePrompt
from pixyproxy.service.generators.generator import NO_INPUTS, InputPicture, Inputs
from pixyproxy.service.pictures import examine, media_type_of
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.validation import refused

MOST_BYTES = 50 * 1024**2
IMAGES, MASK = "images", "mask"
_MEDIA_TYPES = {"image/png", "image/webp", "image/jpeg", "image/gif", "image/avif"}


@dataclass(frozen=True, slots=True)
class Uploads:
    """Pictures that came with a request as bytes."""

    images: tuple[bytes, ...] = ()
    mask: bytes | None = None


NO_UPLOADS = Uploads()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a picture to start from comes from: bytes, or the guid of an image."""

    field: str
    content: bytes = b""
    guid: str | None = None

    @property
    def name(self) -> str:
        """What tells it from another."""
        return self.guid or f"{self.field} {hashlib.sha256(self.content).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Sources:
    images: tuple[Source, ...] = ()
    mask: Source | None = None

    @property
    def names(self) -> list[str]:
        """What tells one request from another. Blocks, with as many bytes as there are."""
        return [source.name for source in self.images] + ([f"mask {self.mask.name}"] if self.mask else [])


def sources_of(prompt: ImagePrompt, uploads: Uploads) -> Sources:
    """Blocks while `data:` URLs are read. Raises `InvalidRequest` for what cannot be one."""
    given: list[str | bytes] = [*prompt.images, *uploads.images]
    images = [_source(each, IMAGES) for each in given]
    mask = prompt.mask if uploads.mask is None else uploads.mask
    if len(images) > MOST_INPUTS:
        raise refused(IMAGES, f"must be at most {MOST_INPUTS}")
    if not images and (mask is not None or prompt.task is not None):
        raise refused(IMAGES, "is missing: there is no picture to start from")
    return Sources(tuple(images), None if mask is None else _source(mask, MASK))


async def gather_inputs(sources: Sources, images: ImageReading) -> Inputs:
    """Raises `InvalidRequest` for what is no picture, or not one that the caller may see."""
    if not sources.images:
        return NO_INPUTS
    contents = [await _content_of(source, images) for source in sources.images]
    pictures = await asyncio.to_thread(lambda: tuple(_looked_at(content, IMAGES) for content in contents))
    mask = None
    if sources.mask is not None:
        mask = await asyncio.to_thread(_mask, await _content_of(sources.mask, images), pictures[0])
    parents = [
        source.guid or await images.guid_of_content(picture.sha256)
        for source, picture in zip(sources.images, pictures, strict=True)
    ]
    return Inputs(pictures, mask, tuple(dict.fromkeys(guid for guid in parents if guid)))


def _source(source: str | bytes, field: str) -> Source:
    if isinstance(source, bytes):
        return Source(field, content=source)
    if source.startswith("data:"):
        return Source(field, content=_of_data_url(source, field))
    if not _is_guid(source):
        raise refused(field, "must be the guid of an image, or a `data:` URL in base64")
    return Source(field, guid=source.lower())


async def _content_of(source: Source, images: ImageReading) -> bytes:
    if source.guid is None:
        return source.content
    image = await images.find(source.guid)
    if image is None or image.content is None:
        raise refused(source.field, "names no image that has a picture")
    return await images.content_of(image.guid)


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
        if media_type_of(content) not in _MEDIA_TYPES:
            raise refused(field, "must be a png, webp, jpeg, gif or avif")
        facts = examine(content)
    except UnreadablePicture:
        raise refused(field, "is no picture that can be read, or too large a one") from None
    return InputPicture(content, facts.media_type, Size(facts.width, facts.height), facts.sha256)


def _mask(content: bytes, first: InputPicture) -> InputPicture:
    mask = _looked_at(content, MASK)
    if mask.size != first.size:
        raise refused(MASK, f"must be as large as the first picture, {first.size}")
    if not pyvips.Image.new_from_buffer(content, "").hasalpha():
        raise refused(MASK, "must have transparent parts: they are what is changed")
    return mask
