"""OpenStack Swift from the Python package registry, in an environment of its own: it speaks S3's API."""

import hashlib
import shutil
import sys
from pathlib import Path

from tools.folders import CHECKOUT, LOCAL, locked, workshop
from tools.ways import WayClosedError, run

HOME = LOCAL / "swift"
REQUIREMENTS = CHECKOUT / "requirements" / "swift.txt"


def packaged_swift(home: Path = HOME, requirements: Path = REQUIREMENTS) -> Path:
    """The folder of its programs; it is installed first if it is not there yet."""
    if sys.platform != "linux":
        raise WayClosedError("Swift runs on Linux only.")
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    place = home / f"{sys.implementation.cache_tag}-{digest}"
    if not place.exists():  # where it is, whoever may not write here may still run it
        with locked(home):
            if not place.exists():
                _install(place, requirements)
    return place / "bin"


def _install(place: Path, requirements: Path) -> None:
    """Beside the place, and renamed: the place holds all of Swift or nothing, whenever we are killed."""
    with workshop(place.parent) as work:
        run(sys.executable, "-m", "venv", "--without-pip", f"{work}/swift")
        pip = (sys.executable, "-m", "pip", "--python", f"{work}/swift/bin/python", "install", "--quiet")
        only = ("--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes")
        run(*pip, *only, "--requirement", f"{requirements}")
        run(f"{work}/swift/bin/python", "-c", "import swift.proxy.server, swift.obj.server")
        for older in place.parent.glob(f"{sys.implementation.cache_tag}-*"):
            shutil.rmtree(older, ignore_errors=True)
        (work / "swift").rename(place)
