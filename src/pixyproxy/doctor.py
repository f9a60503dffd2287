"""Connects to everything that is configured and says in words what is wrong, then looks through the library.

What is missing is not made; what is wrong is changed only when that is asked for.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from pixyproxy.app import MADE_BY, check_library_is_there, is_missing, make_catalogue
from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.init import check_images_before, open_images, open_library, open_store
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.service.upkeep.examination import Orders, examine_library
from pixyproxy.service.upkeep.findings import Finding, Verdict
from pixyproxy.service.upkeep.scrubbing import Scrub, Told
from pixyproxy.settings import Settings


async def examine(settings: Settings, orders: Orders, told: Told) -> AsyncIterator[Finding]:
    """The inside of the library only where there is one."""
    is_open, has_places = False, not _has_no_folder(settings)
    for examination in (
        _database(settings),
        _images(settings),
        _images_before(settings),
        _generators(settings),
    ):
        async for finding in examination:
            is_open |= finding.part == "database" and finding.verdict is Verdict.OK
            has_places &= finding.part != "before" or finding.verdict is Verdict.OK
            yield finding
    if is_open and has_places:
        reserve = None if settings.reserve_mb is None else settings.reserve_mb * 1024**2
        async with _opened_library(settings) as library:
            orders = replace(orders, reserve_bytes=reserve, trash_kept_for=settings.trash_kept_for)
            async with _opened_images(settings) as store:
                async for finding in examine_library(library, store, Spool(settings.spool), orders, told):
                    yield finding


@asynccontextmanager
async def opened_scrub(
    settings: Settings, since: datetime | None, mb_per_s: float | None, told: Told
) -> AsyncIterator[Scrub]:
    async with _opened_library(settings) as library, _opened_images(settings) as store:
        yield Scrub(library, store, since=since, mb_per_s=mb_per_s, told=told)


@asynccontextmanager
async def _opened_library(settings: Settings) -> AsyncIterator[Library]:
    check_library_is_there(settings)
    library = await open_library(settings.database_url)
    try:
        yield library
    finally:
        await library.close()


@asynccontextmanager
async def _opened_images(settings: Settings) -> AsyncIterator[ImageStore]:
    store = open_images(settings.images, settings.images_before, settings.s3)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _opened_store(location: str, settings: Settings) -> AsyncIterator[ImageStore]:
    store = open_store(location, settings.s3)
    try:
        yield store
    finally:
        await store.close()


def _has_no_folder(settings: Settings) -> bool:
    """While they are moved the first image that is made makes it."""
    folder = settings.images_folder
    return folder is not None and settings.images_before is None and is_missing(folder)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with _opened_library(settings) as library:
            yield Finding("database", Verdict.OK, f"{await library.version()} answers.")
            for weakness in await library.weaknesses():
                yield Finding("database", Verdict.WRONG, weakness)
    except PixyProxyException as error:
        yield _wrong("database", error)


async def _images(settings: Settings) -> AsyncIterator[Finding]:
    if _has_no_folder(settings):
        sentence = f"{settings.images} is not there yet; {MADE_BY}"
        yield Finding("images", Verdict.WRONG, sentence)
        return
    try:
        if settings.images_folder is not None and is_missing(settings.images_folder):
            yield Finding(
                "images", Verdict.OK, f"{settings.images} is not there yet; the first image makes it."
            )
        else:
            async with _opened_store(settings.images, settings) as store:
                await store.check()
            yield Finding("images", Verdict.OK, f"{settings.images} can be written.")
    except PixyProxyException as error:
        yield Finding("images", Verdict.WRONG, f"{settings.images} cannot be written: {_reason(error)}")


async def _images_before(settings: Settings) -> AsyncIterator[Finding]:
    """Nothing is ever written there."""
    before = settings.images_before
    if before is None:
        return
    try:
        check_images_before(settings.images, before)
        async with _opened_store(before, settings) as store:
            await anext(store.list_(), None)
        yield Finding("before", Verdict.OK, f"{before} can be read.")
    except CannotStart as error:
        yield Finding("before", Verdict.WRONG, error.detail)
    except PixyProxyException as error:
        yield Finding("before", Verdict.WRONG, f"{before} cannot be read: {_reason(error)}")


async def _generators(settings: Settings) -> AsyncIterator[Finding]:
    try:
        catalogue = make_catalogue(settings)
    except PixyProxyException as error:
        yield _wrong("generators", error)
        return
    for generator in catalogue.generators:
        try:
            await generator.check_reachable()
            models = ", ".join(generator.models)
            yield Finding(generator.name, Verdict.OK, f"can be called: {models}.")
        except PixyProxyException as error:
            yield _wrong(generator.name, error)
    for alias in catalogue.idle_aliases:
        yield Finding("aliases", Verdict.WRONG, f"No generator has the model that {alias!r} stands for.")
    yield Finding("default", Verdict.OK, f"The default model is {catalogue.default_model}.")
    await catalogue.close()


def _reason(error: PixyProxyException) -> object:
    return error.detail if isinstance(error, CannotStart) else error.__cause__ or error.detail


def _wrong(part: str, error: PixyProxyException) -> Finding:
    sentence, foreign = error.detail, error.__cause__
    if not isinstance(foreign, PixyProxyException | OSError | None):
        sentence += f" ({foreign})"
    return Finding(part, Verdict.WRONG, sentence)
