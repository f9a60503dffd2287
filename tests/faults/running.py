"""Several experiments, some at the same time."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from tests.faults.experiments import Experiment, Ground, Report, Scale, run
from tests.faults.strace import STRACE

Result = Report | Exception


def is_possible(experiment: Experiment) -> bool:
    """Whether this machine has what it takes."""
    return STRACE is not None or not experiment.needs_strace


async def run_each(
    experiments: Sequence[Experiment], ground: Ground, scale: Scale, at_once: int
) -> AsyncIterator[tuple[Experiment, Result]]:
    """In the order in which they end; an experiment that could not be made comes with its reason."""
    places = asyncio.Semaphore(at_once)

    async def one(experiment: Experiment) -> tuple[Experiment, Result]:
        async with places:
            try:
                return experiment, await run(experiment, ground, scale)
            except Exception as error:  # noqa: BLE001 - it is told in the report, and the others go on
                return experiment, error

    tasks = [asyncio.create_task(one(each)) for each in experiments]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for left in tasks:
            left.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
