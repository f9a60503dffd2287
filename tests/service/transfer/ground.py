"""What the tests of the transfer share: libraries, one with everything in it, and how two compare."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pixyproxy.app import open_services
from pixyproxy.core.models import (
    ERASED_AT,
    Attempt,
    AttemptStatus,
    Cost,
    Failure,
    Image,
    Status,
    Visibility,
)
from pixyproxy.core.names import imported_key
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.arriving import Arriving
from pixyproxy.service.transfer.leaving import Leaving, Taken
from pixyproxy.settings import Settings
from tests.data.builders import a_key
from tests.service.scenery import ALICE, BOB, PNG, SVG, picture, shelve
from tests.service.upkeep.ground import attempted

MOMENT = datetime(2026, 11, 20, 12, 34, 56, 123456, tzinfo=UTC)
KEPT_FOR = timedelta(days=30)
ANSWER = b"this was paid for and is no picture"


@asynccontextmanager
async def library_at(folder: Path, database_url: str | None = None) -> AsyncIterator[Services]:
    """One of its own; on SQLite if nothing else is said."""
    given = {"PIXYPROXY_DATA_DIR": str(folder), "PIXYPROXY_RESERVE_MB": "0"}
    if database_url is not None:
        given["PIXYPROXY_DATABASE_URL"] = database_url
    services = await open_services(Settings.from_environment(given))
    yield services
    await services.close()


async def always_room() -> None:
    """Nothing is full."""


async def leave(services: Services, folder: Path, *, quick: bool = False) -> tuple[Taken, list[str]]:
    leaving = Leaving(services.library, services.store, folder, quick=quick)
    damages = [each async for each in leaving.damages()]
    assert leaving.taken.damaged == len(damages)
    return leaving.taken, damages


async def arrive(services: Services, folder: Path, *, with_keys: bool = True) -> tuple[Arrived, list[str]]:
    arriving = Arriving(
        services.library, services.store, folder, always_room, kept_for=KEPT_FOR, with_keys=with_keys
    )
    problems = [each async for each in arriving.problems()]
    assert arriving.arrived.problems == len(problems)
    return arriving.arrived, problems


async def fill(services: Services) -> dict[str, Image]:
    """With an image of every kind, the oldest first, and what was spent on them and on one that is gone."""
    images: dict[str, Image] = {}

    async def shelved(name: str, content: bytes | None = None, **known: Any) -> Image:
        images[name] = await shelve(services, content, prompt=f"a fox {name}", **known)
        return images[name]

    first = await shelved(
        "first",
        PNG,
        tags=("Zürich", "赤い"),
        created_at=MOMENT,
        updated_at=MOMENT,
        looks="0f" * 8,
        colors=("#123456", "#fedcba", "#000000", "#ffffff"),
    )
    second = await shelved(
        "second",
        picture("webp"),
        media_type="image/webp",
        owner=BOB.owner,
        visibility=Visibility.PUBLIC,
        filename="狐.webp",
        parents=(first.guid,),
        batch=first.guid,
        revised_prompt="a red fox\nof snow",
        parameters={"seed": 7, "nested": {"list": [1, 2.5, None, "ü", True]}},
        cost_usd=Decimal("0.040000001"),
        cost_source="provider",
        looks="",
        colors=(),
    )
    failed = await shelved("failed", failure=Failure("generator_failed", "It did not."))
    await shelved("canceled", status=Status.CANCELED)
    unknown = await shelved("unknown", status=Status.UNKNOWN)
    await shelved(
        "trashed", SVG, media_type="image/svg+xml", deleted_at=datetime.now(UTC) - timedelta(days=1)
    )
    await shelved("queued", status=Status.QUEUED)
    await shelved("generating", status=Status.GENERATING)
    await shelved("erased", PNG[:-1], deleted_at=ERASED_AT)
    await shelved("last", picture("jpg"), media_type="image/jpeg")
    succeeded = AttemptStatus.SUCCEEDED
    await attempted(services, first, succeeded, cost=Cost(Decimal("1.5"), "provider"), ended_at=MOMENT)
    await attempted(services, second, usage={"tokens": 5}, provider_request_id="req_1")
    await attempted(services, second, succeeded, started_at=MOMENT, cost=Cost(Decimal(0), "built-in"))
    spent = await attempted(
        services, failed, AttemptStatus.FAILED, failure=Failure("generator_failed", "No."), ended_at=MOMENT
    )
    await services.store.put(quarantine_key(spent.storage_key), ANSWER)
    await attempted(services, unknown)
    await attempted(services, images["erased"], succeeded, cost=Cost(Decimal("0.25"), "provider"))
    gone = replace(first, id=918273)
    await attempted(services, gone, succeeded, cost=Cost(Decimal("0.123456789"), "provider"))
    await services.library.keys.add(a_key("Alice", id="alice0000key", owner=ALICE.owner, is_admin=True))
    await services.library.keys.add(a_key("Bob", id="bob000000key", owner=BOB.owner, revoked_at=MOMENT))
    return images


MADE = ["first", "second", "failed", "canceled", "unknown", "trashed", "last"]
"""What of all that is taken along, in its order."""


async def images_of(services: Services) -> list[Image]:
    """As they are kept, but for the number that never leaves the process; the oldest first."""
    return [replace(image, id=0) for image in await services.library.images.past(0, 1000)]


def as_imported(image: Image) -> Image:
    """The same image where it arrives: its bytes lie where its guid says."""
    if image.content is None:
        return image
    key = imported_key(image.guid, image.created_at, image.content.media_type)
    return replace(image, content=replace(image.content, storage_key=key))


def key_of(line: dict[str, Any]) -> str:
    """Where the bytes of the image in this line are put."""
    created_at = datetime.fromisoformat(line["created_at"])
    return imported_key(line["guid"], created_at, line["content"]["media_type"])


async def attempts_of(services: Services) -> dict[str, tuple[Attempt, str | None]]:
    """By their storage keys, each with the guid of its image."""
    library = services.library
    images = await library.images.past(0, 1000)
    guids = {image.id: image.guid for image in images if image.deleted_at != ERASED_AT}
    found = await library.attempts.of_images([image.id for image in images])
    found += await library.attempts.of_no_image(0, 1000)
    return {each.storage_key: (replace(each, id=0, image_id=0), guids.get(each.image_id)) for each in found}


async def bytes_of(services: Services) -> dict[str, bytes]:
    """Everything in the store, by its key."""
    keys = [each.key async for each in services.store.list_()]
    return {key: b"".join([chunk async for chunk in services.store.read(key)]) for key in keys}


def lines_of(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_bytes().splitlines()]


def rewrite(folder: Path, name: str, changed: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """The list, with its lines changed by somebody."""
    lines = changed(lines_of(folder, name))
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def change_line(folder: Path, number: int, name: str = "images.jsonl", /, **values: Any) -> None:
    """One line, counted from 0."""
    rewrite(
        folder,
        name,
        lambda lines: [{**line, **values} if at == number else line for at, line in enumerate(lines)],
    )


def files_in(folder: Path) -> dict[str, str]:
    """The hash of each file below, by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def without_moment(folder: Path) -> dict[str, str]:
    """The same, but for the file that says when it was made."""
    return {path: found for path, found in files_in(folder).items() if path != "pixyproxy-library.json"}
