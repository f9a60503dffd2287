"""`python -m tests.faults`: breaks the service in every way we know, and writes docs/faults.md."""

import argparse
import asyncio
import platform
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from benchmarks.machine import folder_on_disk, machine_facts
from pixyproxy.data.init import open_database
from tests.faults.experiments import Experiment, Ground, Report, Scale
from tests.faults.kinds import KINDS, experiments_of
from tests.faults.page import line, page
from tests.faults.running import Result, is_possible, run_each
from tools.mysql_server import running_mysql

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_MOST_SECONDS = 3 * 3600
_PACKAGES = ("pixyproxy", "granian", "fastapi", "asyncmy", "openai")


def main() -> None:
    asked = _arguments()
    _end_properly()
    tempfile.tempdir = str(folder_on_disk())
    chosen = [each for kind in asked.only or KINDS for each in experiments_of(kind)]
    chosen = [each for each in chosen if each.is_in(Scale(not asked.quick))]
    possible = [each for each in chosen if is_possible(each)]
    missing = [each for each in chosen if not is_possible(each)]
    with tempfile.TemporaryDirectory(prefix="pixyproxy-faults-") as folder, running_mysql() as mysql:
        facts = machine_facts(Path(folder)) | {"Versions": asyncio.run(_versions(mysql.url))}
        ground = Ground(Path(folder), mysql.url)
        results = asyncio.run(_run(possible, ground, Scale(not asked.quick), asked.at_once))
    _write(page(results, missing, facts, Scale(not asked.quick)), asked)
    if missing:
        sys.stderr.write("STRACE IS MISSING: not every experiment could be made.\n")
    if missing or not all(isinstance(each, Report) and each.is_as_it_must_be for each in results.values()):
        sys.exit("Not everything is as it must be; see above.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, as in `make test`; printed, not written")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(KINDS),
        metavar="KIND",
        help=f"one of {', '.join(KINDS)}; repeatable; printed, not written",
    )
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="experiments side by side (1)")
    parser.add_argument("--output", type=Path, help="write the page here, whatever was made")
    return parser.parse_args()


async def _run(
    experiments: Sequence[Experiment], ground: Ground, scale: Scale, at_once: int
) -> Mapping[Experiment, Result]:
    results: dict[Experiment, Result] = {}
    began = time.monotonic()
    async for experiment, result in run_each(experiments, ground, scale, at_once):
        results[experiment] = result
        told = line(result) if isinstance(result, Report) else f"{experiment.what}: NOT MADE: {result!r}"
        sys.stdout.write(f"[{time.monotonic() - began:5.0f} s] {told}\n")
        sys.stdout.flush()
    return results


async def _versions(mysql_url: str) -> str:
    database = open_database(mysql_url)
    [row] = await database.fetch_all("SELECT VERSION() AS version", {})
    await database.close()
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"Python {platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version}, "
        f"MySQL {row['version']}"
    )


def _write(written: str, asked: argparse.Namespace) -> None:
    output = asked.output or (None if asked.quick or asked.only else PAGE)
    if output is None:
        sys.stdout.write(written)
    else:
        output.write_text(written, encoding="utf-8")
        sys.stdout.write(f"Written: {output}\n")


def _end_properly() -> None:
    """Whatever ends us early: every `with` is left, so every process we started is ended."""

    def leave(number: int, _frame: object) -> NoReturn:
        raise SystemExit(f"ended by {signal.Signals(number).name}")

    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(each, leave)
    signal.alarm(_MOST_SECONDS)


if __name__ == "__main__":
    main()
