"""An environment for a peer alone: made once for each set of pins, in .local, where `make clean` finds it."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.programs import NoProgramError

_PINS = Path(__file__).parent
_ENVIRONMENTS = _PINS.parents[1] / ".local" / "peers"
_INSTALL_SECONDS = 420


def find_peer_program(name: str) -> Path:
    """Installs the peer where it is not yet; raises `NoProgramError` where it cannot be had."""
    pins = [pins for pins in (_PINS / f"{name}.txt", _PINS / f"{name}-source.txt") if pins.exists()]
    pinned = b"".join(each.read_bytes() for each in pins)
    fingerprint = hashlib.sha256(pinned + sys.version.encode()).hexdigest()[:12]
    environment = _ENVIRONMENTS / f"{name}-{fingerprint}"
    complete = environment / "complete"
    if not complete.exists():
        print(f"{name} is not here: installing it into .local/peers", flush=True)
        _install(environment, *pins)
        complete.touch()
    return environment / "bin" / name


def pinned_version(name: str) -> str:
    pins = (_PINS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    [line] = [line for line in pins if line.startswith(f"{name}==")]
    return line.removeprefix(f"{name}==").rstrip(" \\")


def _install(environment: Path, wheels: Path, *sources: Path) -> None:
    """From wheels that have the pinned hashes, so that nothing of a package runs while it is installed.

    What is published as source alone comes after them, and is built by a pinned wheel.
    """
    shutil.rmtree(environment, ignore_errors=True)
    _run("venv", "--without-pip", str(environment))
    _pip_install(environment, wheels, "--only-binary", ":all:")
    for each in sources:
        _pip_install(environment, each, "--no-build-isolation")


def _pip_install(environment: Path, pins: Path, *more: str) -> None:
    """What is pinned and nothing else."""
    options = "--quiet --disable-pip-version-check --no-input --require-hashes --no-deps".split()
    python = str(environment / "bin" / "python")
    _run("pip", "--python", python, "install", *options, *more, "--requirement", str(pins))


def _run(module: str, *words: str) -> None:
    command = (sys.executable, "-m", module, *words)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoProgramError(f"{module} took longer than {_INSTALL_SECONDS} s.") from None
    if done.returncode:
        # Only the last line is published: what pip says names the registry.
        said = done.stderr.strip()[-2000:]
        raise NoProgramError(f"{said}\n{module} could not make its environment: the pins cannot be had here.")
