"""`python -m benchmarks`: measures the service beside its peers and writes RESULTS.md."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from benchmarks.machine import folder_on_disk, machine_facts, versions
from benchmarks.measuring import measure
from benchmarks.processes import end_properly, make_room_for_connections
from benchmarks.report import page, section
from benchmarks.results import Outcome, Scenario
from benchmarks.scenarios import SCENARIOS
from benchmarks.servers import mysql_version

_RESULTS = Path(__file__).with_name("RESULTS.md")
_ROUNDS, _QUICK_ROUNDS = 5, 2
_LAST_START_SECONDS, _MOST_SECONDS = 35 * 60, 50 * 60
_BEGAN = monotonic()


def main() -> None:
    asked = _arguments()
    end_properly(_MOST_SECONDS)
    make_room_for_connections()
    tempfile.tempdir = str(folder_on_disk())
    with tempfile.TemporaryDirectory(prefix="pixyproxy-bench-") as folder:
        facts = machine_facts(Path(folder))
        outcomes = [_measure(scenario, Path(folder), asked) for scenario in _chosen(asked)]
    written = page(outcomes, facts, versions() | {"MySQL": mysql_version()}, _rounds(asked))
    output = asked.output or (None if asked.quick or asked.only else _RESULTS)
    if output is None:
        print(written)
    else:
        output.write_text(written, encoding="utf-8")
        print(f"Written: {output.name}")
    if any(outcome.missing for outcome in outcomes):
        sys.exit("Not everything could be measured; see above.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, printed instead of written")
    parser.add_argument(
        "--only",
        action="append",
        choices=[each.name for each in SCENARIOS],
        metavar="ROW",
        help=f"one of {', '.join(each.name for each in SCENARIOS)}; repeatable; printed instead of written",
    )
    parser.add_argument("--rounds", type=int, help=f"how often each is measured ({_ROUNDS})")
    parser.add_argument("--output", type=Path, help="write the page here, whatever was measured")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> Sequence[Scenario]:
    if asked.only:
        return [each for each in SCENARIOS if each.name in asked.only]
    return [each for each in SCENARIOS if each.in_quick or not asked.quick]


def _rounds(asked: argparse.Namespace) -> int:
    return int(asked.rounds or (_QUICK_ROUNDS if asked.quick else _ROUNDS))


def _measure(scenario: Scenario, folder: Path, asked: argparse.Namespace) -> Outcome:
    print(f"{scenario.name} ", end="", flush=True)
    started = monotonic()
    if started - _BEGAN > _LAST_START_SECONDS:
        return Outcome(scenario, missing={"all of it": "the time of the run was over before its turn"})
    rounds = scenario.rounds if scenario.rounds and not (asked.rounds or asked.quick) else _rounds(asked)
    outcome = measure(scenario, folder, rounds, scenario.quick_seconds if asked.quick else scenario.seconds)
    print(f"{section(outcome)}\n({scenario.name}: {monotonic() - started:.0f} s)\n", flush=True)
    return outcome


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
