"""What the tests of service and web share besides the fixtures: callers, pictures, a generator that obeys."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import pyvips

from pixyproxy.core.models import Caller, Content, Image, Status, Visibility
from pixyproxy.core.names import new_guid
from pixyproxy.service.generators import own_answers
from pixyproxy.service.generators.abilities import Abilities, SizeRange, sizes_of
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import GeneratedPicture, Generator, PictureRequest, Receiver
from pixyproxy.service.looks import seen_of
from pixyproxy.service.making.generation import Generation, Limits
from pixyproxy.service.services import Services

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For behaviour in which the database has no part: once is enough."""

ALICE = Caller(owner="alice000owner", name="Alice", is_admin=False)
BOB = Caller(owner="bob00000owner", name="Bob", is_admin=False)
ADMIN = Caller(owner="admin", name="admin", is_admin=True)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"><rect width="7" height="5"/></svg>'


@cache
def picture(suffix: str = "png", width: int = 48, height: int = 32) -> bytes:
    """Noise, so that the bytes are many enough to be cut."""
    noise = pyvips.Image.gaussnoise(width, height, seed=1).cast("uchar")
    content: bytes = noise.copy(interpretation="b-w").write_to_buffer(f".{suffix}")
    return content


PNG = picture()

NO_RESERVE = Limits(reserve_bytes=0)

EVERYTHING = Abilities(
    sizes=sizes_of("1024x1024"),
    any_size=SizeRange(1, 4096, 1, 1, 4096**2, 4096),
    qualities=("auto", "low", "medium", "high"),
    backgrounds=("auto", "opaque", "transparent"),
    output_formats=("png", "webp", "jpeg", "gif", "svg"),
    transparent_formats=("png", "webp", "svg"),
    preview_formats=("png", "webp", "jpeg", "gif", "svg"),
    edit_formats=("png", "webp", "jpeg", "gif", "svg"),
    mask_formats=("png", "webp", "jpeg", "gif", "svg"),
    variations=True,
    most_inputs=16,
    knows_seeds=True,
    most_partial_images=3,
)

Work = Callable[[PictureRequest], Awaitable[GeneratedPicture]]


class Easel:
    """A generator that does what a test wants done while the picture is made."""

    name = "easel"
    models = ("easel-1", "easel-2")

    def __init__(self, work: Work) -> None:
        self._work = work
        self.request_id: str | None = None
        self.asked: list[PictureRequest] = []

    def abilities(self, _model: str, /) -> Abilities:
        return EVERYTHING

    def check(self, request: PictureRequest) -> None:
        """It can do everything."""

    async def generate(self, request: PictureRequest) -> GeneratedPicture:
        return await self._work(request)

    async def call(self, request: PictureRequest, receiver: Receiver) -> None:
        self.asked.append(request)
        picture = await self._work(request)
        receiver.note_request_id(self.request_id)
        await receiver.write(own_answers.written(picture))

    def read(self, answer: bytes, model: str) -> GeneratedPicture:  # noqa: ARG002 - they are all alike
        return own_answers.read(answer)

    async def check_reachable(self) -> None:
        """It always is."""

    async def close(self) -> None:
        """It holds nothing."""


def painting(content: bytes = PNG, **known: Any) -> Easel:
    async def work(_: PictureRequest) -> GeneratedPicture:
        return GeneratedPicture(content, **known)

    return Easel(work)


def failing(error: Exception) -> Easel:
    async def work(_: PictureRequest) -> GeneratedPicture:
        raise error

    return Easel(work)


class Gate:
    """Holds a generator at its work until the test lets it go on."""

    def __init__(self, ending: Work | None = None) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self._ending = ending or painting().generate

    async def __call__(self, request: PictureRequest) -> GeneratedPicture:
        self.reached.set()
        await self.opened.wait()
        return await self._ending(request)


def with_generator(services: Services, generator: Generator, limits: Limits = NO_RESERVE) -> Services:
    """The same library and store, and this generator alone."""
    catalogue = Catalogue([generator], {}, None)
    generation = Generation(services.library, services.store, services.spool, catalogue, limits)
    return replace(services, catalogue=catalogue, generation=generation)


async def shelve(services: Services, content: bytes | None = PNG, **known: Any) -> Image:
    """An image put straight into library and store, without a generator."""
    guid, now = new_guid(), datetime.now(UTC)
    media_type = known.pop("media_type", "image/png")
    image = Image(
        guid=guid,
        owner=known.pop("owner", ALICE.owner),
        filename=known.pop("filename", f"a-cat-{guid[:8]}.png"),
        prompt=known.pop("prompt", "a cat"),
        tags=known.pop("tags", ()),
        author=known.pop("author", "Alice"),
        status=known.pop("status", Status.READY if content else Status.FAILED),
        visibility=known.pop("visibility", Visibility.PRIVATE),
        generator="easel",
        model=known.pop("model", "easel-1"),
        content=await _stored(services, content, media_type) if content else None,
        created_at=now,
        updated_at=now,
    )
    image = replace(image, **known)
    return replace(image, id=await services.library.images.add(image))


def looks_of(content: bytes) -> str:
    return seen_of(content).looks


async def throw_away(services: Services, image: Image, at: datetime | None = None) -> Image:
    """Into the trash, and nothing else is done about it."""
    deleted = replace(image, deleted_at=at or datetime.now(UTC))
    await services.library.transact(lambda repositories: repositories.images.change(image, deleted))
    return deleted


async def _stored(services: Services, content: bytes, media_type: str) -> Content:
    key = f"2026/11/21/{new_guid()}.png"
    await services.store.put(key, content)
    return Content(key, media_type, 48, 32, len(content), hashlib.sha256(content).hexdigest())


async def rows(services: Services, table: str) -> list[dict[str, Any]]:
    """Everything a table holds, also what no repository shows any more."""
    found = await services.library._database.fetch_all(f"SELECT * FROM {table}", {})
    return [dict(row) for row in found]


async def eventually(holds: Callable[[], Awaitable[bool]], within_s: float = 60) -> None:
    """Returns when it holds; looks again and again at what happens by itself."""
    async with asyncio.timeout(within_s):
        while not await holds():  # noqa: ASYNC110 - nobody sets an event for it
            await asyncio.sleep(0.02)
