"""What a reader must know of the machine and the versions; neither names nor paths."""

import os
import platform
import re
import sqlite3
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.programs import NoProgramError, find_program

_IN_MEMORY = {"tmpfs", "ramfs"}


def machine_facts(folder: Path) -> dict[str, str]:
    """`folder` is where the data of the run lie."""
    return {
        "CPU": f"{_cpu_model()}, {os.cpu_count()} cores",
        "Memory": f"{_memory_gb():.0f} GB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Disk": f"{filesystem_of(folder)}, fsync of 4 KB takes {_fsync_ms(folder):.2f} ms (median of 50)",
    }


def versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("pixyproxy", "granian", "fastapi", "pydantic", "asyncmy")}
    return {
        "Python": platform.python_version(),
        **packages,
        "SQLite": sqlite3.sqlite_version,
        "nginx": _program_version("nginx", "-v"),
        "wrk": _program_version("wrk", "-v"),
    }


def folder_on_disk() -> Path:
    """Where a flush is a flush: not in memory."""
    for candidate in (Path("/tmp"), Path("/var/tmp"), Path.cwd()):  # noqa: S108 - only the place for our own
        if os.access(candidate, os.W_OK) and filesystem_of(candidate) not in _IN_MEMORY:
            return candidate
    raise SystemExit("There is no folder on a disk to measure in: /tmp, /var/tmp and this one are in memory.")


def filesystem_of(folder: Path) -> str:
    """The kind of the innermost mount that holds the folder."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    holding = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    return max(holding, key=lambda mount: len(mount[1]))[2]


def _cpu_model() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _fsync_ms(folder: Path) -> float:
    times = []
    probe = folder / "fsync-probe"
    with probe.open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    probe.unlink()
    return median(times) * 1000


def _program_version(name: str, option: str) -> str:
    try:
        program = find_program(name)
    except NoProgramError as reason:
        return f"missing: {reason}"
    said = subprocess.run((program, option), capture_output=True, text=True, check=False, timeout=10)
    number = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return number[0] if number else "unknown"
