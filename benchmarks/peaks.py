"""What processes took while something else went on: memory at its most, and CPU."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import memory_mb

_EVERY_SECONDS = 0.25
_FORGET_THE_PEAK = "5"  # of /proc/[pid]/clear_refs, from Linux' proc(5)


@dataclass(slots=True)
class Peaks:
    """Of all of them together; complete when the `with` has ended."""

    rss_mb: float = 0.0
    """The sum of each one's peak: what they share is in it more than once."""
    pss_mb: float = float("nan")
    """Of the samples; reading it is too much work to do it more often than four times a second."""
    cpu_seconds: float = 0.0


@contextmanager
def peaks_of(*pids: int) -> Iterator[Peaks]:
    peaks, is_over = Peaks(), threading.Event()
    sampling = threading.Thread(target=_sample, args=(pids, peaks, is_over))
    for pid in pids:
        with suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text(_FORGET_THE_PEAK, encoding="ascii")
    cpu_before = sum(map(_cpu_seconds, pids))
    sampling.start()
    try:
        yield peaks
    finally:
        is_over.set()
        sampling.join()
    peaks.cpu_seconds = sum(map(_cpu_seconds, pids)) - cpu_before
    peaks.rss_mb = sum(memory_mb(pid)["peak RSS"] for pid in pids)


def _sample(pids: Sequence[int], peaks: Peaks, is_over: threading.Event) -> None:
    with suppress(OSError):
        while not is_over.wait(_EVERY_SECONDS):
            found = [memory_mb(pid) for pid in pids]
            if all("PSS" in each for each in found):
                pss_mb = sum(each["PSS"] for each in found)
                peaks.pss_mb = max(pss_mb, peaks.pss_mb)  # in this order: at first it is not a number


def _cpu_seconds(pid: int) -> float:
    of_the_process = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system = of_the_process[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
