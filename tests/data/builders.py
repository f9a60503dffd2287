"""Models for tests: whole ones, of which a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pixyproxy.core.models import (
    ApiKey,
    Attempt,
    Audience,
    Caller,
    Content,
    Image,
    Job,
    JobState,
    KeptKey,
    Status,
    Visibility,
)
from pixyproxy.core.names import new_guid
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.library import Library, Repositories

ON_MYSQL = pytest.mark.parametrize("database_url", ["mysql"], indirect=True)
"""For transactions that are open side by side: in SQLite one writes, and the others wait."""
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADMINISTRATOR = Audience(sees_everything=True)
PUBLIC = Audience()
CONTENT = Content("ab/abcdef.png", "image/png", 1024, 768, 1_500_000, "0f" * 32)


def an_image(prompt: str = "a red fox on a chair", **fields: Any) -> Image:
    image = Image(
        guid=new_guid(),
        owner="alice",
        filename="fox-01939f2e.png",
        prompt=prompt,
        tags=("animal",),
        author="Alice",
        status=Status.READY,
        visibility=Visibility.PRIVATE,
        generator="sketch",
        model="sketch-1",
        parameters={"size": "1024x768", "seed": 7},
        content=CONTENT,
        cost_usd=Decimal("0.040000001"),
        cost_source="provider",
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(image, **fields)


def an_attempt(image_id: int = 1, **fields: Any) -> Attempt:
    attempt = Attempt(
        image_id=image_id,
        owner="alice",
        generator="sketch",
        model="sketch-1",
        storage_key=new_guid(),
        started_at=NOON,
    )
    return replace(attempt, **fields)


def a_job(image_id: int = 1, **fields: Any) -> Job:
    return replace(Job(image_id=image_id, state=JobState.WAITING, asked={"size": "1024x768"}), **fields)


def a_kept_key(key: str = "order 66", **fields: Any) -> KeptKey:
    return replace(KeptKey("alice", "POST /image", key, "0f" * 32, new_guid(), NOON), **fields)


def a_key(name: str = "shop team", **fields: Any) -> ApiKey:
    key = ApiKey(
        id=new_guid()[-12:],
        owner="alice",
        name=name,
        is_admin=False,
        secret_sha256="0f" * 32,
        created_at=NOON,
    )
    return replace(key, **fields)


def seen_by(owner: str) -> Audience:
    return Audience.of(Caller(owner=owner, name=owner.title(), is_admin=False))


def a_search(**fields: Any) -> ImageSearch:
    return ImageSearch.model_validate(fields)


async def added(library: Library, *images: Image) -> list[Image]:
    """The images as they are kept, with their ids; all of them in one transaction."""
    ids = await library.transact(lambda all_: _add(all_.images.add, images))
    return [replace(image, id=id_) for image, id_ in zip(images, ids, strict=True)]


async def _add(add: Any, images: tuple[Image, ...]) -> list[int]:
    return [await add(image) for image in images]


async def change(before: Image, after: Image, all_: Repositories) -> None:
    """What a transaction is asked for, once before and after are given."""
    await all_.images.change(before, after)


async def found(library: Library, audience: Audience = ADMINISTRATOR, **search: Any) -> list[Image]:
    """The first page of a search."""
    return await library.images.list_(a_search(**search), audience, None)
