"""The programs that are not Python: found on PATH, or installed where we may."""

import os
import shutil
import subprocess
from functools import cache

_PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
# The package of nginx would start it on port 80: both kinds of init are told that they are not running.
_QUIETLY = {"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_OFFLINE": "1", "RUNLEVEL": "1"}


class NoProgramError(Exception):
    """A program is neither here nor to be had; the message says why."""


@cache
def find_program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        _install(name)
        found = shutil.which(name, path=_PATH)
    if found is None:
        raise NoProgramError(f"{name} is not on PATH, also after installing {_PACKAGES[name]}.")
    return found


def _install(name: str) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoProgramError(f"{name} is not on PATH, and only root with apt-get could install it.")
    print(f"{name} is not here: installing {_PACKAGES[name]}", flush=True)
    if not _apt_get("install", "--yes", "--no-install-recommends", _PACKAGES[name]):
        _apt_get("update")
        if not _apt_get("install", "--yes", "--no-install-recommends", _PACKAGES[name]):
            raise NoProgramError(f"{name} is not on PATH, and apt-get could not install {_PACKAGES[name]}.")


def _apt_get(*words: str) -> bool:
    command = ("apt-get", "--quiet", "--quiet", *words)
    done = subprocess.run(command, env=os.environ | _QUIETLY, capture_output=True, timeout=180, check=False)
    return done.returncode == 0
