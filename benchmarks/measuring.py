"""Measures a scenario: all lanes in turn in each round, so that a slow minute meets them alike."""

import re
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory

from benchmarks.clients import LoadError
from benchmarks.programs import NoProgramError
from benchmarks.results import Lanes, Measure, Missing, Outcome, Scenario

_WARM_UP_SECONDS = 1.0


def measure(scenario: Scenario, folder: Path, rounds: int, seconds: float) -> Outcome:
    """What could not be measured stands in `missing` with its reason; the other scenarios go on."""
    outcome = Outcome(scenario)
    try:
        with TemporaryDirectory(dir=folder) as place, ExitStack() as stack:
            lanes = scenario.prepare(Path(place), stack)
            _note_missing(outcome, _reasons(lanes))
            _measure(outcome, _measures(lanes), rounds, seconds)
    except (NoProgramError, LoadError, RuntimeError, OSError, SubprocessError) as error:
        _note_missing(outcome, {"all of it": str(error)})
    return outcome


def _note_missing(outcome: Outcome, reasons: Mapping[str, str]) -> None:
    """All that is known goes to stderr; the page, which is published, gets the last line, without paths."""
    for name, reason in reasons.items():
        print(f"{name}, not measured: {reason}", file=sys.stderr, flush=True)
        last_line = reason.strip().rpartition("\n")[2]
        outcome.missing[name] = re.sub(r"(?<!\w)(/[\w.@+-]+){2,}", "(a path)", last_line)


def _measure(outcome: Outcome, measures: Mapping[str, Measure], rounds: int, seconds: float) -> None:
    for warm_up in measures.values():
        warm_up(_WARM_UP_SECONDS)
    for number in range(rounds):
        turn = list(measures.items())
        for lane, take in turn if number % 2 == 0 else reversed(turn):
            outcome.samples.setdefault(lane, []).append(take(seconds))
            print(".", end="", flush=True)
    print()


def _measures(lanes: Lanes) -> dict[str, Measure]:
    return {name: lane for name, lane in lanes.items() if not isinstance(lane, Missing)}


def _reasons(lanes: Lanes) -> dict[str, str]:
    return {name: lane.reason for name, lane in lanes.items() if isinstance(lane, Missing)}
