"""What a line says of an image, of a call to a generator, of an API key.

What comes back was written by others, or may have been changed meanwhile: a line is taken only if each of its
values could have been ours.
"""

import json
import re
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from pixyproxy.core.life import is_settled
from pixyproxy.core.models import (
    ApiKey,
    Attempt,
    AttemptStatus,
    Content,
    Cost,
    Failure,
    Image,
    JsonValue,
    Status,
    Visibility,
)
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.core.requests import NAME_LENGTH, PROMPT_LENGTH, TAG_COUNT, TAG_LENGTH, Bytes
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.transfer.layout import Time

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_ATTEMPT_KEY = f"[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/{_UUID7}"
_CONTENT_KEY = re.compile(rf"{_ATTEMPT_KEY}\.(?:{'|'.join(EXTENSIONS.values())})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_COLUMN_LENGTH = 255
_DETAIL_LENGTH = 1000
_PATH_LENGTH = 1000
_REVISED_LENGTH = 1_000_000
_MOST_PARENTS = 1000
_MOST_PIXELS_A_SIDE = 2**32 - 1
_NOWHERE = {"", ".", ".."}


def _of_one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must not contain control characters")
    return text


def _of_one_name(text: str) -> str:
    if "/" in text or "\\" in text:
        raise ValueError("must be a name, not a path")
    return _of_one_line(text)


def _within_the_folder(path: str) -> str:
    """As it is spelled; whether a link lies on the way is seen when it is opened."""
    if "\0" in path or path.startswith("/") or not _NOWHERE.isdisjoint(path.split("/")):
        raise ValueError("leads out of the folder")
    return PurePosixPath(path).as_posix()


def _of_our_keys(key: str) -> str:
    if not _CONTENT_KEY.fullmatch(key):
        raise ValueError("is no storage key of ours")
    return key


def _of_finite_numbers(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        raise ValueError("must not contain NaN or Infinity") from None
    return values


def _of_a_picture(media_type: str) -> str:
    if media_type not in EXTENSIONS:
        raise ValueError("must be that of a picture")
    return media_type


def _settled(status: Status) -> Status:
    if not is_settled(status):
        raise ValueError("must be that of an image that is not being made any more")
    return status


Guid = Annotated[str, Field(pattern=f"^{_UUID}$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Owner = Annotated[str, Field(pattern="^[0-9A-Za-z_.-]{1,32}$")]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_of_one_line)]
ShortName = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_of_one_line)]
Objects = Annotated[dict[str, JsonValue], AfterValidator(_of_finite_numbers)]
Usd = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000, decimal_places=9), PlainSerializer("{:f}".format, return_type=str)
]
FilePath = Annotated[str, Field(max_length=_PATH_LENGTH), AfterValidator(_within_the_folder)]
ContentKey = Annotated[str, AfterValidator(_of_our_keys)]
AttemptKey = Annotated[str, Field(pattern=f"^{_ATTEMPT_KEY}$")]
Side = Annotated[int, Field(ge=0, le=_MOST_PIXELS_A_SIDE)]


class Line(BaseModel):
    """Of one of the files. What is not known is refused: to leave it out would lose it without a word."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ErrorLine(Line):
    """Why there is no picture."""

    code: ShortName
    detail: Annotated[str, Field(max_length=_DETAIL_LENGTH)]

    @staticmethod
    def of(failure: Failure | None) -> "ErrorLine | None":
        return ErrorLine.model_construct(code=failure.code, detail=failure.detail) if failure else None

    def failure(self) -> Failure:
        return Failure(self.code, self.detail)


class ContentLine(Line):
    """The bytes of a picture, and where they lay in the store."""

    storage_key: ContentKey
    media_type: Annotated[str, AfterValidator(_of_a_picture)]
    width: Side
    height: Side
    size_bytes: Bytes
    sha256: Sha256

    @staticmethod
    def of(content: Content) -> "ContentLine":
        return ContentLine.model_construct(
            storage_key=content.storage_key,
            media_type=content.media_type,
            width=content.width,
            height=content.height,
            size_bytes=content.size_bytes,
            sha256=content.sha256,
        )

    def content(self) -> Content:
        return Content(**self.model_dump())


class ImageLine(Line):
    """An image and everything known about it."""

    guid: Guid
    owner: Owner
    filename: Annotated[str, Field(min_length=1, max_length=_COLUMN_LENGTH), AfterValidator(_of_one_name)]
    prompt: Annotated[str, Field(max_length=PROMPT_LENGTH)]
    revised_prompt: Annotated[str, Field(max_length=_REVISED_LENGTH)] | None
    tags: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=TAG_LENGTH), AfterValidator(_of_one_line)]],
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
    cost_usd: Usd | None
    cost_source: ShortName | None
    error: ErrorLine | None
    created_at: Time
    updated_at: Time
    deleted_at: Time | None
    file: FilePath | None
    """Below the folder; null where there are no bytes."""
    file_error: Annotated[str, Field(max_length=_DETAIL_LENGTH)] | None
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
            content=self.content.content() if self.content else None,
            failure=self.error.failure() if self.error else None,
        )

    @model_validator(mode="after")
    def _has_bytes_if_ready(self) -> Self:
        if (self.status is Status.READY) != (self.content is not None):
            raise ValueError("an image has content if it is ready, and only then")
        return self

    _PLAIN = (
        "guid owner filename prompt revised_prompt author status visibility generator model parameters "
        "batch looks cost_usd cost_source created_at updated_at deleted_at"
    ).split()


class AnswerLine(Line):
    """What a generator answered, was paid for, and is no picture."""

    file: FilePath
    size_bytes: Bytes
    sha256: Sha256


class AttemptLine(Line):
    """One call to a generator, and what it cost."""

    image: Guid | None
    """null where it is gone."""
    owner: Owner
    generator: ShortName
    model: Name
    storage_key: AttemptKey
    status: AttemptStatus
    provider_request_id: Annotated[str, Field(max_length=NAME_LENGTH)] | None
    usage: Objects | None
    cost_usd: Usd | None
    cost_source: ShortName | None
    error: ErrorLine | None
    started_at: Time
    ended_at: Time | None
    answer: AnswerLine | None

    @staticmethod
    def of(attempt: Attempt, image: str | None, answer: AnswerLine | None) -> "AttemptLine":
        return AttemptLine.model_construct(
            image=image,
            owner=attempt.owner,
            generator=attempt.generator,
            model=attempt.model,
            storage_key=attempt.storage_key,
            status=attempt.status,
            provider_request_id=attempt.provider_request_id,
            usage=None if attempt.usage is None else dict(attempt.usage),
            cost_usd=attempt.cost.usd if attempt.cost else None,
            cost_source=attempt.cost.source if attempt.cost else None,
            error=ErrorLine.of(attempt.failure),
            started_at=attempt.started_at,
            ended_at=attempt.ended_at,
            answer=answer,
        )

    def attempt(self, image_id: int) -> Attempt:
        return Attempt(
            image_id=image_id,
            owner=self.owner,
            generator=self.generator,
            model=self.model,
            storage_key=self.storage_key,
            status=self.status,
            provider_request_id=self.provider_request_id,
            usage=self.usage,
            cost=None if self.cost_usd is None else Cost(self.cost_usd, self.cost_source or ""),
            failure=self.error.failure() if self.error else None,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )

    @property
    def answer_key(self) -> str:
        return quarantine_key(self.storage_key)


class KeyLine(Line):
    """An API key: whose it is, and the hash by which it is recognised."""

    id: Annotated[str, Field(pattern="^[0-9A-Za-z]{12}$")]
    owner: Owner
    name: Name
    is_admin: bool
    secret_sha256: Sha256
    created_at: Time
    revoked_at: Time | None

    @staticmethod
    def of(key: ApiKey) -> "KeyLine":
        return KeyLine.model_construct(
            id=key.id,
            owner=key.owner,
            name=key.name,
            is_admin=key.is_admin,
            secret_sha256=key.secret_sha256,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )

    def key(self) -> ApiKey:
        return ApiKey(
            id=self.id,
            owner=self.owner,
            name=self.name,
            is_admin=self.is_admin,
            secret_sha256=self.secret_sha256,
            created_at=self.created_at,
            revoked_at=self.revoked_at,
        )
