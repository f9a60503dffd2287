"""A real Chromium for tests and screenshots, by whatever way this machine offers.

    chromium = found_chromium()
    playwright.chromium.launch(**chromium.launching())

The ways are tried in the order of WAYS. None is skipped in silence: when all are closed, the error says why.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.chromium_package import packaged_chromium, packaged_fonts
from tools.ways import WayClosedError, first_open, run

PATH_VARIABLE = "PIXYPROXY_TEST_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoChromiumError(Exception):
    """Every way to a Chromium is closed; the message says why, way by way."""


@dataclass(frozen=True)
class Chromium:
    """A program, what its environment must say beside the machine's, and where its fonts are from."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    fonts: str = "the machine's"

    def launching(self) -> dict[str, Any]:
        """For Playwright. Without a sandbox: that takes rights which a container does not give."""
        return {
            "executable_path": self.program,
            "env": {**os.environ, **self.environment},
            "args": ["--no-sandbox", "--disable-dev-shm-usage"],
            "headless": True,
        }


Way = Callable[[], Chromium]


def found_chromium() -> Chromium:
    return with_fonts(first_open_way(WAYS))


def first_open_way(ways: Mapping[str, Way]) -> Chromium:
    """The Chromium of the first way that is open, with the machine's fonts."""
    return first_open(
        ways, lambda way: way(), lambda reasons: NoChromiumError(f"No Chromium could be had.{reasons}")
    )


def with_fonts(chromium: Chromium) -> Chromium:
    """The same fonts everywhere; where they cannot be had, the machine's, and it says why."""
    try:
        fonts = packaged_fonts()
    except (WayClosedError, OSError, subprocess.SubprocessError) as reason:
        return Chromium(chromium.program, chromium.environment, f"the machine's, for {reason}")
    return Chromium(chromium.program, {**chromium.environment, **fonts}, fonts["FONTCONFIG_FILE"])


def given_program() -> Chromium:
    given = os.environ.get(PATH_VARIABLE)
    if not given:
        raise WayClosedError("it is not set.")
    if not shutil.which(given):
        raise WayClosedError(f"{given} is no program.")
    return Chromium(Path(given))


def program_on_path() -> Chromium:
    found = [program for name in _NAMES if (program := shutil.which(name))]
    if not found:
        raise WayClosedError("there is none.")
    return Chromium(Path(found[0]))


def debian_package() -> Chromium:
    """Started once, so that a machine it does not fit says so here."""
    program, environment = packaged_chromium()
    run("env", *(f"{name}={value}" for name, value in environment.items()), f"{program}", "--version")
    return Chromium(program, environment)


WAYS: Mapping[str, Way] = {
    PATH_VARIABLE: given_program,
    "chromium on PATH": program_on_path,
    "Debian's package": debian_package,
}


def main() -> None:
    """Have it ready, and say where it is."""
    try:
        chromium = found_chromium()
    except NoChromiumError as error:
        sys.exit(str(error))
    print(chromium.program)
    print(f"fonts: {chromium.fonts}")
    for name, value in chromium.environment.items():
        print(f"{name}={value}")


if __name__ == "__main__":
    main()
