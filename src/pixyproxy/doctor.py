"""Connects to everything that is configured and says in words what is wrong. What is missing stays so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from pixyproxy.app import MADE_BY, check_library_is_there, is_missing, make_catalogue
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.init import open_library, open_store
from pixyproxy.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    is_well: bool
    sentence: str


async def examine(settings: Settings) -> list[Finding]:
    examinations = (_database(settings), _images(settings), _generators(settings))
    return [finding for examination in examinations async for finding in examination]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        check_library_is_there(settings)
        library = await open_library(settings.database_url)
    except PixyProxyException as error:
        yield _wrong("database", error)
        return
    try:
        yield Finding("database", is_well=True, sentence=f"{await library.version()} answers.")
        for weakness in await library.weaknesses():
            yield Finding("database", is_well=False, sentence=weakness)
    finally:
        await library.close()


async def _images(settings: Settings) -> AsyncIterator[Finding]:
    if is_missing(Path(settings.images)):
        sentence = f"{settings.images} is not there yet; {MADE_BY}"
        yield Finding("images", is_well=False, sentence=sentence)
        return
    try:
        await open_store(settings.images).check()
        yield Finding("images", is_well=True, sentence=f"{settings.images} can be written.")
    except PixyProxyException as error:
        reason = error.__cause__ or error.detail
        sentence = f"{settings.images} cannot be written: {reason}"
        yield Finding("images", is_well=False, sentence=sentence)


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
            yield Finding(generator.name, is_well=True, sentence=f"can be called: {models}.")
        except PixyProxyException as error:
            yield _wrong(generator.name, error)
    for alias in catalogue.idle_aliases:
        yield Finding(
            "aliases", is_well=False, sentence=f"No generator has the model that {alias!r} stands for."
        )
    yield Finding("default", is_well=True, sentence=f"The default model is {catalogue.default_model}.")
    await catalogue.close()


def _wrong(part: str, error: PixyProxyException) -> Finding:
    sentence, foreign = error.detail, error.__cause__
    if not isinstance(foreign, PixyProxyException | OSError | None):
        sentence += f" ({foreign})"
    return Finding(part, is_well=False, sentence=sentence)
