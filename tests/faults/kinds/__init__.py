"""The kinds of faults, one module each. Its EXPERIMENTS are made with every safeguard, and without one."""

from types import ModuleType

from tests.faults.experiments import Experiment
from tests.faults.kinds import (
    answers,
    databases,
    disks,
    frozen,
    hang_ups,
    kills,
    restarts,
    same_request,
    system_calls,
)

KINDS: dict[str, ModuleType] = {
    module.KIND: module
    for module in (
        kills,
        system_calls,
        hang_ups,
        databases,
        disks,
        answers,
        frozen,
        same_request,
        restarts,
    )
}


def experiments_of(kind: str) -> tuple[Experiment, ...]:
    experiments: tuple[Experiment, ...] = KINDS[kind].EXPERIMENTS
    return experiments
