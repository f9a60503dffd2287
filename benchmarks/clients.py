"""Runs the clients, each as a process of its own, and turns what they print into a sample."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.programs import find_program
from benchmarks.results import Sample

RATE, MIDDLE, SLOWEST, CLIENT = "requests/s", "p50 ms", "p99 ms", "client's CPU %"
LATE, THROUGHPUT, SIZE = "p95 ms", "MB/s", "KB each"
_SCRIPT = Path(__file__).with_name("wrk.lua")
_SPARE_SECONDS, _QUEUE_SECONDS = 60, 60


class LoadError(Exception):
    """Something was answered that should not have been: there is nothing to measure."""


def post(url: str, key: str, seconds: float, *, workers: int = 8, expect: int = 200) -> Sample:
    """A closed loop of POSTs; see load.py."""
    options = {"url": url, "key": key, "workers": workers, "seconds": seconds, "expect": expect}
    return _checked(url, _load(options, seconds))


def post_for_pictures(
    url: str, key: str, model: str, seconds: float, *, workers: int, least_bytes: int
) -> tuple[int, Sample]:
    """The same, of a named model; how many were answered, none of them with less than so many bytes."""
    found = _load({"url": url, "key": key, "model": model, "workers": workers, "seconds": seconds}, seconds)
    sample = _checked(url, found)
    if found["least_body_bytes"] < least_bytes:
        raise LoadError(f"POST {url}: an answer of {found['least_body_bytes']} bytes has no picture in it.")
    return found["requests"], sample


def _load(options: Mapping[str, object], seconds: float) -> Mapping[str, Any]:
    words = [f"--{name}={value}" for name, value in options.items()]
    return _run([sys.executable, "-m", "benchmarks.load", *words], seconds)


def _checked(url: str, found: Mapping[str, Any]) -> Sample:
    if found["unexpected"] or not found["requests"]:
        raise LoadError(f"POST {url}: {found['requests']} as expected, others {found['unexpected']}")
    return {
        RATE: found["per_second"],
        MIDDLE: found["p50_ms"],
        SLOWEST: found["p99_ms"],
        CLIENT: 100 * found["client_cpu"],
    }


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many call, and when; see crowd.py."""

    way: str
    callers: int
    times: int = 1
    rate: float = 1.0
    seconds: float = 0.0


def crowd_post(url: str, key: str, crowd: Crowd, *, expect: int = 200) -> tuple[int, Sample]:
    """How many were answered, and how."""
    options = {"url": url, "key": key, "expect": expect, **asdict(crowd)}
    words = [f"--{name}={value}" for name, value in options.items()]
    found = _run([sys.executable, "-m", "benchmarks.crowd", *words], crowd.seconds + _QUEUE_SECONDS)
    return found["requests"], _checked(url, found)


def get(
    url: str, key: str | None, seconds: float, *, connections: int = 8, paths: Sequence[str] = ()
) -> Sample:
    """A closed loop of GETs by wrk, one thread, connections kept. Where there are paths, of each in turn."""
    words = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(_SCRIPT)]
    key_words = ["-H", f"Authorization: Bearer {key}"] if key else []
    found = _run([find_program("wrk"), *words, *key_words, url, "--", *paths], seconds)
    if found["errors"] or found["refused"] or not found["requests"]:
        raise LoadError(f"GET {url}: {dict(found)}")
    elapsed = found["microseconds"] / 1e6
    return {
        RATE: found["requests"] / elapsed,
        MIDDLE: found["p50_us"] / 1000,
        SLOWEST: found["p99_us"] / 1000,
        THROUGHPUT: found["bytes"] / elapsed / 1e6,
    }


def get_once(url: str, key: str | None, paths: Sequence[str], seconds: float) -> tuple[int, Sample]:
    """How many of them were asked for, each once, four at a time, and how that went; see once.py."""
    asked = {"url": url, "key": key, "paths": paths, "connections": 4, "seconds": seconds}
    found = _run([sys.executable, "-m", "benchmarks.once"], seconds, json.dumps(asked))
    if found["unexpected"] or not found["requests"]:
        raise LoadError(f"GET {url}: {found['requests']} as expected, others {found['unexpected']}")
    size_kb = found["body_bytes"] / found["requests"] / 1000
    return found["requests"], {
        RATE: found["per_second"],
        MIDDLE: found["p50_ms"],
        LATE: found["p95_ms"],
        SIZE: size_kb,
        CLIENT: 100 * found["client_cpu"],
    }


@dataclass(frozen=True, slots=True)
class Series:
    """What is asked for, one after the other, and with which key."""

    key: str
    paths: Sequence[str]


def get_series(url: str, series: Mapping[str, Series], seconds: float) -> Mapping[str, tuple[float, float]]:
    """The p50 and the p95 of each in milliseconds, on one connection; see series.py."""
    asked = {
        "url": url,
        "seconds": seconds / len(series),
        "series": {name: asdict(each) for name, each in series.items()},
    }
    found = _run([sys.executable, "-m", "benchmarks.series"], seconds, json.dumps(asked))
    for name, each in found.items():
        if each["unexpected"] or not each["requests"]:
            raise LoadError(f"GET {series[name].paths[0]}: {dict(each)}")
    return {name: (each["p50_ms"], each["p95_ms"]) for name, each in found.items()}


def _run(command: Sequence[str], seconds: float, told: str | None = None) -> Mapping[str, Any]:
    done = subprocess.run(
        command, input=told, capture_output=True, text=True, check=False, timeout=seconds + _SPARE_SECONDS
    )
    if done.returncode:
        raise LoadError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-500:]}")
    answer: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
