"""The same OpenAI requests through each gateway and past them, to the same provider, with the same checks."""

import json
from base64 import b64decode
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from benchmarks.clients import LoadError, post_for_pictures
from benchmarks.lanes import MYSQL, PROVIDER, SQLITE, remove_images, with_mysql
from benchmarks.peaks import peaks_of
from benchmarks.peers.environment import pinned_version
from benchmarks.peers.litellm import MASTER_KEY, start_litellm
from benchmarks.programs import NoProgramError
from benchmarks.results import Lanes, Measure, Missing, Sample
from benchmarks.rows import check_that_all_are_ready, ready_images
from benchmarks.servers import (
    ADMIN_KEY,
    LARGE_BYTES,
    PROVIDER_KEY,
    Service,
    ask,
    start_provider,
    start_ready_service,
)
from tests.upstream import RunningUpstream

LITELLM = f"LiteLLM {pinned_version('litellm')}"
PEAK_RSS, PEAK_PSS, CPU = "peak RSS MB", "peak PSS MB", "CPU ms an image"
_MODEL, _AT_ONCE = "gpt-image-2", 8


@dataclass(frozen=True, slots=True)
class Door:
    """What answers as OpenAI's Images API does, and the processes between it and the provider."""

    provider: RunningUpstream
    base_url: str
    key: str
    pids: tuple[int, ...] = ()

    def measure(self, seconds: float) -> Sample:
        """Raises `LoadError` unless each answer had its picture, and each picture one call."""
        return self.load(seconds)[1]

    def load(self, seconds: float) -> tuple[int, Sample]:
        """How many pictures were answered with, and what it took."""
        least_bytes = self._check_a_picture()
        self.provider.reset()
        with peaks_of(*self.pids) as peaks:
            answered, sample = post_for_pictures(
                self._url, self.key, _MODEL, seconds, workers=_AT_ONCE, least_bytes=least_bytes
            )
        self._check_calls(answered)
        if not self.pids:
            return answered, sample
        cpu_ms = 1000 * peaks.cpu_seconds / answered
        return answered, {**sample, PEAK_RSS: peaks.rss_mb, PEAK_PSS: peaks.pss_mb, CPU: cpu_ms}

    @property
    def _url(self) -> str:
        return f"{self.base_url}/images/generations"

    def _check_a_picture(self) -> int:
        """One is looked at whole: it is the one the provider made. The length of its base64."""
        self.provider.reset()
        body = json.dumps({"model": _MODEL, "prompt": "a lighthouse at sunset, looked at whole"}).encode()
        [item] = json.loads(ask(self._url, self.key, body))["data"]
        self._check_calls(1)
        [call] = self.provider.ledger()
        if (sha256(b64decode(item["b64_json"])).hexdigest(),) != call.pictures:
            raise LoadError(f"POST {self._url}: this is not the picture that the provider made.")
        return len(item["b64_json"])

    def _check_calls(self, answered: int) -> None:
        calls = self.provider.ledger()
        if len(calls) != answered or not all(call.billed for call in calls):
            raise LoadError(
                f"{answered} pictures were answered with, the provider was called {len(calls)} times."
            )


def gateway_lanes(folder: Path, stack: ExitStack) -> Lanes:
    provider = start_provider(stack, LARGE_BYTES)

    def on(database_url: str | None) -> Measure:
        place = folder / ("mysql" if database_url else "sqlite")
        service = start_ready_service(stack, place, database_url=database_url, provider=provider.base_url)
        base_url = f"{service.server.url}/v1"
        return partial(
            _through_us, service, Door(provider, base_url, ADMIN_KEY, tuple(service.server.pids()))
        )

    return {
        SQLITE: on(None),
        MYSQL: with_mysql(stack, on),
        LITELLM: _through_litellm(provider, folder / "litellm", stack),
        PROVIDER: Door(provider, provider.base_url, PROVIDER_KEY).measure,
    }


def _through_us(service: Service, door: Door, seconds: float) -> Sample:
    before = ready_images(service)
    answered, sample = door.load(seconds)
    check_that_all_are_ready(service, before + 1 + answered)  # the one that was looked at
    remove_images(service)
    return sample


def _through_litellm(provider: RunningUpstream, folder: Path, stack: ExitStack) -> Measure | Missing:
    try:
        server = start_litellm(stack, folder, provider.base_url, PROVIDER_KEY, _MODEL)
    except (NoProgramError, RuntimeError) as reason:
        return Missing(str(reason))
    return Door(provider, f"{server.url}/v1", MASTER_KEY, tuple(server.pids())).measure
