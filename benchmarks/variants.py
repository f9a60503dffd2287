"""Small copies of the same pictures, by us and by thumbor: each for the first time, or all of them again."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pyvips

from benchmarks.clients import LoadError, get, get_once
from benchmarks.gateway import PEAK_PSS
from benchmarks.lanes import PIXYPROXY
from benchmarks.peaks import peaks_of
from benchmarks.peers import thumbor
from benchmarks.peers.environment import pinned_version
from benchmarks.processes import Server
from benchmarks.programs import NoProgramError
from benchmarks.results import Lanes, Measure, Missing, Sample
from benchmarks.servers import (
    ADMIN_KEY,
    LARGE_BYTES,
    Answer,
    Service,
    look_at,
    make_image,
    start_provider,
    start_ready_service,
)
from pixyproxy.data.init import open_database

CPU = "CPU ms a copy"
THUMBOR = f"thumbor {pinned_version('thumbor')}, one process"
THUMBORS = f"thumbor {pinned_version('thumbor')}, a process for each core"
FEW = 16
"""Pictures that are asked for again and again."""
MANY = 800
"""Pictures of which no copy is asked for twice; those that are left over in the end do no harm."""
_WIDTHS = (256, 512)
_AT_ONCE = 8
_PICTURES = "SELECT guid, storage_key FROM image WHERE status = 'ready' ORDER BY id"


@dataclass(frozen=True, slots=True)
class _Picture:
    guid: str
    file: str
    """Below the folder of images."""


@dataclass(slots=True)
class Maker:
    """Makes copies of pictures; `copies` are those to ask for."""

    server: Server
    key: str | None
    copies: Sequence[str]

    def ask_anew(self, seconds: float) -> Sample:
        """For copies that nobody has asked for yet."""
        with peaks_of(*self.server.pids()) as peaks:
            asked, sample = get_once(self.server.url, self.key, self.copies, seconds)
        self.copies = self.copies[asked:]
        return {**sample, CPU: 1000 * peaks.cpu_seconds / asked, PEAK_PSS: peaks.pss_mb}

    def ask_again(self, seconds: float) -> Sample:
        return get(self.server.url, self.key, seconds, paths=self.copies)

    def look_at(self, copy: str, width: int) -> None:
        """Raises `LoadError` unless this is WebP, and so wide."""
        answer = look_at(f"{self.server.url}{copy}", self.key)
        found = _kind_of(answer)
        if found != ("image/webp", "webpload_buffer", width, width):
            raise LoadError(f"GET {copy}: this is {found}, not WebP of {width} pixels.")


def cold_lanes(folder: Path, stack: ExitStack) -> Lanes:
    """The pictures in the same order on all sides; the first is looked at, and not measured."""

    def measure(maker: Maker) -> Measure:
        for copy, width in zip(maker.copies, _WIDTHS, strict=False):
            maker.look_at(copy, width)
        maker.copies = maker.copies[len(_WIDTHS) :]
        return maker.ask_anew

    return _lanes(MANY, measure, folder, stack)


def warm_lanes(folder: Path, stack: ExitStack) -> Lanes:
    """Each copy is looked at, and so made, before all are measured."""

    def measure(maker: Maker) -> Measure:
        for number, copy in enumerate(maker.copies):
            maker.look_at(copy, _WIDTHS[number % len(_WIDTHS)])
        return maker.ask_again

    return _lanes(FEW, measure, folder, stack)


def _lanes(count: int, measure: Callable[[Maker], Measure], folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, LARGE_BYTES)
    service = start_ready_service(stack, folder / "ours", provider=provider.base_url)
    pictures = _make_pictures(service, count)

    def of_thumbor(place: str, processes: int) -> Measure | Missing:
        try:
            server = thumbor.start_thumbor(stack, folder / place, service.images_dir, processes=processes)
        except (NoProgramError, RuntimeError) as reason:
            return Missing(str(reason))
        paths = [thumbor.variant_path(each.file, width) for each, width in product(pictures, _WIDTHS)]
        return measure(Maker(server, None, paths))

    ours = [f"/image/{each.guid}/content?{_asked(width)}" for each, width in product(pictures, _WIDTHS)]
    return {
        PIXYPROXY: measure(Maker(service.server, ADMIN_KEY, ours)),
        THUMBOR: of_thumbor("thumbor", 1),
        THUMBORS: of_thumbor("thumbors", os.cpu_count() or 1),
    }


def _asked(width: int) -> str:
    return f"width={width}&format=webp"


def _make_pictures(service: Service, count: int) -> Sequence[_Picture]:
    """They look alike and are not the same: each has a comment of its own."""
    with ThreadPoolExecutor(_AT_ONCE) as callers:
        for _ in callers.map(lambda _: make_image(service, ADMIN_KEY), range(count)):
            pass
    return asyncio.run(_read_pictures(service.database_url))


async def _read_pictures(url: str) -> Sequence[_Picture]:
    database = open_database(url)
    try:
        rows = await database.fetch_all(_PICTURES, {})
        return [_Picture(str(row["guid"]), str(row["storage_key"])) for row in rows]
    finally:
        await database.close()


def _kind_of(answer: Answer) -> tuple[str, str, int, int]:
    """What it says it is, what it is, and how large."""
    found = pyvips.Image.new_from_buffer(answer.body, "")
    return answer.media_type, found.get("vips-loader"), found.width, found.height
