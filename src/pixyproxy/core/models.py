"""The nouns: an image and what is known about it, an attempt to make one, a key, a caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import JsonValue as JsonValue  # noqa: PLC0414 - the one spelling of it in this project


class Status(StrEnum):
    """Where an image is in its life."""

    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """Who may see an image: its owner and administrators, or everybody."""

    PRIVATE = "private"
    PUBLIC = "public"


class Task(StrEnum):
    """What is to be done with a prompt: a new picture, or one made from others."""

    GENERATE = "generate"
    EDIT = "edit"
    VARY = "vary"


class Size(NamedTuple):
    """A picture's extent in pixels, written WxH."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Self:
        width, height = text.split("x")
        return cls(int(width), int(height))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an image has no content: a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call cost, and who says so."""

    usd: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a picture: what they are and where they lie."""

    storage_key: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    sha256: str


ERASED_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""When that was deleted which is to be restored no more; its bytes may be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture and everything known about it. `id` never leaves the process."""

    id: int = 0
    guid: str
    owner: str
    filename: str
    prompt: str
    tags: tuple[str, ...]
    author: str
    status: Status
    visibility: Visibility
    generator: str
    model: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    """The guids of the images it was made from."""
    batch: str | None = None
    """The guid of the first of those that were asked for together."""
    revised_prompt: str | None = None
    content: Content | None = None
    looks: str | None = None
    """A perceptual hash, 16 hexadecimal digits; empty when there is none to be had, None before that."""
    colors: tuple[str, ...] | None = None
    """Of its quarters, row by row, `#rrggbb`; empty when there are none to be had, None before that."""
    cost_usd: Decimal | None = None
    cost_source: str | None = None
    failure: Failure | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    """Since when it is in the trash."""
    may_change: bool = True
    """Whether who asks may change or delete it. It is not kept: who reads for somebody says so."""


class AttemptStatus(StrEnum):
    """How a call to a generator ended, if it has."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call to a generator, recorded before it is made; `storage_key` names where its bytes will go."""

    id: int = 0
    image_id: int
    owner: str
    generator: str
    model: str
    storage_key: str
    status: AttemptStatus = AttemptStatus.STARTED
    provider_request_id: str | None = None
    usage: Mapping[str, JsonValue] | None = None
    cost: Cost | None = None
    failure: Failure | None = None
    started_at: datetime
    ended_at: datetime | None = None


class JobState(StrEnum):
    """What may be done with work that is taken over: anything, or only to look for what came of it."""

    WAITING = "waiting"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An image that is not at its end. Every claim has a token of its own; who has lost it writes no more."""

    image_id: int
    state: JobState
    asked: Mapping[str, JsonValue]
    holder: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class KeptKey:
    """An `Idempotency-Key` and the image it stands for."""

    owner: str
    route: str
    key: str
    fingerprint: str
    guid: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: never its secret, only the hash of it."""

    id: str
    owner: str
    name: str
    is_admin: bool
    secret_sha256: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldKey:
    """The key a session goes back to. Without an id it is that of the settings, which has no row."""

    id: str | None
    proof: str
    """That it is still the same: the hash that its row has; of the settings' key one that is slow to make."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, as it is kept: never its token, only the hash of it."""

    token_sha256: str
    key: HeldKey
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signs in one browser, once, as it is kept."""

    code_sha256: str
    key: HeldKey
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, once the key has been recognised."""

    owner: str
    name: str
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose eyes a question is asked for; what they may not see does not exist."""

    owner: str | None = None
    sees_everything: bool = False
    sees_public: bool = True

    @classmethod
    def of(cls, caller: Caller | None) -> Self:
        return cls() if caller is None else cls(owner=caller.owner, sees_everything=caller.is_admin)

    @classmethod
    def of_own(cls, caller: Caller) -> Self:
        """What they may change."""
        return cls(owner=caller.owner, sees_everything=caller.is_admin, sees_public=False)
