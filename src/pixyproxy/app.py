"""The composition root: settings in, application out. Nothing is built before it is called."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from secrets import token_hex

from fastapi import Depends, FastAPI

from pixyproxy import __version__
from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data.init import open_images, open_library, open_spool
from pixyproxy.logs import configure_logs
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import Generator
from pixyproxy.service.generators.sketch import Sketch
from pixyproxy.service.housekeeping import Housekeeping
from pixyproxy.service.keys import Keys
from pixyproxy.service.links import Links
from pixyproxy.service.looking import Looking
from pixyproxy.service.making.generation import Generation, Limits
from pixyproxy.service.services import Services
from pixyproxy.service.sessions import Sessions
from pixyproxy.service.trash import Trash
from pixyproxy.service.variants.variants import Variants
from pixyproxy.settings import Settings
from pixyproxy.web import (
    bulk,
    content,
    docs,
    errors,
    events,
    export,
    gallery,
    health,
    images,
    keys,
    models,
    operations,
    sessions,
    similar,
    tags,
    trash,
)
from pixyproxy.web.body_limits import BodyLimits
from pixyproxy.web.openai import images as openai_images
from pixyproxy.web.openai import models as openai_models
from pixyproxy.web.published_api import complete_published_api
from pixyproxy.web.request_log import RequestLog, log_request

MADE_BY = "`pixyproxy init` or `pixyproxy serve` makes it."
_DESCRIPTION = """
Send a prompt to `POST /image`; find, see and fetch what was made with the rest.
Every error is a `Problem`; under /v1, where OpenAI's clients ask, it is OpenAI's envelope."""


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = await open_services(settings)
        app.state.services.start()
        yield
        await app.state.services.close()

    app = FastAPI(
        title="PixyProxy",
        version=__version__,
        summary="Make images with any model; keep, find and serve them.",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=opened,
        dependencies=[Depends(log_request)],
    )
    app.state.public_url, app.state.redirect_s = settings.public_url, settings.redirect_s
    app.state.gallery = settings.gallery
    complete_published_api(app)
    errors.install(app)
    app.include_router(content.content_router)  # asked for most, so looked for first
    # What is at /image/export or /image/events is no image of that name, so `images` comes after them.
    for module in (
        bulk,
        export,
        events,
        images,
        content,
        similar,
        trash,
        openai_images,
        openai_models,
        models,
        keys,
        sessions,
        operations,
        tags,
        health,
        docs,
        gallery,
    ):
        app.include_router(module.router)
    app.add_middleware(BodyLimits)
    app.add_middleware(errors.UnexpectedErrors)
    app.add_middleware(RequestLog, otherwise=errors.answer_error)
    return app


def app_from_environment() -> FastAPI:
    """What each worker of the server calls."""
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level, settings.log_format)
    return create_app(settings)


async def open_services(settings: Settings, *, create: bool = True) -> Services:
    """Every use case over the database and the store that the settings name."""
    if create:
        make_data_folder(settings.data_dir)
    else:
        check_library_is_there(settings)
    catalogue = make_catalogue(settings)
    async with AsyncExitStack() as opened:
        library = await open_library(settings.database_url)
        opened.push_async_callback(library.close)
        store = open_images(settings.images, settings.images_before, settings.s3)
        opened.push_async_callback(store.close)
        spool = open_spool(settings.spool, create=create)
        cookie = f"pixyproxy_{await library.secrets.get_or_add('cookie', token_hex(4))}"
        cursors = Cursors(await library.secrets.get_or_add("cursors", token_hex(32)))
        opened.pop_all()
    admin_key = settings.admin_key.get_secret_value() if settings.admin_key else None
    variants = Variants(settings.variants, settings.variants_mb * 1024**2, _limits(settings).reserve_bytes)
    api_keys = Keys(library, admin_key)
    deleted = Trash(library, store, settings.trash_kept_for, variants.forget)
    generation = Generation(library, store, spool, catalogue, _limits(settings))
    return Services(
        library=library,
        store=store,
        catalogue=catalogue,
        generation=generation,
        spool=spool,
        keys=api_keys,
        sessions=Sessions(library, api_keys, settings.session_lasts, cookie),
        cursors=cursors,
        links=Links(library.secrets),
        variants=variants,
        trash=deleted,
        housekeeping=Housekeeping(library, deleted, Looking(library, store, generation.under_way), variants),
        images_in="folder" if settings.images_folder else "s3",
    )


def make_data_folder(folder: Path) -> None:
    """A new one is its owner's alone; one that is there keeps its mode."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The data directory {folder} cannot be made: {error.strerror}.") from error


def check_library_is_there(settings: Settings) -> None:
    """For whoever only reads: opening an SQLite file that is missing would make it."""
    file = settings.sqlite_file
    if file is not None and is_missing(file):
        raise CannotStart(f"There is no library at {file.absolute()} yet; {MADE_BY}")


def is_missing(path: Path) -> bool:
    """Certainly not there. Where one may not even look, opening it says so."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


def _limits(settings: Settings) -> Limits:
    reserve = settings.reserve_mb
    return Limits(settings.lease_s, settings.most_calls, None if reserve is None else reserve * 1024**2)


def make_catalogue(settings: Settings) -> Catalogue:
    return Catalogue(_generators(settings), settings.model_aliases, settings.default_model)


def _generators(settings: Settings) -> list[Generator]:
    """The first one's first model is the default, so the built-in comes last."""
    if settings.openai_api_key is None:
        return [Sketch()]
    from pixyproxy.service.generators.openai import OpenAIImages  # noqa: PLC0415 - half a second to import

    return [OpenAIImages(settings.openai_api_key.get_secret_value(), settings.openai_base_url), Sketch()]
