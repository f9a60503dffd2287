"""Searches over HTTP, one at a time: first pages and deep ones, of all images or of what a caller may see."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.clients import LoadError, Series, get_series
from benchmarks.kept import Library, Open
from benchmarks.lanes import ADMINISTRATOR, start_with_library
from benchmarks.library_rows import OWNER
from benchmarks.results import Lanes, Measure, Missing, Sample
from benchmarks.searches import CASES, Case
from benchmarks.seeding import cursors_of
from benchmarks.servers import ADMIN_KEY, Service, ask
from pixyproxy.core.models import Audience
from pixyproxy.data.init import open_database
from pixyproxy.data.search.postings import BLOCK
from pixyproxy.service.cursors import Cursors
from tools.mysql_server import NoMySQLError

REQUESTS = 200
_READ_IMAGES = "SELECT max(length(search_text)) AS most FROM image WHERE id >= :first AND id < :end"
_READ_SETS = "SELECT max(length(images)) AS most FROM image_posting WHERE block = :block"
SERIES = tuple(f"{whose}, {page}" for whose in ("all", "own") for page in ("first", "deep"))
MIDDLES = tuple(f"{series}: p50 ms" for series in SERIES)
SLOW = tuple(f"{series}: p95 ms" for series in SERIES)


def search_lanes(open_library: Open, images: int, folder: Path, stack: ExitStack) -> Lanes:
    try:
        library = stack.enter_context(open_library(images))
    except NoMySQLError as reason:
        return {"all of it": Missing(str(reason))}
    return lanes_in(library, folder, stack)


def lanes_in(library: Library, folder: Path, stack: ExitStack) -> dict[str, Measure]:
    asyncio.run(_read_through(library))
    service, key = start_with_library(stack, folder, library)
    seal = cursors_of(library.url)
    return {case.name: _measure(service, _series(case, library, key, seal), case) for case in CASES}


async def _read_through(library: Library) -> None:
    """So that what fits into memory is there, as it is where a service runs for long."""
    database = open_database(library.url)
    try:
        for block in range(library.images // BLOCK + 1):
            ids = {"first": block * BLOCK, "end": (block + 1) * BLOCK}
            await database.fetch_all(_READ_IMAGES, ids)
            await database.fetch_all(_READ_SETS, {"block": block})
    finally:
        await database.close()


def _series(case: Case, library: Library, own_key: str, seal: Cursors) -> Mapping[str, Series]:
    """The deep page begins where half of the library is behind."""
    searches = case.searches(REQUESTS)
    first = [case.path(search) for search in searches]

    def deep(audience: Audience) -> Sequence[str]:
        sealed = (seal.after(library.images // 2, search, audience) for search in searches)
        return [f"{path}&{urlencode({'cursor': cursor})}" for path, cursor in zip(first, sealed, strict=True)]

    all_first, all_deep, own_first, own_deep = SERIES
    series = {all_first: Series(ADMIN_KEY, first), own_first: Series(own_key, first)}
    if not case.counts:
        series[all_deep] = Series(ADMIN_KEY, deep(ADMINISTRATOR))
        series[own_deep] = Series(own_key, deep(Audience(owner=OWNER)))
    return series


def _measure(service: Service, series: Mapping[str, Series], case: Case) -> Measure:
    if case.finds is not None:
        for each in series.values():
            found = len(json.loads(ask(f"{service.server.url}{each.paths[0]}", each.key)))
            if found != case.finds:
                raise LoadError(f"{case.name}: {found} images on a page, not {case.finds}.")
    return partial(_take, service.server.url, series)


def _take(url: str, series: Mapping[str, Series], seconds: float) -> Sample:
    sample: dict[str, float] = {}
    for name, (middle, slow) in get_series(url, series, seconds).items():
        sample |= {f"{name}: p50 ms": middle, f"{name}: p95 ms": slow}
    return sample
