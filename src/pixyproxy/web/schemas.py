"""The JSON that callers see."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer

from pixyproxy.core.models import ApiKey, Image, Status, Visibility
from pixyproxy.data.search.similar import Similar
from pixyproxy.service.keys import FreshKey
from pixyproxy.service.reading import Lineage


def rfc3339(moment: datetime) -> str:
    """UTC, always six digits of the second, `Z`."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


Timestamp = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    Field(examples=["2026-11-20T23:12:10.123456Z"]),
]


class Error(BaseModel):
    """Why an image has no content."""

    code: str
    detail: str


class ImageDetail(BaseModel):
    """An image and everything known about it."""

    guid: str = Field(examples=["01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"])
    filename: str = Field(examples=["a-lighthouse-at-sunset-01939f2e.png"])
    prompt: str = Field(examples=["a lighthouse at sunset"])
    tags: list[str]
    author: str
    created_at: Timestamp
    updated_at: Timestamp
    status: Status
    visibility: Visibility
    generator: str
    model: str
    revised_prompt: str | None
    parents: list[str] = Field(description="The guids of the images it was made from")
    batch: str | None = Field(description="The guid of the first of those that were asked for together")
    parameters: dict[str, JsonValue] = Field(description="What was asked for and what was used")
    media_type: str | None = Field(examples=["image/png"])
    width: int | None
    height: int | None
    colors: list[str] | None = Field(
        description="The averages of its quarters: top left, top right, bottom left, bottom right; "
        "null while they are not known",
        examples=[["#2b3a55", "#31415f", "#c98f5a", "#8a5b3c"]],
    )
    size_bytes: int | None
    sha256: str | None
    cost_usd: float | None = Field(description="null when it is not known, never a silent 0")
    cost_source: str | None
    error: Error | None
    deleted_at: Timestamp | None = Field(description="Since when it lies in the trash")
    content_url: str = Field(examples=["/image/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11/content"])
    may_change: bool = Field(description="Whether who asks may change or delete it")

    @staticmethod
    def of(image: Image) -> "ImageDetail":
        """Our own rows are sound already, so nothing is validated here."""
        content, failure = image.content, image.failure
        return ImageDetail.model_construct(
            guid=image.guid,
            filename=image.filename,
            prompt=image.prompt,
            tags=list(image.tags),
            author=image.author,
            created_at=image.created_at,
            updated_at=image.updated_at,
            status=image.status,
            visibility=image.visibility,
            generator=image.generator,
            model=image.model,
            revised_prompt=image.revised_prompt,
            parents=list(image.parents),
            batch=image.batch,
            parameters=dict(image.parameters),
            media_type=content.media_type if content else None,
            width=content.width if content else None,
            height=content.height if content else None,
            colors=list(image.colors) if image.colors else None,
            size_bytes=content.size_bytes if content else None,
            sha256=content.sha256 if content else None,
            cost_usd=None if image.cost_usd is None else float(image.cost_usd),
            cost_source=image.cost_source,
            error=Error(code=failure.code, detail=failure.detail) if failure else None,
            deleted_at=image.deleted_at,
            content_url=f"/image/{image.guid}/content",
            may_change=image.may_change,
        )


class CountDetail(BaseModel):
    """How many images a search finds."""

    count: int
    is_exact: bool = Field(description="When it is false there are more than that")


class SimilarDetail(ImageDetail):
    """An image that looks like another."""

    distance: int = Field(description="In how many of 64 bits their looks differ: 0 when they look the same")

    @staticmethod
    def of_similar(similar: Similar) -> "SimilarDetail":
        return SimilarDetail.model_construct(distance=similar.distance, **vars(ImageDetail.of(similar.image)))


class LinkDetail(BaseModel):
    """A signed link."""

    url: str = Field(description="Works without a key")
    expires_at: Timestamp


class LineageDetail(BaseModel):
    """An image and its family, each side the oldest first."""

    image: ImageDetail
    ancestors: list[ImageDetail] = Field(description="What it was made from, and what that was made from")
    descendants: list[ImageDetail] = Field(description="What was made from it, and from that")

    @staticmethod
    def of(lineage: Lineage) -> "LineageDetail":
        return LineageDetail.model_construct(
            image=ImageDetail.of(lineage.image),
            ancestors=[ImageDetail.of(image) for image in lineage.ancestors],
            descendants=[ImageDetail.of(image) for image in lineage.descendants],
        )


class Partial(BaseModel):
    """A preview of a picture that is not finished."""

    guid: str
    number: int
    media_type: str
    b64: str


class KeyDetail(BaseModel):
    """A key as it is listed; its text is never seen again."""

    id: str
    name: str
    is_admin: bool
    created_at: Timestamp
    revoked_at: Timestamp | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            is_admin=key.is_admin,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class NewKeyDetail(KeyDetail):
    """A key that was just made, with its text."""

    key: str = Field(description="Shown once")

    @classmethod
    def of_fresh(cls, fresh: FreshKey) -> Self:
        return cls(key=fresh.text, **KeyDetail.of(fresh.key).model_dump())


class SessionDetail(BaseModel):
    """Who is signed in with this browser, if anybody is."""

    signed_in: bool
    name: str | None = Field(description="Of the key", examples=["shop team"])
    is_admin: bool
    expires_at: Timestamp | None
    sees_public: bool = Field(description="The gallery shows what is public to anybody")


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """Every error of the service (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such image."])
    instance: str = Field(examples=["/image/01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"])
    code: str = Field(examples=["image_not_found"])
    request_id: str = Field(examples=["web1-20261120T231210123456-140234"])
    guid: str | None = Field(None, description="The image the error is about, where there is one")
    errors: list[FieldProblem] | None = Field(
        None, description="For bad input: what is wrong with which field"
    )


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class Readiness(Health):
    answers_waiting: int = Field(
        description="Answers that are paid for and on this machine's disk, until database and store take them"
    )
    reasons: dict[str, str] = Field({}, examples=[{"database": "unavailable"}])
