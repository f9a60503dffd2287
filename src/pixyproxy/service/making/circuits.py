"""Generators that fail again and again are left in peace for a while; then one call tries them."""

import time
from collections import defaultdict
from dataclasses import dataclass

from pixyproxy.core.exceptions import GeneratorFailed, GeneratorTimeout, OutcomeUnknown

_FAILURES, _REST_S, _TRIAL_S = 5, 30.0, 60.0


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    rests_until: float = 0.0


class Circuits:
    def __init__(self) -> None:
        self._of: defaultdict[str, _Circuit] = defaultdict(_Circuit)

    def rest_s(self, generator: str) -> float:
        """How long it should still be left in peace; 0 when it may be called."""
        circuit = self._of[generator]
        rests = circuit.failures >= _FAILURES
        return max(circuit.rests_until - time.monotonic(), 0) if rests else 0

    def begin(self, generator: str) -> None:
        """After a rest this is the trial; the others wait for its end, but not for ever."""
        circuit = self._of[generator]
        if circuit.failures >= _FAILURES:
            circuit.rests_until = time.monotonic() + _TRIAL_S

    def end(self, generator: str, error: BaseException | None) -> None:
        circuit = self._of[generator]
        if not _is_its_fault(error):
            circuit.failures = 0
            return
        circuit.failures += 1
        circuit.rests_until = time.monotonic() + _REST_S


def _is_its_fault(error: BaseException | None) -> bool:
    """It was not there, did not answer, or answered with an error of its own."""
    return type(error) in {GeneratorTimeout, OutcomeUnknown, GeneratorFailed}
