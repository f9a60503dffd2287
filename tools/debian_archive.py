"""Packages of Debian's archive in a private folder: nothing is installed, no root is needed."""

import re
import shutil
from pathlib import Path

from tools.ways import WayClosedError, run

# An empty list of what is installed: what a package needs comes along with it, whatever the machine has.
_APT_CONFIGURATION = """\
Dir::State "{work}/state";
Dir::State::Lists "{work}/lists";
Dir::State::status "{work}/status";
Dir::Cache "{work}/cache";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
_INSTEAD_OF_THE_MACHINES_OWN = """\
Dir::Etc::SourceList "{work}/sources.list";
Dir::Etc::SourceParts "/dev/null";
"""


def architecture() -> str:
    """In Debian's words; a tree shared between machines keeps a folder for each."""
    missing = [tool for tool in ("apt-get", "dpkg") if not shutil.which(tool)]
    if missing:
        raise WayClosedError(f"this machine has no {missing[0]}.")
    return run("dpkg", "--print-architecture").strip()


def private_apt(work: Path, sources: str | None = None) -> tuple[str, ...]:
    """The command of an apt that keeps everything in `work`; it asks the machine's own sources, or these."""
    configuration = _APT_CONFIGURATION
    if sources is not None:
        (work / "sources.list").write_text(sources)
        configuration += _INSTEAD_OF_THE_MACHINES_OWN
    (work / "apt.conf").write_text(configuration.format(work=work))
    (work / "status").touch()
    for folder in ("state", "lists/partial", "cache/archives/partial", "packages"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    return "apt-get", f"--config-file={work}/apt.conf", "--quiet", "--assume-yes"


def unpack(packages: tuple[str, ...], work: Path, apt: tuple[str, ...], *, without: str) -> Path:
    """The packages with all they need, but for those named like `without`; apt checks their signatures."""
    planned = run(*apt, "install", "--simulate", "--no-install-recommends", *packages)
    chosen = re.findall(r"^Inst (\S+) \((\S+) ", planned, re.MULTILINE)
    wanted = [f"{name}={version}" for name, version in chosen if not re.fullmatch(without, name)]
    run(*apt, "download", *wanted, folder=work / "packages")
    for deb in sorted(work.glob("packages/*.deb")):
        run("dpkg", "-x", f"{deb}", f"{work}/root")
        deb.unlink()
    return work / "root"
