"""The small form of every experiment: nothing is lost; and where a safeguard is missing, we would notice."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.faults.experiments import Experiment, Ground, Report, Scale, run
from tests.faults.kinds import KINDS, experiments_of
from tests.faults.page import line
from tests.faults.running import Result, is_possible, run_each
from tools.mysql_server import running_mysql

_SMALL, _AT_ONCE = Scale(), 5
_TRIES_TO_DO_DAMAGE = 3
_ALL = [each for kind in KINDS for each in experiments_of(kind) if each.is_in(_SMALL)]
_WITH_EVERY_SAFEGUARD = [each for each in _ALL if each.setting.sabotage is None]
_WITHOUT_ONE = [each for each in _ALL if each.setting.sabotage is not None]

ReportOf = Callable[[Experiment], Report]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with running_mysql() as server:
        yield Ground(tmp_path_factory.mktemp("faults"), server.url)


@pytest.fixture(scope="module")
def report_of(request: pytest.FixtureRequest, ground: Ground) -> ReportOf:
    """Those that are asked for are made together, for they mostly wait; by the first who wants a report."""
    asked = [each for each in _ALL if _is_asked_for(each, request)]
    results = asyncio.run(_made([each for each in asked if is_possible(each)], ground))

    def report_of(experiment: Experiment) -> Report:
        if not is_possible(experiment):
            pytest.skip(f"STRACE IS MISSING: not tried: {experiment.what}")
        result = results[experiment]
        if isinstance(result, Exception):
            raise result
        return result

    return report_of


def _is_asked_for(experiment: Experiment, request: pytest.FixtureRequest) -> bool:
    return any(item.name.endswith(f"[{_named(experiment)}]") for item in request.session.items)


async def _made(experiments: list[Experiment], ground: Ground) -> dict[Experiment, Result]:
    return {each: result async for each, result in run_each(experiments, ground, _SMALL, _AT_ONCE)}


def _named(experiment: Experiment) -> str:
    without = f", without: {experiment.setting.sabotage}" if experiment.setting.sabotage else ""
    return f"{experiment.what}, {experiment.where}{without}"


@pytest.mark.parametrize("experiment", _WITH_EVERY_SAFEGUARD, ids=_named)
def test_nothing_is_lost_and_nothing_is_paid_twice(experiment: Experiment, report_of: ReportOf) -> None:
    report = report_of(experiment)
    assert report.found.counts["paid"], "Nothing happened in this experiment."
    assert report.is_as_it_must_be, line(report)


@pytest.mark.parametrize("experiment", _WITHOUT_ONE, ids=_named)
def test_without_a_safeguard_the_damage_is_found(
    experiment: Experiment, report_of: ReportOf, ground: Ground
) -> None:
    """A fault at a random moment may miss what it is to damage; then it is done again."""
    report = report_of(experiment)
    for _ in range(_TRIES_TO_DO_DAMAGE - 1):
        if not report.is_as_it_must_be:
            report = asyncio.run(run(experiment, ground, _SMALL))
    assert report.is_as_it_must_be, line(report)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_negative_control(kind: str) -> None:
    controls = [each for each in experiments_of(kind) if each.setting.sabotage is not None]
    assert controls
    assert all(control.finds for control in controls)
