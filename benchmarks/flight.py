"""A thousand images in flight: a provider that takes two seconds, and who calls how."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.clients import Crowd, LoadError, crowd_post
from benchmarks.lanes import MYSQL, PROVIDER, SQLITE, remove_images
from benchmarks.peaks import peaks_of
from benchmarks.results import Lanes, Measure, Missing, Sample
from benchmarks.rows import check_that_all_are_ready, ready_images
from benchmarks.servers import (
    ADMIN_KEY,
    LARGE_BYTES,
    MIDDLING_BYTES,
    PROVIDER_KEY,
    Service,
    make_mysql_database,
    start_mysql_server,
    start_provider,
    start_ready_service,
)
from tests.upstream import RunningUpstream
from tools.mysql_server import NoMySQLError

PROVIDER_SECONDS = 2.0
CALLERS, FEW_CALLERS, PACE = 1000, 100, 50.0
LEAST_SECONDS = 4.0
ADDED_MIDDLE, ADDED_SLOWEST = "added p50 ms", "added p99 ms"
AT_ONCE = "at the provider at once"
WORKER_RSS, WORKER_PSS, WORKER_CPU = (
    "worker's peak RSS MB",
    "worker's peak PSS MB",
    "worker's CPU ms an image",
)
SIZES = {"1.5 MB": LARGE_BYTES, "50 KB": MIDDLING_BYTES}
REFERENCES = {f"{database}, {size}": f"{PROVIDER}, {size}" for size in SIZES for database in (SQLITE, MYSQL)}
"""What is driven through us → what is driven straight at the provider."""

_WARM_UP = Crowd("burst", FEW_CALLERS)


def burst(_seconds: float) -> Crowd:
    return Crowd("burst", CALLERS)


def loop(_seconds: float) -> Crowd:
    return Crowd("loop", CALLERS, times=2)


def paced(seconds: float) -> Crowd:
    return Crowd("paced", CALLERS, rate=PACE, seconds=seconds)


CrowdFor = Callable[[float], Crowd]
"""Takes how long there is; only a pace is kept up for so long, a burst and a loop end by themselves."""


@dataclass(frozen=True, slots=True)
class Flights:
    """One way to call, through us and past us."""

    crowd_for: CrowdFor
    provider: RunningUpstream

    def straight(self, seconds: float) -> Sample:
        self.provider.reset()
        url = f"{self.provider.base_url}/images/generations"
        answered, sample = crowd_post(url, PROVIDER_KEY, self._crowd(seconds))
        return {**sample, AT_ONCE: self._most_at_once(answered)}

    def through(self, service: Service, seconds: float) -> Sample:
        """Raises `LoadError` unless each image answered for is ready, and was asked for once."""
        self.provider.reset()
        before = ready_images(service)
        with peaks_of(service.worker_pid) as peaks:
            answered, sample = crowd_post(service.images_url, ADMIN_KEY, self._crowd(seconds), expect=201)
        at_once = self._most_at_once(answered)
        check_that_all_are_ready(service, before + answered)
        remove_images(service)
        return {
            **sample,
            AT_ONCE: at_once,
            WORKER_RSS: peaks.rss_mb,
            WORKER_PSS: peaks.pss_mb,
            WORKER_CPU: 1000 * peaks.cpu_seconds / answered,
        }

    def _crowd(self, seconds: float) -> Crowd:
        """A small one for a time in which the provider would hardly answer."""
        return self.crowd_for(seconds) if seconds >= LEAST_SECONDS else _WARM_UP

    def _most_at_once(self, answered: int) -> int:
        calls = [call for call in self.provider.ledger() if call.billed]
        if len(calls) != answered:
            raise LoadError(f"{answered} images were answered for, {len(calls)} were asked of the provider.")
        return most_within(PROVIDER_SECONDS, sorted(call.received_at for call in calls))


def flight_lanes(crowd_for: CrowdFor, folder: Path, stack: ExitStack) -> Lanes:
    """A service for each, so that the memory of one is not that of another."""
    lanes: dict[str, Measure | Missing] = {}
    admin_url = _mysql_server(stack)
    for size, picture_bytes in SIZES.items():
        flights = Flights(crowd_for, start_provider(stack, picture_bytes, PROVIDER_SECONDS))
        begin = partial(_begin, flights, stack, folder)
        lanes[f"{SQLITE}, {size}"] = begin(f"sqlite_{picture_bytes}", None)
        lanes[f"{MYSQL}, {size}"] = begin(f"mysql_{picture_bytes}", admin_url)
        lanes[f"{PROVIDER}, {size}"] = flights.straight
    return lanes


def _begin(
    flights: Flights, stack: ExitStack, folder: Path, name: str, admin_url: str | Missing | None
) -> Measure | Missing:
    if isinstance(admin_url, Missing):
        return admin_url
    database_url = admin_url and make_mysql_database(admin_url, name)
    provider = flights.provider.base_url
    service = start_ready_service(stack, folder / name, database_url=database_url, provider=provider)
    return partial(flights.through, service)


def most_within(seconds: float, moments: Sequence[float]) -> int:
    """The most of the moments, which are in order, that lie within any such time."""
    return max(
        (after - bisect_left(moments, moments[after - 1] - seconds) for after in range(1, len(moments) + 1)),
        default=0,
    )


def _mysql_server(stack: ExitStack) -> str | Missing:
    try:
        return start_mysql_server(stack)
    except NoMySQLError as reason:
        return Missing(str(reason))
