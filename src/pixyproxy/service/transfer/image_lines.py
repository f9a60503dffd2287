"""What a line says of an image."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from pixyproxy.core.life import is_settled
from pixyproxy.core.models import ERASED_AT, Content, Image, Status, Visibility
from pixyproxy.core.names import EXTENSIONS, imported_key
from pixyproxy.core.requests import PROMPT_LENGTH, TAG_COUNT, TAG_LENGTH, Bytes
from pixyproxy.service.transfer.layout import Time
from pixyproxy.service.transfer.lines import (
    DETAIL_LENGTH,
    ErrorLine,
    FilePath,
    Guid,
    Line,
    Name,
    Objects,
    Owner,
    Sha256,
    ShortName,
    Usd,
    of_one_line,
)

_COLUMN_LENGTH = 255
_REVISED_LENGTH = 1_000_000
_MOST_PARENTS = 1000
_QUARTERS = 4
_MOST_PIXELS_A_SIDE = 2**32 - 1


def _of_one_name(text: str) -> str:
    if "/" in text or "\\" in text:
        raise ValueError("must be a name, not a path")
    return of_one_line(text)


def _of_a_picture(media_type: str) -> str:
    if media_type not in EXTENSIONS:
        raise ValueError("must be that of a picture")
    return media_type


def _settled(status: Status) -> Status:
    if not is_settled(status):
        raise ValueError("must be that of an image that is not being made any more")
    return status


def _four_or_none(colors: list[str]) -> list[str]:
    if len(colors) not in {0, _QUARTERS}:
        raise ValueError("must be those of four quarters")
    return colors


def _restorable(deleted_at: datetime) -> datetime:
    if deleted_at <= ERASED_AT:
        raise ValueError("must be that of an image that can be restored")
    return deleted_at


Color = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Side = Annotated[int, Field(ge=0, le=_MOST_PIXELS_A_SIDE)]


class ContentLine(Line):
    """The bytes of a picture: what they are."""

    media_type: Annotated[str, AfterValidator(_of_a_picture)]
    width: Side
    height: Side
    size_bytes: Bytes
    sha256: Sha256

    @staticmethod
    def of(content: Content) -> "ContentLine":
        return ContentLine.model_construct(
            media_type=content.media_type,
            width=content.width,
            height=content.height,
            size_bytes=content.size_bytes,
            sha256=content.sha256,
        )

    def content(self, storage_key: str) -> Content:
        return Content(storage_key, **self.model_dump())


class ImageLine(Line):
    """An image and everything known about it."""

    guid: Guid
    owner: Owner
    filename: Annotated[str, Field(min_length=1, max_length=_COLUMN_LENGTH), AfterValidator(_of_one_name)]
    prompt: Annotated[str, Field(max_length=PROMPT_LENGTH)]
    revised_prompt: Annotated[str, Field(max_length=_REVISED_LENGTH)] | None
    tags: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=TAG_LENGTH), AfterValidator(of_one_line)]],
        Field(max_length=TAG_COUNT),
    ]
    author: Name
    status: Annotated[Status, AfterValidator(_settled)]
    visibility: Visibility
    generator: ShortName
    model: Name
    parameters: Objects
    parents: Annotated[list[Guid], Field(max_length=_MOST_PARENTS)]
    batch: Guid | None
    content: ContentLine | None
    looks: Annotated[str, Field(pattern="^([0-9a-f]{16})?$")] | None
    colors: Annotated[list[Color], AfterValidator(_four_or_none)] | None = None
    """Older exports know of none."""
    cost_usd: Usd | None
    cost_source: ShortName | None
    error: ErrorLine | None
    created_at: Time
    updated_at: Time
    deleted_at: Annotated[Time, AfterValidator(_restorable)] | None
    file: FilePath | None
    """Below the folder; null where there are no bytes."""
    file_error: Annotated[str, Field(max_length=DETAIL_LENGTH)] | None
    """Why, if there should be some."""

    @staticmethod
    def of(image: Image, file: str | None, file_error: str | None) -> "ImageLine":
        """Our own rows are sound already, so nothing is validated here."""
        return ImageLine.model_construct(
            guid=image.guid,
            owner=image.owner,
            filename=image.filename,
            prompt=image.prompt,
            revised_prompt=image.revised_prompt,
            tags=list(image.tags),
            author=image.author,
            status=image.status,
            visibility=image.visibility,
            generator=image.generator,
            model=image.model,
            parameters=dict(image.parameters),
            parents=list(image.parents),
            batch=image.batch,
            content=ContentLine.of(image.content) if image.content else None,
            looks=image.looks,
            colors=None if image.colors is None else list(image.colors),
            cost_usd=image.cost_usd,
            cost_source=image.cost_source,
            error=ErrorLine.of(image.failure),
            created_at=image.created_at,
            updated_at=image.updated_at,
            deleted_at=image.deleted_at,
            file=file,
            file_error=file_error,
        )

    def image(self) -> Image:
        facts: dict[str, Any] = {name: getattr(self, name) for name in self._PLAIN}
        return Image(
            **facts,
            tags=tuple(self.tags),
            parents=tuple(self.parents),
            colors=None if self.colors is None else tuple(self.colors),
            content=self.placed_content(),
            failure=self.error.failure() if self.error else None,
        )

    def placed_content(self) -> Content | None:
        """Its bytes, and where they are to lie: never where any other image could have its own."""
        if self.content is None:
            return None
        return self.content.content(imported_key(self.guid, self.created_at, self.content.media_type))

    @model_validator(mode="after")
    def _has_bytes_if_ready(self) -> Self:
        if (self.status is Status.READY) != (self.content is not None):
            raise ValueError("an image has content if it is ready, and only then")
        return self

    _PLAIN = (
        "guid owner filename prompt revised_prompt author status visibility generator model parameters "
        "batch looks cost_usd cost_source created_at updated_at deleted_at"
    ).split()
