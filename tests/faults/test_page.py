"""docs/faults.md tells of every experiment there is."""

from collections import Counter

from tests.documents.reading import text_of
from tests.faults.experiments import Experiment, Report, Scale
from tests.faults.kinds import KINDS, experiments_of
from tests.faults.page import page
from tests.faults.reconciliation import Difference, Reconciliation
from tests.faults.running import Result
from tests.faults.sabotage.safeguards import SABOTAGES

ALL = [each for kind in KINDS for each in experiments_of(kind)]


def report(experiment: Experiment, *differences: Difference) -> Report:
    return Report(experiment, "done", Reconciliation(list(differences)), Counter(), 1.0)


def test_every_experiment_is_on_the_published_page() -> None:
    published = text_of("docs/faults.md")
    for experiment in ALL:
        if not experiment.only_large or "| large |" in published:
            assert f"{experiment.what}<br>{experiment.where}" in published


def test_every_safeguard_that_can_be_taken_away_has_a_control() -> None:
    assert {each.setting.sabotage for each in ALL} - {None} == set(SABOTAGES)


def test_a_difference_and_what_was_not_made_are_on_the_page() -> None:
    first, second, *others = [each for each in ALL if each.setting.sabotage is None]
    results: dict[Experiment, Result] = {
        first: report(first, Difference("lost", "one")),
        second: RuntimeError("it broke"),
    }
    written = page(results, others, {"CPU": "one"}, Scale())
    assert "1 differences" in written
    assert "| lost 1 |" in written
    assert "it broke" in written
    assert "for want of strace" in written


def test_a_control_that_finds_nothing_is_not_as_it_must_be() -> None:
    [control, *_] = [each for each in ALL if each.setting.sabotage is not None]
    assert not report(control).is_as_it_must_be
    assert not report(control, Difference("something else", "")).is_as_it_must_be
    [kind, *_] = control.finds
    assert report(control, Difference(kind, "")).is_as_it_must_be
