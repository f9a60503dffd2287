"""What a caller may ask for. Built by the web floor from a request, and validated again by the service."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from pixyproxy.core.models import JsonValue, Size, Status, Task, Visibility
from pixyproxy.core.words import caseless

PROMPT_LENGTH = 32_000
TAG_COUNT, TAG_LENGTH = 32, 64
NAME_LENGTH = 200
SMALLEST_SIDE, LARGEST_SIDE = 64, 4096
MOST_INPUTS = 16
ANY_STATUS: Final = "any"
_STATUSES = [*map(str, Status), ANY_STATUS]
MOST_PARTIAL_IMAGES = 3


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Zero width, and what turns the text behind it round. Joiners stay: emoji and some scripts need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def _no_control_characters(text: str, allowed: str = "") -> str:
    for character in text:
        if unicodedata.category(character) == "Cc" and character not in allowed:
            raise ValueError(f"must not contain the control character U+{ord(character):04X}")
    return text


def _check_prompt(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return _no_control_characters(text, allowed="\t\n\r")


def _clean_label(text: str) -> str:
    """One spelling for what looks the same: composed, without blanks around or doubled inside."""
    if found := _INVISIBLE.search(text):
        raise ValueError(f"must not contain the invisible character U+{ord(found[0]):04X}")
    label = " ".join(unicodedata.normalize("NFC", _no_control_characters(text)).split())
    if not any(unicodedata.category(character) not in {"Cf", "Mn"} for character in label):
        raise ValueError("must not be blank")
    return label


def _check_filename(text: str) -> str:
    name = _clean_label(text)
    if "/" in name or "\\" in name:
        raise ValueError("must be a name, not a path: no slashes")
    if not name.strip("."):
        raise ValueError("must not consist of dots alone")
    return name


def _check_size(text: str) -> str:
    if text == "auto":
        return text
    try:
        size = Size.parse(text)
    except ValueError:
        raise ValueError("must be auto or WxH, for example 1024x1024") from None
    if str(size) != text or not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in size):
        raise ValueError(f"each side must be {SMALLEST_SIDE} to {LARGEST_SIDE}, for example 1024x1024")
    return text


def _distinct(tags: list[str]) -> list[str]:
    """The first spelling of each tag; case does not make another one."""
    return list({caseless(tag): tag for tag in reversed(tags)}.values())[::-1]


def _is_written_as_a_date(value: object) -> object:
    """A bare number would be taken for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError("should be an RFC 3339 time, or a date, for example 2026-11-20T23:12:10Z")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time of the years 1 to 9999") from None


def _absent_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _is_a_status(value: object) -> object:
    if value not in _STATUSES:
        raise ValueError(f"should be {', '.join(map(repr, _STATUSES[:-1]))} or {_STATUSES[-1]!r}")
    return value


Prompt = Annotated[str, Field(min_length=1, max_length=PROMPT_LENGTH), AfterValidator(_check_prompt)]
Label = Annotated[str, Field(min_length=1), AfterValidator(_clean_label), Field(max_length=NAME_LENGTH)]
Filename = Annotated[str, Field(min_length=1), AfterValidator(_check_filename), Field(max_length=NAME_LENGTH)]
Tag = Annotated[str, Field(min_length=1), AfterValidator(_clean_label), Field(max_length=TAG_LENGTH)]
Tags = Annotated[list[Tag], Field(max_length=TAG_COUNT), AfterValidator(_distinct)]
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
PictureSource = Annotated[str, Field(min_length=1)]
Moment = Annotated[datetime, BeforeValidator(_is_written_as_a_date), AfterValidator(_in_utc)]
Pixels = Annotated[int, Field(ge=0, lt=2**31)]
Bytes = Annotated[int, Field(ge=0, lt=2**53)]
Usd = Annotated[Decimal, Field(ge=0, lt=1_000_000, max_digits=15, decimal_places=9)]
WantedStatus = Annotated[
    Status | Literal["any"],
    BeforeValidator(_is_a_status),
    WithJsonSchema({"type": "string", "enum": _STATUSES}),
]
SearchText = Annotated[str | None, Field(max_length=1000), BeforeValidator(_absent_if_blank)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Paged(_Request):
    """What is answered piece by piece."""

    cursor: str | None = Field(None, max_length=1000, description="From the answer before")


class PictureOptions(_Request):
    """What a generator may be told besides. What one of them does not know, it refuses."""

    output_compression: Annotated[int, Field(strict=True, ge=0, le=100)] | None = Field(
        None, description="How much of a webp or jpeg is to be kept, in percent"
    )
    moderation: Word | None = Field(None, examples=["low"])
    complexity: Word | None = Field(None, examples=["high"])
    style: Word | None = Field(None, examples=["vivid"])
    input_fidelity: Word | None = Field(None, examples=["high"])
    frame_count: Annotated[int, Field(strict=True, ge=2, le=16)] | None = Field(
        None, description="Of a gif that moves"
    )
    frame_duration_ms: Annotated[int, Field(strict=True, ge=20, le=10_000)] | None = None
    svg: dict[str, JsonValue] | None = Field(None, description="How an svg is to be drawn")
    safety_identifier: Annotated[str, Field(max_length=512)] | None = None
    user: Annotated[str, Field(max_length=512)] | None = None


class ImagePrompt(PictureOptions):
    """What a picture is to be made from, and how it is to be kept."""

    prompt: Prompt = Field(examples=["a lighthouse at sunset"])
    model: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)] | None = Field(
        None, description="The default model, when none is named", examples=["sketch"]
    )
    size: Annotated[str, AfterValidator(_check_size)] = Field(
        "auto", description="`auto`, or `WxH` with each side 64 to 4096", examples=["1024x1024"]
    )
    quality: Word | None = Field(None, examples=["high"])
    background: Literal["auto", "opaque", "transparent"] | None = None
    output_format: Word | None = Field(None, examples=["png"])
    seed: Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)] | None = Field(
        None, description="Where the generator knows seeds, the same one gives the same picture"
    )
    partial_images: Annotated[int, Field(strict=True, ge=0, le=MOST_PARTIAL_IMAGES)] | None = Field(
        None, description="How many previews those who follow its events would like to see"
    )
    images: Annotated[list[PictureSource], Field(max_length=MOST_INPUTS)] = Field(
        [], description="Pictures to start from: guids of images, or `data:` URLs"
    )
    mask: PictureSource | None = Field(
        None, description="As large as the first of them: where it is transparent, that one is changed"
    )
    task: Task | None = Field(
        None, description="`edit`, the default where there are pictures to start from, or `vary`"
    )
    tags: Tags = Field([], examples=[["sea", "evening"]])
    author: Label | None = Field(None, description="The name of the key, when none is given")
    filename: Filename | None = Field(None, description="Made from the prompt, when none is given")
    visibility: Visibility = Visibility.PRIVATE


# What a generator is told of a prompt, besides its words and pictures.
GENERATOR_FIELDS = frozenset(PictureOptions.model_fields) | {
    "model", "size", "quality", "background", "output_format", "seed", "partial_images", "task",
}  # fmt: skip


class ImageChanges(_Request):
    """What may be changed of an image afterwards; what is left out stays as it is."""

    tags: Tags | None = None
    visibility: Visibility | None = None
    author: Label | None = None
    filename: Filename | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _is_not_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("must not be null")
        return value


class ImageFilters(_Request):
    """Which images are meant; filters are combined with AND."""

    prompt: SearchText = Field(None, description='All words in any order; `"a phrase"`; `prefix*`')
    filename: SearchText = Field(None, description='`prefix*`, words of the name, or `"the exact name"`')
    tag: Annotated[list[Tag], Field(max_length=TAG_COUNT)] = Field([], description="All of them")
    author: Annotated[Label | None, BeforeValidator(_absent_if_blank)] = Field(None, description="Exactly")
    model: SearchText = Field(None, description="Exactly")
    status: WantedStatus = Field(Status.READY, description="`any` finds every status")
    visibility: Visibility | None = None
    created_after: Moment | None = Field(None, description="RFC 3339, or a date; not that moment itself")
    created_before: Moment | None = Field(None, description="RFC 3339, or a date; not that moment itself")
    min_width: Pixels | None = None
    max_width: Pixels | None = None
    min_height: Pixels | None = None
    max_height: Pixels | None = None
    min_size_bytes: Bytes | None = None
    max_size_bytes: Bytes | None = None
    min_cost_usd: Usd | None = None
    max_cost_usd: Usd | None = Field(None, description="Finds no image of unknown cost")


class LibraryFilters(ImageFilters):
    """The same, of images by name, or of what lies in the trash."""

    guid: Annotated[list[UUID], Field(max_length=200)] = Field([], description="Any of them")
    deleted: bool = Field(False, description="What lies in your trash, instead, whatever its status")


class ImageSearch(LibraryFilters, Paged):
    """Which images to list, and how."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = Field(None, max_length=1000, description="From the `Link` of the page before")
    order: Literal["desc", "asc"] = Field("desc", description="Newest first, or oldest first")

    @classmethod
    def of(cls, filters: ImageFilters, **known: bool) -> Self:
        """All that they say, and nothing that they leave open."""
        return cls.model_validate({**filters.model_dump(exclude_unset=True), **known})


class FollowedImages(_Request):
    """Whose lives are to be told, as they happen."""

    guid: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=50)] = Field(
        description="Each of them"
    )


class DeleteOptions(_Request):
    """How an image is to be deleted."""

    permanently: bool = Field(False, description="Not into the trash: for good, at once")


class SimilarSearch(_Request):
    """Which images that look like one are to be listed."""

    max_distance: Annotated[int, Field(ge=0, le=32)] = Field(
        10, description="In how many of 64 bits their looks may differ; the same picture's in up to 8"
    )
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class TagSearch(_Request):
    """Which tags to list."""

    prefix: Annotated[Tag | None, BeforeValidator(_absent_if_blank)] = Field(
        None, description="How they begin, in any case"
    )
    order: Literal["count", "name"] = Field(
        "count", description="Those of most images first; or by name, page after page"
    )
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[Tag | None, BeforeValidator(_absent_if_blank)] = Field(
        None, description="By name only: the last tag of the page before"
    )


class TagRename(Paged):
    """A tag and what it is to be called; where there is such a tag already, the two become one."""

    tag: Tag = Field(examples=["sunset"])
    to: Tag = Field(examples=["evening"])


class NewKey(_Request):
    """Whom a key is for."""

    name: Label = Field(description="The default author of what the key makes", examples=["shop team"])
    is_admin: bool = False


Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SignInRequest(_Request):
    """What a browser signs in with: one of them."""

    key: Secret | None = Field(None, description="A key in force")
    code: Secret | None = Field(None, description="What stands in a link that signs in, once")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if (self.key is None) == (self.code is None):
            raise ValueError("must have either key or code")
        return self
