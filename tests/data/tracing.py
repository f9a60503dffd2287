"""What a script asks of the kernel, in order, as strace saw it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_TRACED = "trace=openat,write,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,close,unlink,unlinkat"


def calls_of(script: str, folder: Path) -> list[str]:
    """Only what happens below the folder, which the script is given: `open NAME`, `write NAME` and so on."""
    if not shutil.which("strace"):
        pytest.skip("there is no strace here")
    trace = folder / "trace"
    command = ["strace", "-f", "-o", str(trace), "-e", _TRACED, sys.executable, "-c", script, str(folder)]
    subprocess.run(command, check=True, timeout=60)
    return _in_words(re.sub(r"^\d+ +", "", trace.read_text(), flags=re.MULTILINE), folder)


def _in_words(trace: str, folder: Path) -> list[str]:
    """Each call with the name of its file in place of its number."""
    names: dict[str, str] = {}
    calls = []
    for line in trace.splitlines():
        call, _, rest = line.partition("(")
        result = rest.rpartition(" = ")[2]
        paths = [_short(path, folder) for path in re.findall(r'"([^"]*)"', rest) if str(folder) in path]
        number = re.match(r"\d+", rest)
        if call == "openat" and paths:
            names[result] = paths[0]
            calls.append(f"open {paths[0]}{' new' if 'O_CREAT|O_EXCL' in rest else ''}")
        elif call.startswith(("rename", "mkdir", "unlink")) and paths and result == "0":
            calls.append(f"{call.rstrip('at2')} {' '.join(paths)}")
        elif number and number[0] in names:
            calls.append(f"{call} {names[number[0]]}")
            if call == "close":
                del names[number[0]]
    return calls


def _short(path: str, folder: Path) -> str:
    within = path.removeprefix(f"{folder}/").removeprefix(str(folder))
    return re.sub(r"[0-9a-f]{8}\.part", "N.part", within) or "."


def assert_in_order(calls: list[str], *steps: str) -> None:
    """Each of the steps once, one after the other; other calls may lie between them."""
    assert [call for call in calls if call in steps] == list(steps)
