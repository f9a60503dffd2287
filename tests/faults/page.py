"""docs/faults.md: machine, method, and what came of each experiment and of each control."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tests.faults.experiments import Experiment, Report, Scale
from tests.faults.kinds import KINDS, experiments_of
from tests.faults.prose import HEAD, WORDS
from tests.faults.running import Result
from tests.faults.sabotage.safeguards import SABOTAGES

_COLUMNS = (
    *("", "done", "asked", "told 201", "paid", "ready", "from a spool"),
    *("failed", "unknown, paid", "unknown, unpaid", "wrong", "settled"),
)


_MOST_TOLD = 20


def page(
    results: Mapping[Experiment, Result],
    missing: Sequence[Experiment],
    facts: Mapping[str, str],
    scale: Scale,
) -> str:
    command = "make torture" if scale.is_large else "python -m tests.faults --quick"
    about = {"Date": f"{datetime.now(UTC):%Y-%m-%d}", **facts, "Size": "large" if scale.is_large else "small"}
    parts = [HEAD.format(command=command), _table(("", ""), about.items()), _verdict(results), WORDS]
    for kind in KINDS:
        parts.extend(_section(kind, results, missing))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def line(report: Report) -> str:
    """One report, for a terminal."""
    experiment = report.experiment
    without = f" WITHOUT {experiment.setting.sabotage}" if experiment.setting.sabotage else ""
    verdict = "as it must be" if report.is_as_it_must_be else "NOT as it must be"
    said = f"{experiment.what}; {experiment.where}{without}: {report.faults}; {_found(report)}: {verdict}"
    if report.is_as_it_must_be:
        return said
    differences = (f"    {each.kind}: {each.sentence}" for each in report.found.differences[:_MOST_TOLD])
    return "\n".join([said, *differences, f"    callers heard: {dict(report.heard)}", report.logs])


def _verdict(results: Mapping[Experiment, Result]) -> str:
    reports = [each for each in results.values() if isinstance(each, Report)]
    real = [each for each in reports if each.experiment.setting.sabotage is None]
    controls = [each for each in reports if each.experiment.setting.sabotage is not None]
    sums = sum((each.found.counts for each in real), Counter[str]())
    wrong = sum(len(each.found.differences) for each in real)
    seen = sum(each.is_as_it_must_be for each in controls)
    return (
        f"**{len(real)} experiments, {sums['deaths']} kills of a replica, {sums['paid']} paid calls,\n"
        f"{sums['acknowledged']} acknowledged images: {wrong} differences.**\n"
        f"With a safeguard taken away, the loss was reported by {seen} of {len(controls)} controls.\n"
    )


def _section(kind: str, results: Mapping[Experiment, Result], missing: Sequence[Experiment]) -> Iterator[str]:
    told = (KINDS[kind].__doc__ or "").strip()
    yield f"## {kind.replace('-', ' ').capitalize()}\n\n{told}\n"
    reports = [results[each] for each in experiments_of(kind) if each in results]
    made = [each for each in reports if isinstance(each, Report)]
    real = [each for each in made if each.experiment.setting.sabotage is None]
    controls = [each for each in made if each.experiment.setting.sabotage is not None]
    if real:
        yield _table(_COLUMNS, map(_row, real))
    if controls:
        yield _table(("without a safeguard", "which", "done", "found", "seen"), map(_control, controls))
    for each in experiments_of(kind):
        if isinstance(reason := results.get(each), Exception):
            yield f"**Not made:** {each.what}; {each.where}: {reason}\n"
        elif each in missing:
            yield f"**Not made, for want of strace:** {each.what}; {each.where}\n"


def _row(report: Report) -> list[str]:
    counts, experiment = report.found.counts, report.experiment
    lost, arrived = counts["unknown, paid"], counts["unknown, arrived, not flushed"]
    settled = "not in time" if report.settled_after_s is None else f"{report.settled_after_s:.1f} s"
    return [
        f"{experiment.what}<br>{experiment.where}",
        report.faults,
        *(str(counts[name]) for name in ("asked", "acknowledged", "paid", "ready", "from a spool", "failed")),
        f"{lost} ({arrived})" if arrived else str(lost),
        str(counts["unknown, not paid"]),
        _found(report) if report.found.differences else "0",
        settled,
    ]


def _control(report: Report) -> list[str]:
    experiment = report.experiment
    told = (SABOTAGES[experiment.setting.sabotage or ""].__doc__ or "").strip()
    answer = "yes" if report.is_as_it_must_be else "**no**"
    return [f"{experiment.what}<br>{experiment.where}", told, report.faults, _found(report), answer]


def _found(report: Report) -> str:
    kinds = Counter(difference.kind for difference in report.found.differences)
    return ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "no differences"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
