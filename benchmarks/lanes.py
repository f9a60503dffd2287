"""What is started for each scenario, and the lanes that are then measured in turn."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks import clients
from benchmarks.kept import Library, Open, mysql_library, sqlite_library
from benchmarks.library_rows import MADE, OWNER
from benchmarks.processes import memory_mb
from benchmarks.programs import NoProgramError
from benchmarks.results import Lanes, Measure, Missing, Sample
from benchmarks.seeding import cursors_of, hand_over
from benchmarks.servers import (
    ADMIN_KEY,
    LARGE_BYTES,
    PROVIDER_KEY,
    SMALL_BYTES,
    Service,
    ask,
    make_image,
    make_key,
    start_bare_route,
    start_mysql,
    start_nginx,
    start_provider,
    start_ready_service,
    start_service,
)
from pixyproxy.core.models import Audience
from pixyproxy.core.requests import ImageSearch
from tools.mysql_server import NoMySQLError

_AT_ONCE = 8
_SETTLED_SECONDS = 1.5
_LOADED_SECONDS = 4.0
_LIMIT = 50
_DEPTH = 1_000_000
MILLION = MADE - 1
ADMINISTRATOR = Audience(owner="admin", sees_everything=True)

SQLITE, MYSQL = "SQLite", "MySQL"
PROVIDER, NGINX, PIXYPROXY = "the provider alone", "nginx", "PixyProxy"
BARE, BARE_BYTES = "bare FastAPI route, a dict", "bare FastAPI route, ready bytes"
WITH_SKETCH, WITH_OPENAI = "sketch alone", "with the openai generator"
IDLE_SKETCH, IDLE_OPENAI = f"idle, {WITH_SKETCH}", f"idle, {WITH_OPENAI}"
LIVE, READY = "alive after s", "ready after s"
SERVER, WORKER, SUM, SUM_PSS = "RSS server MB", "RSS worker MB", "RSS sum MB", "PSS sum MB"


def post_lanes(folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, LARGE_BYTES)
    straight = f"{provider.base_url}/images/generations"

    def on(database_url: str | None) -> Measure:
        place = folder / ("mysql" if database_url else "sqlite")
        service = start_ready_service(stack, place, database_url=database_url, provider=provider.base_url)
        return partial(_make_images, service)

    return {
        SQLITE: on(None),
        MYSQL: with_mysql(stack, on),
        PROVIDER: lambda seconds: clients.post(straight, PROVIDER_KEY, seconds, workers=_AT_ONCE),
    }


def _make_images(service: Service, seconds: float) -> Sample:
    """The files are removed between the rounds: a run would leave ten gigabytes."""
    sample = clients.post(service.images_url, ADMIN_KEY, seconds, workers=_AT_ONCE, expect=201)
    remove_images(service)
    return sample


def remove_images(service: Service) -> None:
    for year in service.images_dir.glob("[0-9]*"):
        rmtree(year)


def details_lanes(folder: Path, stack: ExitStack) -> Lanes:
    """Asked for with a key that the service made, by the owner of the image."""
    provider = start_provider(stack, SMALL_BYTES)

    def on(database_url: str | None) -> tuple[str, str]:
        place = folder / ("mysql" if database_url else "sqlite")
        service = start_ready_service(stack, place, database_url=database_url, provider=provider.base_url)
        key = make_key(service).text
        return f"{service.images_url}/{make_image(service, key)['guid']}", key

    url, key = on(None)
    bare = start_bare_route(stack, folder, ask(url, key))
    return {
        SQLITE: partial(clients.get, url, key),
        f"{SQLITE}, administrator": partial(clients.get, url, ADMIN_KEY),
        MYSQL: with_mysql(stack, lambda database_url: partial(clients.get, *on(database_url))),
        BARE: partial(clients.get, f"{bare.url}/dict/x", key),
        BARE_BYTES: partial(clients.get, f"{bare.url}/bytes/x", key),
    }


def list_lanes(folder: Path, stack: ExitStack) -> Lanes:
    def on(name: str, open_library: Open) -> Lanes:
        library = stack.enter_context(open_library(MILLION))
        service, key = start_with_library(stack, folder / name, library)
        return {
            f"{name}, administrator, first": _page(service, ADMIN_KEY, None),
            f"{name}, administrator, deep": _page(service, ADMIN_KEY, ADMINISTRATOR),
            f"{name}, own and public, first": _page(service, key, None),
            f"{name}, own and public, deep": _page(service, key, Audience(owner=OWNER)),
        }

    lanes = dict(on(SQLITE, sqlite_library))
    try:
        lanes |= on(MYSQL, mysql_library)
    except NoMySQLError as reason:
        lanes[MYSQL] = Missing(str(reason))
    return lanes


def start_with_library(stack: ExitStack, folder: Path, library: Library) -> tuple[Service, str]:
    """And the key of one who owns half of the images."""
    service = start_ready_service(stack, folder, database_url=library.url)
    key = make_key(service)
    hand_over(library.url, key.owner)
    return service, key.text


def _page(service: Service, key: str, deep_for: Audience | None) -> Measure:
    url = f"{service.images_url}?limit={_LIMIT}"
    if deep_for is not None:
        cursor = cursors_of(service.database_url).after(MILLION - _DEPTH + 1, ImageSearch(), deep_for)
        url += f"&cursor={cursor}"
    if (found := len(json.loads(ask(url, key)))) != _LIMIT:
        raise clients.LoadError(f"A page of {_LIMIT} has {found} images.")
    return partial(clients.get, url, key)


def content_lanes(picture_bytes: int, folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, picture_bytes)
    service = start_ready_service(stack, folder, provider=provider.base_url)
    url = f"{service.images_url}/{make_image(service, ADMIN_KEY)['guid']}/content"
    lanes: dict[str, Measure | Missing] = {PIXYPROXY: partial(clients.get, url, ADMIN_KEY)}
    try:
        nginx = start_nginx(stack, folder, {"picture.png": ask(url, ADMIN_KEY)})
        lanes[NGINX] = partial(clients.get, f"{nginx.url}/picture.png", None)
    except NoProgramError as reason:
        lanes[NGINX] = Missing(str(reason))
    return lanes


def start_lanes(folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, SMALL_BYTES)
    return {
        WITH_SKETCH: partial(_start, folder, None),
        WITH_OPENAI: partial(_start, folder, provider.base_url),
    }


def _start(folder: Path, provider: str | None, _seconds: float) -> Sample:
    """On an empty data directory: its tables are made, too."""
    with TemporaryDirectory(dir=folder) as place, ExitStack() as stack:
        service = start_service(stack, Path(place), provider=provider)
        live = service.server.seconds_until_ok("/health/live")
        return {LIVE: live, READY: service.server.seconds_until_ok("/health/ready")}


def memory_lanes(folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, LARGE_BYTES)
    return {
        IDLE_SKETCH: partial(_memory, folder, None, loaded=False),
        IDLE_OPENAI: partial(_memory, folder, provider.base_url, loaded=False),
        "making images, at its most": partial(_memory, folder, provider.base_url, loaded=True),
    }


def _memory(folder: Path, provider: str | None, _seconds: float, *, loaded: bool) -> Sample:
    with TemporaryDirectory(dir=folder) as place, ExitStack() as stack:
        service = start_ready_service(stack, Path(place), provider=provider)
        sleep(_SETTLED_SECONDS)
        if loaded:
            _make_images(service, _LOADED_SECONDS)
        server, *workers = (memory_mb(pid) for pid in service.server.pids())
        kind = "peak RSS" if loaded else "RSS"
        in_workers = sum(worker[kind] for worker in workers)
        return {
            SERVER: server[kind],
            WORKER: in_workers,
            SUM: server[kind] + in_workers,
            SUM_PSS: server["PSS"] + sum(worker["PSS"] for worker in workers),
        }


def with_mysql(stack: ExitStack, prepare: Callable[[str], Measure]) -> Measure | Missing:
    try:
        return prepare(start_mysql(stack))
    except NoMySQLError as reason:
        return Missing(str(reason))
